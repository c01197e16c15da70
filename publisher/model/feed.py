"""What a feed is made of, before any format."""

from datetime import datetime
from enum import StrEnum

from publisher.model.post import Author
from publisher.struct import Struct


class FeedFormat(StrEnum):
    """The formats a feed can be written in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


class Entry(Struct, frozen=True):
    """One post in a feed.

    `id` is its tag URI (RFC 4151); `html` its whole content, sanitised, every link absolute,
    None where the feed carries summaries only. `summary` is plain text.
    `published` and `updated` are aware and whole seconds.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    summary: str = ""
    html: str | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    language: str | None = None


class Feed(Struct, frozen=True):
    """One feed in one format.

    `page_url` is the page for people, `self_url` where the feed itself is served; both absolute
    and percent-encoded. `updated` is that of the newest change in it, never the time of the build.
    `entries` are newest first. `id` is the feed's own Atom id.
    """

    id: str
    title: str
    description: str
    page_url: str
    self_url: str
    language: str
    updated: datetime
    entries: tuple[Entry, ...]
    author: Author | None = None
    icon: str | None = None
    logo: str | None = None
    hub: str | None = None
