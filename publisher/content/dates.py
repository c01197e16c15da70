"""What a written date means: in Ruby (Jekyll), and to a person.

Nothing here ever fills a missing part from today: `2024-01` would be another day on every build.
"""

import re
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.eras import western

_FLAGS = re.IGNORECASE | re.ASCII
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = "|".join(_MONTHS)
_MONTH = rf"(?P<month>{_NAMES})[a-z]*\.?"
_TIME = (
    r"(?P<hour>\d{1,2})(?:\s*:\s*(?P<minute>\d{1,2})(?:\s*:\s*(?P<second>\d{1,2})(?:[.,]\d*)?)?|(?=\s*[ap]\.?m))"
    r"(?:\s*(?P<half>[ap])(?:m\b|\.m\.))?"
)
# Between date and time; then all that is left is taken for a zone, and told as one that is not known.
_CLOCK = rf"(?:(?:T|\s*,\s*|\s+at\s+|\s+|-(?=\d\d?:)){_TIME}\s*(?P<zone>\S.*?)?)?\s*$"
_DAYS = (
    r"(?P<year>\d{4}|\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\s*,)",
    r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4})",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r",?[\s-]+(?P<year>\d{4})",
    _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    r"(?P<year>\d{4})[\s-]+" + _MONTH + r"[\s-]+(?P<day>\d{1,2})",
)
# date_parse.c: the first weekday goes, and so does all that is neither letter, digit nor one of these signs. What
# stands in brackets is left out before; not what Ruby would find a month, a half of the day or an age in.
_WEEKDAY = r"(?i)\b(?:sun|mon|tue|wed|thu|fri|sat)[^-/\d\s()（）]*|(?<=\s)[日月火水木金土](?:曜日?)?(?=\s|$)"
_ASIDE = rf"(?i)\s*[(（](?!\W*(?:{_NAMES}|[ap]\.?m\b|b\.?c\b|dst\b))([^()（）\d]*)[)）]\s*"
_CLEAN = re.compile(r"[-0-9TZ:+./ ]+")
_SIGNS = r"(?:[^\w+',./:@\[\]-]|_)+"
# Psych's ScalarScanner::TIME without its zone: what Ruby types as a time in UTC if it is not quoted.
_PSYCH_NAIVE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?$", re.ASCII)
_PSYCH_SHORT = re.compile(
    r"\A(\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?\s*[-+])(\d(?::\d\d)?)$", re.A
)
_OFFSET = re.compile(r"([-+])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?$", re.ASCII)
# The names that Ruby's Time.zone_offset honours; any other is read by it as local time without a word.
_NAMED = {"Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5}
_NAMED |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
# JIS X 0301, the one Japanese form that Ruby reads; it does not ask whether the era had that day.
_JIS = re.compile(r"[MTSHR]\d{1,2}\.\d{1,2}\.\d{1,2}(?!\d)", _FLAGS)
_EXACT = re.compile(r"[12]\d{3}-\d\d-\d\d[ T]\d\d:\d\d:\d\d ?([-+]\d\d:?\d\d)\Z", re.ASCII)
_ZERO = timedelta()
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII)
_ORDERLESS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{1,2})(?!\d)", re.ASCII)


@lru_cache(maxsize=1)
def _ruby_shapes() -> tuple[re.Pattern[str], ...]:
    # Compiled when first needed: most posts' dates are `_EXACT`, and this takes as long as reading a hundred of them.
    return (
        *(re.compile(day + _CLOCK, _FLAGS) for day in _DAYS),
        # What date(1) and ctime(3) print, and ISO 8601 without separators.
        re.compile(
            rf"{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:(?P<zone>[a-z]+|[-+]\d\d:?\d\d)\s+)?(?P<year>\d{{4}})$",
            _FLAGS,
        ),
        re.compile(
            r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"
            r"\s*(?P<zone>Z|[-+]\d{4})?$",
            _FLAGS,
        ),
        # 18::48::00 stands in real blogs: Ruby sees no time in it and reads midnight.
        re.compile(_DAYS[0] + r"\s+\d{1,2}::\d{1,2}(?:::\d{1,2})?(?:\s+[-+]\d{4})?$", _FLAGS),
    )


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
    exact = _exact(text)
    if exact is not None:
        return local(exact, zone)
    naive: tzinfo = UTC if plain and _PSYCH_NAIVE.match(text.strip()) else zone
    if plain:
        text = _PSYCH_SHORT.sub(r"\g<1>0\2", text.strip())
    era = _JIS.match(text.strip())
    if era:
        text = (_western(era[0]) or "").partition(" ")[0] + text.strip()[era.end() :]
    return local(_ruby(text, naive, zone), zone)


