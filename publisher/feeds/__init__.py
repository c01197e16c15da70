"""Feeds: from a `Feed` to the bytes of RSS, Atom or JSON, back again, and safely onto the disk.

feedgen and lxml take long to import, and a build that finds nothing changed needs neither: each format's module
is imported when it is first asked for.
"""

from publisher.feeds.compress import copies_stand, remove_all, replace_all, with_copies
from publisher.feeds.write import Output, replace
from publisher.model.feed import Entry, Feed, FeedFormat

__all__ = ["Output", "copies_stand", "recover", "remove_all", "replace", "replace_all", "serialise", "with_copies"]


def serialise(feed: Feed, format: FeedFormat) -> bytes:
    """The feed as a UTF-8 file; equal feeds give equal bytes, whenever and wherever they are built.

    What no XML document can hold is left out, times are written in UTC.
    """
    from publisher.feeds.clean import clean

    cleaned = clean(feed)
    if format is FeedFormat.JSON:
        from publisher.feeds import jsonfeed

        return jsonfeed.dump(cleaned)
    if format is FeedFormat.RSS:
        from publisher.feeds.rss import rss

        return rss(cleaned)
    from publisher.feeds.atom import atom

    return atom(cleaned)


def recover(data: bytes, format: FeedFormat) -> dict[str, Entry]:
    """The entries of a feed that `serialise` wrote, by id; serialised again they give the same bytes.

    Nothing for a feed of another program or a broken one. An author's address comes back only from Atom.
    """
    from publisher.feeds import recovery

    return recovery.read_back(data, format)
