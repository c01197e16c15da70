"""Feeds of other programs: any RSS, Atom or JSON Feed, well-formed or not, down to what knows its entries again."""

import json
import re
from calendar import timegm
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser

from publisher.errors import ContentError, Problem, Severity
from publisher.feeds.names import JSON_GENERATOR
from publisher.feeds.plain import as_written
from publisher.model.feed import FeedFormat
from publisher.model.foreign import ForeignEntry, ForeignFeed

_ITEMS = ("item", "entry")
_OURS = re.compile(r"\{[^}]*(rss|atom|netscape)[^}]*\}")
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What feedparser raises on feeds that are made to break it.
_RAISED = (ValueError, LookupError, AttributeError, TypeError, RecursionError, OverflowError)


def read_feed(data: bytes, name: str) -> ForeignFeed:
    """The feed in a file's bytes; ContentError, at its place, where there is none in them.

    RSS 0.9 to 2.0, Atom 0.3 and 1.0, JSON Feed 1 and 1.1. `name` is the file or address, for messages. An entry
    without an id is known by its link, as feed readers do it; one without both is left out. Ill-formed XML is read as
    far as it goes. A moment that names no zone is UTC.
    """
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise _fault(name, 0, 0, "is empty")
    return _json(text, name) if text.startswith(b"{") else _xml(data, name)


def as_subscriber(data: bytes) -> list[dict[str, Any]]:
    """The entries of an XML feed as feedparser hands them to a reader: cleaned, addresses absolute, keys its own."""
    try:
        entries: list[dict[str, Any]] = feedparser.parse(BytesIO(data))["entries"]
    except _RAISED:
        return []
    return entries


def _xml(data: bytes, name: str) -> ForeignFeed:
    # BytesIO: given bytes or text, feedparser opens the file or address that they may name. Its defaults would also
    # clean and resolve every entry's content, which nobody reads here.
    try:
        found = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except _RAISED as error:
        raise _fault(name, 0, 0, f"cannot be read: {error}") from error
    if not found["version"]:
        raise _fault(name, *_place(data), "is no RSS, Atom or JSON feed")
    entries = [_entry(entry, raw) for entry, raw in _with_raw_ids(found["entries"], data)]
    feed = found["feed"]
    return ForeignFeed(
        title=_word(feed, "title"),
        home=_word(feed, "link"),
        generator=_word(feed, "generator"),
        format=FeedFormat.ATOM if found["version"].startswith("atom") else FeedFormat.RSS,
        entries=tuple(entry for entry in entries if entry.id),
    )


def _place(data: bytes) -> tuple[int, int]:
    """Line and column from 1 of the first thing in the bytes that is no XML; 0 where all of it is."""
    # Not feedparser's own: it counts the lines of what it has made of them.
    try:
        ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        return error.position[0], error.position[1] + 1
    except (ValueError, LookupError):
        pass
    return 0, 0


def _entry(entry: Any, raw: str) -> ForeignEntry:
    link = _word(entry, "feedburner_origlink") or _word(entry, "link")
    return ForeignEntry(
        id=raw or _word(entry, "id") or link,
        link=link,
        title=as_written(_word(entry, "title")),
        published=_moment(entry, "published_parsed"),
        updated=_moment(entry, "updated_parsed"),
    )


def _word(fields: Any, key: str) -> str:
    # dict.get, for feedparser's own answers with another key's value, and a warning, where one is missing.
    value = dict.get(fields, key)
    # A lone surrogate, which JSON can spell, is no text in any file.
    return value.strip().encode(errors="ignore").decode() if isinstance(value, str) else ""


def _moment(entry: Any, key: str) -> datetime | None:
    parsed: Any = dict.get(entry, key)
    with suppress(TypeError, ValueError, OverflowError):
        # Added, for a leap second's :60 and years that datetime.fromtimestamp does not take everywhere.
        return _EPOCH + timedelta(seconds=timegm(parsed))
    return None


def _with_raw_ids(entries: list[Any], data: bytes) -> Iterator[tuple[Any, str]]:
    """Each entry with its id as the file has it, "" where the file is ill-formed.

    feedparser resolves an id against xml:base as if it were a link; RFC 4287 section 4.2.6 has ids compared as they
    stand, and so do readers.
    """
    try:
        items = [one for one in ElementTree.fromstring(data).iter() if _local(one) in _ITEMS]
    except (ElementTree.ParseError, ValueError, LookupError):
        items = []
    raw = [_raw_id(item) for item in items] if len(items) == len(entries) else [""] * len(entries)
    return zip(entries, raw, strict=True)


def _raw_id(item: Element) -> str:
    # The first of each name; an extension's own id, such as a podcast's, is another thing.
    texts = {child.tag.lower(): (child.text or "").strip() for child in reversed(item)}
    named = {tag.rpartition("}")[2]: text for tag, text in texts.items() if tag[0] != "{" or _OURS.match(tag)}
    return named.get("guid") or named.get("id") or item.get(_ABOUT, "").strip()


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _json(text: bytes, name: str) -> ForeignFeed:
    try:
        document = json.loads(text)
        if not str(document["version"]).startswith("https://jsonfeed.org/version/"):
            raise ValueError("its version is none of jsonfeed.org's")
        items = [item for item in document["items"] if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (0, 0)
        raise _fault(name, line, column, f"is no JSON Feed: {error}") from error
    generator = document.get(JSON_GENERATOR)
    entries = map(_json_entry, items)
    return ForeignFeed(
        title=_word(document, "title"),
        home=_word(document, "home_page_url"),
        generator=_word(generator, "name") if isinstance(generator, dict) else "",
        format=FeedFormat.JSON,
        entries=tuple(entry for entry in entries if entry.id),
    )


def _json_entry(item: dict[str, Any]) -> ForeignEntry:
    link = _word(item, "url")
    number = item.get("id")
    # Version 1: a reader should take a number as the text of it.
    id_ = str(number) if isinstance(number, int) and not isinstance(number, bool) else _word(item, "id")
    return ForeignEntry(
        id=id_ or link,
        link=link,
        title=_word(item, "title"),
        published=_json_moment(item, "date_published"),
        updated=_json_moment(item, "date_modified"),
    )


def _json_moment(item: dict[str, Any], key: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(_word(item, key))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _fault(name: str, line: int, column: int, message: str) -> ContentError:
    hint = "name the feed itself, a file or an address, not the page that links to it"
    return ContentError([Problem(name, line, column, Severity.ERROR, "not-a-feed", message)], hint=hint)
