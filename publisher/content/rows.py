"""Posts and problems as rows of the index."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from publisher.content.posts import Reading
from publisher.errors import Problem, Severity
from publisher.model.post import Author, Post

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class PostRow(NamedTuple):
    """One post: what selection asks for in columns of their own, all of it as JSON in `reading`.

    `published` and `expires` are whole seconds since 1970; `address` is the post's path; `categories` is a JSON array,
    empty where there are none.
    """

    path: str
    digest: str
    url: str
    published: int
    address: str
    title: str
    expires: int | None
    fed: int
    categories: str
    reading: str


def pack(reading: Reading) -> PostRow:
    """One reading as a row."""
    post = reading.post
    categories = _categories(post.categories) if post.categories else ""
    return PostRow(
        post.source,
        post.digest,
        post.url,
        int(post.published.timestamp()),
        post.path,
        post.title,
        int(reading.expires.timestamp()) if reading.expires else None,
        int(post.in_feeds),
        categories,
        _encode(
            (
                *(post.source, post.path, post.url, post.title, post.published.isoformat(), post.digest),
                *(post.updated.isoformat() if post.updated else None, post.summary, post.categories, post.tags),
                *([(author.name, author.email) for author in post.authors], post.language, post.in_feeds),
                *(post.in_newsletters, post.image, post.translation),
            )
        ),
    )


@lru_cache(maxsize=1024)
def _categories(categories: tuple[str, ...]) -> str:
    return _encode(categories)


def unpack(readings: Iterable[str]) -> list[Post]:
    """The posts of many rows; decoded at one go, which halves the time."""
    return [_post(*row) for row in json.loads(f"[{','.join(readings)}]")]


def _post(*row: Any) -> Post:
    source, path, url, title, published, digest, updated, summary, categories, tags, authors, *rest = row
    return Post(
        source,
        path,
        url,
        title,
        datetime.fromisoformat(published),
        digest,
        datetime.fromisoformat(updated) if updated else None,
        summary,
        tuple(categories),
        tuple(tags),
        tuple(Author(name, email) for name, email in authors),
        *rest,
    )


def pack_problems(problems: Iterable[Problem]) -> str:
    """Problems of one file as a JSON array, empty where there are none."""
    rows = [(fault.line, fault.column, fault.severity, fault.code, fault.message) for fault in problems]
    return _encode(rows) if rows else ""


def unpack_problems(file: str, text: str) -> list[Problem]:
    """The problems of one file."""
    if not text:
        return []
    return [Problem(file, row[0], row[1], Severity(row[2]), row[3], row[4]) for row in json.loads(text)]
