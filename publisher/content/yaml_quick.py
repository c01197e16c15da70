"""The YAML that almost every header is made of, read without a YAML parser.

One key a line, its value plain, in quotes, or a list in brackets: in a quarter of the time of libyaml's events.
Anything else, anything doubtful and anything wrong is left to `yaml_text`, whose result on the same
text is the same by test.
"""

import re
from functools import lru_cache

from publisher.content.values import Fields, Scalar

# Within a line YAML 1.1 also breaks at NEL, LS and PS, and libyaml refuses a byte order mark and most controls.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_KEY = re.compile("[A-Za-z][A-Za-z0-9_-]*")
_TEXT = r"[^\"\\#:,\[\]{}'&*!|>%@`]"
_PLAIN = re.compile(rf"(?![-?~ ]|=\Z|<<)(?:{_TEXT}++|:(?=[^\s\"'#:,\[\]{{}}])|(?<=\S)['\"](?=\S))++")
_ITEM = re.compile(rf" *+(?:(\"[^\"\\]*\"|'[^']*')|((?![-?~ ]|<<){_TEXT}++)) *+(,|\Z)")


def read_quick(text: str, first_line: int) -> Fields | None:
    """The mapping that `text` is, its first line being `first_line` of its file; None where only a parser can tell."""
    fields = Fields()
    places = fields.places
    for line, row in enumerate(text.split("\n"), first_line):
        if not row:
            continue
        found = _row(row, line)
        if found is None or found[0] in fields:
            return None
        key, value = found
        fields[key] = list(value) if isinstance(value, tuple) else value
        places[key] = (line, 1)
    return fields


# The posts of a site share their author, their layout, their categories: half of all rows.
@lru_cache(maxsize=1024)
def _row(row: str, line: int) -> tuple[str, Scalar | tuple[Scalar, ...]] | None:
    key, colon, rest = row.partition(": ")
    if not colon or not _KEY.fullmatch(key) or not (row.isprintable() or not _FORBIDDEN.search(row)):
        return None
    rest = rest.lstrip(" ")
    value = _value(rest.rstrip(" "), line, len(row) - len(rest) + 1)
    return None if value is None else (key, value)


def _value(text: str, line: int, column: int) -> Scalar | tuple[Scalar, ...] | None:
    first, inside = text[:1], text[1:-1]
    if first == '"':
        return Scalar(inside, False, line, column) if _closes(text, '"') and "\\" not in inside else None
    if first == "'":
        return Scalar(inside, False, line, column) if _closes(text, "'") else None
    if first == "[":
        return _items(inside, line, column + 1) if text[-1] == "]" else None
    return Scalar(text, True, line, column) if _PLAIN.fullmatch(text) else None


def _closes(text: str, quote: str) -> bool:
    """Whether a text that begins with the quote holds it once more, at its end."""
    return text.find(quote, 1) == len(text) - 1 > 0


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
