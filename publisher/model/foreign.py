"""A feed that another program made, as far as its entries can be known again as posts."""

from datetime import datetime

from publisher.model.feed import FeedFormat
from publisher.struct import Struct


class ForeignEntry(Struct, frozen=True):
    """One entry. `id` is what feed readers know it by, byte for byte; the link, where the feed gives no id.

    `link` is absolute where the feed says against what, else as it stands; empty where there is none. `title` may hold
    the entities and tags of its format. `published` and `updated` are aware, in UTC; None where the feed says nothing
    that can be read.
    """

    id: str
    link: str = ""
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None


class ForeignFeed(Struct, frozen=True):
    """A feed in its order. `home` is the page it belongs to, empty where it names none; `generator` its maker."""

    title: str
    home: str
    generator: str
    format: FeedFormat
    entries: tuple[ForeignEntry, ...]
