"""Rules: which posts a feed of one's own takes (`feeds.custom`), and how rules are joined, also those of readers."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeVar

from publisher.core.grouping import Head
from publisher.core.slugs import category_slug
from publisher.core.words import speaks

Rule: TypeAlias = Callable[[Head], bool]
T = TypeVar("T")


def compiled(
    where: Mapping[str, Any], *, slugs: Mapping[str, str], author: str | None = None, language: str = "en"
) -> Rule:
    """What a rule says of a post; all words of one mapping must hold, of a word's list of names any.

    `where` is as config.feeds_schema has checked it. Categories and tags are the same where their feeds are; `ja`
    takes `ja-JP`, too; a path is a pattern of the file below the site's folder, in which `*` stays in a folder and
    `**` does not, or a folder. `author` and `language` are those of posts that name none.
    """
    return joined(where, lambda word, names: _named(word, names, slugs, author, language))


def joined(where: Mapping[str, Any], named: Callable[[str, list[str]], Callable[[T], bool]]) -> Callable[[T], bool]:
    """A rule of the words `all`, `any`, `not` and of others, of which `named` says what each with its names means."""
    again = partial(joined, named=named)

    def held(word: str, value: Any) -> Callable[[T], bool]:
        match word:
            case "all":
                return _all(map(again, value))
            case "any":
                return _any(map(again, value))
            case "not":
                return _not(again(value))
        return named(word, [value] if isinstance(value, str) else list(value))

    return _all(held(word, value) for word, value in where.items())


def _named(word: str, names: list[str], slugs: Mapping[str, str], author: str | None, language: str) -> Rule:
    match word:
        case "category":
            wanted = {category_slug(name, slugs) for name in names}
            return lambda head: not wanted.isdisjoint(category_slug(name, slugs) for name in head.categories)
        case "tag":
            tags = {category_slug(name, {}) for name in names}
            return lambda head: not tags.isdisjoint(category_slug(name, {}) for name in head.tags)
        case "author":
            people = {name.casefold() for name in names}
            own = (author,) if author else ()
            return lambda head: not people.isdisjoint(name.casefold() for name in head.authors or own)
        case "language":
            return lambda head: speaks(names, head.language or language)
        case _:
            pattern = re.compile("|".join(map(_pattern, names)))
            return lambda head: pattern.fullmatch(head.source) is not None


def _all(rules: Iterable[Callable[[T], bool]]) -> Callable[[T], bool]:
    held = tuple(rules)
    return lambda one: all(rule(one) for rule in held)


def _any(rules: Iterable[Callable[[T], bool]]) -> Callable[[T], bool]:
    held = tuple(rules)
    return lambda one: any(rule(one) for rule in held)


def _not(rule: Callable[[T], bool]) -> Callable[[T], bool]:
    return lambda one: not rule(one)


_WILD = re.compile(r"(\*\*/?|\*|\?)")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _pattern(text: str) -> str:
    steps = text.strip("/")
    if not _WILD.search(steps):
        return f"{re.escape(steps)}(?:/.*)?"
    return "".join(_MEANING.get(piece, re.escape(piece)) for piece in _WILD.split(steps))
