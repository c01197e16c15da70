"""Ruby's Time#strftime: its flags and widths, and names that no locale changes."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIRECTIVE = re.compile(r"%([-0^#_:]*)(\d{0,3})[EO]?([a-zA-Z%+])")
_EPOCH = datetime(1970, 1, 1)
_WHOLE = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "v": "%e-%^b-%Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}
_NUMBERS: dict[str, tuple[Callable[[datetime], int], int, str]] = {
    "Y": (lambda time: time.year, 4, "0"),
    "C": (lambda time: time.year // 100, 2, "0"),
    "y": (lambda time: time.year % 100, 2, "0"),
    "m": (lambda time: time.month, 2, "0"),
    "d": (lambda time: time.day, 2, "0"),
    "e": (lambda time: time.day, 2, " "),
    "j": (lambda time: time.timetuple().tm_yday, 3, "0"),
    "H": (lambda time: time.hour, 2, "0"),
    "k": (lambda time: time.hour, 2, " "),
    "I": (lambda time: time.hour % 12 or 12, 2, "0"),
    "l": (lambda time: time.hour % 12 or 12, 2, " "),
    "M": (lambda time: time.minute, 2, "0"),
    "S": (lambda time: time.second, 2, "0"),
    "u": (lambda time: time.isoweekday(), 1, "0"),
    "w": (lambda time: time.isoweekday() % 7, 1, "0"),
    "G": (lambda time: time.isocalendar().year, 4, "0"),
    "g": (lambda time: time.isocalendar().year % 100, 2, "0"),
    "V": (lambda time: time.isocalendar().week, 2, "0"),
    "U": (lambda time: (time.timetuple().tm_yday + 6 - time.isoweekday() % 7) // 7, 2, "0"),
    "W": (lambda time: (time.timetuple().tm_yday + 6 - time.weekday()) // 7, 2, "0"),
    "s": (lambda time: _seconds(time), 1, "0"),
}
_TEXTS: dict[str, Callable[[datetime], str]] = {
    "A": lambda time: _DAYS[time.weekday()],
    "a": lambda time: _DAYS[time.weekday()][:3],
    "B": lambda time: _MONTHS[time.month - 1],
    "b": lambda time: _MONTHS[time.month - 1][:3],
    "h": lambda time: _MONTHS[time.month - 1][:3],
    "p": lambda time: "PM" if time.hour >= 12 else "AM",
    "P": lambda time: "pm" if time.hour >= 12 else "am",
    "Z": lambda time: _zone(time),
    "n": lambda _: "\n",
    "t": lambda _: "\t",
    "%": lambda _: "%",
}


def strftime(time: datetime, pattern: str) -> str:
    """An aware time by a pattern; a directive that Ruby does not know stays as it is."""
    return _DIRECTIVE.sub(lambda found: _directive(time, found), pattern)


def _directive(time: datetime, found: re.Match[str]) -> str:
    flags, width, kind = found[1], int(found[2] or 0), found[3]
    if kind in _NUMBERS:
        value, digits, pad = _NUMBERS[kind]
        return _padded(str(value(time)), flags, width or digits, pad)
    if kind in _WHOLE:
        return _cased(strftime(time, _WHOLE[kind]), flags).rjust(width)
    if kind in _TEXTS:
        return _padded(_cased(_TEXTS[kind](time), flags, kind), flags, width, " ")
    if kind == "z":
        return _offset(time, flags.count(":"))
    if kind in "LN":
        return f"{time.microsecond:06}000"[: width or (3 if kind == "L" else 9)]
    return found[0]


def _padded(text: str, flags: str, width: int, pad: str) -> str:
    if "-" in flags:
        return text
    pad = "0" if "0" in flags else " " if "_" in flags else pad
    return text.rjust(width, pad)


def _cased(text: str, flags: str, kind: str = "") -> str:
    if "#" in flags:
        return text.lower() if kind == "p" else text.upper()
    return text.upper() if "^" in flags else text


def _offset(time: datetime, colons: int) -> str:
    plain = f"{time:%z}"[:5]
    if colons == 1:
        return f"{plain[:3]}:{plain[3:]}"
    return f"{plain[:3]}:{plain[3:]}:00" if colons == 2 else plain


def _zone(time: datetime) -> str:
    name = time.tzname() or ""
    # Ruby knows no name for a bare offset.
    return "" if name.startswith("UTC") and name != "UTC" else name


def _seconds(time: datetime) -> int:
    return (time.replace(tzinfo=None) - (time.utcoffset() or timedelta()) - _EPOCH) // timedelta(seconds=1)
