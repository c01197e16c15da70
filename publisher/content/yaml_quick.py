"""The YAML that almost every header is made of, read without a YAML parser.

One key a line, its value plain, in quotes, or a list in brackets: in a quarter of the time of libyaml's events.
Anything else, anything doubtful and anything wrong is left to `yaml_text`; on the same text it says the same, by test.
"""

import re
from functools import lru_cache
from typing import TypeAlias

from publisher.content.values import Fields, Scalar

# Within a line YAML 1.1 also breaks at NEL, LS and PS, and libyaml refuses a byte order mark and most controls.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_TEXT = r"[^\"\\#:,\[\]{}'&*!|>%@`]"
_BARE = rf"(?![-?~ ]|= *\Z|<<)(?:{_TEXT}++|:(?=[^\s\"'#:,\[\]{{}}])|(?<=\S)['\"](?=\S))++"
_ROW = re.compile(rf"([A-Za-z][A-Za-z0-9_-]*+): ++(?:\"([^\"\\]*+)\"|'([^']*+)'|\[(.*)\]|({_BARE})) *+\Z")
_LIST, _PLAIN = 4, 5
_ITEM = re.compile(rf" *+(?:(\"[^\"\\]*\"|'[^']*')|((?![-?~ ]|<<){_TEXT}++)) *+(,|\Z)")

_Entry: TypeAlias = tuple[str, Scalar | tuple[Scalar, ...], tuple[int, int]]
"""A key, its value and its place; a list is a tuple here, because each header has to have its own."""


def read_quick(text: str, first_line: int) -> Fields | None:
    """The mapping that `text` is, its first line being `first_line` of its file; None where only a parser can tell."""
    fields = Fields()
    places = fields.places
    line = first_line - 1
    for row in text.split("\n"):
        line += 1
        if not row:
            continue
        entry = _entry(row, line)
        if entry is None or entry[0] in fields:
            return None
        key, value, places[key] = entry
        fields[key] = value if isinstance(value, Scalar) else list(value)
    return fields


# The posts of a site share their author, their layout, their categories: half of all rows.
@lru_cache(maxsize=1024)
def _entry(row: str, line: int) -> _Entry | None:
    found = _ROW.match(row)
    if found is None or not (row.isprintable() or not _FORBIDDEN.search(row)):
        return None
    kind = found.lastindex or _PLAIN
    text, column = found[kind], found.start(kind) + 1
    value: Scalar | tuple[Scalar, ...] | None
    if kind == _LIST:
        value = _quoted_items(text, line, column) or _items(text, line, column)
    elif kind == _PLAIN:
        value = Scalar(text.rstrip(" "), True, line, column)
    else:
        value = Scalar(text, False, line, column - 1)
    return None if value is None else (found[1], value, (line, 1))


def _quoted_items(text: str, line: int, column: int) -> tuple[Scalar, ...] | None:
    """The items of `"a", "b"`, written in the way that programs write them; None where they are not."""
    parts = text[1:-1].split('", "')
    if text[:1] != '"' or text[-1:] != '"' or text.count('"') != 2 * len(parts) or "\\" in text:
        return None
    values = []
    for part in parts:
        values.append(Scalar(part, False, line, column))
        column += len(part) + 4
    return tuple(values)


def _items(text: str, line: int, column: int) -> tuple[Scalar, ...] | None:
    values: list[Scalar] = []
    position, end = 0, ","
    while end:
        found = _ITEM.match(text, position)
        if found is None:
            return None
        quoted, plain, end = found.groups()
        if quoted is not None:
            values.append(Scalar(quoted[1:-1], False, line, column + found.start(1)))
        else:
            values.append(Scalar(plain.rstrip(" "), True, line, column + found.start(2)))
        position = found.end()
    return tuple(values)
