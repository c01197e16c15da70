"""Who comes over the net, as far as it is counted and kept."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from publisher.core.mac import maker

_PURPOSE = b"publisher: visitor, 1\0"
_DIGITS = 32
_HOME_BITS = 64
"""What a provider gives one household of IPv6, at least: all of its addresses are one visitor."""


def hashed_ip(secret: bytes, ip: str) -> str:
    """What is kept of an address of the net: a keyed hash; empty for none."""
    return maker(secret, _PURPOSE)(_plain(ip).encode())[:_DIGITS] if ip else ""


def counted_as(secret: bytes, ip: str) -> str:
    """The same of who counts as one: an IPv4 address, or an IPv6 network of 64 bits; empty for none."""
    return hashed_ip(secret, _household(ip))


def _plain(ip: str) -> str:
    found = _parsed(ip)
    return ip if found is None else str(found)


def _household(ip: str) -> str:
    found = _parsed(ip)
    if not isinstance(found, IPv6Address):
        return ip
    return str(ip_network((found.packed, _HOME_BITS), strict=False).network_address)


def _parsed(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(ip.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
