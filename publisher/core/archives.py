"""Which document of a feed holds which posts: a short feed to subscribe to, and archives that stay as they are.

RFC 5005 section 4. Where a document ends is told by the ids of the posts, not by counting: a post that comes in late,
or goes, changes the document that it belongs to, and at most where that one ends.
"""

import hashlib
from collections.abc import Iterable, Sequence

from publisher.struct import Struct

_USUAL, _MOST = 50, 250
"""How many posts a document holds on average, and at most."""


class Member(Struct, frozen=True):
    """A post as it lies in archives: its file, its id, and the day of its moment in UTC, as `2026-11-24`."""

    source: str
    id: str
    day: str


class Document(Struct, frozen=True):
    """One archive: what it is called, the same for as long as its newest post is, and its posts, newest first."""

    name: str
    sources: tuple[str, ...]


class Split(Struct, frozen=True):
    """The posts of one feed: those of the feed itself, newest first, and the archives, oldest first.

    The feed holds all that is in no archive yet, and of what is enough for its limit.
    """

    live: tuple[str, ...]
    documents: tuple[Document, ...]


def split(members: Sequence[Member], limit: int) -> Split:
    """Share the posts of a feed, newest first, among its documents."""
    documents: list[Document] = []
    held: list[str] = []
    for member in reversed(members):
        held.append(member.source)
        mark = hashlib.sha256(member.id.encode(errors="surrogatepass")).hexdigest()
        if len(held) == _MOST or int(mark[:8], 16) % _USUAL == 0:
            documents.append(Document(f"{member.day}-{mark[:8]}", tuple(reversed(held))))
            held = []
    count = max(limit, len(held))
    return Split(tuple(member.source for member in members[:count]), tuple(documents))


def neighbours(names: Sequence[str]) -> Iterable[tuple[str | None, str, str | None]]:
    """Each of the names with the one before and the one after it."""
    before: Sequence[str | None] = [None, *names[:-1]]
    after: Sequence[str | None] = [*names[1:], None]
    return zip(before, names, after, strict=True) if names else ()
