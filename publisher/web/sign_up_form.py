"""The form of a sign-up: what somebody wrote into it, what is wrong with that, and when they were shown it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from publisher.errors import UsageError
from publisher.struct import Struct
from publisher.web.offer import Offer

LONGEST = 64 * 1024
MOST_FIELDS = 500
"""A site with hundreds of categories in Japanese has a form of tens of kilobytes."""

_QUICKEST = timedelta(seconds=2)
_LATEST = timedelta(days=1)
_TRAP = "website"
"""The field that people do not see and programs fill in."""

_LONGEST_EMAIL = 320
_CHOICES = ("newsletter", "category", "frequency", "language")
_FIELDS = ("email", *_CHOICES)


class Shown(StrEnum):
    """What somebody who signs up is shown: the form, with or without faults; the form, to be pressed once more; that a
    mail goes out; or the form and why nothing was done."""

    FORM = "form"
    AGAIN = "again"
    TAKEN = "taken"
    LIMITED = "limited"
    BUSY = "busy"


class Source(StrEnum):
    """Whose form it was: that of our page, or one on the site."""

    PAGE = "page"
    SITE = "site"


class Pressed(StrEnum):
    """When a form came back: too soon for a person, when it should, or so late, or without having been shown by us at
    all, that nobody knows."""

    SOON = "soon"
    WELL = "well"
    UNKNOWN = "unknown"


class Filled(Struct, frozen=True):
    """What a form holds; empty where nothing was chosen. `stamp` says when it was shown, `lang` in which language.

    `is_trapped` where the field was filled in that people do not see.
    """

    email: str = ""
    newsletters: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    frequency: str = ""
    language: str = ""
    stamp: str = ""
    lang: str = ""
    source: Source = Source.PAGE
    is_trapped: bool = False


def filled(pairs: Iterable[tuple[str, str]]) -> Filled:
    """What the fields of a POST say; what is none of ours is passed over."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    last = {name: values[-1] for name, values in found.items()}
    return Filled(
        email=last.get("email", "")[: _LONGEST_EMAIL + 1],
        newsletters=_each(found.get("newsletter", ())),
        categories=_each(found.get("category", ())),
        frequency=last.get("frequency", ""),
        language=last.get("language", ""),
        stamp=last.get("stamp", ""),
        lang=last.get("lang", ""),
        source=Source.PAGE if last.get("source") == Source.PAGE else Source.SITE,
        is_trapped=bool(last.get(_TRAP)),
    )


def faults(form: Filled, offer: Offer, *, is_ours: bool) -> dict[str, str]:
    """What is wrong, a code for each field, "" for no fault: all of it at once, so that nobody is sent back twice.

    One on the site may leave out what our page asks for then: that is not `is_ours`, and no fault.
    """
    found = no_faults()
    found["email"] = _fault_of(form.email)
    if not form.newsletters and is_ours:
        found["newsletter"] = "newsletter"
    for field, chosen, offered in (
        ("newsletter", form.newsletters, offer.names),
        ("category", form.categories, offer.categories),
        ("frequency", (form.frequency,), ("", *offer.frequencies)),
        ("language", (form.language,), ("", *offer.languages)),
    ):
        if not {*chosen} <= {*offered}:
            found[field] = "choice"
    return found


def _fault_of(email: str) -> str:
    from publisher.mail import parse_address

    if not email:
        return "missing"
    try:
        parse_address(email)
    except UsageError:
        return "address"
    return ""


def no_faults() -> dict[str, str]:
    """For a form that nothing is wrong with."""
    return dict.fromkeys(_FIELDS, "")


def refused(reason: str) -> dict[str, str]:
    """The faults of what was refused for `reason`, a word of jobs.door.Fault."""
    if reason in _CHOICES:
        return {**no_faults(), reason: "choice"}
    return {**no_faults(), "email": reason}


def pressed(shown_at: datetime | None, now: datetime) -> Pressed:
    """How it came back that was shown at `shown_at`, None where its stamp is not ours, at `now`."""
    if shown_at is None or not timedelta() <= now - shown_at <= _LATEST:
        return Pressed.UNKNOWN
    # Stamps are of whole seconds.
    return Pressed.SOON if now - shown_at < _QUICKEST else Pressed.WELL


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
