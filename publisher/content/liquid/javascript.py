"""What JavaScript makes of a header's words, and how it prints what it made: the values of Eleventy's templates."""

import re
from datetime import UTC, datetime

from publisher.content.dates import BadDate
from publisher.content.engines.iso_dates import eleventy_date
from publisher.content.liquid.strftime import strftime
from publisher.content.liquid.typed import Moment
from publisher.content.values import Scalar, Value, is_null

# js-yaml 4's core schema: `yes`, `012` as ten and `12:30` as a number are YAML 1.1's, not this one's.
_INTEGER = re.compile(r"[-+]?\d{1,300}$", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})(?:[eE][-+]?\d{1,3})?$", re.ASCII)
_BASED = re.compile(r"0x([0-9a-fA-F]{1,60})$|0o([0-7]{1,60})$", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?(?:$|[Tt]|[ \t]+\d)", re.ASCII)


class JsMoment(Moment):
    """A time that prints as JavaScript's Date does on a machine whose zone is UTC, as build machines are."""

    def __str__(self) -> str:
        return strftime(self, "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)")


def js_moment(moment: datetime) -> JsMoment:
    """An aware moment in UTC, where Eleventy's templates have it."""
    found = JsMoment.of(moment, UTC)
    assert isinstance(found, JsMoment)
    return found


def js_typed(value: Value | None) -> object:
    """A value with all in it as js-yaml would read it."""
    if isinstance(value, list):
        return [js_typed(item) for item in value]
    if isinstance(value, dict):
        return {key: js_typed(item) for key, item in value.items()}
    if value is None or is_null(value):
        return None
    text = value.text if value.text.isascii() else value.text.encode("utf-8", "replace").decode()
    return _word(value) if value.plain and text.isascii() else text


def _word(value: Scalar) -> object:
    text = value.text
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return js_number(float(text))
    based = _BASED.match(text)
    if based:
        return int(based[1], 16) if based[1] else int(based[2], 8)
    return _time(text) if _DATE.match(text) else text


def _time(text: str) -> object:
    try:
        return js_moment(eleventy_date(text, True).moment)
    except (BadDate, ValueError, OverflowError):
        return text


def js_number(number: float | int) -> float | int:
    """JavaScript prints 2.0 as 2."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e21 else number
