"""Filters that need to know the site: addresses, dates in its zone, Markdown."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from datetime import date as calendar_date
from email.utils import format_datetime

from publisher.content.dates import BadDate, ruby_moment
from publisher.content.liquid.environment import Context
from publisher.content.liquid.places import absolute_url, relative
from publisher.content.liquid.ruby import text_of
from publisher.content.liquid.strftime import strftime
from publisher.content.liquid.typed import Moment

_DIGITS = re.compile(r"\d{1,18}$", re.ASCII)
_INDEX = re.compile(r"/index\.html?$")


def moment_of(context: Context, value: object) -> datetime | None:
    """Ruby Liquid's Utils.to_date; a date is midnight in the site's zone, `now` the newest post's moment."""
    zone = context.run.zone
    if isinstance(value, datetime):
        return value
    if isinstance(value, calendar_date):
        return datetime.combine(value, time(), zone)
    text = text_of(value).strip()
    if text.lower() in ("now", "today"):
        return context.run.names.now
    if _DIGITS.match(text):
        return datetime.fromtimestamp(int(text), UTC).astimezone(zone)
    try:
        return Moment.of(ruby_moment(text, False, zone), zone) if text else None
    except BadDate:
        return None


def date(context: Context, value: object, pattern: object = "") -> object:
    """By a pattern of Ruby's strftime; what is no date stays as it is."""
    found = moment_of(context, value) if text_of(pattern) else None
    return value if found is None else strftime(found, text_of(pattern))


def _local(context: Context, value: object) -> datetime:
    found = moment_of(context, value)
    if found is None:
        raise ValueError(f"'{text_of(value)[:40]}' is not a date")
    return found.astimezone(context.run.zone)


def _dated(make: Callable[[datetime], str]) -> Callable[[Context, object], object]:
    return lambda context, value: make(_local(context, value)) if text_of(value) else value


def _written(month: str) -> Callable[..., object]:
    def written(context: Context, value: object, kind: object = None, style: object = None) -> object:
        if not text_of(value):
            return value
        found = _local(context, value)
        if kind != "ordinal":
            return strftime(found, f"%d {month} %Y")
        day = f"{found.day}{_ordinal(found.day)}"
        return strftime(found, f"{month} {day}, %Y" if style == "US" else f"{day} {month} %Y")

    return written


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _address(make: Callable[..., str]) -> Callable[[Context, object], object]:
    def address(context: Context, value: object) -> object:
        if value is None:
            return None
        path = value.get("url") if isinstance(value, Mapping) else value
        return make(context.run.page, text_of(path))

    return address


def markdownify(_context: Context, value: object) -> str:
    """Markdown as HTML."""
    from publisher.content.markdown import to_html

    return to_html(text_of(value))


SITE_FILTERS: dict[str, Callable[..., object]] = {
    "date": date,
    "date_to_xmlschema": _dated(lambda found: strftime(found, "%Y-%m-%dT%H:%M:%S%:z")),
    "date_to_rfc822": _dated(format_datetime),
    "date_to_string": _written("%b"),
    "date_to_long_string": _written("%B"),
    "relative_url": _address(relative),
    "absolute_url": _address(absolute_url),
    "strip_index": lambda _, value: value if value is None else _INDEX.sub("/", text_of(value)),
    "markdownify": markdownify,
}
