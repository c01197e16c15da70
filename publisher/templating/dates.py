"""Dates as people write them."""

from datetime import date

from publisher.templating.faults import Missing

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


def format_date(value: date | str | Missing, language: str) -> str:
    """`value` in its own zone, as people write it: 2026年1月5日, 5 January 2026, elsewhere 2026-01-05.

    A text is a day in ISO 8601, ValueError where it is none; of a field that a reader has no value of nothing is said.

    No locale: the C library's names change with the machine, and setlocale is process-wide.
    """
    if isinstance(value, Missing):
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    match language.split("-")[0].lower():
        case "ja" | "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        case "en":
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        case _:
            return f"{value.year:04}-{value.month:02}-{value.day:02}"