def _exact(text: str) -> datetime | None:
    """A moment in the shape that most posts have; None where it takes more to read it."""
    found = _exactly(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(text[:19] + found[1])
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _exactly(text: str) -> re.Match[str] | None:
    # Kept, because each date is asked about twice.
    return _EXACT.match(text)


def plain_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment a person means: local to `zone` unless an offset stands there; Japanese dates too."""
    exact = _exact(text)
    if exact is not None:
        return local(exact, zone)
    return japanese_moment(text, zone) or local(_ruby(text, zone, zone), zone)


def japanese_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment of a Japanese date (see `eras.western`), local to `zone` unless an offset stands there.

    None where the text is not Japanese, BadDate where there is no such day.
    """
    found = _western(text)
    return local(_ruby(found, zone, zone), zone) if found else None


def doubts(text: str, found: datetime) -> Iterator[tuple[Code, str]]:
    """What should be said of a text that an engine has read as the moment `found`."""
    text = text.strip()
    if _exactly(text):
        return
    day = found.date().isoformat()
    if "::" in text:
        yield Code.AMBIGUOUS_DATE, f"'{text[:40]}' has no time that is read as one; it is taken as {day} 00:00"
    iso = _ISO_DAY.match(text)
    if iso:
        if (found.year, found.month, found.day) != tuple(map(int, iso.groups())) and _PSYCH_NAIVE.match(text):
            now = found.isoformat(" ", "minutes")
            yield Code.DATE_DIFFERS, f"'{text[:40]}' has no zone and is read as UTC: {now}; add one such as +0900"
        return
    parts = _ORDERLESS.match(text)
    if parts and _is_ambiguous(int(parts[1]), int(parts[3]), parts[4]):
        yield Code.AMBIGUOUS_DATE, f"'{text[:40]}' can be read in two ways; it is taken as {day}; write it so"


def _is_ambiguous(first: int, second: int, last: str) -> bool:
    return first != second and first <= 12 if len(last) == 4 else first <= 31 and second <= 12


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """An aware moment in a zone, with a plain offset; BadDate at the ends of time."""
    try:
        # By way of UTC: a wall clock time that the zone skips is another one after it.
        return _fixed(moment.astimezone(UTC), zone)
    except OverflowError as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {moment.year} is out of reach") from error


def _western(text: str) -> str | None:
    try:
        return western(text)
    except ValueError as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, str(error)) from error


def _ruby(text: str, naive: tzinfo, zone: ZoneInfo) -> datetime:
    text, aside = text.strip(), ""
    if len(text) < 100 and not _CLEAN.fullmatch(text):
        text, aside = _without_asides(re.sub(_WEEKDAY, " ", text, count=1))
        text = re.sub(_SIGNS, " ", text).strip(" ,")
    for shape in _ruby_shapes() if len(text) < 100 else ():
        found = shape.match(text)
        if found:
            parts = found.groupdict()
            bare = _bare(parts, text)
            # A zone in brackets is the zone, where no other stands there: `10:00 (JST)`.
            named = parts.get("zone") or (aside if parts.get("hour") and _known(aside, bare, zone) else None)
            return _zoned(bare, named, naive, zone)
    raise BadDate(Code.UNKNOWN_DATE, f"'{text[:60]}' is not a date; write it as 2024-01-31 09:00:00 +0900")


