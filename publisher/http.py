"""The only outgoing HTTP: what a name resolves to is checked, and the very address that was checked is connected to."""

import asyncio
import socket
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from gzip import GzipFile
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from publisher import __version__
from publisher.errors import FetchError
from publisher.lookups import looked_up
from publisher.struct import Struct

USER_AGENT = f"Publisher/{__version__} (feed reader)"
REDIRECTS = 5
LIMIT_BYTES = 10_000_000
TIMEOUT_SECONDS = 30.0
# RFC 6052: an IPv4 address in the last 32 bits, which a translator on the way connects to.
_NAT64 = IPv6Network("64:ff9b::/96")


class Response(Struct, frozen=True):
    """What a server answered, whatever its status. `url` is the last of the redirects, `headers` in lower case,
    `body` decompressed."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Request(Struct, frozen=True):
    """What is asked, wherever redirects lead. `moved` are the statuses that are followed, `limit_bytes` bounds the
    answer's body, `kind` is the body's media type, None where there is no body. Of an answer that may be `cut` only its
    beginning is read where it is longer than that."""

    method: str
    moved: frozenset[int]
    limit_bytes: int
    body: bytes | None = None
    kind: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


def fetch(
    url: str,
    *,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT_SECONDS,
    allow_private: bool = False,
) -> Response:
    """GET an http or https address; FetchError where there is no whole answer.

    Private, loopback, link-local, reserved and multicast addresses are refused after DNS and on every redirect.
    With `allow_private`, for an address that a person has typed, they are taken until one of them has been public: a
    site on the net never leads into the house. `limit_bytes` bounds the body before and after
    decompression, `timeout` is in seconds and for all of it, redirects included. Proxies of the environment are not
    used: behind one nobody here would know what is connected to.
    """
    asked = _Request("GET", frozenset({301, 302, 303, 307, 308}), limit_bytes)
    return _run(url, asked, timeout, allow_private)


def post(
    url: str,
    fields: Sequence[tuple[str, str]],
    *,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT_SECONDS,
    allow_private: bool = False,
) -> Response:
    """POST a form to an http or https address, as `fetch` gets one.

    Of redirects only 307 and 308 are followed: after the others a form is not sent again but asked for (RFC 9110
    section 15.4), and an answer to that would say nothing of the form. They come back as they are.
    """
    body = urlencode(fields).encode()
    asked = _Request("POST", frozenset({307, 308}), limit_bytes, body, "application/x-www-form-urlencoded")
    return _run(url, asked, timeout, allow_private)


def post_json(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    limit_bytes: int = LIMIT_BYTES,
    timeout: float = TIMEOUT_SECONDS,
    allow_private: bool = False,
) -> Response:
    """POST a text of JSON, with `headers` beside it; no redirect is followed.

    What the answer says beyond `limit_bytes`, or compressed, is left unread: its status says all that matters.
    """
    asked = _Request("POST", frozenset(), limit_bytes, body, "application/json", tuple(headers.items()), cut=True)
    return _run(url, asked, timeout, allow_private)


def _run(url: str, asked: _Request, timeout: float, allow_private: bool) -> Response:
    try:
        return asyncio.run(_within(timeout, url, asked, allow_private))
    except TimeoutError as error:
        raise FetchError(url, f"no whole answer within {timeout:g} seconds") from error


async def _within(timeout: float, url: str, asked: _Request, allow_private: bool) -> Response:
    async with asyncio.timeout(timeout):
        return await _follow(url, asked, allow_private)


async def _follow(url: str, asked: _Request, allow_private: bool) -> Response:
    for _ in range(REDIRECTS + 1):
        addresses = await _addresses(url)
        allow_private = may_stay_inside(url, addresses, allow_private=allow_private)
        found = await _ask(url, addresses, asked)
        target = found.headers.get("location")
        if found.status not in asked.moved or target is None:
            return found
        url = _target(url, target)
    raise FetchError(url, f"more than {REDIRECTS} redirects")


def may_stay_inside(url: str, addresses: Sequence[str], *, allow_private: bool) -> bool:
    """Whether a redirect of `url`, at `addresses`, may lead to a private address; FetchError where one of them is
    private and that is not allowed."""
    inside = next(filter(_is_inside, addresses), None)
    if inside and not allow_private:
        raise FetchError(url, f"is a private address ({inside})")
    return inside is not None


def _target(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise FetchError(url, f"redirects to what is no address: {target[:80]!r}") from error


async def _addresses(url: str) -> list[str]:
    """What a URL's host resolves to, the best first; FetchError where that is nothing."""
    host, port = _host_and_port(url)
    try:
        name = host if host.isascii() else host.encode("idna").decode()
        found = await looked_up(partial(socket.getaddrinfo, name, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        raise FetchError(url, f"{host} cannot be found") from error
    return [str(entry[4][0]) for entry in found]


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(url, str(error)) from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(url, "is no http or https address")
    if "@" in parts.netloc:
        raise FetchError(f"{parts.scheme}://{host}", "must not hold a name or a password")
    return host, port or (443 if parts.scheme == "https" else 80)


def _is_inside(address: str) -> bool:
    """Whether an address is none of the public net's, or leads to one that is not."""
    found = ip_address(address)
    behind = _behind(found) if isinstance(found, IPv6Address) else None
    if behind is not None:
        return _is_inside(str(behind))
    return not found.is_global or found.is_multicast


def _behind(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


async def _ask(url: str, addresses: list[str], asked: _Request) -> Response:
    """The answer of the first of the addresses at which anybody listens."""
    # Not True: that would leave out the certificates that SSL_CERT_FILE names. Reading them takes a while.
    certificates = httpx.create_ssl_context() if urlsplit(url).scheme == "https" else False
    try:
        async with httpx.AsyncClient(trust_env=False, verify=certificates, timeout=None) as client:
            for address in addresses[:-1]:
                with suppress(httpx.ConnectError):
                    return await _exchange(client, url, address, asked)
            return await _exchange(client, url, addresses[-1], asked)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FetchError(url, str(error) or type(error).__name__) from error


async def _exchange(client: httpx.AsyncClient, url: str, address: str, asked: _Request) -> Response:
    named = httpx.URL(url)
    headers = {"Host": named.netloc.decode(), "User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
    if asked.kind:
        headers["Content-Type"] = asked.kind
    headers |= dict(asked.headers)
    # Connected to is the address; the certificate is checked against the name.
    name = {"sni_hostname": named.raw_host.decode()}
    target = named.copy_with(host=address)
    request = client.build_request(asked.method, target, headers=headers, content=asked.body, extensions=name)
    answer = await client.send(request, stream=True)
    try:
        body = await (_beginning(answer, asked.limit_bytes) if asked.cut else _bounded(answer, url, asked.limit_bytes))
    finally:
        await answer.aclose()
    return Response(url, answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body)


async def _bounded(answer: httpx.Response, url: str, limit_bytes: int) -> bytes:
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise FetchError(url, f"is compressed in a way that was not asked for: {coding[:40]}")
    data = bytearray()
    async for piece in answer.aiter_raw():
        data += piece
        if len(data) > limit_bytes:
            raise _too_large(url, limit_bytes)
    return bytes(data) if coding == "identity" else _inflated(bytes(data), url, limit_bytes)


async def _beginning(answer: httpx.Response, limit_bytes: int) -> bytes:
    data = bytearray()
    if answer.headers.get("content-encoding", "identity").strip().lower() == "identity":
        async for piece in answer.aiter_raw():
            data += piece
            if len(data) > limit_bytes:
                break
    return bytes(data[:limit_bytes])


def _inflated(data: bytes, url: str, limit_bytes: int) -> bytes:
    # Not the client's own decoder: it inflates each piece whole, to a thousand times its size.
    try:
        with GzipFile(fileobj=BytesIO(data)) as file:
            body = file.read(limit_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchError(url, f"is damaged: {error}") from error
    if len(body) > limit_bytes:
        raise _too_large(url, limit_bytes)
    return body


def _too_large(url: str, limit_bytes: int) -> FetchError:
    return FetchError(url, f"is larger than {limit_bytes:,} bytes")
