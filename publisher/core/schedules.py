"""Schedules in words: `mon 09:00`, `mon,thu 18:30`, `weekdays 07:30`, `07:30`, `1st 08:00`; `on publish`."""

import re

from publisher.model.newsletter import Frequency, Pattern, Schedule

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
INSTANT = "on publish"
_FORMS = {
    Frequency.INSTANT: f"'{INSTANT}'",
    Frequency.DAILY: "'07:30' or 'weekdays 07:30'",
    Frequency.WEEKLY: "'mon 09:00'",
    Frequency.MONTHLY: "'1st 08:00'",
}


def parse_schedule(frequency: Frequency, text: str) -> Schedule:
    """The schedule that `text` names, local to the newsletter's zone; ValueError says what would fit."""
    words = text.lower().split()
    if (frequency is Frequency.INSTANT) != (words == INSTANT.split()):
        raise ValueError(f"{text!r} is no schedule: write {_FORMS[frequency]}")
    if frequency is Frequency.INSTANT:
        return Schedule(None)
    time = _TIME.fullmatch(words[-1]) if words else None
    days = words[0] if len(words) == 2 else ""
    if time is None or len(words) > 2:
        raise ValueError(f"{text!r} is no schedule: write {_FORMS[frequency]}")
    hours, minutes = (int(time[1]),), (int(time[2]),)
    if frequency is Frequency.MONTHLY:
        return Schedule(Pattern(hours, minutes, days=(_day_of_month(text, days),)))
    weekdays = _weekdays(text, days, frequency)
    if frequency is Frequency.WEEKLY and len(weekdays) != 1:
        raise ValueError(f"{text!r} does not name one day of the week: write {_FORMS[frequency]}")
    return Schedule(Pattern(hours, minutes, weekdays))


def _day_of_month(text: str, days: str) -> int:
    ordinal = _ORDINAL.fullmatch(days)
    if ordinal is None or not 1 <= int(ordinal[1]) <= 28:
        # February has 28 days: a 31st would silently skip five months of the year.
        raise ValueError(f"{text!r} does not name a day that every month has: write '1st 08:00' up to '28th 08:00'")
    return int(ordinal[1])


def _weekdays(text: str, days: str, frequency: Frequency) -> tuple[int, ...]:
    if not days:
        return ()
    if days == "weekdays":
        return (0, 1, 2, 3, 4)
    names = days.split(",")
    unknown = [name for name in names if name[:3] not in WEEKDAYS]
    if unknown:
        raise ValueError(f"{text!r}: {unknown[0]!r} is no day of the week: write {_FORMS[frequency]}")
    return tuple(sorted({WEEKDAYS.index(name[:3]) for name in names}))