def _without_asides(text: str) -> tuple[str, str]:
    """The text without what stands in brackets, and the last of that if it ends the text.

    Between a time and what follows it Ruby takes the words for a zone: there they stay, and are told as one.
    """
    kept, end, last = [], 0, ""
    for found in re.finditer(_ASIDE, text):
        last = found[1].strip() if found.end() == len(text) else ""
        if not last and ":" in text[: found.start()]:
            continue
        kept.append(text[end : found.start()])
        end = found.end()
    return " ".join([*kept, text[end:]]), last


def _bare(parts: dict[str, str | None], text: str) -> datetime:
    month = parts["month"] or ""
    try:
        hour = _hour(int(parts.get("hour") or 0), parts.get("half"))
        minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
        # Ruby reads 24:00:00 as the next day's first moment, and a leap second as the next minute's.
        days, hour = divmod(hour, 24) if hour == 24 and not minute and not second else (0, hour)
        leap = 1 if second == 60 else 0
        bare = datetime(
            _year(parts["year"] or ""),
            int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1,
            int(parts["day"] or ""),
            *(hour, minute, second - leap),
        )
        bare += timedelta(days=days, seconds=leap)
    except (ValueError, OverflowError) as error:
        raise BadDate(Code.IMPOSSIBLE_DATE, f"there is no '{text[:60]}'") from error
    if bare.year == MAXYEAR:
        # In another zone such a moment may lie in the year 10000, which nothing here can say.
        raise BadDate(Code.IMPOSSIBLE_DATE, f"the date {text[:60]!r} is out of reach")
    return bare


def _year(digits: str) -> int:
    # Ruby's Date._parse: two digits are 1969 to 2068.
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= 69 else 2000)


def _hour(hour: int, half: str | None) -> int:
    # Ruby reads 13:00 PM as 13:00 and 0:30 AM as 0:30; its 13:00 AM, one o'clock, is nobody's.
    if half and not hour <= (23 if half in "pP" else 12):
        raise ValueError(hour)
    return hour % 12 + (12 if half in ("p", "P") else 0) if half else hour


def _zoned(bare: datetime, name: str | None, naive: tzinfo, zone: ZoneInfo) -> datetime:
    if not name:
        # An hour that the clocks show twice is the later one to Ruby, and one that they skip is before the change.
        return min(
            (bare.replace(tzinfo=naive, fold=fold) for fold in (0, 1)), key=lambda wall: wall.utcoffset() or _ZERO
        )
    offset = _OFFSET.match(name)
    found = _offset(offset) if offset else _known(name, bare, zone)
    if found is None:
        message = f"the time zone '{name[:40]}' is not known here; write an offset such as +0900"
        raise BadDate(Code.UNKNOWN_ZONE, message)
    return bare.replace(tzinfo=found)


def _offset(found: re.Match[str]) -> tzinfo | None:
    size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0), seconds=int(found[4] or 0))
    return timezone(-size if found[1] == "-" else size) if size < timedelta(days=1) else None


def _known(name: str, bare: datetime, zone: ZoneInfo) -> tzinfo | None:
    """The zone of a name: one of RFC 822's, else the site's own winter or summer name (Ruby's Time.zone_offset)."""
    if name.upper() in _NAMED:
        return timezone(timedelta(hours=_NAMED[name.upper()]))
    for month in (1, 7):
        moment = datetime(bare.year, month, 1, tzinfo=zone)
        if name.upper() == (moment.tzname() or "").upper():
            return timezone(moment.utcoffset() or timedelta())
    return None


def _fixed(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment in UTC with the plain offset that a zone has then, so that it is the same object fresh and from the
    index.

    Local mean times such as Tokyo's +09:18:59 before 1888 become UTC: RFC 3339 has no offset with seconds.
    """
    offset = moment.astimezone(zone).utcoffset() or _ZERO
    return moment if offset.seconds % 60 else moment.astimezone(_plain_zone(offset))


@lru_cache(maxsize=64)
def _plain_zone(offset: timedelta) -> timezone:
    return timezone(offset)
