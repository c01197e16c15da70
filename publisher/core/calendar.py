"""The wall-clock minutes that a schedule names: no zones, no instants."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from publisher.core.recurrence import FIRST, LAST, downwards, upwards
from publisher.model.newsletter import Pattern, Schedule

_MOMENT = timedelta(microseconds=1)


def following(schedule: Schedule, wall: datetime) -> datetime | None:
    """The first minute after `wall` that the schedule names; None where it names none."""
    begin = max(wall, FIRST, (schedule.start or FIRST) - _MOMENT)
    found = (one for one in _upwards(schedule, begin) if one > begin)
    return _allowed(schedule, found)


def preceding(schedule: Schedule, wall: datetime) -> datetime | None:
    """The last minute before or at `wall` that the schedule names; None where it names none."""
    begin = min(wall, LAST, schedule.end or LAST)
    found = (one for one in _downwards(schedule, begin) if one <= begin)
    return _allowed(schedule, found)


def _allowed(schedule: Schedule, minutes: Iterator[datetime]) -> datetime | None:
    start, end = schedule.start or FIRST, schedule.end or LAST
    for one in minutes:
        if not start <= one <= end:
            return None
        if schedule.allows(one):
            return one
    return None


def _upwards(schedule: Schedule, begin: datetime) -> Iterator[datetime]:
    rule = schedule.rule
    if isinstance(rule, Pattern):
        return _minutes(rule, _days_up(rule, begin.date()))
    return upwards(rule, begin) if rule else iter(())


def _downwards(schedule: Schedule, begin: datetime) -> Iterator[datetime]:
    rule = schedule.rule
    if isinstance(rule, Pattern):
        return _minutes(rule, _days_down(rule, begin.date()), step=-1)
    return downwards(rule, begin) if rule else iter(())


def _minutes(rule: Pattern, days: Iterator[date], step: int = 1) -> Iterator[datetime]:
    times = [time(hour, minute) for hour in rule.hours for minute in rule.minutes][::step]
    return (datetime.combine(day, moment) for day in days for moment in times)


def _days_up(rule: Pattern, begin: date) -> Iterator[date]:
    year, month, first = begin.year, begin.month, begin.day
    while year <= LAST.year:
        if not rule.months or month in rule.months:
            yield from _fitting(rule, year, month, range(first, monthrange(year, month)[1] + 1))
        first = 1
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _days_down(rule: Pattern, begin: date) -> Iterator[date]:
    year, month, last = begin.year, begin.month, begin.day
    while year >= FIRST.year:
        if not rule.months or month in rule.months:
            yield from _fitting(rule, year, month, range(last, 0, -1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        last = monthrange(year, month)[1]


def _fitting(rule: Pattern, year: int, month: int, days: range) -> Iterator[date]:
    first_weekday, length = monthrange(year, month)
    for day in days:
        if _fits(rule, day, (first_weekday + day - 1) % 7, length):
            yield date(year, month, day)


def _fits(rule: Pattern, day: int, weekday: int, length: int) -> bool:
    in_month = not rule.days or day in rule.days or day - length - 1 in rule.days
    in_week = not rule.weekdays or (weekday in rule.weekdays and _is_nth(rule.nth, day, length))
    return in_month or in_week if rule.either else in_month and in_week


def _is_nth(nth: int | None, day: int, length: int) -> bool:
    """Whether a day is the nth of its weekday in a month so long, counted from its end where `nth` is negative."""
    if nth is None:
        return True
    return (day - 1) // 7 + 1 == nth if nth > 0 else (length - day) // 7 + 1 == -nth
