"""The feeds of a site as people and programs are shown them: a page, a list of subscriptions, links in a head."""

from datetime import datetime

from publisher.model.feed import FeedFormat, FeedKind
from publisher.struct import Struct


class Teaser(Struct, frozen=True):
    """A post named in passing: its title as plain text, its absolute address, and when it came out, aware."""

    title: str
    url: str
    published: datetime


class Letters(Struct, frozen=True):
    """A newsletter whose issues are pages: its title, and the absolute address of their list."""

    title: str
    url: str


class Listed(Struct, frozen=True):
    """One feed in all its formats: `addresses` are absolute and percent-encoded, the first is the one to recommend.

    `name` is what the feed is of, such as a category's name, "" for the site's; `title` and `description` are what the
    feed itself says. `page_url` is the page for people. `newest` are its newest entries, newest first; `posts` how many
    it holds.
    """

    kind: FeedKind
    name: str
    title: str
    description: str
    language: str
    page_url: str
    addresses: tuple[tuple[FeedFormat, str], ...]
    newest: tuple[Teaser, ...] = ()
    posts: int = 0
