"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterable
from typing import Any

from publisher.feeds.names import GENERATOR, JSON_GENERATOR, JSON_LABELS, JSON_VERSION
from publisher.model.feed import Enclosure, Entry, Feed
from publisher.model.post import Author


def dump(feed: Feed) -> bytes:
    """The cleaned feed, keys in the order of the specification, one value a line, Japanese as it is."""
    document = {
        "version": JSON_VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "description": feed.description,
        "next_url": feed.archive.previous if feed.archive else None,
        "icon": feed.logo,
        "favicon": feed.icon,
        "authors": _authors([feed.author] if feed.author else []),
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        JSON_GENERATOR: {"name": GENERATOR},
        "items": [_item(entry) for entry in feed.entries],
    }
    written = {key: value for key, value in document.items() if value or key == "items"}
    return (json.dumps(written, ensure_ascii=False, indent=2) + "\n").encode()


def _item(entry: Entry) -> dict[str, Any]:
    content = ("content_text", entry.summary) if entry.html is None else ("content_html", entry.html)
    categories = dict.fromkeys(one.name for one in entry.categories)
    tags = categories | dict.fromkeys(one.name for one in entry.tags)
    optional = {
        "summary": entry.summary,
        "image": entry.image,
        "tags": list(tags),
        "authors": _authors(entry.authors),
        "language": entry.language,
        "attachments": [_attachment(one) for one in entry.enclosures],
        JSON_LABELS: {"categories": len(categories)} if len(tags) > len(categories) else None,
    }
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        content[0]: content[1],
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        **{key: value for key, value in optional.items() if value},
    }


def _authors(authors: Iterable[Author]) -> list[dict[str, str]]:
    return [{"name": author.name} for author in authors]


def _attachment(one: Enclosure) -> dict[str, str | int]:
    numbers = {"size_in_bytes": one.length, "duration_in_seconds": one.seconds}
    return {"url": one.url, "mime_type": one.type, **{name: number for name, number in numbers.items() if number}}
