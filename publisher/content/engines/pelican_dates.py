"""The door to dateutil: what Pelican makes of a written date (its utils.get_date)."""

import re
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.dates import BadDate

if TYPE_CHECKING:
    from dateutil.parser import parser

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?", re.ASCII)
_LONGEST = 100
# Two days that share neither year, month nor day of the month, a weekday's reach of six days apart: what a text leaves
# open would be today's in Pelican, so a text that says less than a whole date gives two moments here.
_DEFAULTS = (datetime(2001, 1, 1), datetime(2003, 3, 28))
_FAULTS = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, AssertionError)


def pelican_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment dateutil gives: its own offset kept, else `zone`'s; BadDate where it gives none.

    `2024-01`, `10:30` and `5 January` are BadDate: Pelican fills them up with today's day, month and year. So are
    years of two digits, which it puts within fifty years of today. A zone's name is BadDate unless it is the site's
    own: Pelican reads any name but its machine's as the site's zone.
    """
    # As in the processor of `Date`, where an underscore may stand for the blank.
    text = re.sub(r"[ _]+", " ", text).strip()
    found = _iso(text)
    return _fixed(found or _parsed(text, zone), zone)


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    try:
        return datetime(*(int(part or 0) for part in found.groups()[:6])) if found else None  # type: ignore[arg-type]
    except ValueError as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text}'") from error


def _parsed(text: str, zone: ZoneInfo) -> datetime:
    def known(name: str | None, seconds: int | None) -> tzinfo | None:
        return _zone(name, seconds, zone)

    message = f"'{text[:60]}' is not a date; write it as 2024-01-31 09:00:00+0900"
    if not text or len(text) > _LONGEST:
        raise BadDate(Code.UNKNOWN_DATE, message)
    one: datetime
    other: datetime
    try:
        one, other = (_parser().parse(text, default=default, tzinfos=known) for default in _DEFAULTS)
    except BadDate:
        raise
    except _FAULTS as error:
        if isinstance(error.__cause__, ValueError) or not isinstance(error, ValueError):
            raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text[:60]}'") from error
        raise BadDate(Code.UNKNOWN_DATE, message) from error
    if one != other:
        message = f"'{text[:60]}' is no whole date, which Pelican fills up from today; write it as 2024-01-31"
        raise BadDate(Code.UNKNOWN_DATE, message)
    return one


@lru_cache(maxsize=1)
def _parser() -> "parser":
    # Here, not above: it takes 30 ms, and most dates are ISO's.
    from dateutil.parser import parser, parserinfo

    class WholeYears(parserinfo):
        def convertyear(self, year: int, century_specified: bool = False) -> int:
            if year < 100 and not century_specified:
                raise ValueError(year)
            return year

    return parser(WholeYears())


def _zone(name: str | None, seconds: int | None, zone: ZoneInfo) -> tzinfo | None:
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    names = {datetime(2024, month, 1, tzinfo=zone).tzname() for month in (1, 7)}
    if name in names:
        return None
    raise BadDate(Code.UNKNOWN_ZONE, f"the time zone '{name[:40]}' is not known here; write an offset such as +0900")


def _fixed(found: datetime, zone: ZoneInfo) -> datetime:
    """An aware moment with a plain offset, which is the same fresh and from the index (see `dates.local`)."""
    if found.year in (1, MAXYEAR):
        raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {found.date()} is out of reach")
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    offset = aware.utcoffset() or timedelta()
    if offset.seconds % 60:
        return aware.astimezone(UTC)
    return aware.replace(tzinfo=timezone(offset), fold=0)
