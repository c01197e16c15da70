"""What a written date means: in Ruby (Jekyll), in Go (Hugo), and to a person.

Nothing here ever fills a missing part from today: `2024-01` would be another day on every build.
"""

import re
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from publisher.content.codes import Code

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = (
    r"(?:(?:[Tt]|\s*,\s*|\s+at\s+|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d*)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>[^\s(].*?)?)?\s*(?:\([^()]*\))?$"
)
_DAYS = (
    r"(?P<year>\d{4}|\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4})",
    r"(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH.format("month") + r",?[\s-]+(?P<year>\d{4})",
    r"(?:[a-z]{3,9},?\s+)?" + _MONTH.format("month") + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
)
_RUBY = tuple(re.compile(day + _CLOCK, re.IGNORECASE) for day in _DAYS)
# Psych's ScalarScanner::TIME without its zone: what Ruby types as a time in UTC if it is not quoted.
_PSYCH_NAIVE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?$")
# What Hugo's cast library takes (spf13/cast, timeFormats): two digits everywhere, seconds where there is a time.
_GO = (
    re.compile(
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
        r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)?"
        r"(?:\s?(?P<zone>Z|UTC|[-+]\d\d:?\d\d)(?:\s[A-Z]{3,5})?)?)?$"
    ),
    re.compile(
        r"(?:[a-z]{3,9},\s)?(?P<day>\d\d)[ -]" + _MONTH.format("month") + r"[ -](?P<year>\d{4})"
        r"(?:\s(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s(?P<zone>[-+]\d{4}|[A-Z]{3}))?$",
        re.IGNORECASE,
    ),
)
_OFFSET = re.compile(r"([-+])(\d{1,2})(?::?(\d\d))?$")
# The names that Ruby's Time.zone_offset honours; any other is read by it as local time without a word.
_NAMED = {"Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5}
_NAMED |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_KANJI = re.compile(r"^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


class BadDate(ValueError):
    """A text that is no moment; `code` says in which way."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def ruby_moment(text: str, plain: bool, zone: ZoneInfo) -> datetime:
    """The moment Jekyll gives a front matter date, in the site's zone; BadDate where it is none.

    An unquoted `2024-01-05 01:30:00` is UTC, since Psych types it so; quoted, or without seconds, it is
    local (jekyll #4010, #5678). Ruby reads the impossible 2024-02-30 as March 1; here it is BadDate.
    """
    naive: tzinfo = UTC if plain and _PSYCH_NAIVE.match(text) else zone
    return _local(_moment(_RUBY, text, naive, zone), zone)


def hugo_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment Hugo gives a date: its own offset kept, else `zone`; BadDate where Hugo reads year 1."""
    return _moment(_GO, text, zone, zone)


def plain_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment a person means: local to `zone` unless an offset stands there; 2024年1月5日 too."""
    return _local(_moment(_RUBY, _KANJI.sub(r"\1-\2-\3", text), zone, zone), zone)


def _moment(shapes: tuple[re.Pattern[str], ...], text: str, naive: tzinfo, zone: ZoneInfo) -> datetime:
    text = text.strip()
    for shape in shapes if len(text) < 100 else ():
        found = shape.match(text)
        if found:
            return _build(found.groupdict(), text, naive, zone)
    raise BadDate(Code.UNKNOWN_DATE, f"'{text[:60]}' is not a date; write it as 2024-01-31 09:00:00 +0900")


def _build(parts: dict[str, str | None], text: str, naive: tzinfo, zone: ZoneInfo) -> datetime:
    month = parts["month"] or ""
    try:
        bare = datetime(
            _year(parts["year"] or ""),
            int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1,
            int(parts["day"] or ""),
            _hour(int(parts["hour"] or 0), parts.get("half")),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
        )
        if bare.year == MAXYEAR:
            # In another zone such a moment may lie in the year 10000, which nothing here can say.
            raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {text[:60]!r} is out of reach")
        return _fixed(bare.replace(tzinfo=_zone(parts.get("zone"), bare, naive, zone)))
    except BadDate:
        raise
    except (ValueError, OverflowError) as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text[:60]}'") from error


def _year(digits: str) -> int:
    # Ruby's Date._parse: two digits are 1969 to 2068.
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= 69 else 2000)


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(text: str | None, bare: datetime, naive: tzinfo, zone: ZoneInfo) -> tzinfo:
    if not text:
        return naive
    offset = _OFFSET.match(text)
    if offset:
        size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-size if offset[1] == "-" else size)
    name = text.upper()
    if name in _NAMED:
        return timezone(timedelta(hours=_NAMED[name]))
    if name == (bare.replace(tzinfo=zone).tzname() or "").upper():
        return zone
    raise BadDate(Code.UNKNOWN_ZONE, f"the time zone '{text[:40]}' is not known here; write an offset such as +0900")


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return _fixed(moment.astimezone(zone))
    except OverflowError as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {moment.year} is out of reach") from error


def _fixed(moment: datetime) -> datetime:
    """The same moment with a plain offset, so that it is the same object fresh and from the index.

    Local mean times such as Tokyo's +09:18:59 before 1888 become UTC: RFC 3339 has no offset with seconds.
    """
    offset = moment.utcoffset() or timedelta()
    if offset.seconds % 60:
        return moment.astimezone(UTC)
    return moment.replace(tzinfo=timezone(offset), fold=0)
