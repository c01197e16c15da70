"""How a rule of RFC 5545 is written: `FREQ=…`, `RRULE:FREQ=…`, `DTSTART:20260105T090000 RRULE:FREQ=…`."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from publisher.core.recurrence import FIRST, LAST, nth
from publisher.model.newsletter import Recurrence
from publisher.struct import replace

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?")
_ANCHOR = "put DTSTART:20260105T090000 before it, or give the newsletter a start"
_FREQS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RANGES = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, 1000),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYSETPOS": (-366, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
}
_WORDS = {
    "FREQ": "|".join(_FREQS),
    "WKST": "|".join(_DAYS),
    "BYDAY": rf"(?:[+-]?[1-9]\d?)?(?:{'|'.join(_DAYS)})",
    "UNTIL": _MOMENT.pattern,
}
_LISTS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYSETPOS", "BYHOUR", "BYDAY"}
_ONLY_IN = {"BYYEARDAY": {"YEARLY"}, "BYMONTHDAY": set(_FREQS) - {"WEEKLY"}}
"""Where RFC 5545 allows them."""
_INSTEAD = {
    "HOURLY": "write FREQ=DAILY with BYHOUR=0,6,12,18",
    "BYSECOND": "schedules are in whole minutes",
    "EXDATE": "the newsletter's key exclude names days on which nothing goes out",
    "BYWEEKNO": "name the months or the days of the year instead",
    "TZID": "the newsletter's key timezone says where it holds",
    "Z": "times are local, without Z; the newsletter's key timezone says where they hold",
}

Parts = dict[str, str]


def parse_recurrence(text: str, start: datetime | None) -> Recurrence:
    """The rule that `text` names, counted from its DTSTART, else from `start`, where midnight is no time of day.

    ValueError says what is wrong, and what would fit.
    """
    try:
        return _parsed(text.upper(), start)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error


def _parsed(text: str, start: datetime | None) -> Recurrence:
    begin, timed, rule = _taken_apart(text)
    begin, timed = (begin, timed) if begin else (start, bool(start and start.time() != datetime.min.time()))
    parts = _parts(rule)
    if begin is None and not {"INTERVAL", "COUNT"}.isdisjoint(parts):
        raise ValueError(f"nothing says from when INTERVAL and COUNT count: {_ANCHOR}")
    if not timed and "BYHOUR" not in parts:
        raise ValueError("names no time of day: add BYHOUR=9;BYMINUTE=0")
    return _recurrence({**_implied(parts, begin), **parts}, begin or FIRST)


def _taken_apart(text: str) -> tuple[datetime | None, bool, str]:
    """DTSTART and whether it has a time of day, and the rule."""
    found = re.fullmatch(r"(?:DTSTART([^:\s]*):(\S+)\s+)?(?:RRULE:)?([^\s:]+)", text.strip())
    if found is None or (found[1] and found[1] not in (";VALUE=DATE", ";VALUE=DATE-TIME")):
        told = next((told for word, told in _INSTEAD.items() if len(word) > 1 and word in text), None)
        raise ValueError(told or "is no rule: write 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0'")
    if found[2] is None:
        return None, False, found[3]
    begin = _moment("DTSTART", found[2])
    if not FIRST <= begin <= LAST:
        raise ValueError(f"DTSTART must be between {FIRST.year} and {LAST.year}")
    return begin, "T" in found[2], found[3]


def _moment(name: str, text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{name}={text}: {_INSTEAD['Z'] if text.endswith('Z') else 'write 20260105T090000'}")
    return datetime(*(int(one or 0) for one in found.groups()[:5]))  # type: ignore[arg-type]


def _parts(rule: str) -> Parts:
    pairs = [part.partition("=") for part in rule.strip(";").split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs):
        raise ValueError("names a part twice")
    for name, value in parts.items():
        _check(name, value)
    if "FREQ" not in parts:
        raise ValueError("begins with FREQ=WEEKLY or the like")
    _fit(parts)
    return parts


def _check(name: str, value: str) -> None:
    if name in ("BYSECOND",) or value in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise ValueError(f"{name}={value}: {_INSTEAD[name if name == 'BYSECOND' else 'HOURLY']}")
    if name not in _RANGES and name not in _WORDS:
        raise ValueError(f"{name!r} is no part of a rule: {_INSTEAD.get(name, 'see RFC 5545, section 3.3.10')}")
    for one in value.split(",") if name in _LISTS else [value]:
        if name == "UNTIL":
            _moment(name, one)
        elif not (_in_range(name, one) if name in _RANGES else re.fullmatch(_WORDS[name], one)):
            raise ValueError(f"{name}={value}: {one!r} does not fit: {_fitting(name)}")


def _in_range(name: str, text: str) -> bool:
    low, high = _RANGES[name]
    number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,4}", text) else None
    return number is not None and low <= number <= high and (number != 0 or low == 0)


def _fitting(name: str) -> str:
    if name in _RANGES:
        low, high = _RANGES[name]
        return f"write {'numbers' if name in _LISTS else 'one number'} from {low} to {high}" + (
            ", not 0" if low < 0 else ""
        )
    return "write MO or 1MO or -1FR" if name == "BYDAY" else f"write one of {_WORDS[name].replace('|', ', ')}"


def _fit(parts: Parts) -> None:
    """Refuse what means nothing beside the rule's FREQ."""
    freq = parts["FREQ"]
    for name in parts.keys() & _ONLY_IN.keys():
        if freq not in _ONLY_IN[name]:
            raise ValueError(f"{name} means nothing in FREQ={freq}")
    counted = re.search(r"\d", parts.get("BYDAY", ""))
    if counted and (freq in ("DAILY", "WEEKLY")):
        raise ValueError(f"BYDAY={parts['BYDAY']}: a numbered day of the week needs FREQ=MONTHLY or YEARLY")
    if "BYSETPOS" in parts and freq == "DAILY":
        raise ValueError("BYSETPOS means nothing in FREQ=DAILY")
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("has both COUNT and UNTIL: one of them ends it")


