"""The lines in a page's head by which browsers and feed readers find its feeds."""

from collections.abc import Iterable
from html import escape

from publisher.feeds.clean import legal
from publisher.feeds.names import MEDIA_TYPES
from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.listing import Listed
from publisher.struct import Struct

NAMES = {FeedFormat.RSS: "RSS", FeedFormat.ATOM: "Atom", FeedFormat.JSON: "JSON"}


class Link(Struct, frozen=True):
    """What a `<link rel="alternate">` says: a media type, a title as plain text, an absolute address."""

    type: str
    title: str
    href: str


def links(listed: Iterable[Listed], *, others: bool = False) -> list[Link]:
    """The site's feeds in each format; with `others` then each other feed in its first.

    The first is what most readers take where they do not ask. (HTML, 4.6.7.1 "alternate"; JSON Feed 1.1, "Discovery".)
    """
    feeds = list(listed)
    own = [_of_site(feed, *one) for feed in feeds if feed.kind is FeedKind.SITE for one in feed.addresses]
    rest = [_link(feed.title, *feed.addresses[0]) for feed in feeds if others and feed.kind is not FeedKind.SITE]
    return own + rest


def head_links(listed: Iterable[Listed], *, others: bool = False) -> str:
    """The same as HTML, a line each."""
    return "".join(map(_line, links(listed, others=others)))


def _of_site(feed: Listed, format_: FeedFormat, address: str) -> Link:
    # A reader that offers a choice shows titles alone.
    title = f"{feed.title} ({NAMES[format_]})" if len(feed.addresses) > 1 else feed.title
    return _link(title, format_, address)


def _link(title: str, format_: FeedFormat, address: str) -> Link:
    return Link(MEDIA_TYPES[format_], legal(" ".join(title.split())), address)


def _line(link: Link) -> str:
    return f'<link rel="alternate" type="{link.type}" title="{escape(link.title)}" href="{escape(link.href)}">\n'
