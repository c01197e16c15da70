"""The form of a reader's preferences: what it offers of each newsletter, and what it says when it is sent."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.model.newsletter import Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.struct import Struct
from publisher.web.offer import Offer

if TYPE_CHECKING:
    from publisher.jobs.preferences import Picked

_FIRST_YEAR, _LAST_YEAR = 1970, 9998
"""As the API has it: the first and the last day of a calendar are out of it in other zones."""


class Card(Struct, frozen=True):
    """One newsletter on the form: what it has, and what the reader has of it.

    `offered` are categories, `languages` those of posts: what the reader has is among them, be it offered no more.
    `pause` is the last day without mail, as a form has it (2026-12-24), empty for none; `fault` of that day.
    """

    name: str
    title: str
    offer: Offer
    reads: bool
    frequency: str
    language: str
    categories: tuple[str, ...]
    offered: tuple[str, ...]
    languages: tuple[str, ...]
    pause: str
    fault: str = ""


def card(offer: Offer, held: Subscription | None, now: datetime) -> Card:
    """That of the one newsletter of `offer`."""
    (newsletter,) = offer.newsletters
    chosen = (held.categories if held else None) or ()
    language = (held.language if held else None) or ""
    return Card(
        name=newsletter.name,
        title=newsletter.title,
        offer=offer,
        reads=held is not None and held.status is SubscriptionStatus.CONFIRMED,
        frequency=newsletter.frequency_of(held.frequency) if held else next(iter(newsletter.schedules)),
        language=language,
        categories=chosen,
        offered=tuple(dict.fromkeys((*offer.categories, *chosen))),
        languages=tuple(dict.fromkeys((*offer.languages, *([language] if language else [])))),
        pause=_day(held, newsletter, now),
    )


def picked(
    sent: Iterable[tuple[str, str]], cards: Iterable[Card], held: Mapping[str, Subscription], now: datetime
) -> "dict[str, Picked | None]":
    """What is chosen of each newsletter of `cards`, None where its day is none, or past.

    What the form has no field for stays as it is: a frequency where there is one alone, a reader's own zone.
    """
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name, []).append(value)
    found: dict[str, Picked | None] = {}
    for one in cards:
        try:
            asked = _picked(one, values, held.get(one.name))
        except ValueError:
            asked = None
        is_past = asked is not None and asked.paused_until is not None and asked.paused_until <= now
        found[one.name] = None if is_past else asked
    return found


def _picked(one: Card, values: Mapping[str, list[str]], held: Subscription | None) -> "Picked":
    from publisher.jobs.preferences import Picked
    from publisher.model.sign_up import Wanted

    def last(field: str) -> str:
        return values.get(f"{one.name}-{field}", [""])[-1]

    (newsletter,) = one.offer.newsletters
    categories = tuple(name for name in values.get(f"{one.name}-category", []) if name)
    if len(one.offered) < 2:
        categories = one.categories
    language = last("language") if len(one.languages) > 1 else one.language
    return Picked(
        reads=bool(last("reads")),
        wanted=Wanted(categories or None, last("frequency") or None, language or None),
        timezone=held.timezone if held else None,
        paused_until=_until(last("pause"), held, newsletter) if last("pause") != one.pause else _kept(one, held),
    )


def _zone(held: Subscription | None, newsletter: Newsletter) -> ZoneInfo:
    return ZoneInfo((held.timezone if held else None) or newsletter.timezone)


def _day(held: Subscription | None, newsletter: Newsletter, now: datetime) -> str:
    if held is None or held.paused_until is None or held.paused_until <= now:
        return ""
    return f"{held.paused_until.astimezone(_zone(held, newsletter)):%Y-%m-%d}"


def _kept(one: Card, held: Subscription | None) -> datetime | None:
    """To the minute: of a day that the form shows, and that was not touched."""
    return held.paused_until if held and one.pause else None


def _until(day: str, held: Subscription | None, newsletter: Newsletter) -> datetime | None:
    """The beginning of that day, from which on mail comes again, as `publisher subscriber pause` has it."""
    if not day:
        return None
    asked = date.fromisoformat(day)
    if not _FIRST_YEAR <= asked.year <= _LAST_YEAR:
        raise ValueError(day)
    return datetime.combine(asked, time(), _zone(held, newsletter)).astimezone(UTC)
