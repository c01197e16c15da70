"""The YAML that almost every header is made of, read without a YAML parser.

One key a line, its value plain, in quotes, or a list in brackets: in half the time of libyaml's events. Anything else,
anything doubtful and anything wrong is left to `yaml_text`, whose result on the same text is the same by test.
"""

import re

from publisher.content.values import Fields, Scalar

# Within a line YAML 1.1 also breaks at NEL, LS and PS, and libyaml refuses a byte order mark and most controls.
_TEXT = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\"\\#:,\[\]{}'&*!|>%@`]"
_PLAIN = rf"(?![-?~ ]|=$|<<)(?:{_TEXT}|:(?=[^\s\"'#:,\[\]{{}}])|(?<=\S)['\"](?=\S))*(?<! )"
_DOUBLE = r'"[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*"'
_SINGLE = r"'[^'\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*'"
_ITEM = re.compile(rf" *(?:({_DOUBLE}|{_SINGLE})|((?![-?~ ]|<<){_TEXT}+?)) *(,|$)")
_LINE = re.compile(rf"([A-Za-z][A-Za-z0-9_-]*): +(?:({_DOUBLE}|{_SINGLE})|\[([^\n]*)\]|({_PLAIN})) *$")
# The patterns try again at every blank of a run of them.
_LONGEST = 1000


def read_quick(text: str, first_line: int) -> Fields | None:
    """The mapping that `text` is, its first line being `first_line` of its file; None where only a parser can tell."""
    fields = Fields()
    line = first_line - 1
    for row in text.split("\n"):
        line += 1
        if not row:
            continue
        found = _LINE.match(row) if len(row) < _LONGEST else None
        if found is None:
            return None
        key, quoted, items, plain = found.groups()
        if key in fields:
            return None
        if quoted is not None:
            fields[key] = Scalar(quoted[1:-1], False, line, found.start(2) + 1)
        elif plain:
            fields[key] = Scalar(plain, True, line, found.start(4) + 1)
        elif items is None or not _list(fields, key, items, line, found.start(3)):
            return None
        fields.places[key] = (line, 1)
    return fields


def _list(fields: Fields, key: str, items: str, line: int, column: int) -> bool:
    values: list[Scalar] = []
    position = 0
    while True:
        found = _ITEM.match(items, position)
        if found is None:
            return False
        quoted, plain, end = found.groups()
        if quoted is not None:
            values.append(Scalar(quoted[1:-1], False, line, column + found.start(1) + 1))
        else:
            values.append(Scalar(plain, True, line, column + found.start(2) + 1))
        if not end:
            fields[key] = list(values)
            return True
        position = found.end()
