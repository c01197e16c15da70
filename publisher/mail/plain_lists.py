"""The numbers of an ordered list."""

import re
from collections.abc import Mapping, Sequence

_INTEGER = re.compile(r"\s*([+-]?\d{1,6})\s*")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)


def numbers(attributes: Mapping[str, str], values: Sequence[str | None]) -> list[str]:
    """The numbers as an `<ol>` with these attributes shows them (start, reversed, type), one for each item.

    `values` are the items' own `value` attributes. WHATWG HTML section 4.4.5.
    """
    step = -1 if "reversed" in attributes else 1
    start = _integer(attributes.get("start"))
    at = start if start is not None else len(values) if step < 0 else 1
    made = []
    for value in values:
        own = _integer(value)
        at = at if own is None else own
        made.append(_shown(at, attributes.get("type", "")))
        at += step
    return made


def _integer(text: str | None) -> int | None:
    found = _INTEGER.fullmatch(text or "")
    return int(found[1]) if found else None


def _shown(number: int, kind: str) -> str:
    """The number in figures, also where letters or Roman numerals have none for it."""
    if number > 0 and kind in ("a", "A"):
        return _letters(number) if kind == "a" else _letters(number).upper()
    if 0 < number < 4000 and kind in ("i", "I"):
        return _roman(number) if kind == "i" else _roman(number).upper()
    return str(number)


def _letters(number: int) -> str:
    made = ""
    while number:
        number, rest = divmod(number - 1, 26)
        made = chr(ord("a") + rest) + made
    return made


def _roman(number: int) -> str:
    made = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        made += sign * count
    return made
