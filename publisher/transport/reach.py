"""From a host's name to a connection, and to one that is encrypted."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from typing import Any

from publisher.errors import Scope, TransportError
from publisher.lookups import looked_up
from publisher.transport.certificates import way_out
from publisher.transport.dialogue import HANDED_OVER_OCTETS, Dialogue
from publisher.transport.patience import Patience
from publisher.transport.replies import broken

Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


async def resolve(host: str, port: int, name: str, patience: Patience) -> Sequence[Found]:
    """The addresses of `host`, IPv6 and IPv4, in the order of RFC 6724; raises TransportError, SESSION."""
    try:
        async with asyncio.timeout(patience.connect):
            return await looked_up(partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    except (OSError, ValueError) as error:  # ValueError: a name that is none (a label of 64 characters)
        raise broken(f"{name}: {error or 'no answer from the name servers'}") from error


async def reach(found: Sequence[Found], name: str, patience: Patience) -> Dialogue:
    """Connect to the first address that answers; raises TransportError, SESSION.

    One after another, and each with its share of the time: a network that swallows all IPv6 costs half the patience
    and not the mail. (uvloop has no `happy_eyeballs_delay`.)
    """
    failures: list[OSError] = []
    for address in found:
        try:
            async with asyncio.timeout(patience.connect / len(found)):
                return await _connected(address, name, patience)
        except OSError as error:
            failures.append(error)
    # The first failure: where IPv6 and IPv4 both fail it is as good as the other.
    told = str(failures[0]) or f"no connection within {patience.connect:g} s"
    raise broken(f"{name}: {told}") from failures[0]


async def encrypt(dialogue: Dialogue, host: str, context: ssl.SSLContext, seconds: float) -> None:
    """TLS from here on, the certificate verified and its name being `host`; raises TransportError, SESSION."""
    loop = asyncio.get_running_loop()
    try:
        encrypted = await loop.start_tls(
            dialogue.transport, dialogue, context, server_hostname=host, ssl_handshake_timeout=seconds
        )
    except ssl.SSLCertVerificationError as error:
        told, hint = f"{dialogue.name}: {error}", way_out(error)
        raise TransportError(told, scope=Scope.SESSION, permanent=True, hint=hint) from error
    except OSError as error:
        raise broken(f"{dialogue.name}: TLS: {error or 'no answer'}") from error
    if encrypted is None:
        raise broken(f"{dialogue.name}: TLS: the server hung up")
    dialogue.encrypted(encrypted)


async def _connected(found: Found, name: str, patience: Patience) -> Dialogue:
    family, kind, protocol, _, address = found
    loop = asyncio.get_running_loop()
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        # The end of a message is a small packet of its own: Nagle's algorithm would hold it back until the server's
        # delayed acknowledgement of the text, 40 ms for every mail (RFC 1122 section 4.2.3.4).
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * HANDED_OVER_OCTETS)
        await loop.sock_connect(connection, address)
        _, dialogue = await loop.create_connection(lambda: Dialogue(name, patience), sock=connection)
    except BaseException:
        connection.close()
        raise
    return dialogue
