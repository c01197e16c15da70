"""Entries read back from a JSON Feed of ours; where it is none, anything that `recovery` expects is raised."""

import json
from collections.abc import Iterable
from typing import Any

from publisher.feeds.moments import moment
from publisher.feeds.names import GENERATOR, JSON_GENERATOR, JSON_LABELS
from publisher.model.feed import Enclosure, Entry, Label
from publisher.model.post import Author


def read(data: bytes) -> Iterable[Entry]:
    """The entries, in their order; none of another program."""
    document = json.loads(data)
    if document[JSON_GENERATOR]["name"] != GENERATOR:
        return []
    return [_item(item, document.get("language")) for item in document["items"]]


def _item(item: dict[str, Any], feed_language: str | None) -> Entry:
    html, language, image = item.get("content_html"), item.get("language", feed_language), item.get("image")
    categories, tags = _labels(item)
    return Entry(
        id=_string(item["id"]),
        url=_string(item["url"]),
        title=_string(item["title"]),
        published=moment(item["date_published"]),
        updated=moment(item["date_modified"]),
        summary=_string(item.get("summary", "")),
        html=None if html is None else _string(html),
        categories=categories,
        tags=tags,
        authors=tuple(Author(_string(author["name"])) for author in item.get("authors", [])),
        language=None if language is None else _string(language),
        image=None if image is None else _string(image),
        enclosures=tuple(_enclosure(one) for one in item.get("attachments", [])),
    )


def _labels(item: dict[str, Any]) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    labels = tuple(Label(_string(name), _string(name)) for name in item.get("tags", []))
    count = _number(item[JSON_LABELS]["categories"]) if JSON_LABELS in item else len(labels)
    return labels[:count], labels[count:]


def _enclosure(one: dict[str, Any]) -> Enclosure:
    seconds = one.get("duration_in_seconds")
    return Enclosure(
        _string(one["url"]),
        _string(one["mime_type"]),
        _number(one.get("size_in_bytes", 0)),
        None if seconds is None else _number(seconds),
    )


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value
