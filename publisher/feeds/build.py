"""RSS 2.0 and Atom 1.0: the only door to feedgen, and every mend that feedgen 1.0.0 needs.

The feed comes cleaned. feedgen's own extension protocol hands us each finished element, so nothing of it is patched.
"""

from email.utils import format_datetime
from functools import partial
from html import escape
from typing import Any

from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem

from publisher.feeds.names import ATOM, CONTENT, GENERATOR, XML_LANG
from publisher.model.feed import Entry, Feed
from publisher.model.post import Author


def rss(feed: Feed) -> bytes:
    """RSS 2.0 with `content:encoded`, `dc:creator` and the feed's own address (RSS Advisory Board profile)."""
    generator = _generator(feed, "application/rss+xml")
    generator.description(feed.description or feed.title)
    # It stands at the time of the build, is always written, and its formatter switches the locale of the whole
    # process (other threads then write Japanese as ASCII and fail); only unset does feedgen leave it to us.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.load_extension("dc", atom=False)
    if feed.author:
        generator.dc.dc_creator(feed.author.name)
    generator.register_extension("publisher", partial(_Channel, feed), atom=False)
    for entry in feed.entries:
        _rss_item(_entry(generator, entry), entry)
    return bytes(generator.rss_str(pretty=True))


def atom(feed: Feed) -> bytes:
    """Atom 1.0 (RFC 4287)."""
    generator = _generator(feed, "application/atom+xml")
    generator.id(feed.id)
    if feed.description:
        generator.subtitle(feed.description)
    if author := _feed_author(feed):
        generator.author(_person(author))
    if feed.icon:
        generator.icon(feed.icon)
    for entry in feed.entries:
        _atom_entry(_entry(generator, entry), entry)
    return bytes(generator.atom_str(pretty=True))


def _generator(feed: Feed, media_type: str) -> Any:
    generator = FeedGenerator()
    generator.title(feed.title)
    generator.language(feed.language)
    generator.updated(feed.updated)
    generator.generator(GENERATOR)
    if feed.logo:
        generator.logo(feed.logo)
    generator.link(href=feed.self_url, rel="self", type=media_type)
    if feed.hub:
        generator.link(href=feed.hub, rel="hub")
    # Last, because the last link of any rel becomes the channel's (feedgen #122: a hub was shown as the site).
    generator.link(href=feed.page_url, rel="alternate", type="text/html")
    return generator


def _entry(generator: Any, entry: Entry) -> Any:
    # add_entry puts each entry before the ones added earlier unless told (feedgen #55, #70).
    item = generator.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.link(href=entry.url, rel="alternate")
    item.category([{"term": category} for category in entry.categories])
    return item


def _rss_item(item: Any, entry: Entry) -> None:
    if entry.summary:
        # Readers show a description as HTML, so plain text is escaped as HTML first: `<b>` is to be read, not bold.
        item.description(escape(entry.summary, quote=False))
    # An RSS author is an e-mail address, and feedgen drops authors without one.
    item.dc.dc_creator([author.name for author in entry.authors])
    if entry.language:
        item.dc.dc_language(entry.language)
    item.register_extension("publisher", partial(_Item, entry), atom=False)


def _atom_entry(item: Any, entry: Entry) -> None:
    # Unset it would be the time of the build.
    item.updated(entry.updated)
    item.published(entry.published)
    item.author([_person(author) for author in entry.authors])
    if entry.summary:
        item.summary(entry.summary, type="text")
    if entry.html is not None:
        # Without a type readers show the tags, and feedgen's "CDATA" is no media type (its pull request 123).
        item.content(entry.html, type="html")
    item.register_extension("publisher", partial(_AtomEntry, entry), rss=False)


def _feed_author(feed: Feed) -> Author | None:
    """An entry without an author takes the feed's, which then must have one (RFC 4287 section 4.1.1)."""
    if feed.author or all(entry.authors for entry in feed.entries):
        return feed.author
    return Author(feed.title)


def _person(author: Author) -> dict[str, str | None]:
    return {"name": author.name, "email": author.email}


class _Channel:
    """What feedgen cannot say of an RSS channel."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def extend_ns(self) -> dict[str, str]:
        return {}

    def extend_rss(self, root: Any) -> None:
        channel = root[0]
        xml_elem("lastBuildDate", channel).text = format_datetime(self.feed.updated)
        # Of all links only `self` reaches RSS (feedgen #122), so no reader would find the hub.
        if self.feed.hub:
            xml_elem(f"{{{ATOM}}}link", channel, href=self.feed.hub, rel="hub")


class _Item:
    """What feedgen says wrongly, or not at all, of an RSS item."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def extend_rss(self, item: Any) -> None:
        entry = self.entry
        # feedgen's own pubDate goes through the formatter that switches the process's locale.
        xml_elem("pubDate", item).text = format_datetime(entry.published)
        if entry.updated != entry.published:
            xml_elem(f"{{{ATOM}}}updated", item).text = entry.updated.isoformat()
        # Where there is no summary feedgen would write the whole content as the description.
        if entry.html is not None:
            xml_elem(f"{{{CONTENT}}}encoded", item).text = entry.html


class _AtomEntry:
    """What feedgen says wrongly, or not at all, of an Atom entry."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def extend_atom(self, element: Any) -> None:
        # feedgen overwrites its loop variable and so writes links with an address only (its #135, #143).
        link = element.find("link")
        link.set("rel", "alternate")
        link.set("type", "text/html")
        if self.entry.language:
            element.set(XML_LANG, self.entry.language)
