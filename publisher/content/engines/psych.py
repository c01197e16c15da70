"""What Ruby's YAML (Psych 4's scalar_scanner.rb) makes of a word without quotes, as Ruby would print it again.

Titles and labels keep what the writer wrote. Addresses do not: a category `no` has the address `/false/`.
"""

import re

from publisher.content.values import Scalar, Value, is_null

_YES = frozenset({"yes", "true", "on"})
_NO = frozenset({"no", "false", "off"})
_INTEGER = re.compile(r"[-+]?(?:0b[01_,]+|0[0-7_,]+|(?:0|[1-9](?:[0-9]|[,_][0-9])*)|0x[0-9a-fA-F_,]+)$", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$", re.ASCII)
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$", re.ASCII)
_DATE = re.compile(r"(\d{4})-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d)$", re.ASCII)
_BASES = {"0b": 2, "0x": 16}
# Longer numbers than any that fits a name: Python's int would refuse them, and they print as they are.
_LONGEST = 40


def is_text(value: Scalar) -> bool:
    """Whether Psych leaves it a String."""
    return not value.plain or is_null(value) or not _is_typed(value.text)


def ruby_text(value: Scalar) -> str:
    """What `to_s` gives of the value, which is not null."""
    text = value.text
    if not value.plain or len(text) > _LONGEST:
        return text
    lowered = text.lower()
    if lowered in _YES or lowered in _NO:
        return "true" if lowered in _YES else "false"
    if _INTEGER.match(text):
        return str(_integer(text.replace(",", "").replace("_", "")))
    if _SIXTIES.match(text):
        # Hours and minutes count as 60² and 60 whether or not seconds follow: 12:30 is 45000.
        parts = enumerate(text.replace("_", "").split(":"))
        return str(sum(int(part) * 60 ** abs(place - 2) for place, part in parts))
    if _FLOAT.match(text) and text.strip("+-") != ".":
        return _float(text.replace(",", "").replace("_", ""))
    date = _DATE.match(text)
    return f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}" if date else text


def _is_typed(text: str) -> bool:
    return any(shape.match(text) for shape in (_INTEGER, _FLOAT, _SIXTIES, _DATE)) or text.lower() in _YES | _NO


def _integer(text: str) -> int:
    digits = text.lstrip("+-")
    base = _BASES.get(digits[:2], 8 if len(digits) > 1 and digits[0] == "0" else 10)
    number = int(digits[2:] if base in (2, 16) else digits, base) if digits.strip("0bx") else 0
    return -number if text.startswith("-") else number


def _float(text: str) -> str:
    try:
        number = repr(float(text))
    except (ValueError, OverflowError):
        return text
    mantissa, mark, exponent = number.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{mark}{exponent}" if mark else number


def inspect(value: Value) -> str:
    """A nested value as Ruby's `inspect` prints it: what a list within `categories` becomes one category by."""
    if isinstance(value, Scalar):
        if is_null(value):
            return "nil"
        if not is_text(value):
            return ruby_text(value)
        escaped = value.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return '"' + re.sub(r"#(?=[{$@])", r"\\#", escaped) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(inspect, value))}]"
    pairs = ((inspect(Scalar(key, False, 0, 0)), inspect(item)) for key, item in value.items())
    return "{" + ", ".join(f"{key}=>{item}" for key, item in pairs) + "}"
