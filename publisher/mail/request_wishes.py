"""What readers write to change what they get: a few lines, as the letter to them has it.

[weekly] 週刊 庭便り
頻度 = 毎週
カテゴリー = 庭、本
言語 = すべて
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from publisher.mail.request_words import folded
from publisher.struct import Struct


class Key(StrEnum):
    """What a line is about."""

    FREQUENCY = "frequency"
    CATEGORIES = "categories"
    LANGUAGE = "language"


class Line(Struct, frozen=True):
    """One setting: of which newsletter, as it is called there, empty for none; `values` without spaces around."""

    newsletter: str
    key: Key
    values: tuple[str, ...]
    written: str


_HEADING = re.compile(r"\[([^\[\]]{1,100})\].{0,200}")
_SETTING = re.compile(r"([^=:;]{1,100}?) ?[=:] ?(.{0,1000})")
_KEYS = {
    **dict.fromkeys(("frequency", "freq", "頻度", "配信頻度", "配信の頻度", "間隔"), Key.FREQUENCY),
    **dict.fromkeys(("categories", "category", "カテゴリー", "カテゴリ", "分類", "話題"), Key.CATEGORIES),
    **dict.fromkeys(("language", "languages", "lang", "言語", "記事の言語"), Key.LANGUAGE),
}
_APART = re.compile("[,、]")
ALL = frozenset({"all", "any", "すべて", "全て", "全部", "全カテゴリー", "指定なし", "*"})
NONE = frozenset({"none", "stop", "off", "no", "停止", "配信停止", "解除", "退会", "unsubscribe", "やめる"})
FREQUENCIES = {
    **dict.fromkeys(("instant", "随時", "すぐ", "すぐに", "その都度", "即時"), "instant"),
    **dict.fromkeys(("daily", "毎日", "日刊", "1日1回"), "daily"),
    **dict.fromkeys(("weekly", "毎週", "週刊", "週1回", "週に1回"), "weekly"),
    **dict.fromkeys(("monthly", "毎月", "月刊", "月1回", "月に1回"), "monthly"),
}
LANGUAGES = {"日本語": "ja", "japanese": "ja", "英語": "en", "english": "en"}


def wishes_in(lines: Sequence[str]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The settings in a body's own lines, in their order, and the lines that look like one and are none.

    What has neither `=` nor `:` is no setting: a greeting, a name. `#` begins a remark.
    """
    found: list[Line] = []
    unread: list[str] = []
    newsletter = ""
    for text in (piece for line in lines for piece in _pieces(line)):
        heading, setting = _HEADING.fullmatch(text), _SETTING.fullmatch(text)
        if heading is not None:
            newsletter = heading[1].strip()
        elif setting is not None:
            name, key, said = _setting(setting[1], setting[2])
            newsletter = name if name and (key or not said) else newsletter
            if key is not None:
                found.append(Line(newsletter, key, _values(said), text))
            elif said:
                unread.append(text)
    return tuple(found), tuple(unread)


def _pieces(line: str) -> list[str]:
    return [] if line.startswith("#") else [piece.strip() for piece in line.split(";")]


def _setting(before: str, after: str) -> tuple[str, Key | None, str]:
    """The newsletter that a line names, its key, and what it says: `weekly: frequency=daily` is all on one line."""
    key = _KEYS.get(folded(before))
    if key is not None:
        return "", key, after
    inner = _SETTING.fullmatch(after)
    key = _KEYS.get(folded(inner[1])) if inner else None
    return before.strip(), key, inner[2] if inner and key else after


def _values(text: str) -> tuple[str, ...]:
    return tuple(value for one in _APART.split(text) if (value := one.strip()))
