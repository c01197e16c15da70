"""Which posts have left the feeds, for another reason than that newer ones took their place."""

import re

from publisher.content import holder
from publisher.feeds import recover
from publisher.jobs.feed_press import Sheet
from publisher.jobs.library import Library
from publisher.jobs.report import Withdrawn
from publisher.model.feed import FeedFormat

_IDS = {
    FeedFormat.RSS: re.compile(rb"<guid[^>]*>([^<]*)</guid>"),
    FeedFormat.ATOM: re.compile(rb"^    <id>([^<]*)</id>", re.MULTILINE),
    FeedFormat.JSON: re.compile(rb'^ *"id": "((?:[^"\\]|\\.)*)"', re.MULTILINE),
}


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

    def notice(self, sheet: Sheet, old: bytes, new: bytes) -> None:
        """A feed has been replaced."""
        if sheet.format not in _IDS:
            return
        before, after = _ids(old, sheet.format), _ids(new, sheet.format)
        if before and not after:
            self.emptied.append(sheet.path)
        # Read in whole, which takes a while, only where more than that newer posts took its place has happened.
        left = {id_ for id_ in before - after if id_ not in self._seen and not self._is_out(id_)}
        if left:
            self._seen |= left
            found = recover(old, FeedFormat(sheet.format))
            self.posts += [Withdrawn(id_, found[id_].title) for id_ in sorted(left) if id_ in found]

    def _is_out(self, id_: str) -> bool:
        source = holder(self._library.index, id_)
        if source is None:
            return False
        post = self._library.index.load([source]).get(source)
        return post is not None and post.in_feeds and post.published <= self._library.at


def _ids(data: bytes, format_: str) -> set[str]:
    """The ids in one of our feeds, most likely: tag URIs and addresses hold little that is escaped."""
    found = (id_.decode() for id_ in _IDS[FeedFormat(format_)].findall(data))
    return {id_.replace("&amp;", "&") for id_ in found}
