"""Atom 1.0 (RFC 4287)."""

from functools import partial
from html import escape
from typing import Any

from publisher.feeds.generator import add_entry, begin, finish_root, namespaces, xml_elem
from publisher.feeds.names import MEDIA_TYPES, XML_LANG
from publisher.feeds.plain import unmistakable
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.post import Author


def atom(feed: Feed) -> bytes:
    """The cleaned feed."""
    generator = begin(feed, MEDIA_TYPES[FeedFormat.ATOM])
    generator.id(feed.id)
    if feed.description:
        generator.subtitle(unmistakable(feed.description))
    if author := _feed_author(feed):
        generator.author(_person(author))
    if feed.icon:
        generator.icon(feed.icon)
    if feed.logo:
        generator.logo(feed.logo)
    if any(entry.image for entry in feed.entries):
        generator.load_extension("media")
    generator.register_extension("publisher", partial(_Root, feed), rss=False)
    for entry in feed.entries:
        _entry(add_entry(generator, entry), entry)
    return bytes(generator.atom_str(pretty=True))


def _entry(item: Any, entry: Entry) -> None:
    # Unset it would be the time of the build.
    item.updated(entry.updated)
    item.published(entry.published)
    item.author([_person(author) for author in entry.authors])
    if entry.summary:
        _summarise(item, entry.summary)
    if entry.html is not None:
        # Without a type readers show the tags, and feedgen's "CDATA" is no media type (its pull request 123).
        item.content(entry.html, type="html")
    for one in entry.enclosures:
        length = {"length": str(one.length)} if one.length else {}
        item.link(href=one.url, rel="enclosure", type=one.type, **length)
    item.register_extension("publisher", partial(_Entry, item, entry), rss=False)


def _summarise(item: Any, summary: str) -> None:
    """As text; as HTML where text would be taken for it (ContainsUndeclaredHTML): a summary may quote code."""
    if unmistakable(summary) == summary:
        item.summary(summary, type="text")
    else:
        item.summary(escape(summary, quote=False), type="html")


def _feed_author(feed: Feed) -> Author | None:
    """An entry without an author takes the feed's, which then must have one (RFC 4287 section 4.1.1)."""
    if feed.author or (feed.entries and all(entry.authors for entry in feed.entries)):
        return feed.author
    return Author(feed.title)


def _person(author: Author) -> dict[str, str | None]:
    return {"name": unmistakable(author.name), "email": author.email}


class _Root:
    """What feedgen cannot say of an Atom feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def extend_ns(self) -> dict[str, str]:
        return namespaces(self.feed)

    def extend_atom(self, root: Any) -> None:
        finish_root(self.feed, root, root)


class _Entry:
    """What feedgen says wrongly, or not at all, of an Atom entry."""

    def __init__(self, item: Any, entry: Entry) -> None:
        self.item = item
        self.entry = entry

    def extend_atom(self, element: Any) -> None:
        # feedgen overwrites its loop variable and so writes links with an address only (its #135, #143).
        for link, given in zip(element.iterfind("link"), self.item.link(), strict=True):
            for name in ("rel", "type", "length"):
                if name in given:
                    link.set(name, given[name])
        for tag in self.entry.tags:
            scheme = {"scheme": tag.scheme} if tag.scheme else {}
            xml_elem("category", element, term=tag.term, **scheme, label=unmistakable(tag.name))
        if self.entry.language:
            element.set(XML_LANG, self.entry.language)
