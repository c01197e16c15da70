"""Dates of engines that read ISO 8601 and take what has no zone as UTC: Eleventy and Zola."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone

from publisher.content.codes import Code
from publisher.content.dates import BadDate
from publisher.content.source import Source
from publisher.struct import Struct

_CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d*)?"
# YAML 1.1's timestamp as js-yaml 4 types it (lib/type/timestamp.js), and Zola reads it (front_matter/datetime.rs).
_YAML = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)(?:[Tt]|[ \t]+)" + _CLOCK + r"[ \t]*"
    r"(?P<zone>Z|[-+]\d\d?(?::\d\d)?)?$",
    re.ASCII,
)
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)$", re.ASCII)
_ANY_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)$", re.ASCII)
# What luxon's DateTime.fromISO takes of what people write; its weeks and days of the year are left out.
_LUXON = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d\d)(?:-?(?P<day>\d\d))?)?"
    r"(?:T(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?)?(?P<zone>Z|[-+]\d\d(?::?\d\d)?)?)?$",
    re.ASCII | re.IGNORECASE,
)
_NAMED = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONGEST = 60
_PARTS = (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


class Written(Struct, frozen=True):
    """A date as written: its moment with its own offset, and whether it has a clock time without any zone."""

    moment: datetime
    naive: bool


def eleventy_date(text: str, plain: bool) -> Written:
    """The moment Eleventy 3 gives a date; BadDate where it stops at it.

    YAML types an unquoted one; any other text goes to luxon, which wants a T before the time and no blank before the
    zone: `2019-08-08 14:10:00 +0800` stops the build (eleventy #1669). JavaScript makes March 1 of 2024-02-30; here
    it is BadDate.
    """
    if plain and text.strip().isdigit():
        # A number to YAML, which Eleventy takes for no date.
        return _read((), text)
    return _read((_DAY, _YAML, _LUXON) if plain else (_LUXON,), text)


def zola_date(text: str) -> Written:
    """The moment Zola gives a date, quoted or not, in TOML and in YAML; BadDate where it stops at it."""
    return _read((_ANY_DAY, _YAML), text)


def warn_of_days(source: Source, read: Callable[[], Written], name: str) -> None:
    """Say where the date's day may not be the one that the writer means: a clock time without zone is UTC, and the
    start of `name` may say another day."""
    try:
        written = read()
    except BadDate:
        return
    here = written.moment.astimezone(source.zone)
    if written.naive and here.date() != written.moment.date():
        message = (
            f"date: a time without zone is UTC, which is {here:%Y-%m-%d %H:%M} in {source.zone.key}; add its offset"
        )
        source.warn(Code.DATE_DIFFERS, "date", message)
    named = _NAMED.match(name)
    if named and named[0] not in (written.moment.date().isoformat(), here.date().isoformat()):
        source.warn(Code.DATE_DIFFERS, "date", "date: the file's name says another day; the front matter's counts")


def _read(shapes: tuple[re.Pattern[str], ...], text: str) -> Written:
    text = text.strip()
    for shape in shapes if len(text) <= _LONGEST else ():
        found = shape.match(text)
        if found:
            return _built(found.groupdict(), text)
    raise BadDate(Code.UNKNOWN_DATE, f"'{text[:60]}' is not a date to the site's engine; write 2024-01-31T09:00:00Z")


def _built(parts: dict[str, str | None], text: str) -> Written:
    year, month, day, hour, minute, second = (int(parts.get(name) or least) for name, least in _PARTS)
    zone = parts.get("zone")
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
        if not 1 < moment.year < MAXYEAR:
            # In another zone such a moment may lie in the year 0 or 10000, which nothing here can say.
            raise ValueError(text)
    except (ValueError, OverflowError) as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text[:60]}'") from error
    return Written(moment, zone is None and parts.get("hour") is not None)


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-size if text[0] == "-" else size)
