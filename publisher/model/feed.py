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


class FeedKind(StrEnum):
    """What the posts of a feed have in common; `custom` is a rule of `feeds.custom`."""

    SITE = "site"
    CATEGORY = "category"
    TAG = "tag"
    AUTHOR = "author"
    LANGUAGE = "language"
    SECTION = "section"
    CUSTOM = "custom"


class Label(Struct, frozen=True):
    """A category or tag of an entry: `term` is its slug, `name` what people call it.

    `scheme` is the absolute address below which all terms of its kind lie (RFC 4287 section 4.2.2.2).
    """

    term: str
    name: str
    scheme: str = ""


class Enclosure(Struct, frozen=True):
    """A file that belongs to an entry: its absolute address, media type, and length in bytes.

    `seconds` is how long it plays, None where that is not known or it does not play.
    """

    url: str
    type: str
    length: int
    seconds: int | None = None


class Episode(Struct, frozen=True):
    """What podcast directories ask of an entry. `kind` is `full`, `trailer` or `bonus`; `image` an absolute address."""

    number: int | None = None
    season: int | None = None
    kind: str = "full"
    explicit: bool | None = None
    image: str | None = None


class Podcast(Struct, frozen=True):
    """What podcast directories ask of a feed.

    `categories` are Apple's, each with its subcategory or ""; `image` is an absolute address; `kind` is `episodic` or
    `serial`.
    """

    categories: tuple[tuple[str, str], ...]
    image: str | None = None
    explicit: bool = False
    kind: str = "episodic"
    author: str | None = None
    owner: Author | None = None


class Entry(Struct, frozen=True):
    """One post in a feed.

    `id` is its tag URI (RFC 4151); `html` its whole content, sanitised, every link absolute,
    None where the feed carries summaries only. `summary` is plain text.
    `published` and `updated` are aware and whole seconds. `image` is the absolute address of its own picture.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    summary: str = ""
    html: str | None = None
    categories: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    authors: tuple[Author, ...] = ()
    language: str | None = None
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None


class Archive(Struct, frozen=True):
    """Where a document stands among those of one feed (RFC 5005 section 4): absolute addresses, None at the ends.

    `current` is that of the feed that readers subscribe to; in that feed itself it is None.
    """

    current: str | None = None
    previous: str | None = None
    next: str | None = None


class Feed(Struct, frozen=True):
    """One feed in one format.

    `page_url` is the page for people, `self_url` where the feed itself is served; both absolute
    and percent-encoded. `updated` is that of the newest change in it, never the time of the build.
    `entries` are newest first. `id` is the feed's own Atom id. `style` is the address of a style sheet for browsers, as
    a path from the root.
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
    style: str | None = None
    archive: Archive | None = None
    podcast: Podcast | None = None
