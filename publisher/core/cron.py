"""Schedules as cron writes them: `0 9 * * 1` is nine o'clock on Mondays."""

import re

from publisher.model.newsletter import Pattern
from publisher.struct import Struct

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")


class _Field(Struct, frozen=True):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    hint: str = ""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31, hint="; 'last 18:00' in words is the last day"),
    _Field("month", 1, 12, _MONTHS, hint=" or jan to dec"),
    _Field("day of the week", 0, 7, _WEEKDAYS, hint=" (0 and 7 are Sunday) or sun to sat; 'last fri 17:00' in words"),
)


def parse_cron(text: str) -> Pattern:
    """The pattern of five fields, read as Vixie's cron reads them; ValueError names the field.

    Where both days are restricted, that is neither field begins with `*`, a day fits that fits either (crontab(5)).
    """
    words = text.lower().split()
    if len(words) != len(_FIELDS):
        raise ValueError(f"{text!r} is no line of cron: it has five fields, such as '0 9 * * 1'")
    minutes, hours, days, months, weekdays = (
        _values(text, field, word) for field, word in zip(_FIELDS, words, strict=True)
    )
    if len(minutes) > 1:
        raise ValueError(
            f"{text!r} fires more than once an hour: give it one minute, or write 'instant: on publish' for mails as"
            " posts come out"
        )
    return Pattern(
        hours=hours,
        minutes=minutes,
        # Cron's Sunday is 0 and 7, ours is 6.
        weekdays=_restriction(words[4], tuple(sorted({(day - 1) % 7 for day in weekdays}))),
        days=_restriction(words[2], days),
        months=_restriction(words[3], months),
        either=not words[2].startswith("*") and not words[4].startswith("*"),
    )


def _restriction(word: str, values: tuple[int, ...]) -> tuple[int, ...]:
    return () if word == "*" else values


def _values(text: str, field: _Field, word: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in word.split(","):
        values = _part(field, part)
        if not values:
            raise ValueError(f"{text!r}: {field.name}: {part!r} is not {field.low} to {field.high}{field.hint}")
        found.update(values)
    return tuple(sorted(found))


def _part(field: _Field, part: str) -> range:
    """The values of `*`, `5`, `1-5`, `*/2` or `1-9/2`; none where it is none of them."""
    found = _PART.fullmatch(part)
    if found is None or (found[1] and found[3] and not found[2]):
        return range(0)
    low = _number(field, found[1]) if found[1] else field.low
    high = _number(field, found[2]) if found[2] else (low if found[1] else field.high)
    if low is None or high is None:
        return range(0)
    if field.names is _WEEKDAYS and found[2] and high == 0 < low:
        # fri-sun: the week's end, where 0 would be before Friday.
        high = 7
    step = int(found[3] or 1)
    return range(low, high + 1, step) if step else range(0)


def _number(field: _Field, word: str) -> int | None:
    if word in field.names:
        return field.names.index(word) + (1 if field.low == 1 else 0)
    return int(word) if word.isascii() and word.isdigit() and field.low <= int(word) <= field.high else None
