"""The title and the fields of a reStructuredText file, as docutils' DocTitle and DocInfo find them.

docutils takes 10 ms and more for a post. Most posts start with a title and plain fields, for which reading the lines
gives the same; wherever that is not certain, docutils is asked.
"""

import re
from html import escape
from unicodedata import combining, east_asian_width

from publisher.content.engines.pelican_header import without_empty
from publisher.content.front import Front
from publisher.content.values import Fields, Scalar

_LONGEST = 64 * 1024
_ADORNED = re.compile(r"([!-/:-@\[-`{-~])\1*$")
_FIELD = re.compile(r":([^\W\d_][\w -]*)(?<! ):(?: +(.*)|$)")
# A text in which docutils might find more than text: markup, an escape, an RCS keyword, a list, a table, a block.
_MARKED = re.compile(
    r"[\\*`|$\t]|_(?!\w)|::$|^[\s!-/:-@\[-`{-~]|^(?:\w|[ivxlcdmIVXLCDM]+|\d+)[.)](?:\s|$)", re.MULTILINE
)
# docutils ends a line at these too.
_BREAKS = re.compile("[\x85\u2028\u2029]")
_JAPANESE = {"日付": "date", "著者": "author", "ステータス": "status"}
"""docutils' names of the fields for `DEFAULT_LANG = 'ja'`."""


def split_rst(text: str, file: str) -> Front:
    """The fields, the title among them as HTML, empty where there is none; the body is the whole text."""
    rows = text[:_LONGEST].split("\n")
    if len(text) > _LONGEST:
        rows.pop()
    found = _read(rows, text, len(text) > _LONGEST)
    if found is None:
        from publisher.content.rst import docinfo

        found = docinfo(text, file)
    fields = Fields()
    for name, value in found:
        key = _JAPANESE.get(name.lower(), name.lower())
        if key in fields:
            fields.duplicates.append((key, value.line, value.column))
        fields[key] = value
        fields.places[key] = value.line, value.column
    return Front(without_empty(fields), text, 1)


def _read(rows: list[str], text: str, is_cut: bool) -> list[tuple[str, Scalar]] | None:
    """The title and the fields by line; None where only docutils can tell."""
    start = next((number for number, row in enumerate(rows) if row.strip()), len(rows))
    title = _title(rows, start)
    if _BREAKS.search(text) or (title is None and not _FIELD.match(_row(rows, start))):
        return None
    after, scalar = title or (start, Scalar("", False, 1, 1))
    if title and _has_peer(rows, start, after, text):
        return None
    while after < len(rows) and not rows[after].strip():
        after += 1
    fields = _fields(rows, after, is_cut) if _FIELD.match(_row(rows, after)) else _nothing(rows, after)
    return None if fields is None else [("title", scalar), *fields]


def _title(rows: list[str], start: int) -> tuple[int, Scalar] | None:
    over = 1 if _ADORNED.match(_row(rows, start)) else 0
    text, under = _row(rows, start + over), _row(rows, start + over + 1)
    if not _ADORNED.match(under) or len(under) < max(4, _width(text)) or (over and _row(rows, start) != under):
        return None
    title = text.strip() if over else text
    if not title or _MARKED.search(title):
        return None
    return start + over + 2, Scalar(escape(title), False, start + over + 1, text.find(title) + 1)


def _has_peer(rows: list[str], start: int, after: int, text: str) -> bool:
    """Whether another section may stand beside the first one: then neither is the document's title."""
    sign = re.escape(_row(rows, after - 1)[0])
    above = rf"^{sign}+[ \t]*\n[^\n]+\n" if after - start == 3 else r"(?<=[^\n]\n)^"
    peer = re.compile(rf"{above}{sign}+[ \t]*$", re.MULTILINE)
    return bool(peer.search(text, sum(len(row) + 1 for row in rows[:after])))


def _nothing(rows: list[str], start: int) -> list[tuple[str, Scalar]] | None:
    # A paragraph. A comment or a target may stand before the fields, and so may a subtitle.
    first = _row(rows, start)
    return None if _MARKED.match(first) or _ADORNED.match(_row(rows, start + 1)) else []


def _fields(rows: list[str], start: int, is_cut: bool) -> list[tuple[str, Scalar]] | None:
    found: list[tuple[str, Scalar]] = []
    while start < len(rows):
        named = _FIELD.match(rows[start].rstrip())
        if named is None:
            return None if rows[start][0] == ":" else found
        end = _next(rows, start + 1)
        value = _value(named[2] or "", [row.rstrip() for row in rows[start + 1 : end]])
        if value is None or _MARKED.search(named[1]) or (is_cut and end >= len(rows)):
            return None
        text = escape(value) if named[1].lower() == "summary" else value
        found.append((named[1], Scalar(text, False, start + 1, max(named.start(2), 0) + 1)))
        start = end
    return found


def _next(rows: list[str], start: int) -> int:
    while start < len(rows) and (not rows[start].strip() or rows[start][0].isspace()):
        start += 1
    return start


def _value(first: str, more: list[str]) -> str | None:
    while more and not more[-1]:
        more.pop()
    if len({len(row) - len(row.lstrip()) for row in more}) > 1 or any(row[:1] != " " for row in more):
        return None
    lines = [first, *(row.strip() for row in more)]
    lines = lines if first else lines[1:]
    return None if any(_MARKED.search(line) for line in lines) else "\n".join(lines)


def _row(rows: list[str], number: int) -> str:
    return rows[number].rstrip() if number < len(rows) else ""


def _width(text: str) -> int:
    # docutils.utils.column_width: a full-width character takes two columns of the underline.
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
