"""Who asks: the address of a client, also where servers of ours stand between."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ipaddress import IPv4Network as Network4
from typing import TypeAlias

Network: TypeAlias = Network4 | IPv6Network
_Host: TypeAlias = IPv4Address | IPv6Address


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """`web.trusted_proxies` as it counts here; its form is checked already."""
    return tuple(ip_network(text) for text in texts)


def client(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address of who asks, as `203.0.113.7` or `2001:db8::7`; empty where it cannot be known.

    `peer` is who is connected to us, `forwarded` the values of X-Forwarded-For in their order. Each proxy adds at the
    right whom it has met, so what stands left of somebody we do not trust is anybody's invention. A hop that is no
    address, `unknown` for one, ends the walk at the proxy that wrote it.
    """
    found = _host(peer)
    hops = [hop for value in forwarded for hop in value.split(",")]
    while found is not None and hops and any(found in network for network in trusted):
        before = _host(hops.pop())
        if before is None:
            break
        found = before
    return "" if found is None else str(found)


def _host(text: str) -> _Host | None:
    """An address as proxies write it: with a port, in brackets, with the zone of a link, IPv4 in the form of IPv6."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
