"""What the world is asked over HTTP, as it is asked outside of tests; nothing is imported before it is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.http import Response


def web_post(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> "Response":
    """A form to an address of the public net; see http.post."""
    from publisher.http import post

    return post(url, fields, limit_bytes=limit_bytes, timeout=timeout)


def web_post_json(
    url: str, body: bytes, headers: Mapping[str, str], *, limit_bytes: int, timeout: float, allow_private: bool
) -> "Response":
    """A text of JSON to an address of the public net, or of this machine; see http.post_json."""
    from publisher.http import post_json

    return post_json(url, body, headers, limit_bytes=limit_bytes, timeout=timeout, allow_private=allow_private)


def web_fetch(url: str, *, limit_bytes: int, timeout: float) -> "Response":
    """A GET to an address of the public net; see http.fetch."""
    from publisher.http import fetch

    return fetch(url, limit_bytes=limit_bytes, timeout=timeout)
