"""Which feeds there are, and which posts stand in each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from publisher.core.slugs import category_slug
from publisher.model.feed import FeedKind
from publisher.struct import Struct


class Head(NamedTuple):
    """What tells which feeds a post stands in: a hundred thousand of them are read for each build.

    `language` is None where the post names none; `section` is "" where it lies in none.
    """

    source: str
    categories: tuple[str, ...]
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language: str | None = None
    section: str = ""


class Group(Struct, frozen=True):
    """The posts of one feed, by their sources, newest first. `name` and `slug` say what it is of; "" for the site."""

    kind: FeedKind
    name: str
    slug: str
    sources: tuple[str, ...]


class Custom(Struct, frozen=True):
    """A feed by rule: its name, the most posts it holds, and which those are."""

    name: str
    limit: int
    takes: Callable[[Head], bool]


class Wanted(Struct, frozen=True):
    """The feeds that are asked for, at most `limit` posts in each; `slugs` are those that categories are given.

    `author` and `language` are those of posts that name none.
    """

    limit: int
    by: Sequence[FeedKind]
    slugs: Mapping[str, str] = {}
    custom: Sequence[Custom] = ()
    author: str | None = None
    language: str = "en"


class _Shelf:
    """The feeds of one kind while they are filled."""

    def __init__(self, kind: FeedKind, limit: int, slugs: Mapping[str, str]) -> None:
        self.kind = kind
        self._limit, self._slugs = limit, slugs
        self._names: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._known: dict[str, list[str]] = {}

    def put(self, source: str, names: Iterable[str]) -> None:
        for name in names:
            inside = self._known.get(name)
            if inside is None:
                slug = category_slug(name, self._slugs)
                self._names.setdefault(slug, name)
                inside = self._known[name] = self._members.setdefault(slug, [])
            if len(inside) < self._limit and (not inside or inside[-1] != source):
                inside.append(source)

    def groups(self) -> list[Group]:
        return [Group(self.kind, self._names[slug], slug, tuple(self._members[slug])) for slug in sorted(self._members)]


def group(heads: Iterable[Head], wanted: Wanted) -> list[Group]:
    """The feeds that posts make, newest first: the site's, then those of each kind by slug, then those by rule.

    Categories that share a slug (`AI` and `ai`, one page in Hugo) share a feed, named as the newest post spells it.
    """
    whole: list[str] = []
    shelves = [
        _Shelf(kind, wanted.limit, wanted.slugs if kind is FeedKind.CATEGORY else {})
        for kind in dict.fromkeys(wanted.by)
    ]
    rules: list[tuple[Custom, list[str]]] = [(custom, []) for custom in wanted.custom]
    for head in heads:
        if len(whole) < wanted.limit:
            whole.append(head.source)
        for shelf in shelves:
            shelf.put(head.source, names_of(head, shelf.kind, wanted))
        for custom, inside in rules:
            if len(inside) < custom.limit and custom.takes(head):
                inside.append(head.source)
    ruled = [Group(FeedKind.CUSTOM, custom.name, custom.name, tuple(inside)) for custom, inside in rules]
    return [Group(FeedKind.SITE, "", "", tuple(whole)), *(one for shelf in shelves for one in shelf.groups()), *ruled]


def names_of(head: Head, kind: FeedKind, wanted: Wanted) -> Sequence[str]:
    """The feeds of one kind that a post stands in, by name."""
    match kind:
        case FeedKind.CATEGORY:
            return head.categories
        case FeedKind.TAG:
            return head.tags
        case FeedKind.AUTHOR:
            return head.authors or ((wanted.author,) if wanted.author else ())
        case FeedKind.LANGUAGE:
            return (head.language or wanted.language,)
        case FeedKind.SECTION:
            return (head.section,) if head.section else ()
        case _:
            return ()
