"""Appointments: the moment that a person names by the clock on the wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.core.words import counted
from publisher.errors import UsageError
from publisher.struct import Struct


class Appointment(Struct, frozen=True):
    """A moment (UTC); `note` is what a change of clocks made of the time that was named, empty where nothing."""

    instant: datetime
    note: str = ""


def appointed(text: str, zone: str, now: datetime) -> Appointment:
    """The moment that `text` names, in `zone` where it names none; UsageError where it is none, or is not to come.

    A time that the clocks skip is as much later as they go forward, one that comes twice is the first of the two: as
    schedules have it.
    """
    named = _named(text)
    local = named if named.tzinfo else named.replace(tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant <= now:
        here = now.astimezone(ZoneInfo(zone))
        raise UsageError(f"{text!r} is not to come", hint=f"it is {here:%Y-%m-%d %H:%M %Z} now")
    return Appointment(instant, "" if named.tzinfo else _note(named, instant, ZoneInfo(zone)))


def in_words(delay: timedelta) -> str:
    """`2 days and 3 hours`, `5 minutes`: no finer than one needs to know."""
    minutes = max(round(delay / timedelta(minutes=1)), 1)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (0 if days else rest, "minute")]
    return " and ".join(counted(number, noun) for number, noun in parts if number)


def _named(text: str) -> datetime:
    hint = "write 2026-01-31T09:00 or '2026-01-31 09:00'"
    try:
        named = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no time", hint=hint) from error
    # A day alone would be its midnight, which hardly anybody means.
    if ":" not in text or not 1970 <= named.year < 9999:
        raise UsageError(f"{text!r} is no time of a day", hint=hint)
    return named


def _note(named: datetime, instant: datetime, zone: ZoneInfo) -> str:
    taken = instant.astimezone(zone)
    if taken.replace(tzinfo=None) != named:
        return f"the clocks skip {named:%H:%M} on that day: {taken:%H:%M %Z} is taken"
    if taken.utcoffset() != named.replace(tzinfo=zone, fold=1).utcoffset():
        return f"{named:%H:%M} comes twice on that day: the first, {taken:%Z}, is taken"
    return ""
