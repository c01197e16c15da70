"""What a request asks for only under a condition (RFC 9110 sections 13 and 14). Nothing here reads or sends."""

import re
from enum import StrEnum

from publisher.struct import Struct
from publisher.web.dates import parse_http_date

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_ONE_TAG = re.compile(_TAG)
_RANGES = re.compile(r"bytes=[ \t]*(?P<first>[0-9]*)-(?P<last>[0-9]*)[ \t]*", re.IGNORECASE)
_MOST_DIGITS = 18


class Verdict(StrEnum):
    """What a request's conditions come to."""

    SEND = "send"
    NOT_MODIFIED = "not modified"
    FAILED = "failed"


class Asked(Struct, frozen=True):
    """The conditions of a request as its headers have them; None where one is absent."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None
    if_range: str | None = None
    range: str | None = None


class Shown(Struct, frozen=True):
    """What would be sent: its strong entity tag with the quotes, when it was last modified, its length in bytes.

    `modified` is in seconds since 1970; None where it must not be told yet.
    """

    tag: str
    modified: int | None
    length: int


class Part(Struct, frozen=True):
    """Bytes from `start` up to, and without, `stop`."""

    start: int
    stop: int


def verdict(asked: Asked, shown: Shown, year: int) -> Verdict:
    """What the conditions of a GET or HEAD come to, in the order of RFC 9110 section 13.2.2.

    `year` is the present one.
    """
    if asked.if_match is not None:
        if not _names(asked.if_match, shown.tag, weakly=False):
            return Verdict.FAILED
    elif asked.if_unmodified_since is not None:
        since = parse_http_date(asked.if_unmodified_since, year)
        if since is not None and shown.modified is not None and shown.modified > since:
            return Verdict.FAILED
    if asked.if_none_match is not None:
        return Verdict.NOT_MODIFIED if _names(asked.if_none_match, shown.tag, weakly=True) else Verdict.SEND
    if asked.if_modified_since is not None:
        since = parse_http_date(asked.if_modified_since, year)
        if since is not None and shown.modified is not None and shown.modified <= since:
            return Verdict.NOT_MODIFIED
    return Verdict.SEND


def part(asked: Asked, shown: Shown, year: int) -> Part | None:
    """The one part that a GET asks for; None for the whole. ValueError where there is no such part (416).

    Several parts at once are answered by the whole, as RFC 9110 section 14.2 allows; so is a range of an older version.
    """
    if asked.range is None or (asked.if_range is not None and not _is_same(asked.if_range, shown, year)):
        return None
    found = _RANGES.fullmatch(asked.range)
    if found is None or not (found["first"] or found["last"]) or not shown.length:
        return None
    if not found["first"]:
        return _tail(_number(found["last"]), shown.length)
    first = _number(found["first"])
    last = _number(found["last"]) if found["last"] else max(first, shown.length)
    if last < first:
        return None
    if first >= shown.length:
        raise ValueError("starts behind the end")
    return Part(first, min(last + 1, shown.length))


def _tail(number: int, length: int) -> Part:
    if not number:
        raise ValueError("the last no bytes")
    return Part(max(length - number, 0), length)


def _number(digits: str) -> int:
    """Python refuses to read thousands of digits, and nothing is as long as eighteen of them say."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _names(text: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of tags, or `*`, names `tag`. A weak one counts only where compared weakly (section 8.8.3.2).

    Proxies that compress weaken the tags they pass on, so readers come back with `W/` before ours.
    """
    if text.strip(" \t") == "*":
        return True
    if not _TAGS.fullmatch(text):
        return False
    found = _ONE_TAG.findall(text)
    return tag in found or (weakly and f"W/{tag}" in found)


def _is_same(text: str, shown: Shown, year: int) -> bool:
    """Whether If-Range names the very version (section 13.1.5): by its strong tag, or by its exact date.

    The date is a strong validator here: no two versions of a file have the same second.
    """
    if '"' in text:
        return text.strip(" \t") == shown.tag
    return shown.modified is not None and parse_http_date(text.strip(" \t"), year) == shown.modified
