"""Rates and spans of time as settings write them: `600/min`, `72h`."""

import re
from datetime import timedelta

_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)/(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_SPAN = re.compile("([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def rate(text: str) -> float:
    """`10/s`, `600/min` or `20000/h` in mails a second; ValueError where it is none, or none at all."""
    found = _RATE.fullmatch(text)
    if not found or not float(found[1]):
        raise ValueError(f"{text!r} is no rate: write 10/s, 600/min or 20000/h")
    return float(found[1]) / _SECONDS[found[2]]


def span(text: str) -> timedelta:
    """`90m`, `72h` or `3d`; ValueError where it is none."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no span of time: write 90m, 72h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
