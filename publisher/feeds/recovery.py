"""Our own feeds read back: a post that can no longer be read stays in the feed as it was."""

import json
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from publisher.feeds.names import ATOM, CONTENT, DC, GENERATOR, JSON_GENERATOR, XML_LANG
from publisher.model.feed import Entry, FeedFormat
from publisher.model.post import Author

_PREFIXES = {"atom": ATOM, "content": CONTENT, "dc": DC}

# What the parsers and the look-ups below raise on a file that is not what we wrote. LookupError is an unknown
# encoding or a missing key, RecursionError a JSON file of a hundred thousand brackets.
_BROKEN = (ElementTree.ParseError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


def read_back(data: bytes, format: FeedFormat) -> dict[str, Entry]:
    """The entries of our own feed by id, in its order; none where it is foreign or broken."""
    read = {FeedFormat.RSS: _rss, FeedFormat.ATOM: _atom, FeedFormat.JSON: _json}[format]
    try:
        return {entry.id: entry for entry in read(data)}
    except _BROKEN:
        return {}


def _rss(data: bytes) -> Iterable[Entry]:
    channel = _required(ElementTree.fromstring(data).find("channel"))
    if channel.findtext("generator") != GENERATOR:
        return []
    return [_rss_item(item, channel.findtext("language")) for item in channel.iterfind("item")]


def _rss_item(item: Element, feed_language: str | None) -> Entry:
    published = _aware(parsedate_to_datetime(_text(item, "pubDate")))
    updated = item.findtext("atom:updated", None, _PREFIXES)
    return Entry(
        id=_text(item, "guid"),
        url=_text(item, "link"),
        title=_text(item, "title"),
        published=published,
        updated=_moment(updated) if updated else published,
        summary=unescape(item.findtext("description", "")),
        html=item.findtext("content:encoded", None, _PREFIXES),
        categories=_texts(item, "category"),
        authors=tuple(Author(name) for name in _texts(item, "dc:creator")),
        language=item.findtext("dc:language", feed_language, _PREFIXES),
    )


def _atom(data: bytes) -> Iterable[Entry]:
    feed = ElementTree.fromstring(data)
    if feed.findtext("atom:generator", None, _PREFIXES) != GENERATOR:
        return []
    return [_atom_entry(entry, feed.get(XML_LANG)) for entry in feed.iterfind("atom:entry", _PREFIXES)]


def _atom_entry(entry: Element, feed_language: str | None) -> Entry:
    return Entry(
        id=_text(entry, "atom:id"),
        url=_required(entry.find("atom:link", _PREFIXES)).attrib["href"],
        title=_text(entry, "atom:title"),
        published=_moment(_text(entry, "atom:published")),
        updated=_moment(_text(entry, "atom:updated")),
        summary=entry.findtext("atom:summary", "", _PREFIXES),
        html=entry.findtext("atom:content", None, _PREFIXES),
        categories=tuple(category.attrib["term"] for category in entry.iterfind("atom:category", _PREFIXES)),
        authors=tuple(_atom_author(author) for author in entry.iterfind("atom:author", _PREFIXES)),
        language=entry.get(XML_LANG, feed_language),
    )


def _atom_author(author: Element) -> Author:
    return Author(_text(author, "atom:name"), author.findtext("atom:email", None, _PREFIXES))


def _json(data: bytes) -> Iterable[Entry]:
    document = json.loads(data)
    if document[JSON_GENERATOR]["name"] != GENERATOR:
        return []
    return [_json_item(item, document.get("language")) for item in document["items"]]


def _json_item(item: dict[str, Any], feed_language: str | None) -> Entry:
    html, language = item.get("content_html"), item.get("language", feed_language)
    return Entry(
        id=_string(item["id"]),
        url=_string(item["url"]),
        title=_string(item["title"]),
        published=_moment(item["date_published"]),
        updated=_moment(item["date_modified"]),
        summary=_string(item.get("summary", "")),
        html=None if html is None else _string(html),
        categories=tuple(_string(tag) for tag in item.get("tags", [])),
        authors=tuple(Author(_string(author["name"])) for author in item.get("authors", [])),
        language=None if language is None else _string(language),
    )


def _required(element: Element | None) -> Element:
    if element is None:
        raise ValueError("an element of our own feed is missing")
    return element


def _text(parent: Element, path: str) -> str:
    return _required(parent.find(path, _PREFIXES)).text or ""


def _texts(parent: Element, path: str) -> tuple[str, ...]:
    return tuple(element.text or "" for element in parent.iterfind(path, _PREFIXES))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _moment(value: str) -> datetime:
    return _aware(datetime.fromisoformat(value))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} names no zone")
    return moment
