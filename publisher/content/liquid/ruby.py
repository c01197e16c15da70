"""Values as Ruby prints them: what Liquid puts in the place of an expression."""

import re
from collections.abc import Iterable, Mapping, Sequence

from liquid import Undefined
from liquid.exceptions import OutputStreamLimitError

from publisher.content.liquid.limits import MAX_DEPTH, MAX_TEXT

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"', "\x1b": "\\e"}
_ESCAPED = re.compile(r'[\n\t\r\\"\x1b]|#(?=[{$@])')
BLANKS = " \t\n\v\f\r\0"
"""What Ruby strips. An ideographic space, which indents a Japanese paragraph, is not among it."""


def printed(value: object) -> str:
    """What `{{ value }}` gives: nothing for nil, a list's items one after the other."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return joined(value, "")
    return text_of(value)


def text_of(value: object) -> str:
    """What Ruby's `to_s` gives, which filters work on: of a list and a mapping, how they are written in Ruby."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Undefined):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, list | tuple | dict):
        return inspected(value)
    return str(value)


def joined(items: Sequence[object], glue: str, depth: int = 0) -> str:
    """Ruby's Array#join: lists within it joined too."""
    parts: list[str] = []
    size = 0
    for item in items:
        within = isinstance(item, list | tuple) and depth < MAX_DEPTH
        parts.append(joined(item, glue, depth + 1) if within else text_of(item))  # type: ignore[arg-type]
        size += len(parts[-1]) + len(glue)
        bound(size)
    return glue.join(parts)


def inspected(value: object, depth: int = 0) -> str:
    """Ruby's `inspect`, in Ruby 3.1's style."""
    if isinstance(value, str):
        return '"' + _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], "\\#"), value) + '"'
    if value is None or isinstance(value, Undefined):
        return "nil"
    if depth > MAX_DEPTH:
        return "..."
    if isinstance(value, list | tuple):
        return "[" + _bounded(inspected(item, depth + 1) for item in value) + "]"
    if isinstance(value, Mapping):
        pairs = (f"{inspected(key)}=>{inspected(item, depth + 1)}" for key, item in value.items())
        return "{" + _bounded(pairs) + "}"
    return text_of(value)


def _bounded(parts: Iterable[str]) -> str:
    kept: list[str] = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part) + 2
        bound(size)
    return ", ".join(kept)


def bound(size: int) -> None:
    """Stop a value that grows beyond all use."""
    if size > MAX_TEXT:
        raise OutputStreamLimitError(f"a value of over {MAX_TEXT:,} characters", token=None)


def _float(value: float) -> str:
    number = repr(value)
    mantissa, mark, exponent = number.partition("e")
    if mark:
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(number, number)
