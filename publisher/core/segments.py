"""Segments: which of a newsletter's readers a mail by hand is for."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from publisher.core.fields import parse, unknown
from publisher.core.rules import joined
from publisher.core.slugs import category_slug
from publisher.core.words import LANGUAGE, is_known_language, speaks
from publisher.core.zones import zone_name
from publisher.errors import UsageError
from publisher.model.field import Field, FieldType, FieldValue
from publisher.model.newsletter import Frequency
from publisher.struct import Struct, field

FIELDS = ("category", "domain", "frequency", "joined", "language", "timezone")
OWN = "fields."
"""What stands before the name of one of a site's own fields."""
_JOINS = ("all", "any")
_KNOWN = ", ".join((*FIELDS, *_JOINS, "not"))


class Traits(Struct, frozen=True, gc=False):
    """What a reader can be chosen by; `categories` None means all. They said yes at `joined`.

    Frequency and zone are what they get, be it the newsletter's own; `language` is None where they named none.
    """

    address_key: str
    language: str | None
    frequency: str
    timezone: str
    categories: tuple[str, ...] | None
    joined: datetime | None
    fields: Mapping[str, FieldValue] | None = None


Holds: TypeAlias = Callable[[Traits], bool]


class Ground(Struct, frozen=True):
    """What a segment is understood by: the site's `slugs`, the newsletter's zone, the language of its mails to those
    who named none, and the site's own fields of readers by name."""

    slugs: Mapping[str, str]
    timezone: str
    language: str
    fields: Mapping[str, Field] = field(default_factory=dict)


def segment(where: Mapping[str, Any], ground: Ground) -> Holds:
    """Whom a rule takes, made of `FIELDS` and `fields.NAME` as core.rules joins them.

    UsageError where it means nothing. Its values are texts, lists and mappings, as they were written.
    """
    _require_rule(where, ground.fields)
    return joined(where, lambda field, names: _field(field, names, ground))


def asks_for_fields(where: Any) -> bool:
    """Whether a rule asks for a site's own fields, at any depth."""
    match where:
        case Mapping():
            return any(str(word).startswith(OWN) or asks_for_fields(value) for word, value in where.items())
        case list():
            return any(map(asks_for_fields, where))
    return False


def _require_rule(where: Any, fields: Mapping[str, Field]) -> None:
    if not isinstance(where, Mapping) or not where:
        raise _wrong(
            "a rule of readers is written as field: value", "such as domain: example.jp, or not: {frequency: daily}"
        )
    for word, value in where.items():
        if word in _JOINS:
            if not isinstance(value, list) or not value:
                raise _wrong(
                    f"'{word}' must be a list of rules", f"such as {word}: [{{domain: a.jp}}, {{domain: b.jp}}]"
                )
            for one in value:
                _require_rule(one, fields)
        elif word == "not":
            _require_rule(value, fields)
        elif str(word).startswith(OWN) and str(word).removeprefix(OWN) not in fields:
            raise unknown(str(word).removeprefix(OWN), fields)
        elif word not in FIELDS and not str(word).startswith(OWN):
            own = "".join(f", {OWN}{name}" for name in fields)
            raise _wrong(f"unknown field {word!r}", f"known are {_KNOWN}{own}")
        else:
            _require_names(word, value)


def _require_names(word: str, value: Any) -> None:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise _wrong(f"'{word}' must be a value or a list of values", f"such as {word}: value, or {word}: [one, two]")


def _field(field: str, names: list[str], ground: Ground) -> Holds:
    match field:
        case "category":
            return _category(names, ground.slugs)
        case "domain":
            domains = {_domain(name) for name in names}
            return lambda one: one.address_key.rpartition("@")[2] in domains
        case "frequency":
            wanted = {_frequency(name) for name in names}
            return lambda one: one.frequency in wanted
        case "joined":
            return _joined([_days(name, ground.timezone) for name in names])
        case own if own.startswith(OWN):
            return own_field(ground.fields[own.removeprefix(OWN)], names)
        case "language":
            spoken = [_language(name) for name in names]
            return lambda one: speaks(spoken, one.language or ground.language)
        case _:
            zones = {zone_name(name) for name in names}
            return lambda one: one.timezone in zones


def own_field(own: Field, names: list[str]) -> Holds:
    """Who has one of these values, or one in one of these spans of numbers or days; nobody who has none."""
    if own.type in (FieldType.NUMBER, FieldType.DATE):
        spans = [_span(own, name) for name in names]
        return lambda one: _is_within((one.fields or {}).get(own.name), spans)
    wanted = {parse(name, own) for name in names}
    return lambda one: (one.fields or {}).get(own.name) in wanted


def _is_within(value: Any, spans: list[tuple[Any, Any]]) -> bool:
    return value is not None and any(
        (first is None or value >= first) and (last is None or value <= last) for first, last in spans
    )


def _span(own: Field, text: str) -> tuple[Any, Any]:
    """The first and the last value of `10..20`, either of which may be left out; days order as their texts do."""
    first, dots, last = text.partition("..")
    found = parse(first, own), parse(last if dots else first, own)
    if found == (None, None) or (None not in found and found[0] > found[1]):  # type: ignore[operator]
        raise _wrong(f"field {own.name!r}: {text!r} is no value and no span", "write 10, 10.., ..20 or 10..20")
    return found


def _category(names: list[str], slugs: Mapping[str, str]) -> Holds:
    wanted = {category_slug(name, slugs) for name in names}
    return lambda one: one.categories is None or any(category_slug(own, slugs) in wanted for own in one.categories)


def _joined(spans: list[tuple[datetime | None, datetime | None]]) -> Holds:
    def holds(one: Traits) -> bool:
        moment = one.joined
        return moment is not None and any(
            (start is None or moment >= start) and (end is None or moment < end) for start, end in spans
        )

    return holds


def _days(text: str, zone: str) -> tuple[datetime | None, datetime | None]:
    """The moments from which and before which `2026-01-01..2026-06-30` is, either end of which may be left out."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    last = last if dots else first
    if not (first or last):
        raise _no_days(text)
    place = ZoneInfo(zone)
    start = datetime.combine(_day(first, text), time(), place) if first else None
    end = datetime.combine(_day(last, text) + timedelta(days=1), time(), place) if last else None
    if start and end and start >= end:
        raise _no_days(text)
    return start, end


def _day(written: str, text: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise _no_days(text) from error
    if not 1970 <= day.year < 9999:
        raise _no_days(text)
    return day


def _domain(name: str) -> str:
    bare = name.strip().removeprefix("@").lower()
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError as error:
        raise _wrong(f"{name!r} is no domain", "write what follows the @, such as example.jp") from error


def _frequency(name: str) -> str:
    if name not in {*Frequency}:
        raise _wrong(f"{name!r} is no frequency", f"there are {', '.join(Frequency)}")
    return name


def _language(name: str) -> str:
    if not LANGUAGE.fullmatch(name) or not is_known_language(name):
        raise _wrong(f"{name!r} is no language", "write a tag such as ja or en-GB")
    return name


def _no_days(text: str) -> UsageError:
    return _wrong(
        f"{text!r} is no day and no span of days", "write 2026-01-31, 2026-01-01.., or 2026-01-01..2026-01-31"
    )


def _wrong(message: str, hint: str) -> UsageError:
    return UsageError(message, hint=hint)
