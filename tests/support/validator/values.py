"""Dates, languages, numbers, addresses of people, plain text: what each value of a feed must look like."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from support.validator.faults import Check, words

_DAYS, _MONTHS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_RFC_822 = re.compile(
    rf"(?:(?P<day>{_DAYS}), )?\d\d? (?:{_MONTHS}) \d{{4}} \d\d:\d\d(?::\d\d)? (?:[+-]\d\d[03]0|UT|GMT|[ECMP][SD]T|Z)"
)
# Correct by RFC 822 alone: any case, years of two digits, military zones, odd zones, white space as one likes.
_LOOSE_822 = re.compile(
    rf"(?:(?:{_DAYS})\s*,\s*)?\d\d?\s+(?:{_MONTHS})\s+\d\d(?:\d\d)?\s+\d\d:\d\d(?::\d\d)?\s+(?:[+-]\d{{4}}|[A-Z]{{1,3}})",
    re.IGNORECASE,
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,8})*")
_ISO_639_1 = words(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
# RFC 6838 section 4.2.
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=(\"[^\"]*\"|[\w!#$&^.+-]+))*", re.ASCII)
_EMAIL = re.compile(r"[\w.+'%-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+", re.ASCII)
_DURATION = re.compile(r"\d+(:[0-5]\d(:[0-5]\d)?)?")
_END_TAG = re.compile(r"</(\w+)>")
_REFERENCE = re.compile(r"&(?:(?:amp|lt|gt|quot|apos|nbsp|copy|reg|hellip|mdash|ndash)\b|#\w+)")
_START = re.compile(r"<[/a-zA-Z]|&#[x0-9]")


def rfc822(value: str) -> Iterator[str]:
    """A date of RSS and OPML."""
    strict = _RFC_822.fullmatch(value)
    if strict is None:
        yield "ProblematicalRFC822Date" if _LOOSE_822.fullmatch(value) else "InvalidRFC2822Date"
        return
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        yield "InvalidRFC2822Date"
        return
    if strict["day"] and strict["day"] != moment.strftime("%a"):
        yield "IncorrectDOW"
    yield from _plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def rfc3339(value: str) -> Iterator[str]:
    """A date of Atom and JSON Feed."""
    try:
        moment = datetime.fromisoformat(value) if _RFC_3339.fullmatch(value) else None
    except ValueError:
        moment = None
    if moment is None:
        yield "InvalidRFC3339Date"
    else:
        yield from _plausible(moment)


def _plausible(moment: datetime) -> Iterator[str]:
    if moment.year < 1990 or moment > datetime.now(UTC) + timedelta(minutes=10):
        yield "ImplausibleDate"


def language(value: str) -> Iterator[str]:
    """A BCP 47 tag whose language is one of ISO 639."""
    found = _LANGUAGE.fullmatch(value)
    if found is None or (len(found[1]) == 2 and found[1].lower() not in _ISO_639_1):
        yield "InvalidLanguage"


def media_type(value: str) -> Iterator[str]:
    if not _MEDIA_TYPE.fullmatch(value):
        yield "InvalidMIMEType"


def email(value: str) -> Iterator[str]:
    if not _EMAIL.fullmatch(value):
        yield "InvalidContact"


def email_with_name(value: str) -> Iterator[str]:
    """A person in RSS: `ann@example.jp (Ann)` (RSS Advisory Board profile)."""
    found = re.fullmatch(r"(\S+) \(.+\)", value)
    if found:
        yield from email(found[1])
    elif "@" not in value:
        yield "InvalidContact"
    else:
        yield "EmailFormat" if " " in value else "MissingRealName"


def whole(least: int, rule: str) -> Check:
    """A whole number, `least` or more."""

    def check(value: str) -> Iterator[str]:
        if not re.fullmatch(r"-?[0-9]+", value) or int(value) < least:
            yield rule

    return check


def length_in_bytes(value: str) -> Iterator[str]:
    """0 stands for a length that is not known, never -1."""
    if value == "-1":
        yield "UseZeroForUnknown"
    elif not re.fullmatch(r"[0-9]+", value):
        yield "InvalidIntegerAttribute"


def one_of(rule: str, *words: str) -> Check:
    """One of some words."""
    return lambda value: [] if value in words else [rule]


def at_most(length: int) -> Check:
    """A text of so many characters."""
    return lambda value: ["TooLong"] if len(value) > length else []


def duration(value: str) -> Iterator[str]:
    if not _DURATION.fullmatch(value):
        yield "InvalidDuration"


def filled(value: str) -> Iterator[str]:
    if not value.strip():
        yield "NotBlank"


def tight(value: str) -> Iterator[str]:
    """No white space around: ids are compared letter by letter."""
    if value != value.strip():
        yield "UnexpectedWhitespace"


def plain(rule: str) -> Callable[[str], Iterator[str]]:
    """Text that no reader takes for HTML; `rule` where one might."""

    def check(value: str) -> Iterator[str]:
        if _END_TAG.search(value) or _REFERENCE.search(value):
            yield rule

    return check


def looks_like_markup(value: str) -> bool:
    """Whether a reader that takes RSS titles for HTML would see markup (RSS profile, character data)."""
    return bool(_START.search(value) or _REFERENCE.search(value))
