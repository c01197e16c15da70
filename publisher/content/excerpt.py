"""A summary taken from a post's own HTML."""

import unicodedata
from collections.abc import Iterator
from html import escape, unescape

from publisher.content.plaintext import LIMIT, one_line, shorten
from publisher.core.tags import BLOCKS, TOKEN

MARK = "<!--publisher:more-->"
"""Stands in the HTML where the engine's rule ends the excerpt."""

# No feed shows more of a summary, and no text is looked through further for one.
_LONGEST = 4000
_NEVER = frozenset({"rt", "rp", "select", "button", "form", "template", "video", "audio", "object"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"dl", "ol", "ul"})
_APART = frozenset({"aside", "blockquote", "details", "figure", "footer", "header", "nav", "pre", "table"})
_NOT_PROSE = _NEVER | _HEADINGS | _LISTS | _APART


def mark(body: str, separator: str | None) -> str:
    """The body with MARK for the first separator outside code; line breaks stay where they are."""
    place = _place(body, separator) if separator and separator.strip() else -1
    return body if place < 0 else body[:place] + MARK + body[place + len(separator or "") :]


def unmark(html: str, separator: str | None) -> str:
    """HTML as it would be without `mark`: where code was after all around the separator, that stands there again."""
    if MARK in html:
        html = html.replace(MARK, "")
    return html.replace(escape(MARK), escape(separator or "")) if escape(MARK) in html else html


def summary_of(html: str, title: str) -> str:
    """Plain text: what stands before MARK, else the first sentences of prose, up to 200 characters.

    Headings, lists, quotations, tables, code and images are no prose. A paragraph that merely repeats `title` does not
    count.
    """
    before, found, _ = html.partition(MARK)
    text = _first(before, title, _LONGEST, _NEVER) if found else ""
    return shorten(text, _LONGEST) if text else shorten(_first(html, title, LIMIT, _NOT_PROSE))


def _place(body: str, separator: str) -> int:
    place, looked, fence = body.find(separator), 0, ""
    while place >= 0:
        start = body.rfind("\n", 0, place) + 1
        for line in body[looked:start].split("\n"):
            fence = _fence_after(line, fence)
        looked = start
        if not fence and not body.startswith(("    ", "\t"), start) and body.count("`", start, place) % 2 == 0:
            return place
        place = body.find(separator, place + len(separator))
    return -1


def _fence_after(line: str, fence: str) -> str:
    found = line.strip()[:3]
    if found not in ("```", "~~~"):
        return fence
    return "" if fence == found else fence or found


def _first(html: str, title: str, limit: int, without: frozenset[str]) -> str:
    chosen: list[str] = []
    for text in _blocks(html, without):
        if text and not _same(text, title):
            chosen.append(text)
        if sum(map(len, chosen)) > limit:
            break
    return one_line("\n".join(chosen))


def _same(text: str, title: str) -> bool:
    return text == title or unicodedata.normalize("NFKC", text) == unicodedata.normalize("NFKC", title)


def _blocks(html: str, without: frozenset[str]) -> Iterator[str]:
    parts: list[str] = []
    end, hidden, depth = 0, "", 0
    for match in TOKEN.finditer(html):
        if not hidden:
            parts.append(html[end : match.start()])
        end, name = match.end(), (match["name"] or "").lower()
        kind = name.lstrip("/")
        if hidden:
            depth += (kind == hidden) * (1 if name == kind else -1)
            hidden = "" if not depth or (name == "/ruby" and hidden in ("rt", "rp")) else hidden
            continue
        if kind == "br":
            parts.append("\n")
        if kind in BLOCKS:
            yield _text(parts)
            parts = []
        if kind == name and (kind in without or (kind == "sup" and "fnref" in match["attributes"])):
            hidden, depth = kind, 1
    yield _text(parts if hidden else [*parts, html[end:]])


def _text(parts: list[str]) -> str:
    return one_line(unescape("".join(parts)[:_LONGEST]))
