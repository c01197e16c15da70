"""What the reader library keeps of a feed's entries, by the rules of its 3.26.

An entry is known by its id (reader/_parser/feedparser.py, _process_entry; jsonfeed.py). A known one is written anew
where its `updated` differs, or the hash of the other values (reader/_types.py, EntryData; _update/__init__.py, Decider,
should_update_entry). It stays read. After 24 changes that left `updated` as it was the hash no longer counts.

The library has its own copy of feedparser, a little older than ours.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from publisher.feeds.kept import Kept, alternate, entries, first, is_atom, objects, texts, whole, word
from publisher.feeds.names import PREFIXES


def kept(document: Element | dict[str, Any]) -> list[Kept]:
    """The entries in the order of the feed; of several with one id only the first, which is stored last."""
    found = _json(document) if isinstance(document, dict) else _xml(document)
    return list({one.key: one for one in reversed([*found]) if one.key}.values())[::-1]


def _xml(root: Element) -> Iterator[Kept]:
    for _, entry in entries(root):
        link = alternate(entry) if is_atom(root) else first(texts(entry, "link"))
        id_ = first([*texts(entry, "guid", "atom:id"), "" if is_atom(root) else link])
        title = first([whole(entry.find(path, PREFIXES)) for path in ("title", "atom:title")])
        yield Kept(id_, title, id_, _values(_alone(root, entry), is_atom(root)))


def _alone(root: Element, entry: Element) -> bytes:
    """The feed with nothing in it but one entry, and what that inherits of the root's attributes."""
    shell = Element(root.tag, root.attrib)
    (shell if is_atom(root) else ElementTree.SubElement(shell, "channel")).append(entry)
    return ElementTree.tostring(shell)


@lru_cache(maxsize=1024)
def _values(feed: bytes, atom: bool) -> dict[str, Any]:
    """Of the one entry in a feed. feedparser takes 10 ms for it, and it stands in both versions of several feeds."""
    from publisher.feeds.foreign import as_subscriber

    entry = next(iter(as_subscriber(feed)), {"summary": feed})
    values = {name: dict.get(entry, key) for name, key in _PLAIN.items()} | {
        "authors": _authors(entry, atom),
        "content": _some(dict.get(entry, "content"), "value", "type", "language"),
        "enclosures": _some(_enclosures(entry), "href", "type", "length"),
    }
    return _without_empty(values)


_PLAIN = {
    "updated": "updated_parsed",
    "title": "title",
    "link": "link",
    "published": "published_parsed",
    "summary": "summary",
    "source": "source",
}


def _authors(entry: dict[str, Any], atom: bool) -> tuple[Any, ...]:
    """reader/_parser/feedparser.py, _parse_authors: in Atom what the first <author> is made of, in RSS the text, with
    the address and the page of `author_detail`. The rest must not count: with each author who comes or goes feedparser
    shortens the text of an Atom entry, and gives an RSS item another name in `author_detail`."""
    text, detail = dict.get(entry, "author"), dict.get(entry, "author_detail") or {}
    if detail and (atom or text in (None, "", "()")):
        return (detail,)
    return (text, detail.get("email"), detail.get("href"))


def _json(feed: dict[str, Any]) -> Iterator[Kept]:
    for item in objects(feed["items"]):
        language = first([word(item.get("language")), word(feed.get("language"))])
        values = {
            "updated": _moment(item.get("date_modified")),
            "title": item.get("title"),
            "link": item.get("url"),
            "authors": _some(objects(item.get("authors")) or objects([item.get("author")]), "name", "url"),
            "published": _moment(item.get("date_published")),
            "summary": item.get("summary"),
            "content": [(name, item[name], language) for name in ("content_html", "content_text") if item.get(name)],
            "enclosures": _some(objects(item.get("attachments")), "url", "mime_type", "size_in_bytes"),
        }
        id_ = word(item.get("id"))
        yield Kept(id_, word(item.get("title")), id_, _without_empty(values))


def _enclosures(entry: dict[str, Any]) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = dict.get(entry, "links") or []
    return [one for one in links if one.get("rel") == "enclosure" and one.get("href")]


def _some(found: list[dict[str, Any]] | None, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(dict.get(one, name) or None for name in names) for one in found or []]


def _moment(value: Any) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError):
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """The hash leaves out what is empty, so that an empty summary is none."""
    return {name: value for name, value in values.items() if value}
