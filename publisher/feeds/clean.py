"""Anything into what every format can hold, before any format sees it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from publisher.feeds.urls import uri, web
from publisher.model.feed import Archive, Enclosure, Entry, Episode, Feed, Label, Podcast
from publisher.model.post import Author
from publisher.struct import replace

# XML 1.0 section 2.2, Char. One U+0008 made the feeds of jekyll-feed #281 unreadable as a whole, and lxml raises on
# it; a lone surrogate has no UTF-8 at all. C1 controls are legal, and what is left of Windows-1252 that was read as
# Latin-1: nothing shows them, and the W3C validator warns of each (BadCharacters).
_ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_NOT_XML = re.compile(f"[{_ILLEGAL}]")
_NOT_TEXT = re.compile(f"[{_ILLEGAL}\ufffd]")

# RFC 6838 section 4.2.
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
# What the W3C validator takes for an address (InvalidContact); docomo's `a..b@` is one to it.
_EMAIL = re.compile(r"[A-Za-z0-9_+.'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9][A-Za-z0-9-]*")
# The language tags that RFC 4287 section 2 and RSS know.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_EPISODES = ("full", "trailer", "bonus")
_SHOWS = ("episodic", "serial")


def clean(feed: Feed) -> Feed:
    """The same feed, made of legal characters, ASCII addresses and times in UTC; cleaning twice changes nothing."""
    page_url, language = uri(feed.page_url), _language(feed.language)
    author = next(iter(_authors([feed.author] if feed.author else [])), None)
    return replace(
        feed,
        # It is an address; an entry's id is not, and stays as it was first given out.
        id=uri(feed.id),
        title=_title(feed.title, page_url),
        description=_text(feed.description).strip(),
        page_url=page_url,
        self_url=uri(feed.self_url),
        language=language or "",
        updated=_instant(feed.updated),
        entries=tuple(_entry(entry, language) for entry in feed.entries),
        author=author,
        icon=web(feed.icon),
        logo=web(feed.logo),
        hub=web(feed.hub),
        style=uri(feed.style) if feed.style else None,
        archive=_archive(feed.archive) if feed.archive else None,
        podcast=_podcast(feed.podcast, author) if feed.podcast else None,
    )


def _entry(entry: Entry, feed_language: str | None) -> Entry:
    url, language = uri(entry.url), _language(entry.language)
    title, html = _title(entry.title, url), _html(entry.html)
    return replace(
        entry,
        id=_text(entry.id),
        url=url,
        title=title,
        published=_instant(entry.published),
        updated=_instant(entry.updated),
        summary=_summary(entry.summary, html, title),
        html=html,
        categories=_labels(entry.categories),
        tags=_labels(entry.tags),
        authors=_authors(entry.authors),
        language=language if language != feed_language else None,
        image=web(entry.image),
        enclosures=_enclosures(entry.enclosures) if entry.enclosures else (),
        episode=_episode(entry.episode) if entry.episode else None,
    )


def legal(text: str) -> str:
    """`text` without what no document can hold."""
    return _NOT_XML.sub("", text)


def _text(value: str) -> str:
    """U+FFFD goes too: it stands for what Markdown could not read, such as a NUL (CommonMark section 2.3)."""
    return _NOT_TEXT.sub("", value)


def _html(value: str | None) -> str | None:
    """None where there is nothing: an empty content is a fault to the W3C validator (NotBlank).

    Who writes about U+FFFD still shows it: as a reference, which is no U+FFFD to the validator.
    """
    html = legal(value or "").replace("\ufffd", "&#xFFFD;")
    return html if html.strip() else None


def _summary(value: str, html: str | None, title: str) -> str:
    """An entry must say something (MissingTextualContent; JSON Feed 1.1, content_text): else its title stands in."""
    summary = _text(value)
    return summary if summary.strip() else "" if html else title


def _title(value: str, url: str) -> str:
    """Atom demands a title (RFC 4287 section 4.1.2) and feedgen raises without one: the address stands in."""
    title = _text(value)
    return title if title.strip() else url


def _instant(value: datetime) -> datetime:
    """In UTC: two aware times that are equal must give the same bytes, whatever zone they were made in."""
    try:
        return value.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        # 0001-01-01 in Tokyo is no day in UTC.
        return value.replace(tzinfo=UTC, microsecond=0)


def _language(value: str | None) -> str | None:
    tag = (value or "").replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def _labels(labels: Iterable[Label]) -> tuple[Label, ...]:
    return tuple(filter(None, map(_label, labels)))


# A site has few labels, and each of its feeds has them again and again.
@lru_cache(maxsize=1024)
def _label(label: Label) -> Label | None:
    name = _text(label.name)
    # What has no slug, such as `！`, is its own term: Atom demands one (RFC 4287 section 4.2.2.1).
    return Label(_text(label.term).strip() or name.strip(), name, uri(label.scheme)) if name.strip() else None


def _authors(authors: Iterable[Author]) -> tuple[Author, ...]:
    """Those with a name: Atom has no person without one (RFC 4287 section 3.2.1)."""
    named = (Author(_text(author.name), _email(author.email)) for author in authors)
    return tuple(author for author in named if author.name.strip())


def _email(value: str | None) -> str | None:
    return value if value and _EMAIL.fullmatch(value) else None


def _enclosures(enclosures: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
    """Those that the web has: RSS and podcast directories take no other address."""
    found = ((one, web(one.url)) for one in enclosures)
    return tuple(
        Enclosure(url, _media_type(one.type), max(one.length, 0), one.seconds if (one.seconds or 0) > 0 else None)
        for one, url in found
        if url
    )


def _media_type(value: str) -> str:
    lower = value.strip().lower()
    return lower if _MEDIA_TYPE.fullmatch(lower) else "application/octet-stream"


def _episode(episode: Episode) -> Episode:
    return replace(
        episode,
        number=episode.number if (episode.number or 0) > 0 else None,
        season=episode.season if (episode.season or 0) > 0 else None,
        kind=episode.kind if episode.kind in _EPISODES else _EPISODES[0],
        image=web(episode.image),
    )


def _podcast(podcast: Podcast, author: Author | None) -> Podcast:
    """By the feed's author where it names none; an owner without an address is nobody, and a fault to the validator."""
    owners = _authors([podcast.owner] if podcast.owner else [])
    categories = ((_category(one), _category(other)) for one, other in podcast.categories)
    return replace(
        podcast,
        categories=tuple((one, other) for one, other in categories if one),
        image=web(podcast.image),
        kind=podcast.kind if podcast.kind in _SHOWS else _SHOWS[0],
        author=_text(podcast.author or "").strip() or (author.name if author else None),
        owner=next((owner for owner in owners if owner.email), None),
    )


def _category(name: str) -> str:
    # feedgen looks a category up by a path with the name in quotes, and fails on a quote in it. Apple's have none.
    return _text(name).replace('"', "").strip()


def _archive(archive: Archive) -> Archive:
    return Archive(web(archive.current), web(archive.previous), web(archive.next))
