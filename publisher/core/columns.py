"""The door to wcwidth: how many columns a text takes where every character is one or two columns wide."""

import re
from collections.abc import Iterator
from functools import lru_cache

import wcwidth

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")
_EAST_ASIAN = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003fffd]"
)


def columns(text: str, ambiguous: int | None = None) -> int:
    """The columns that `text` takes: Japanese characters and emoji two, Latin letters one, marks and controls none.

    `ambiguous` is the width of what Unicode leaves open (UAX 11: `…`, `※`, `①`, `■`, Greek and Cyrillic letters):
    without it, that of `ambiguous_width(text)`.
    """
    width = ambiguous_width(text) if ambiguous is None else ambiguous
    return max(0, wcwidth.wcswidth(_CONTROLS.sub("", text), ambiguous_width=width))


def ambiguous_width(text: str) -> int:
    """2 where `text` holds Chinese, Japanese or Korean, 1 elsewhere.

    UAX 11 (section 5) has the context decide. Japanese mail fonts show `…` and `※` as wide as a kanji; in an English
    letter the same font draws the quotes narrow, and no line under a heading may be longer than the heading.
    """
    return 2 if _EAST_ASIAN.search(text) else 1


def graphemes(text: str) -> Iterator[str]:
    """What a reader takes for one character each (UAX 29): a base with its marks, a whole family of emoji, a flag."""
    return wcwidth.iter_graphemes(text)


@lru_cache(maxsize=8192)
def grapheme_columns(grapheme: str, ambiguous: int) -> int:
    """The columns of one grapheme, remembered: a language uses a few thousand of them again and again."""
    return columns(grapheme, ambiguous)
