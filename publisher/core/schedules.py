"""Schedules as people write them: in words, as cron does, as calendars do.

`mon 09:00`, `mon,thu 18:30`, `weekdays 07:30`, `07:30`, `1st 08:00`, `last 18:00`, `last fri 17:00`; `0 9 * * 1`;
`FREQ=WEEKLY;INTERVAL=2;BYDAY=MO`; `on publish`.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from publisher.core.calendar import following
from publisher.core.cron import parse_cron
from publisher.core.recurrence import FIRST
from publisher.core.recurrence_text import parse_recurrence
from publisher.core.rests import days, end_moment, start_moment, weekday
from publisher.model.newsletter import Frequency, Pattern, Recurrence, Schedule
from publisher.struct import replace

INSTANT = "on publish"
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_GROUPS = {"weekdays": (0, 1, 2, 3, 4), "weekends": (5, 6)}
_FORMS = {
    Frequency.INSTANT: f"'{INSTANT}'",
    Frequency.DAILY: "'07:30' or 'weekdays 07:30'",
    Frequency.WEEKLY: "'mon 09:00'",
    Frequency.MONTHLY: "'1st 08:00', 'last 18:00' or '1st mon 09:00'",
}


def parse_schedule(
    frequency: Frequency,
    text: str,
    *,
    start: str | None = None,
    end: str | None = None,
    quiet: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Schedule:
    """The schedule that `text` names, local to the newsletter's zone; ValueError says what would fit.

    `start`, `end`, `quiet` and `exclude` are as core.rests reads them.
    """
    begin = start_moment(start) if start else None
    return Schedule(
        _rule(frequency, text, begin),
        begin,
        end_moment(end) if end else None,
        tuple(sorted({weekday(day) for day in quiet})),
        tuple(days(one) for one in exclude),
    )


def never_fires(schedule: Schedule) -> bool:
    """Whether there is no moment at which something goes out, ever."""
    any_minute = Pattern(tuple(range(24)), tuple(range(60)))
    return following(replace(schedule, rule=schedule.rule or any_minute), FIRST) is None


def _rule(frequency: Frequency, text: str, start: datetime | None) -> Pattern | Recurrence | None:
    words = text.lower().split()
    if (frequency is Frequency.INSTANT) != (words == INSTANT.split()):
        raise ValueError(f"{text!r} is no schedule: write {_FORMS[frequency]}")
    if frequency is Frequency.INSTANT:
        return None
    if re.search("freq=|rrule:|dtstart", text, re.IGNORECASE):
        return parse_recurrence(text, start)
    if len(words) > 3:
        return parse_cron(text)
    return _in_words(frequency, text, words)


def _in_words(frequency: Frequency, text: str, words: Sequence[str]) -> Pattern:
    time = _TIME.fullmatch(words[-1]) if words else None
    if time is None:
        raise ValueError(f"{text!r} is no schedule: write {_FORMS[frequency]}")
    daily = Pattern((int(time[1]),), (int(time[2]),))
    if frequency is Frequency.MONTHLY:
        return _of_month(text, daily, words[:-1])
    weekdays = _weekdays(text, words[:-1], frequency)
    if frequency is Frequency.WEEKLY and len(weekdays) != 1:
        raise ValueError(f"{text!r} does not name one day of the week: write {_FORMS[frequency]}")
    return replace(daily, weekdays=weekdays)


def _of_month(text: str, daily: Pattern, words: Sequence[str]) -> Pattern:
    """`1st` and `last`, or `1st mon` and `last fri`."""
    ordinal = _ORDINAL.fullmatch(words[0]) if words else None
    number = -1 if words[:1] == ["last"] else int(ordinal[1]) if ordinal else 0
    if len(words) == 2 and (number == -1 or 1 <= number <= 4):
        weekdays = _weekdays(text, words[1:], Frequency.MONTHLY)
        if len(weekdays) == 1:
            return replace(daily, weekdays=weekdays, nth=number)
    if len(words) != 1 or not (number == -1 or 1 <= number <= 28):
        # February has 28 days: a 31st would silently skip five months of the year.
        raise ValueError(
            f"{text!r} does not name a day that every month has: write '1st 08:00' up to '28th 08:00',"
            " 'last 18:00', or '1st mon 09:00' up to '4th', and 'last'"
        )
    return replace(daily, days=(number,))


def _weekdays(text: str, words: Sequence[str], frequency: Frequency) -> tuple[int, ...]:
    if not words:
        return ()
    if len(words) > 1:
        raise ValueError(f"{text!r} is no schedule: write {_FORMS[frequency]}")
    if frequency is Frequency.DAILY and words[0] in _GROUPS:
        return _GROUPS[words[0]]
    try:
        return tuple(sorted({weekday(name) for name in words[0].split(",")}))
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}, as in {_FORMS[frequency]}") from error
