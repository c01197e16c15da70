"""Plain text from Markdown and HTML, and a text cut where a sentence ends."""

import re
from html import unescape
from typing import TypeAlias

LIMIT = 200
Pairs: TypeAlias = list[tuple[int, int]]
"""Where quotations begin and end, sorted."""
# The patterns below look ahead for what closes a mark: on a paragraph of megabytes that would be a hang. They are
# compiled when they are first needed: every build reads excerpts, and few of these are marked up.
_LONGEST = 4000
_TAG = r"(?is)<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>|</?[a-zA-Z][^<>]*>"
_IMAGE = r"!\[[^\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])"
_LINK = r"\[([^\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])"
_LIQUID = r"(?s)\{%.*?%\}|\{\{.*?\}\}"
_STRONG = r"(?s)(?<!\\)(\*{1,3}|~~|`+)(?=\S)(.+?)(?<![\s\\])\1"
_UNDERSCORED = r"(?s)(?<![\w\\])(_{1,3})(?=\S)(.+?)(?<![\s\\])\1(?!\w)"
_ESCAPED = r"\\([!-/:-@\[-`{-~])"
_MARKED = re.compile(r"[\[<&*_`~\\{]")
# A quotation that the sentence goes on from, as in 「行く。」と言った, ends none.
_SENTENCE_END = r"[。．！？](?![」』）】”’])|[。．！？][」』）】”’]+(?![\u3041-\u3096])|[.!?][\"')\]”’]*(?=\s|$)"
_CLOSING = {"「": "」", "『": "』", "（": "）", "【": "】", "《": "》", "〈": "〉", "“": "”", "(": ")"}
_JAPANESE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_WRAPPED = f"(?<={_JAPANESE})\\s*\\n\\s*(?={_JAPANESE})"


def plain(text: str) -> str:
    """One line of plain text: inline Markdown, HTML, Liquid and entities resolved, white space squeezed.

    A line break between two Japanese characters leaves no space.
    """
    text = text[:_LONGEST]
    if "\n" in text:
        text = re.sub(_WRAPPED, "", text.strip())
    if _MARKED.search(text):
        text = re.sub(_LIQUID, "", text)
        text = re.sub(_LINK, r"\1", re.sub(_IMAGE, "", text))
        text = unescape(re.sub(_TAG, "", text))
        text = re.sub(_STRONG, r"\2", text)
        text = re.sub(_ESCAPED, r"\1", re.sub(_UNDERSCORED, r"\2", text))
    return " ".join(text.split())


def without_tags(text: str) -> str:
    """One line of plain text from a title, whose asterisks and underscores are its own."""
    text = text[:_LONGEST]
    if "<" in text or "&" in text:
        text = unescape(re.sub(_TAG, "", text))
    return " ".join(text.split())


def one_line(text: str) -> str:
    """White space squeezed; a line break between two Japanese characters leaves none."""
    return " ".join((re.sub(_WRAPPED, "", text.strip()) if "\n" in text else text).split())


def shorten(text: str, limit: int = LIMIT) -> str:
    """The text up to its last sentence end within `limit` characters; where there is none, cut with `…`.

    No cut falls between a character and the marks that combine with it, nor does a quotation, 「…」 or （…）, lose its
    end: what stands in one is no sentence end, and a quotation too long to be left out whole is closed behind the `…`.
    """
    if len(text) <= limit:
        return text
    pairs = _pairs(text[:_LONGEST])
    ends = [
        found.end() for found in re.compile(_SENTENCE_END).finditer(text, 0, limit) if not _around(pairs, found.end())
    ]
    return text[: ends[-1]].rstrip() if ends else _cut(text, limit, pairs)


def _cut(text: str, limit: int, pairs: Pairs) -> str:
    cut = _whole_characters(text, limit - 1)
    space = text.rfind(" ", cut // 2, cut + 1)
    cut = space if space > 0 else cut
    around = _around(pairs, cut)
    if around and around[0][0] > cut // 2:
        return text[: around[0][0]].rstrip() + "…"
    closing = "".join(text[end] for _, end in reversed(around[-limit // 4 :]))
    return text[: _whole_characters(text, min(cut, limit - 1 - len(closing)))].rstrip() + "…" + closing


def _pairs(text: str) -> Pairs:
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, char in enumerate(text):
        if char in _CLOSING:
            opened.append(place)
        elif opened and char == _CLOSING[text[opened[-1]]]:
            found.append((opened.pop(), place))
    return sorted(found)


def _around(pairs: Pairs, place: int) -> Pairs:
    return [(start, end) for start, end in pairs if start < place <= end]


def _whole_characters(text: str, cut: int) -> int:
    # Combining marks, variation selectors, joiners and skin tones belong to the character before them.
    while cut > 0 and _joins(text[cut], text[cut - 1]):
        cut -= 1
    return cut


def _joins(char: str, before: str) -> bool:
    code = ord(char)
    return (
        0x300 <= code <= 0x36F
        or code in (0x3099, 0x309A, 0x200D)
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0100 <= code <= 0xE01EF
        or before == "\u200d"
    )
