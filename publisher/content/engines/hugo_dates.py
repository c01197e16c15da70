"""Dates as Go reads and writes them: the layouts of its cast library through time.Parse, and time.Format."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.dates import BadDate

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = "|".join(month[:3] for month in MONTHS)
# time.Parse: an hour may have one digit, seconds a fraction, and any number of blanks stands for one.
_PARTS = {
    "2006": r"(?P<year>\d{4})",
    "06": r"(?P<short>\d\d)",
    "01": r"(?P<month>\d\d)",
    "Jan": rf"(?P<name>(?i:{_SHORT}))",
    "02": r"(?P<day>\d\d)",
    "_2": r"(?P<day>\d\d?)",
    "15": r"(?P<hour>\d\d?)",
    "04": r"(?P<minute>\d\d)",
    "05": r"(?P<second>\d\d)(?:[.,]\d+)?",
    "Monday": f"(?i:{'|'.join(DAYS)})",
    "Mon": f"(?i:{'|'.join(day[:3] for day in DAYS)})",
    "-0700": r"(?P<zone>[-+]\d{4})",
    "-07:00": r"(?P<zone>[-+]\d\d:\d\d)",
    "Z0700": r"(?P<zone>Z|[-+]\d{4})",
    "Z07:00": r"(?P<zone>Z|[-+]\d\d:\d\d)",
    "MST": r"(?:UTC|GMT[-+]\d\d?|ChST|MeST|[A-Z]{3}|[A-Z]{3}T|WITA|[A-Z]{4}T)",
    " ": " +",
}
_TOKEN = re.compile("|".join(re.escape(part) for part in sorted(_PARTS, key=len, reverse=True)))
# spf13/cast, internal/time.go, without the layouts that have no year. A name of a zone alone decides nothing there.
_LAYOUTS = (
    "2006-01-02",
    "2006-01-02T15:04:05Z07:00",
    "2006-01-02T15:04:05",
    "Mon, 02 Jan 2006 15:04:05 -0700",
    "Mon, 02 Jan 2006 15:04:05 MST",
    "02 Jan 06 15:04 -0700",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "2006-01-02 15:04:05 -0700 MST",
    "2006-01-02T15:04:05-0700",
    "2006-01-02 15:04:05Z0700",
    "2006-01-02 15:04:05",
    "Mon Jan _2 15:04:05 2006",
    "Mon Jan _2 15:04:05 MST 2006",
    "Mon Jan 02 15:04:05 -0700 2006",
    "2006-01-02 15:04:05Z07:00",
    "02 Jan 2006",
    "2006-01-02 15:04:05 -07:00",
    "2006-01-02 15:04:05 -0700",
)
_LONGEST = 100


@cache
def _shape(layout: str) -> re.Pattern[str]:
    # When first asked for: most sites write all their dates in one way.
    return re.compile(_TOKEN.sub(lambda found: _PARTS[found[0]], layout) + r"\Z", re.ASCII)


_STAMP = re.compile(r"[-+]?[0-9]{1,12}\Z")


@lru_cache(maxsize=256)
def go_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment that Hugo gives a date as text: its own offset kept, else `zone`; BadDate where it gives none."""
    if len(text) <= _LONGEST:
        for layout in _LAYOUTS:
            found = _shape(layout).match(text)
            if found:
                return _built(found.groupdict(), text, zone)
    message = f"'{text[:60]}' is not a date to Hugo; write it as 2024-01-31T09:00:00+09:00"
    raise BadDate(Code.UNKNOWN_DATE, message)


def is_stamp(text: str) -> bool:
    """Whether a text is a whole number: Hugo counts it in seconds since 1970, so 20240105 is in August 1970."""
    return _STAMP.match(text) is not None


def stamp_moment(text: str) -> datetime:
    """The moment of a number of seconds since 1970, in UTC; BadDate where it is out of reach."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))
    except OverflowError as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {text[:60]!r} is out of reach") from error


def dated_name(base: str, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The moment and the slug in a name such as 2024-01-05-slug or 2024-01-05-12-30-00-slug; None where there is none.

    Bytes are counted, as Hugo does (pagemeta, dateAndSlugFromBaseFilename), so a full-width character after the day
    is no separator of a time.
    """
    raw = (base.rpartition(".")[0] or base).encode()
    for size, text in ((19, raw[:10] + b"T" + raw[11:19].replace(b"-", b":")), (10, raw[:10])):
        if len(raw) < size:
            continue
        try:
            moment = go_moment(text.decode(), zone)
        except (BadDate, UnicodeDecodeError):
            continue
        return moment, raw[size:].decode().strip(" -_")
    return None


