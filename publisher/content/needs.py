"""What a rendering depended on, so that it can be told whether it still holds."""

import hashlib
import json
from collections.abc import Iterable

from publisher.struct import Struct

FILE, EXISTS, MEDIA, POST, POSTS, FOLDER = "file", "exists", "media", "post", "posts", "folder"


class Need(Struct, frozen=True, order=True):
    """One thing that a rendering depends on: `value` is what it was, as a short text."""

    kind: str
    key: str
    value: str


def stamp(needs: Iterable[Need]) -> str:
    """One short text for all that a rendering depended on."""
    return short(json.dumps([(need.kind, need.key, need.value) for need in sorted(needs)]).encode())


def short(data: bytes) -> str:
    """A short text for some bytes."""
    return hashlib.sha256(data).hexdigest()[:32]
