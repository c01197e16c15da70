"""HMAC-SHA256 (RFC 2104) of many texts with one secret."""

import hashlib
import hmac
from collections.abc import Callable


def maker(secret: bytes, before: bytes = b"") -> Callable[[bytes], str]:
    """What makes the HMAC of `before` and a text, in hex."""
    # The module hmac wraps each copy anew, which costs as much again as the hash.
    block = hashlib.sha256().block_size
    key = (hashlib.sha256(secret).digest() if len(secret) > block else secret).ljust(block, b"\0")
    inner, outer = hashlib.sha256(key.translate(hmac.trans_36) + before), hashlib.sha256(key.translate(hmac.trans_5C))

    def of(text: bytes) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(text)
        second.update(first.digest())
        return second.hexdigest()

    return of
