"""Slugs as Pelican makes them (its utils.slugify, settings.DEFAULT_CONFIG and urlwrappers.py)."""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import TypeAlias

from publisher.struct import Struct

Substitutions: TypeAlias = tuple[tuple[str, str], ...]
"""Patterns, whose case does not matter, and what stands for them; applied in turn."""

DEFAULT: Substitutions = ((r"[^\w\s-]", ""), (r"(?u)\A\s*", ""), (r"(?u)\s*\Z", ""), (r"[-\s]+", "-"))
# What is longer is no title; a pattern of the writer's may be slow on it.
_LONGEST = 4000
_LONGEST_PATTERN = 500
# A tag or comment that is never closed ends the search (markupsafe's striptags); what follows it stays.
_TAG = re.compile(r"<!--.*?-->|<(?!!--)[^>]*>|(<.*)", re.DOTALL)
# A repeated group that repeats something itself may take for ever on a text that it does not fit.
_SLOW = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)\s*[+*{]")


class SlugRules(Struct, frozen=True):
    """How a text becomes a slug: `category`, `author` and `tag` are None where `substitutions` count for them too."""

    substitutions: Substitutions = DEFAULT
    category: Substitutions | None = None
    author: Substitutions | None = None
    tag: Substitutions | None = None
    keeps_unicode: bool = False
    keeps_case: bool = False

    def of(self, kind: str) -> Substitutions:
        """The substitutions for `category`, `author`, `tag`, or for a title, which is any other word."""
        own = {"category": self.category, "author": self.author, "tag": self.tag}.get(kind)
        return self.substitutions if own is None else own


@lru_cache(maxsize=8192)
def slugify(text: str, rules: SlugRules, kind: str = "title") -> str:
    """The slug of a title, or of the name of a category, author or tag.

    Without `keeps_unicode` Japanese is read as Chinese, by Unidecode's tables: 投資分析 is tou-zi-fen-xi.
    """
    slug = unicodedata.normalize("NFKC", strip_tags(text[:_LONGEST]))
    if not rules.keeps_unicode and not slug.isascii():
        from unidecode import unidecode

        slug = unidecode(slug)
    for pattern, replacement in _compiled(rules.of(kind)):
        slug = pattern.sub(replacement, slug)
    return (slug if rules.keeps_case else slug.lower()).strip()


def strip_tags(text: str) -> str:
    """The text on one line, without tags, with its entities resolved."""
    return unescape(" ".join(_TAG.sub(lambda found: found[1] or "", text).split()))


def is_usable(pattern: str, replacement: str = "") -> bool:
    """Whether a pattern of the site's settings can be compiled, and cannot take for ever."""
    try:
        re.compile(pattern, re.IGNORECASE).sub(replacement, "")
    except (re.error, IndexError, OverflowError, RecursionError):
        return False
    return len(pattern) < _LONGEST_PATTERN and not _SLOW.search(pattern)


@lru_cache(maxsize=16)
def _compiled(substitutions: Substitutions) -> tuple[tuple[re.Pattern[str], str], ...]:
    normal = [tuple(unicodedata.normalize("NFKC", part) for part in pair) for pair in substitutions]
    return tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in normal)
