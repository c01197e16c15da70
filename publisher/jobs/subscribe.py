"""The operator's hand on subscriptions: add, import, remove, suppress. Their word is the consent's evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.core.words import LANGUAGE
from publisher.core.zones import zone_name
from publisher.errors import NotFound, UsageError
from publisher.mail import parse_address
from publisher.model.field import FieldValue
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus, Suppression
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Joining, Wish
from publisher.struct import Struct, field


class Request(Struct, frozen=True):
    """What the operator wrote of one reader; `newsletters` empty means every one. Of `fields`, which are checked
    already (core.fields), None takes a value away."""

    email: str
    name: str = ""
    newsletters: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    frequency: str | None = None
    timezone: str | None = None
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)


def wishes(request: Request, newsletters: Sequence[Newsletter], *, evidence: str) -> list[Wish]:
    """The subscriptions a request asks for; UsageError or NotFound say what is wrong with it."""
    address = parse_address(request.email)
    name = _name(request.name)
    chosen = [named(newsletters, wanted) for wanted in request.newsletters] or list(newsletters)
    if not chosen:
        raise UsageError("no newsletter is configured", hint="add one under 'newsletters:' in config.yaml")
    return [
        Wish(
            email=address.email,
            address_key=address.key,
            name=name,
            newsletter=newsletter.name,
            default_frequency=next(iter(newsletter.schedules)),
            frequency=frequency_of(newsletter, request.frequency),
            language=language_of(request.language),
            categories=_categories(request.categories),
            timezone=_zone(request.timezone),
            evidence=evidence,
            fields=request.fields,
        )
        for newsletter in chosen
    ]


def add(
    store: Store, request: Request, newsletters: Sequence[Newsletter], *, evidence: str, now: datetime
) -> list[tuple[str, Joining]]:
    """Subscribe one reader, also one who had left; for each newsletter what became of it."""
    asked = wishes(request, newsletters, evidence=evidence)
    with store.write() as connection:
        return [(wish.newsletter, subscribers.subscribe(connection, wish, now, revive=True)) for wish in asked]


def outcomes(store: Store | None, request: Request, newsletters: Sequence[Newsletter]) -> list[tuple[str, Joining]]:
    """What `add` would make of a request, for each newsletter; nothing is written. Without a ledger all are new."""
    asked = wishes(request, newsletters, evidence="")
    if store is None:
        return [(wish.newsletter, Joining.ADDED) for wish in asked]
    yes = SubscriptionStatus.CONFIRMED
    with store.read() as connection:
        found = subscribers.listed(connection, status=yes, address_key=asked[0].address_key)
    there = {one.newsletter for one in found}
    return [(one.newsletter, Joining.PRESENT if one.newsletter in there else Joining.ADDED) for one in asked]


def listed(store: Store, newsletter: str | None) -> Sequence[Subscription]:
    """Subscriptions by address, of one newsletter or all."""
    with store.read() as connection:
        return subscribers.listed(connection, newsletter=newsletter)


def suppressed(store: Store) -> Sequence[Suppression]:
    """Suppressed addresses, in order."""
    with store.read() as connection:
        return suppressions.listed(connection)


def held_back(store: Store, email: str) -> str | None:
    """Why an address gets no mail, whatever it subscribes to; None where it does."""
    with store.read() as connection:
        return suppressions.reason_of(connection, store.secret, parse_address(email).key)


def remove(store: Store, email: str, newsletter: str | None, now: datetime) -> int:
    """End an address's subscriptions, to one newsletter or all; NotFound where there is none."""
    address = parse_address(email)
    with store.write() as connection:
        ended = subscribers.unsubscribe(connection, address.key, newsletter, now)
    if not ended:
        raise NotFound("subscription of", email, hint="'publisher subscriber list' shows those there are")
    return ended


def pause(store: Store, email: str, newsletter: str | None, until: datetime, now: datetime) -> int:
    """Send an address no newsletter, or not this one, until then; how many. NotFound, UsageError for what is past."""
    if until <= now:
        raise UsageError("a pause ends in the future", hint="write the first day on which mail may come again")
    return _paused(store, email, newsletter, until)


def unpause(store: Store, email: str, newsletter: str | None) -> int:
    """End a pause, or leave what was not paused as it is; how many subscriptions. NotFound where there is none."""
    return _paused(store, email, newsletter, None)


def _paused(store: Store, email: str, newsletter: str | None, until: datetime | None) -> int:
    address = parse_address(email)
    with store.write() as connection:
        changed = subscribers.pause(connection, address.key, newsletter, until)
    if not changed:
        raise NotFound("subscription of", email, hint="'publisher subscriber list' shows those there are")
    return changed


def _name(text: str) -> str:
    name = text.strip()
    if not is_one_line(name) or len(name) > LONGEST_NAME:
        raise UsageError(f"the name {name[:40]!r} is not one line of at most {LONGEST_NAME} characters")
    return name


def named(newsletters: Sequence[Newsletter], name: str) -> Newsletter:
    """The newsletter of this name; NotFound names those there are."""
    for newsletter in newsletters:
        if newsletter.name == name:
            return newsletter
    names = ", ".join(newsletter.name for newsletter in newsletters) or "none is configured"
    raise NotFound("newsletter", name, hint=f"newsletters: {names}")


def frequency_of(newsletter: Newsletter, name: str | None) -> Frequency | None:
    """A frequency that the newsletter offers, None where none is asked for. UsageError."""
    if not name:
        return None
    for frequency in newsletter.schedules:
        if frequency == name:
            return frequency
    offered = ", ".join(newsletter.schedules)
    raise UsageError(f"newsletter {newsletter.name!r} has no frequency {name!r}; it has: {offered}")


def _zone(text: str | None) -> str | None:
    """An IANA name, empty for that of the newsletter; None where nothing is said."""
    if text is None:
        return None
    return "" if text.strip().lower() in ("", "none") else zone_name(text)


def _categories(names: Sequence[str]) -> tuple[str, ...] | None:
    wanted = tuple(name.strip() for name in names)
    if not all(wanted):
        raise UsageError("a category without a name", hint="leave the category out to mean all")
    return wanted or None


def language_of(tag: str | None) -> str | None:
    """A language tag, None where none is given. UsageError."""
    if tag and not LANGUAGE.fullmatch(tag):
        raise UsageError(f"{tag!r} is no language", hint="write a tag such as ja or en-GB")
    return tag or None
