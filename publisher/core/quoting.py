"""Paths percent-encoded."""

import re
from functools import lru_cache


def quote_path(path: str, safe: str) -> str:
    """The path with the UTF-8 bytes of all but letters, digits, `._~-/` and `safe` percent-encoded (RFC 3986)."""
    return _unsafe(safe).sub(_encoded, path)


@lru_cache(maxsize=8)
def _unsafe(safe: str) -> re.Pattern[str]:
    return re.compile(f"[^A-Za-z0-9._~/{re.escape(safe)}-]+")


def _encoded(run: re.Match[str]) -> str:
    # A run at a time: urllib's quote looks at each byte by itself, and a Japanese letter has three.
    return "%" + run[0].encode().hex("%").upper()