def _implied(parts: Mapping[str, str], begin: datetime | None) -> Parts:
    """What DTSTART says of the day and the time where the rule is silent (RFC 5545 section 3.3.10)."""
    hour, minute = (begin.hour, begin.minute) if begin else (0, 0)
    implied = {"BYHOUR": str(hour), "BYMINUTE": str(minute)}
    day = {
        "WEEKLY": {"BYDAY"},
        "MONTHLY": {"BYDAY", "BYMONTHDAY"},
        "YEARLY": {"BYDAY", "BYMONTHDAY", "BYYEARDAY"},
    }.get(parts["FREQ"], set())
    if not day or not day.isdisjoint(parts):
        return implied
    if begin is None:
        raise ValueError(f"names no day: add BYDAY=MO, or {_ANCHOR}")
    if parts["FREQ"] == "WEEKLY":
        return {**implied, "BYDAY": _DAYS[begin.weekday()]}
    month = {"BYMONTH": str(begin.month)} if parts["FREQ"] == "YEARLY" else {}
    return {**implied, **month, "BYMONTHDAY": str(begin.day)}


def _recurrence(parts: Mapping[str, str], begin: datetime) -> Recurrence:
    endless = Recurrence(
        parts["FREQ"],
        int(parts.get("INTERVAL", "1")),
        begin,
        LAST,
        hours=_numbers(parts, "BYHOUR"),
        minute=int(parts["BYMINUTE"]),
        months=_numbers(parts, "BYMONTH"),
        days=_numbers(parts, "BYMONTHDAY"),
        days_of_year=_numbers(parts, "BYYEARDAY"),
        weekdays=tuple((int(one[:-2] or 0), _DAYS.index(one[-2:])) for one in parts.get("BYDAY", "").split(",") if one),
        positions=_numbers(parts, "BYSETPOS"),
        week_start=_DAYS.index(parts.get("WKST", "MO")),
    )
    return replace(endless, until=_until(parts, endless))


def _numbers(parts: Mapping[str, str], name: str) -> tuple[int, ...]:
    return tuple(sorted({int(one) for one in parts.get(name, "").split(",") if one}))


def _until(parts: Mapping[str, str], endless: Recurrence) -> datetime:
    """The rule's last minute: an UNTIL without a time means its day's end, and of a COUNT the last is looked for."""
    if "COUNT" in parts:
        return nth(endless, int(parts["COUNT"])) or endless.begin
    if "UNTIL" in parts:
        day = parts["UNTIL"]
        return _moment("UNTIL", day) + (timedelta(0) if "T" in day else timedelta(hours=23, minutes=59))
    return LAST
