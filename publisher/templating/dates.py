"""Dates as people write them."""

from datetime import date

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_date(value: date, language: str) -> str:
    """`value` in its own zone, as people write it: 2026年1月5日, 5 January 2026, elsewhere 2026-01-05.

    No locale: the C library's names change with the machine, and setlocale is process-wide.
    """
    match language.split("-")[0].lower():
        case "ja" | "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        case "en":
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        case _:
            return f"{value.year:04}-{value.month:02}-{value.day:02}"
