"""The minutes that a rule of RFC 5545 names, such as each second Monday at nine."""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from publisher.model.newsletter import Recurrence

FIRST, LAST = datetime(1970, 1, 1), datetime(2199, 12, 31, 23, 59)
"""Where every calendar begins and ends, so that a rule that fits no day is not followed for ever."""

_DAY = timedelta(days=1)


def upwards(rule: Recurrence, wall: datetime) -> Iterator[datetime]:
    """The minutes of `rule` after `wall`."""
    number = max(_period(rule, max(wall, rule.begin).date()), 0)
    while _first_day(rule, number) <= rule.until.date():
        yield from (one for one in _minutes(rule, number) if one > wall)
        number += 1


def downwards(rule: Recurrence, wall: datetime) -> Iterator[datetime]:
    """The minutes of `rule` before and at `wall`, the last first."""
    for number in range(_period(rule, min(wall, rule.until).date()), -1, -1):
        yield from (one for one in reversed(_minutes(rule, number)) if one <= wall)


def nth(rule: Recurrence, number: int) -> datetime | None:
    """The minute that is the `number`th of `rule`, or its last; None where it has none."""
    return next(iter([*islice(upwards(rule, rule.begin - timedelta(minutes=1)), number)][-1:]), None)


def _minutes(rule: Recurrence, number: int) -> list[datetime]:
    """The minutes of one period in order: what fits, then of that what BYSETPOS names, then what the bounds leave."""
    first = _first_day(rule, number)
    days = (first + n * _DAY for n in range(_length(rule, first)))
    fitting = [
        datetime.combine(day, time(hour, rule.minute)) for day in days if _fits(rule, day) for hour in rule.hours
    ]
    if rule.positions:
        places = {n - 1 if n > 0 else len(fitting) + n for n in rule.positions}
        fitting = [one for place, one in enumerate(fitting) if place in places]
    return [one for one in fitting if rule.begin <= one <= rule.until]


def _period(rule: Recurrence, day: date) -> int:
    """Which period of the rule holds `day`, or is the last before it; the one that holds `begin` is 0."""
    begin = _first_day(rule, 0)
    if rule.freq in ("DAILY", "WEEKLY"):
        return (day - begin).days // (rule.step * (7 if rule.freq == "WEEKLY" else 1))
    months = (day.year - begin.year) * 12 + day.month - begin.month
    return months // (rule.step * (12 if rule.freq == "YEARLY" else 1))


def _first_day(rule: Recurrence, number: int) -> date:
    begin, steps = rule.begin.date(), rule.step * number
    if rule.freq == "DAILY":
        return begin + steps * _DAY
    if rule.freq == "WEEKLY":
        return begin - (begin.weekday() - rule.week_start) % 7 * _DAY + steps * 7 * _DAY
    if rule.freq == "YEARLY":
        return date(begin.year + steps, 1, 1)
    month = begin.month - 1 + steps
    return date(begin.year + month // 12, month % 12 + 1, 1)


def _length(rule: Recurrence, first: date) -> int:
    if rule.freq == "MONTHLY":
        return monthrange(first.year, first.month)[1]
    return {"DAILY": 1, "WEEKLY": 7}.get(rule.freq, _year_length(first.year))


def _fits(rule: Recurrence, day: date) -> bool:
    month, year = monthrange(day.year, day.month)[1], _year_length(day.year)
    of_year = day.timetuple().tm_yday
    return (
        (not rule.months or day.month in rule.months)
        and _counted(rule.days, day.day, month)
        and _counted(rule.days_of_year, of_year, year)
        and (not rule.weekdays or any(_is_weekday(rule, one, day, month, of_year, year) for one in rule.weekdays))
    )


def _counted(wanted: tuple[int, ...], place: int, length: int) -> bool:
    """Whether a place of so many is wanted, counted from 1 or from the end."""
    return not wanted or place in wanted or place - length - 1 in wanted


def _is_weekday(rule: Recurrence, wanted: tuple[int, int], day: date, month: int, of_year: int, year: int) -> bool:
    n, weekday = wanted
    if day.weekday() != weekday:
        return False
    in_year = rule.freq == "YEARLY" and not rule.months
    place, length = (of_year, year) if in_year else (day.day, month)
    return n == 0 or n == (place - 1) // 7 + 1 or -n == (length - place) // 7 + 1


def _year_length(year: int) -> int:
    return 366 if isleap(year) else 365
