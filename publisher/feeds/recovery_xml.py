"""Entries read back from RSS and Atom of ours; where it is none, anything that `recovery` expects is raised."""

from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from html import unescape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from publisher.feeds.moments import aware, moment
from publisher.feeds.names import ATOM, GENERATOR, PREFIXES, XML_LANG
from publisher.feeds.plain import as_written
from publisher.model.feed import Enclosure, Entry, Episode, Label
from publisher.model.post import Author


def read_rss(data: bytes) -> Iterable[Entry]:
    """The entries, in their order; none of another program."""
    channel = _required(ElementTree.fromstring(data).find("channel"))
    if channel.findtext("generator") != GENERATOR:
        return []
    return [_rss_item(item, channel.findtext("language")) for item in channel.iterfind("item")]


def _rss_item(item: Element, feed_language: str | None) -> Entry:
    published = aware(parsedate_to_datetime(_text(item, "pubDate")))
    updated = _optional(item, "atom:updated")
    categories, tags = _around(item, "category", "pubDate")
    return Entry(
        id=_text(item, "guid"),
        url=_text(item, "link"),
        title=as_written(_text(item, "title")),
        published=published,
        updated=moment(updated) if updated else published,
        summary=unescape(item.findtext("description", "")),
        html=_optional(item, "content:encoded"),
        categories=tuple(map(_rss_label, categories)),
        tags=tuple(map(_rss_label, tags)),
        authors=tuple(Author(as_written(one.text or "")) for one in item.iterfind("dc:creator", PREFIXES)),
        language=item.findtext("dc:language", feed_language, PREFIXES),
        image=_attribute(item, "media:thumbnail", "url"),
        enclosures=tuple(_rss_enclosures(item)),
        episode=_episode(item),
    )


def _rss_label(category: Element) -> Label:
    name = as_written(category.text or "")
    return Label(name, name, category.get("domain", ""))


def _rss_enclosures(item: Element) -> Iterator[Enclosure]:
    for one in item.iterfind("enclosure"):
        seconds = _optional(item, "itunes:duration")
        yield Enclosure(one.attrib["url"], one.attrib["type"], int(one.attrib["length"]), _number(seconds))
    for one in item.iterfind("media:content", PREFIXES):
        length, seconds = int(one.get("fileSize", "0")), one.get("duration")
        yield Enclosure(one.attrib["url"], one.attrib["type"], length, _number(seconds))


def _episode(item: Element) -> Episode | None:
    kind, explicit = _optional(item, "itunes:episodeType"), _optional(item, "itunes:explicit")
    if kind is None:
        return None
    return Episode(
        number=_number(_optional(item, "itunes:episode")),
        season=_number(_optional(item, "itunes:season")),
        kind=kind,
        explicit=None if explicit is None else explicit == "true",
        image=_attribute(item, "itunes:image", "href"),
    )


def read_atom(data: bytes) -> Iterable[Entry]:
    """The entries, in their order; none of another program."""
    feed = ElementTree.fromstring(data)
    if _optional(feed, "atom:generator") != GENERATOR:
        return []
    return [_atom_entry(entry, feed.get(XML_LANG)) for entry in feed.iterfind("atom:entry", PREFIXES)]


def _atom_entry(entry: Element, feed_language: str | None) -> Entry:
    categories, tags = _around(entry, f"{{{ATOM}}}category", f"{{{ATOM}}}published")
    links = entry.findall("atom:link", PREFIXES)
    return Entry(
        id=_text(entry, "atom:id"),
        url=_required(next((link for link in links if link.get("rel") == "alternate"), None)).attrib["href"],
        title=as_written(_text(entry, "atom:title")),
        published=moment(_text(entry, "atom:published")),
        updated=moment(_text(entry, "atom:updated")),
        summary=_atom_summary(entry.find("atom:summary", PREFIXES)),
        html=_optional(entry, "atom:content"),
        categories=tuple(map(_atom_label, categories)),
        tags=tuple(map(_atom_label, tags)),
        authors=tuple(_atom_author(author) for author in entry.iterfind("atom:author", PREFIXES)),
        language=entry.get(XML_LANG, feed_language),
        image=_attribute(entry, "media:thumbnail", "url"),
        enclosures=tuple(_atom_enclosure(link) for link in links if link.get("rel") == "enclosure"),
    )


def _atom_summary(summary: Element | None) -> str:
    text = "" if summary is None else summary.text or ""
    return unescape(text) if summary is not None and summary.get("type") == "html" else text


def _atom_label(category: Element) -> Label:
    term = category.attrib["term"]
    # Feeds of 0.x had no labels: the term was the name.
    return Label(term, as_written(category.get("label", term)), category.get("scheme", ""))


def _atom_author(author: Element) -> Author:
    return Author(as_written(_text(author, "atom:name")), _optional(author, "atom:email"))


def _atom_enclosure(link: Element) -> Enclosure:
    return Enclosure(link.attrib["href"], link.attrib["type"], int(link.get("length", "0")))


def _around(parent: Element, tag: str, middle: str) -> tuple[list[Element], list[Element]]:
    """The children of a name before and after another: categories stand before an entry's date, tags after it."""
    found: tuple[list[Element], list[Element]] = ([], [])
    is_after = False
    for child in parent:
        is_after = is_after or child.tag == middle
        if child.tag == tag:
            found[is_after].append(child)
    return found


def _required(element: Element | None) -> Element:
    if element is None:
        raise ValueError("an element of our own feed is missing")
    return element


def _text(parent: Element, path: str) -> str:
    return _required(parent.find(path, PREFIXES)).text or ""


def _optional(parent: Element, path: str) -> str | None:
    return parent.findtext(path, None, PREFIXES)


def _attribute(parent: Element, path: str, name: str) -> str | None:
    element = parent.find(path, PREFIXES)
    return None if element is None else element.attrib[name]


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)
