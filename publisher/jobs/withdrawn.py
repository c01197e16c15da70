"""Which posts have left the feeds, for another reason than that newer ones took their place."""

import html
import json
import re

from publisher.content import holder
from publisher.feeds import recover
from publisher.jobs.feed_press import Sheet
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.feed_sheets import ARCHIVE
from publisher.jobs.library import Library
from publisher.jobs.report import Withdrawn
from publisher.model.feed import FeedFormat, FeedKind

_IDS = {
    FeedFormat.RSS: re.compile(rb"<guid[^>]*>([^<]*)</guid>"),
    FeedFormat.ATOM: re.compile(rb"^    <id>([^<]*)</id>", re.MULTILINE),
    FeedFormat.JSON: re.compile(rb'^ *"id": "((?:[^"\\]|\\.)*)"', re.MULTILINE),
}
_TOLD = {*FeedKind, ARCHIVE}


class Farewells:
    """Collects, from feeds as they are replaced, the posts that stood in one and are not out any more, and the feeds
    that lost their last post.

    Told from the feeds that stood: where these were deleted, as in a fresh checkout, nothing is.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._seen: set[str] = set()
        self.posts: list[Withdrawn] = []
        self.emptied: list[str] = []

    def notice(self, one: Sheet | FeedRecord, old: bytes, new: bytes | None) -> None:
        """A file has been replaced or, where `new` is None, removed."""
        if one.kind not in _TOLD or one.format not in _IDS:
            return
        before, after = _ids(old, one.format), _ids(new or b"", one.format)
        if before and not after and new is not None:
            self.emptied.append(one.path)
        # Read in whole, which takes a while, only where more than that newer posts took its place has happened.
        left = {id_ for id_ in before - after if not self._is_known(id_)}
        if left:
            found = recover(old, FeedFormat(one.format))
            self.posts += [Withdrawn(id_, found[id_].title) for id_ in sorted(left) if id_ in found]

    def _is_known(self, id_: str) -> bool:
        """Whether the post is out, or was asked after before."""
        is_new = id_ not in self._seen
        self._seen.add(id_)
        return not is_new or self._is_out(id_)

    def _is_out(self, id_: str) -> bool:
        library = self._library
        source = holder(library.index, id_)
        return source is not None and source not in library.known.left_out and library.index.is_out(source, library.at)


def _ids(data: bytes, format_: str) -> set[str]:
    """The ids in one of our feeds, told without reading it in whole; another program's may be of any encoding."""
    found = (id_.decode(errors="replace") for id_ in _IDS[FeedFormat(format_)].findall(data))
    return {_unquoted(id_) if format_ == FeedFormat.JSON else html.unescape(id_) for id_ in found}


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
