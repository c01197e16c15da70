"""When a newsletter rests: before its start, after its end, on quiet days of the week and on days that are named."""

import re
from datetime import date, datetime, time

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]([01]?\d|2[0-3]):([0-5]\d))?")

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def weekday(name: str) -> int:
    """`mon` or `Monday`, which is 0, to `sun`; ValueError where it is none."""
    word = name.lower()
    if word not in WEEKDAYS and word not in _FULL:
        raise ValueError(f"{name!r} is no day of the week: write one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(word[:3])


def start_moment(text: str) -> datetime:
    """`2026-12-01` or `2026-12-01 09:00` as a local wall time, that of a day its first; ValueError where it is none."""
    day, moment = _moment(text)
    return datetime.combine(day, moment or time(0, 0))


def end_moment(text: str) -> datetime:
    """The same, that of a day its last."""
    day, moment = _moment(text)
    return datetime.combine(day, moment or time(23, 59))


def days(text: str) -> tuple[date, date]:
    """`2026-12-31`, or `2026-12-29..2027-01-03` with both; ValueError where it is neither."""
    first, dots, last = text.partition("..")
    found = _date(first.strip()), _date(last.strip() if dots else first.strip())
    if found[1] < found[0]:
        raise ValueError(f"{text!r} ends before it begins")
    return found


def _moment(text: str) -> tuple[date, time | None]:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date: write 2026-12-01, or 2026-12-01 09:00")
    return _date(found[1]), time(int(found[2]), int(found[3])) if found[2] else None


def _date(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date: {error}") from error
    raise ValueError(f"{text!r} is no date: write 2026-12-31, or 2026-12-29..2027-01-03")
