"""Paths percent-encoded, piece by piece: the pieces of a site's paths come again and again."""

import re
from functools import lru_cache
from urllib.parse import quote

_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")


def quote_path(path: str, safe: str) -> str:
    """The path with the UTF-8 bytes of all but letters, digits, `._~-/` and `safe` percent-encoded (RFC 3986)."""
    if _PLAIN.fullmatch(path):
        return path
    return "/".join([_piece(piece, safe) for piece in path.split("/")])


@lru_cache(maxsize=4096)
def _piece(piece: str, safe: str) -> str:
    return quote(piece, safe=safe)
