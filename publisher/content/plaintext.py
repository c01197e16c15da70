"""Plain text from Markdown and HTML, and a summary that ends where a sentence ends."""

import re
from html import unescape

LIMIT = 200
# The patterns below look ahead for what closes a mark: on a paragraph of megabytes that would be a hang.
_LONGEST = 4000
_TAG = re.compile(
    r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE
)
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])")
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_STRONG = re.compile(r"(?<!\\)(\*{1,3}|~~|`+)(?=\S)(.+?)(?<![\s\\])\1", re.DOTALL)
_UNDERSCORED = re.compile(r"(?<![\w\\])(_{1,3})(?=\S)(.+?)(?<![\s\\])\1(?!\w)", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKED = re.compile(r"[\[<&*_`~\\{]")
_BLANK = re.compile(r"\n[ \t]*\n")
_NOT_PROSE = re.compile(r"(?:#{1,6}\s|```|~~~|[-*+]\s|\d{1,9}[.)]\s|\||>|\{[:%]|[-*_=]{3,}\s*$|\[\^?[^\]]+\]:| {4}|\t)")
_SENTENCE_END = re.compile(r"[。．！？][」』）】”’]*|[.!?][\"')\]”’]*(?=\s|$)")
_JAPANESE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_WRAPPED = re.compile(f"(?<={_JAPANESE})\\s*\\n\\s*(?={_JAPANESE})")


def plain(text: str) -> str:
    """One line of plain text: inline Markdown, HTML, Liquid and entities resolved, white space squeezed.

    A line break between two Japanese characters leaves no space.
    """
    text = text[:_LONGEST]
    if "\n" in text:
        text = _WRAPPED.sub("", text.strip())
    if _MARKED.search(text):
        text = _LIQUID.sub("", text)
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
        text = unescape(_TAG.sub("", text))
        text = _ESCAPED.sub(r"\1", _UNDERSCORED.sub(r"\2", _STRONG.sub(r"\2", text)))
    return " ".join(text.split())


def without_tags(text: str) -> str:
    """One line of plain text from a title, whose asterisks and underscores are its own."""
    text = text[:_LONGEST]
    if "<" in text or "&" in text:
        text = unescape(_TAG.sub("", text))
    return " ".join(text.split())


def summarise(body: str, title: str) -> str:
    """The first paragraph of prose that does not merely repeat the title, cut at a sentence end."""
    start = 0
    fence = ""
    while start < len(body):
        found = _BLANK.search(body, start)
        end, after = (found.start(), found.end()) if found else (len(body), len(body))
        block = body[start:end].strip("\n")
        start = after
        within, fence = fence, _fence_after(block, fence)
        if within or fence or not block.strip() or _NOT_PROSE.match(block):
            continue
        text = plain(block)
        if text and text != title:
            return shorten(text)
    return ""


def shorten(text: str, limit: int = LIMIT) -> str:
    """The text up to its last sentence end within `limit` characters; where there is none, cut with `…`.

    A character and the marks that combine with it stay together.
    """
    if len(text) <= limit:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, limit)]
    if ends:
        return text[: ends[-1]].rstrip()
    cut = _whole_characters(text, limit - 1)
    space = text.rfind(" ", cut // 2, cut + 1)
    return text[: space if space > 0 else cut].rstrip() + "…"


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


def _fence_after(block: str, fence: str) -> str:
    for line in block.split("\n"):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~"):
            fence = "" if fence == mark else fence or mark
    return fence
