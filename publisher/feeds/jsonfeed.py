"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from collections.abc import Iterable
from typing import Any

from publisher.feeds.names import GENERATOR, JSON_GENERATOR, JSON_VERSION
from publisher.model.feed import Entry, Feed
from publisher.model.post import Author


def dump(feed: Feed) -> bytes:
    """The cleaned feed, keys in the order of the specification, one value a line, Japanese as it is."""
    document = {
        "version": JSON_VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "description": feed.description,
        "icon": feed.icon,
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
    optional = {
        "summary": entry.summary,
        "tags": list(entry.categories),
        "authors": _authors(entry.authors),
        "language": entry.language,
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
