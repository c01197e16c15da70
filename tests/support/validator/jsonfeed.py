"""JSON Feed 1.1: our schema of it, and its sentences that no schema holds."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from support.validator.addresses import uri
from support.validator.faults import Fault, told, words
from support.validator.html import html_faults
from support.validator.order import Dated, order_faults
from support.validator.values import language, media_type, rfc3339

_ADDRESSES = words("home_page_url feed_url next_url icon favicon url external_url image banner_image avatar")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((Path(__file__).parent / "jsonfeed.schema.json").read_text("utf-8")))


def json_faults(data: bytes, location: str) -> Iterator[Fault]:
    """All that is wrong with a JSON feed that is served at `location`."""
    doubled: list[str] = []
    try:
        feed = json.loads(data, object_pairs_hook=lambda pairs: _object(pairs, doubled), parse_constant=_refused)
    except ValueError as error:
        yield Fault("NotJSON", "document", str(error))
        return
    yield from (Fault("DuplicateKey", "document", name) for name in doubled)
    wrong = [Fault("JSONFeedSchema", one.json_path, one.message) for one in _schema().iter_errors(feed)]
    yield from wrong
    if not wrong:
        yield from _feed(feed, location)


def _object(pairs: list[tuple[str, Any]], doubled: list[str]) -> dict[str, Any]:
    doubled.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return dict(pairs)


def _refused(value: str) -> Any:
    """Python reads NaN and Infinity, JSON has neither (RFC 8259 section 6)."""
    raise ValueError(f"{value} is no JSON")


def _feed(feed: dict[str, Any], location: str) -> Iterator[Fault]:
    if feed.get("feed_url") != location:
        yield Fault("SelfDoesntMatchLocation", "feed", str(feed.get("feed_url")))
    if "language" not in feed:
        yield Fault("MissingDCLanguage", "feed")
    if feed.get("next_url") == location:
        yield Fault("LinkPastEnd", "feed", location)
    yield from _values(feed, "feed")
    items = feed["items"]
    ids = Counter(item["id"] for item in items)
    yield from (Fault("DuplicateIds", "feed", one) for one, count in ids.items() if count > 1)
    for number, item in enumerate(items, 1):
        yield from html_faults(item.get("content_html", ""), f"item[{number}]/content_html")
    dates = [Dated(one.get("date_published", ""), one.get("date_modified", "")) for one in items]
    yield from order_faults(dates, "")


def _values(value: Any, place: str) -> Iterator[Fault]:
    """Each address, date, language and text, wherever it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not name.startswith("_"):
                yield from _named(name, inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _values(inner, f"{place}[{number}]")
    elif isinstance(value, str):
        yield from _text(value, place)


def _named(name: str, value: Any, place: str) -> Iterator[Fault]:
    if name in _ADDRESSES:
        yield from told([uri], value, place)
    elif name in ("date_published", "date_modified"):
        yield from told([rfc3339], value, place)
    elif name == "language":
        yield from told([language], value, place)
    elif name == "mime_type":
        yield from told([media_type], value, place)
    yield from _values(value, place)


def _text(value: str, place: str) -> Iterator[Fault]:
    try:
        value.encode()
    except UnicodeEncodeError:
        yield Fault("LoneSurrogate", place, value.encode("ascii", "backslashreplace").decode())
    if _CONTROL.search(value):
        yield Fault("BadCharacters", place, value)
