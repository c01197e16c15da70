"""Dates of HTTP (RFC 9110 section 5.6.7): written in one form, read in three."""

import re
from calendar import timegm
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:{'|'.join(_DAYS)}), (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?:{'|'.join(_LONG_DAYS)}), (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"(?:{'|'.join(_DAYS)}) {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
_LONGEST = len("Wednesday, 28-Nov-26 00:00:00 GMT")


@lru_cache(maxsize=1024)
def http_date(seconds: int) -> str:
    """Seconds since 1970 as `Sun, 06 Nov 1994 08:49:37 GMT`."""
    return formatdate(seconds, usegmt=True)


def parse_http_date(text: str, year: int) -> int | None:
    """Seconds since 1970; None where `text` is no date of HTTP. `year` is the present one.

    Not by the standard library's reader of mail dates, which takes `06 Nov 1994` and guesses the rest: a date that is
    none has to be ignored (RFC 9110 section 13.1.3).
    """
    return _parsed(text, year) if len(text) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _parsed(text: str, year: int) -> int | None:
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    years = int(found["year"])
    if len(found["year"]) == 2:
        years = _century(years, year)
    # Second 60 is a leap second, which no day has a place for but at its end.
    second = int(found["second"])
    month = _MONTHS.index(found["month"]) + 1
    try:
        moment = datetime(
            years, month, int(found["day"]), int(found["hour"]), int(found["minute"]), min(second, 59), tzinfo=UTC
        )
    except ValueError:
        return None
    return None if second > 60 else timegm(moment.timetuple()) + (second == 60)


def _century(short: int, year: int) -> int:
    """The year that two digits mean: none more than fifty years ahead (RFC 9110 section 5.6.7)."""
    years = year - year % 100 + short
    return years - 100 if years > year + 50 else years
