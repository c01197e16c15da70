"""What templates compute with: a header's words as YAML types them, and dates that print as Ruby's do."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from publisher.content.dates import BadDate, ruby_moment
from publisher.content.values import Scalar, Value, is_null

_YES = frozenset({"yes", "true", "on"})
_NO = frozenset({"no", "false", "off"})
# Psych 4's scalar_scanner.rb, which decides what a word without quotes is.
_INTEGER = re.compile(r"[-+]?(?:0b[01_,]+|0[0-7_,]+|0|[1-9](?:[0-9]|[,_][0-9])*|0x[0-9a-fA-F_,]+)$", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$", re.ASCII)
_SIXTIES = re.compile(r"([-+]?)([0-9][0-9_]*(?::[0-5]?[0-9]){1,2})$", re.ASCII)
_DATE = re.compile(r"(\d{4})-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d)$", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?\s*"
    r"(?P<zone>Z|(?P<sign>[-+])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?$",
    re.ASCII,
)
# Longer words are no numbers: Python's int would refuse them anyway from 4,300 digits on.
_LONGEST = 40


class Moment(datetime):
    """A time that prints as Ruby's Time does; UTC itself is what Ruby calls utc, a zone of that name is not."""

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo | None = None) -> "Moment":
        """The same moment, in `zone` where one is given; `moment` is aware."""
        local = moment.astimezone(zone) if zone else moment
        return cls(
            local.year, local.month, local.day, local.hour, local.minute, local.second, local.microsecond,
            local.tzinfo, fold=local.fold,
        )  # fmt: skip

    @property
    def is_utc(self) -> bool:
        """Whether Ruby would say so."""
        return self.tzinfo is UTC

    @property
    def offset(self) -> str:
        """`+0900`."""
        return f"{self:%z}"[:5]

    def __str__(self) -> str:
        return f"{self:%Y-%m-%d %H:%M:%S} {'UTC' if self.is_utc else self.offset}"

    def __liquid__(self) -> float:
        # python-liquid orders numbers and texts only; Ruby orders times too.
        return self.timestamp()


class Day(date):
    """A date without a time; Ruby's Date."""

    def __liquid__(self) -> int:
        return self.toordinal()


def typed(value: Value | None, zone: ZoneInfo) -> object:
    """A value with all in it as Ruby would hold it: words without quotes are numbers, booleans, dates or null."""
    if value is None:
        return None
    if isinstance(value, Scalar):
        return None if is_null(value) else word(value.text, value.plain, zone)
    if isinstance(value, list):
        return [typed(item, zone) for item in value]
    return typed_mapping(value, zone)


def typed_mapping(mapping: Mapping[str, Value], zone: ZoneInfo) -> dict[str, object]:
    """The same for each value of a mapping."""
    return {key: typed(value, zone) for key, value in mapping.items()}


def word(text: str, plain: bool, zone: ZoneInfo) -> object:
    """A scalar that is not null."""
    if not text.isascii():
        # An escape in YAML or JSON can bring half a surrogate pair, which no output can carry.
        return text.encode("utf-8", "replace").decode()
    if not plain or not text or len(text) > _LONGEST:
        return text
    if text[0] in "+-.0123456789":
        return _number(text, zone)
    lowered = text.lower()
    return True if lowered in _YES else False if lowered in _NO else text


def _number(text: str, zone: ZoneInfo) -> object:
    bare = text.replace(",", "").replace("_", "")
    if _INTEGER.match(text):
        return _integer(bare)
    if _FLOAT.match(text) and bare.strip("+-") != ".":
        return float(bare)
    sixties = _SIXTIES.match(bare)
    if sixties:
        # Hours and minutes count as 60² and 60 whether or not seconds follow: 12:30 is 45000.
        total = sum(int(part) * 60 ** (2 - place) for place, part in enumerate(sixties[2].split(":")))
        return -total if sixties[1] == "-" else total
    return _moment(text, zone)


def _integer(bare: str) -> int:
    digits = bare.lstrip("+-")
    base = {"0b": 2, "0x": 16}.get(digits[:2], 8 if len(digits) > 1 and digits[0] == "0" else 10)
    number = int(digits[2:] or "0", base) if base in (2, 16) else int(digits, base)
    return -number if bare[0] == "-" else number


def _zone(time: re.Match[str], zone: ZoneInfo) -> tzinfo:
    """A time keeps the offset that it is written with; without one it is UTC, and shown in the site's zone."""
    if time["zone"] == "Z":
        return UTC
    if not time["sign"]:
        return zone
    size = timedelta(hours=int(time["hours"]), minutes=int(time["minutes"] or 0))
    return timezone(-size if time["sign"] == "-" else size)


def _moment(text: str, zone: ZoneInfo) -> object:
    day = _DATE.match(text)
    time = _TIME.match(text)
    try:
        if day:
            return Day(int(day[1]), int(day[2]), int(day[3]))
        if time:
            return Moment.of(ruby_moment(text, True, zone), _zone(time, zone))
    except (BadDate, ValueError, OverflowError):
        return text
    return text
