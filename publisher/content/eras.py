"""Dates as Japanese writers write them, rewritten as the ISO shapes that everything else reads."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple


class _Era(NamedTuple):
    name: str
    initial: str
    first: date
    last: date
    zero: int


# The laws of each change count its day to both eras, 2019 excepted. Before 明治6 the calendar was the moon's.
_ERAS = (
    _Era("令和", "R", date(2019, 5, 1), date.max, 2018),
    _Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30), 1988),
    _Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7), 1925),
    _Era("大正", "T", date(1912, 7, 30), date(1926, 12, 25), 1911),
    _Era("明治", "M", date(1873, 1, 1), date(1912, 7, 30), 1867),
)
_CLOCK = (
    r"\s*(?:\(?[日月火水木金土](?:曜日?)?\)?)?\s*,?\s*"
    r"(?:(?P<half>午前|午後)?\s*(?P<hour>\d{1,2})(?:\s*:\s*(?P<minute>\d{1,2})(?:\s*:\s*(?P<second>\d{1,2}))?"
    r"|時(?:\s*(?:(?P<minute_>\d{1,2})分(?:\s*(?P<second_>\d{1,2})秒)?|(?P<thirty>半)))?)"
    r"\s*(?P<zone>Z|UTC|JST|[-+]\d\d:?\d\d)?)?$"
)
_DAYS = (
    r"(?:西暦)?(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日",
    r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])\s*(?P<year>\d{1,2}|元)\s*年\s*(?P<month>\d{1,2})\s*月"
    r"\s*(?P<day>\d{1,2})\s*日",
    r"(?P<era>[RHSTM])(?P<year>\d{1,2})\.(?P<month>\d{1,2})\.(?P<day>\d{1,2})",
)


@lru_cache(maxsize=1)
def _shapes() -> tuple[re.Pattern[str], ...]:
    # Compiled when first needed: few sites have such dates.
    return tuple(re.compile(day + _CLOCK, re.IGNORECASE | re.ASCII) for day in _DAYS)


def western(text: str) -> str | None:
    """The same moment as `2024-1-5 9:00:00 +0900`; None where the text is not Japanese.

    Read are `2024年1月5日（金）午後3時15分`, `令和6年1月5日`, `令和元年5月1日`, `R6.1.5` (JIS X 0301), and any date in
    full-width digits. ValueError, its text for people, where an era has no such day.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for shape in _shapes() if len(plain) < 100 else ():
        found = shape.match(plain)
        if found:
            return _iso(found.groupdict(), text.strip())
    return plain if plain != text.strip() and plain.isascii() else None


def _iso(parts: dict[str, str | None], text: str) -> str:
    year = _year(parts, text)
    minute = parts["minute"] or parts["minute_"] or ("30" if parts["thirty"] else "0")
    second = parts["second"] or parts["second_"] or "0"
    day = f"{year:04}-{parts['month']}-{parts['day']}"
    return f"{day} {_hour(parts, text)}:{minute:0>2}:{second:0>2} {parts['zone'] or ''}".rstrip()


def _hour(parts: dict[str, str | None], text: str) -> int:
    hour = int(parts["hour"] or 0)
    if not parts["half"]:
        return hour
    # 午後12時 is midnight by the decree of 1872 and noon to many: whoever writes it should say which.
    if hour > 11:
        raise ValueError(f"'{text[:60]}': 午前 and 午後 go with 0時 to 11時; write the hour as 0 to 23")
    return hour + (12 if parts["half"] == "午後" else 0)


def _year(parts: dict[str, str | None], text: str) -> int:
    written, named = parts["year"] or "", parts.get("era")
    count = 1 if written == "元" else int(written)
    if named is None:
        return count
    era = next(era for era in _ERAS if named.upper() in (era.name, era.initial))
    try:
        day = date(era.zero + count, int(parts["month"] or ""), int(parts["day"] or ""))
    except ValueError:
        raise ValueError(f"there is no '{text[:60]}'") from None
    if count < 1 or not era.first <= day <= era.last:
        raise ValueError(f"there is no '{text[:60]}': {_instead(day)}")
    return day.year


def _instead(day: date) -> str:
    for era in _ERAS:
        if era.first <= day <= era.last:
            count = day.year - era.zero
            return f"that day is {era.name}{'元' if count == 1 else count}年{day.month}月{day.day}日"
    return "before 明治6年 another calendar counted; write the year as 1872"
