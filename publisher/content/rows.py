"""Posts and problems as rows of the index."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from publisher.cache import kept
from publisher.content.posts import Reading
from publisher.errors import Problem, Severity
from publisher.model.post import Author, MailWishes, Post

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = timedelta()
_NONE = MailWishes()
NEVER = 2**62
"""Later than any moment."""


PostRow: TypeAlias = tuple[Any, ...]
"""One post, in the columns of the index; all of it int or str.

Whatever is neither, `sqlite3` asks at length how to adapt it, None and bool too: a text that is not there is empty, yes
and no are 1 and 0. `published` and `expires` are whole seconds since 1970, the latter NEVER where the engine does not
take the post away; `offset` is the seconds that its wall clock is ahead of UTC; `updated` is ISO 8601. `address` is the
post's path. `categories`, `tags`, `authors` (each a name and an address) and `wishes` are JSON arrays. No class of its
own: ten thousand of them come from other processes, which takes three times as long with one.
"""
_COLUMNS = (
    *("path", "digest", "url", "published", "address", "title", "expires", "fed", "categories", "offset", "updated"),
    *("summary", "tags", "authors", "language", "mailed", "image", "translation", "wishes"),
)
COLUMNS = ", ".join(_COLUMNS)
MARKS = ", ".join("?" * len(_COLUMNS))


def pack(reading: Reading) -> PostRow:
    """One reading as a row."""
    post, expires = reading.post, reading.expires
    published, updated, offset = post.published, post.updated, post.published.utcoffset() or _ZERO
    return (
        post.source,
        post.digest,
        post.url,
        int(published.timestamp()),
        post.path,
        post.title,
        NEVER if expires is None else int(expires.timestamp()),
        int(post.in_feeds),
        _names(post.categories),
        offset.days * 86400 + offset.seconds,
        "" if updated is None else updated.isoformat(),
        post.summary,
        _names(post.tags),
        _people(post.authors),
        post.language or "",
        int(post.in_newsletters),
        post.image or "",
        post.translation or "",
        _wishes(post.mail),
    )


@lru_cache(maxsize=1024)
def _names(names: tuple[str, ...]) -> str:
    # As JSON, in a quarter of the time: of tags, hardly two posts have the same.
    return f"[{','.join(map(encode_basestring, names))}]" if names else ""


@lru_cache(maxsize=256)
def _people(authors: tuple[Author, ...]) -> str:
    return _encode([(author.name, author.email) for author in authors]) if authors else ""


def unpack(row: tuple[Any, ...]) -> Post:
    """The post of a row."""
    path, digest, url, published, address, title, _expires, fed, categories, offset, *rest = row
    updated, summary, tags, authors, language, mailed, image, translation, wishes = rest
    with kept():
        return Post(
            source=path,
            path=address,
            url=url,
            title=title,
            published=(_EPOCH + timedelta(seconds=published)).astimezone(_zone(offset)),
            digest=digest,
            updated=datetime.fromisoformat(updated) if updated else None,
            summary=summary,
            categories=names(categories),
            tags=names(tags),
            authors=people_of(authors),
            language=language or None,
            in_feeds=bool(fed),
            in_newsletters=bool(mailed),
            image=image or None,
            translation=translation or None,
            mail=wishes_of(wishes),
        )


@lru_cache(maxsize=64)
def _zone(offset: int) -> timezone:
    return timezone(timedelta(seconds=offset))


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[str, ...]:
    """The categories or tags of a row."""
    with kept():
        return tuple(json.loads(text)) if text else ()


@lru_cache(maxsize=256)
def people_of(text: str) -> tuple[Author, ...]:
    """The authors of a row."""
    return tuple(Author(name, email) for name, email in json.loads(text)) if text else ()


def _wishes(mail: MailWishes) -> str:
    return "" if mail == _NONE else _encode([mail.subject, mail.intro, mail.only, mail.pinned, mail.resend])


@lru_cache(maxsize=256)
def wishes_of(text: str) -> MailWishes:
    """What the post of a row asks of mail."""
    if not text:
        return _NONE
    subject, intro, only, pinned, resend = json.loads(text)
    return MailWishes(subject, intro, tuple(only), pinned, resend)


def pack_problems(problems: Iterable[Problem]) -> str:
    """Problems of one file as a JSON array, empty where there are none."""
    rows = [(fault.line, fault.column, fault.severity, fault.code, fault.message) for fault in problems]
    return _encode(rows) if rows else ""


def unpack_problems(file: str, text: str) -> list[Problem]:
    """The problems of one file."""
    if not text:
        return []
    with kept():
        return [Problem(file, row[0], row[1], Severity(row[2]), row[3], row[4]) for row in json.loads(text)]
