"""Anything into what every format can hold, before any format sees it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from publisher.model.feed import Entry, Feed
from publisher.model.post import Author
from publisher.struct import replace

# XML 1.0 section 2.2, Char. One U+0008 made the feeds of jekyll-feed #281 unreadable as a whole, and lxml
# raises on it; a lone surrogate has no UTF-8 at all.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# RFC 3986: reserved characters and an existing escape stay, so an address that is encoded already does too.
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~"


def clean(feed: Feed) -> Feed:
    """The same feed, made of legal characters, ASCII addresses and times in UTC; cleaning twice changes nothing."""
    page_url = _url(feed.page_url)
    return replace(
        feed,
        id=_text(feed.id),
        title=_title(feed.title, page_url),
        description=_text(feed.description),
        page_url=page_url,
        self_url=_url(feed.self_url),
        language=_text(feed.language),
        updated=_instant(feed.updated),
        entries=tuple(_entry(entry, feed.language) for entry in feed.entries),
        author=next(iter(_authors([feed.author] if feed.author else [])), None),
        icon=_url(feed.icon) if feed.icon else None,
        logo=_url(feed.logo) if feed.logo else None,
        hub=_url(feed.hub) if feed.hub else None,
    )


def _entry(entry: Entry, feed_language: str) -> Entry:
    url = _url(entry.url)
    return replace(
        entry,
        id=_text(entry.id),
        url=url,
        title=_title(entry.title, url),
        published=_instant(entry.published),
        updated=_instant(entry.updated),
        summary=_text(entry.summary),
        html=None if entry.html is None else _text(entry.html),
        categories=tuple(filter(str.strip, map(_text, entry.categories))),
        authors=_authors(entry.authors),
        language=_text(entry.language) if entry.language and entry.language != feed_language else None,
    )


def _text(value: str) -> str:
    return _NOT_XML.sub("", value)


def _title(value: str, url: str) -> str:
    """Atom demands a title (RFC 4287 section 4.1.2) and feedgen raises without one: the address stands in."""
    title = _text(value)
    return title if title.strip() else url


def _url(value: str) -> str:
    """RSS and Atom want URIs; the W3C validator says "IRI found where URL expected" of a raw one."""
    return quote(_text(value), safe=_URL_SAFE)


def _instant(value: datetime) -> datetime:
    """In UTC: two aware times that are equal must give the same bytes, whatever zone they were made in."""
    return value.astimezone(UTC).replace(microsecond=0)


def _authors(authors: Iterable[Author]) -> tuple[Author, ...]:
    """Those with a name: Atom has no person without one (RFC 4287 section 3.2.1)."""
    named = (Author(_text(author.name), _text(author.email or "") or None) for author in authors)
    return tuple(author for author in named if author.name.strip())
