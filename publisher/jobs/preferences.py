"""Preferences: readers see what they get and change it, by a link that was mailed to them; there is no login."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.core.visitors import hashed_ip
from publisher.core.zones import zone_name
from publisher.errors import UsageError
from publisher.jobs.confirm import welcomes, wish_of
from publisher.jobs.door import Door, Fault, Refused, wanted_of
from publisher.jobs.leave import masked
from publisher.jobs.mailbag import ask
from publisher.mail import Address, parse_address
from publisher.mail.tokens import Signing, preferences_token, read_preferences_token
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.model.sign_up import LetterKind, SignUp, Wanted
from publisher.store import choices, letters, sign_ups, subscribers, suppressions
from publisher.store.choices import Choice
from publisher.store.engine import Store
from publisher.struct import Struct

BY = "preferences"
"""Who ended a subscription, in `left_by`, and where one came from."""

_CONFIRMED = SubscriptionStatus.CONFIRMED


class Preferences(Struct, frozen=True):
    """What a page shows: `address` masked, `name` to be escaped, what they have of each newsletter they ever had.

    Of an `expired` link only the address is told. `suppressed` is why they get no mail, whatever they choose.
    """

    address: str
    expired: bool = False
    name: str = ""
    held: tuple[Subscription, ...] = ()
    suppressed: str | None = None


class Picked(Struct, frozen=True):
    """What is chosen of one newsletter: all of it, as the form has it. Who does not `reads` leaves it.

    `wanted.frequency` None leaves it as it is; categories None are all, a language None is any, a zone None or empty
    the newsletter's, `paused_until` None no pause.
    """

    reads: bool = True
    wanted: Wanted = Wanted()
    timezone: str | None = None
    paused_until: datetime | None = None


class Changes(Struct, frozen=True):
    """What is to be changed: `name` None leaves it; newsletters that are not named stay as they are."""

    newsletters: Mapping[str, Picked]
    name: str | None = None
    wording: str = ""
    ip: str = ""


class Changed(Struct, frozen=True):
    """What came of it: newsletters that were changed, left and joined; or what was wrong, and then nothing was done."""

    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    fault: Fault | None = None
    expired: bool = False


def seen(store: Store, signing: Signing, token: str, now: datetime) -> Preferences | None:
    """What the reader of `token` has, None where it is no token of ours, or its reader asked to be forgotten."""
    found = read_preferences_token(signing.known, token)
    if found is None:
        return None
    address = parse_address(found.said)
    with store.read() as connection:
        if suppressions.is_forgotten(connection, store.secret, address.key):
            return None
        if found.expires <= now:
            return Preferences(masked(address.email), expired=True)
        reader = subscribers.find(connection, address.key)
        held = subscribers.listed(connection, address_key=address.key)
        suppressed = suppressions.reason_of(connection, store.secret, address.key)
    return Preferences(masked(address.email), False, reader.name if reader else "", tuple(held), suppressed)


def change(door: Door, store: Store, signing: Signing, token: str, changes: Changes, now: datetime) -> Changed | None:
    """Do what the reader of `token` chose, all or nothing; None as `seen`.

    A newsletter that is new to them begins at once: the link proves the address.
    """
    found = read_preferences_token(signing.known, token)
    if found is None:
        return None
    if found.expires <= now:
        return Changed(expired=True)
    try:
        picked = _checked(door, changes, now)
    except Refused as refused:
        return Changed(fault=refused.fault)
    address = parse_address(found.said)
    with store.write() as connection:
        sign_ups.lock(connection)
        if suppressions.is_forgotten(connection, store.secret, address.key):
            return None
        return _write(connection, store.secret, door, address, picked, changes, now)


def leave_all(store: Store, signing: Signing, token: str, now: datetime) -> int | None:
    """End all that the reader of `token` has; how many, None as `seen`. A link that is too old is good for that."""
    found = read_preferences_token(signing.leaving, token)
    if found is None:
        return None
    with store.write() as connection:
        return subscribers.unsubscribe(connection, parse_address(found.said).key, None, now, by=BY)


def send_link(door: Door, store: Store, email: str, tongue: str, now: datetime) -> None:
    """Mail a reader a new link, if the address is one: nobody is told whether. UsageError where it is none at all."""
    _send(door, store, parse_address(email), tongue, now)


def send_new_link(door: Door, store: Store, signing: Signing, token: str, tongue: str, now: datetime) -> bool:
    """The same to the reader of a link that has expired; False where it is no token of ours."""
    found = read_preferences_token(signing.known, token)
    if found is not None:
        _send(door, store, parse_address(found.said), tongue, now)
    return found is not None


def link_token(signing: Signing, email: str, until: datetime) -> str:
    """What lets the reader at `email` do all this until then."""
    return preferences_token(signing.key, email, until)


def _send(door: Door, store: Store, address: Address, tongue: str, now: datetime) -> None:
    with store.write() as connection:
        sign_ups.lock(connection)
        is_suppressed = suppressions.reason_of(connection, store.secret, address.key) is not None
        if subscribers.find(connection, address.key) is not None and not is_suppressed:
            ask(connection, door, LetterKind.PREFERENCES, address, tongue, now)


class _Right(Struct, frozen=True):
    """What was picked, checked."""

    newsletter: Newsletter
    picked: Picked
    wanted: Wanted
    timezone: str | None


def _checked(door: Door, changes: Changes, now: datetime) -> list[_Right]:
    if changes.name is not None and (not is_one_line(changes.name.strip()) or len(changes.name) > LONGEST_NAME):
        raise Refused(Fault.NAME)
    named = {one.name: one for one in door.newsletters}
    right: list[_Right] = []
    for name, picked in changes.newsletters.items():
        if name not in named:
            raise Refused(Fault.NEWSLETTER)
        if picked.paused_until is not None and picked.paused_until <= now:
            raise Refused(Fault.PAUSE)
        wanted = wanted_of(named[name], picked.wanted) if picked.reads else Wanted()
        right.append(_Right(named[name], picked, wanted, _zone(picked.timezone)))
    return right


def _zone(name: str | None) -> str | None:
    try:
        return zone_name(name) if name else None
    except UsageError as error:
        raise Refused(Fault.TIMEZONE) from error


def _write(
    connection: sa.Connection,
    secret: bytes,
    door: Door,
    address: Address,
    picked: list[_Right],
    changes: Changes,
    now: datetime,
) -> Changed:
    held = {one.newsletter: one for one in subscribers.listed(connection, address_key=address.key)}
    reads = {name for name, one in held.items() if one.status is _CONFIRMED}
    left = [one for one in picked if not one.picked.reads and one.newsletter.name in reads]
    joined = [one for one in picked if one.picked.reads and one.newsletter.name not in reads]
    stays = [one for one in picked if one.picked.reads and one.newsletter.name in reads]
    for one in left:
        subscribers.unsubscribe(connection, address.key, one.newsletter.name, now, by=BY)
    if joined:
        _join(connection, secret, door, address, joined, changes, now)
    changed = [one for one in stays if choices.choose(connection, held[one.newsletter.name], _choice(held, one), now)]
    if joined:
        _choose_anew(connection, address, joined, now)
    if changes.name is not None:
        choices.rename(connection, address.key, changes.name.strip())
    return Changed(_names(changed), _names(left), _names(joined))


def _names(some: Iterable[_Right]) -> tuple[str, ...]:
    return tuple(one.newsletter.name for one in some)


def _choice(held: Mapping[str, Subscription], one: _Right) -> Choice:
    before = held[one.newsletter.name]
    frequency = Frequency(one.wanted.frequency) if one.wanted.frequency else before.frequency
    return Choice(frequency, one.wanted.categories, one.wanted.language, one.timezone, one.picked.paused_until)


def _choose_anew(connection: sa.Connection, address: Address, joined: list[_Right], now: datetime) -> None:
    """What a sign-up does not know: a zone, a pause."""
    held = {one.newsletter: one for one in subscribers.listed(connection, address_key=address.key)}
    for one in joined:
        choices.choose(connection, held[one.newsletter.name], _choice(held, one), now)


def _join(
    connection: sa.Connection,
    secret: bytes,
    door: Door,
    address: Address,
    joined: list[_Right],
    changes: Changes,
    now: datetime,
) -> None:
    """The link was mailed to the address, so whoever has it proves it: this is the sign-up and its confirmation."""
    reader = subscribers.find(connection, address.key)
    ip = hashed_ip(secret, changes.ip) if door.rules.ip == "hashed" else ""
    wishes = {one.newsletter.name: one.wanted for one in joined}
    name = reader.name if reader else (changes.name or "").strip()
    tongue = next((one.wanted.language for one in joined if one.wanted.language), "")
    made = SignUp(
        id=0,
        uid=secrets.token_hex(16),
        email=address.email,
        address_key=address.key,
        name=name,
        language=tongue,
        wishes=wishes,
        source=BY,
        wording=changes.wording,
        ip=ip,
        asked_at=now,
        expires_at=now + door.rules.expires,
        confirmed_at=now,
        confirmed_wording=changes.wording,
        confirmed_ip=ip,
    )
    sign_ups.insert(connection, [made])
    for one in joined:
        subscribers.subscribe(connection, wish_of(made, one.newsletter, one.wanted), now, revive=True, source=BY)
    for kind in (SuppressionKind.READER, SuppressionKind.SOFT):
        suppressions.lift(connection, address.key, kind)
    greeted = _not_greeted(connection, address, (one.newsletter for one in joined if one.newsletter.welcomes), now)
    letters.insert(connection, welcomes(greeted, address.email, address.key, tongue, now))


def _not_greeted(
    connection: sa.Connection, address: Address, newsletters: Iterable[Newsletter], now: datetime
) -> list[str]:
    """Whoever was forwarded a mail has its link, and could leave and join by it all day: a mail each time."""
    past = letters.to(connection, [address.key], now).get(address.key, ())
    greeted = {one.letter.newsletter for one in past if one.letter.kind is LetterKind.WELCOME}
    return [one.name for one in newsletters if one.name not in greeted]