def _built(parts: dict[str, str | None], text: str, zone: ZoneInfo) -> datetime:
    try:
        bare = datetime(
            _year(parts),
            _month(parts),
            int(parts["day"] or ""),
            int(parts.get("hour") or 0),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
        )
        if bare.year == MAXYEAR:
            # In another zone such a moment may lie in the year 10000, which nothing here can say.
            raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {text[:60]!r} is out of reach")
        offset = parts.get("zone")
        return bare.replace(tzinfo=_offset(offset)) if offset else _placed(bare, zone)
    except BadDate:
        raise
    except (ValueError, OverflowError) as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text[:60]}'") from error


def _year(parts: dict[str, str | None]) -> int:
    if parts.get("year"):
        return int(parts["year"] or "")
    short = int(parts["short"] or "")
    return short + (1900 if short >= 69 else 2000)


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("name")
    if name:
        return next(number for number, month in enumerate(MONTHS, 1) if month[:3].lower() == name.lower())
    return int(parts["month"] or "")


def _offset(text: str) -> timezone:
    if text == "Z":
        return timezone(timedelta())
    hours, minutes = int(text[1:3]), int(text[-2:])
    # Go lets 60 minutes be, since some people write them.
    if minutes > 60:
        raise ValueError(text)
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text[0] == "-" else size)


def _placed(bare: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a clock in a zone, as Go's time.Date chooses it where that clock stands still or goes back."""
    as_utc = bare.replace(tzinfo=UTC)
    guess = as_utc.astimezone(zone).utcoffset() or timedelta()
    offset = guess
    if guess:
        offset = (as_utc - guess).astimezone(zone).utcoffset() or timedelta()
    moment = as_utc - offset
    real = moment.astimezone(zone).utcoffset() or timedelta()
    # RFC 3339 has no offset with seconds, such as Tokyo's +09:18:59 before 1888.
    return moment if real.seconds % 60 else moment.astimezone(timezone(real))


_FORMATS: dict[str, Callable[[datetime], str]] = {
    "January": lambda moment: MONTHS[moment.month - 1],
    "Jan": lambda moment: MONTHS[moment.month - 1][:3],
    "Monday": lambda moment: DAYS[moment.weekday()],
    "Mon": lambda moment: DAYS[moment.weekday()][:3],
    "2006": lambda moment: f"{moment.year:04}",
    "_2006": lambda moment: f"_{moment.year:04}",
    "002": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "__2": lambda moment: f"{moment.timetuple().tm_yday:3}",
    "01": lambda moment: f"{moment.month:02}",
    "02": lambda moment: f"{moment.day:02}",
    "_2": lambda moment: f"{moment.day:2}",
    "03": lambda moment: f"{moment.hour % 12 or 12:02}",
    "04": lambda moment: f"{moment.minute:02}",
    "05": lambda moment: f"{moment.second:02}",
    "06": lambda moment: f"{moment.year % 100:02}",
    "15": lambda moment: f"{moment.hour:02}",
    "1": lambda moment: str(moment.month),
    "2": lambda moment: str(moment.day),
    "3": lambda moment: str(moment.hour % 12 or 12),
    "4": lambda moment: str(moment.minute),
    "5": lambda moment: str(moment.second),
    "PM": lambda moment: "PM" if moment.hour >= 12 else "AM",
    "pm": lambda moment: "pm" if moment.hour >= 12 else "am",
}
_FORMAT = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|_2006|2006|002|__2|0[1-6]|_2|15|[1-5]|PM|pm|(?P<unknown>MST|Z07)"
)


def go_format(layout: str, moment: datetime) -> str | None:
    """A moment by a layout of Go's; None where the layout has no part that says anything, or names the zone."""
    found = list(_FORMAT.finditer(layout))
    if not found or any(part["unknown"] for part in found):
        return None
    return _FORMAT.sub(lambda part: _FORMATS[part[0]](moment), layout)
