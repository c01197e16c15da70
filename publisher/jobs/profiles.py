"""Readers as programs see and change them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.core.fields import merged
from publisher.errors import NotFound
from publisher.jobs.door import Door, wanted_of
from publisher.jobs.person import Forgotten
from publisher.jobs.person import forget as forget_person
from publisher.mail import parse_address
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscriber, Subscription, SubscriptionStatus
from publisher.model.sign_up import Wanted
from publisher.store import choices, profiles, subscribers, suppressions
from publisher.store.choices import Choice
from publisher.store.engine import Store
from publisher.struct import Struct

BY = "api"
"""Who ended a subscription, in `left_by`."""


class Profile(Struct, frozen=True):
    """One reader, with all that they ever subscribed to; `suppressed` is why they get no mail, None where they do."""

    subscriber: Subscriber
    fields: Mapping[str, Any]
    subscriptions: tuple[Subscription, ...]
    suppressed: str | None


class Unconfirmed(Exception):
    """The subscription is none that could be changed: only a confirmed one can."""


def listed(
    store: Store,
    *,
    email: str | None = None,
    newsletter: str | None = None,
    status: SubscriptionStatus | None = None,
    after: int = 0,
    most: int,
) -> list[Profile]:
    """So many readers with an id above `after`, by id; UsageError where `email` is no address."""
    wanted = profiles.Wanted(parse_address(email).key if email is not None else None, newsletter, status)
    with store.read() as connection:
        return _profiles(connection, store.secret, profiles.page(connection, wanted, after, most))


def profile(store: Store, subscriber_id: int) -> Profile:
    """One reader, or NotFound."""
    with store.read() as connection:
        return _profile(connection, store.secret, subscriber_id)


def edit(
    store: Store, subscriber_id: int, *, name: str | None = None, fields: Mapping[str, Any] | None = None
) -> Profile:
    """Change a reader's name, and some of their fields, of which None takes a value away; NotFound."""
    with store.write() as connection:
        before = _profile(connection, store.secret, subscriber_id)
        held = merged(before.fields, fields or {})
        profiles.change(connection, subscriber_id, before.subscriber.name if name is None else name.strip(), held)
        return _profile(connection, store.secret, subscriber_id)


def choose(
    door: Door, store: Store, subscriber_id: int, newsletter: str, changes: Mapping[str, Any], now: datetime
) -> Subscription:
    """Change some of `frequency`, `categories`, `language`, `timezone` and `paused_until`; NotFound, Unconfirmed, and
    Refused where the newsletter has none of that."""
    with store.write() as connection:
        before = _subscription(_profile(connection, store.secret, subscriber_id), newsletter)
        if before.status is not SubscriptionStatus.CONFIRMED:
            raise Unconfirmed
        choices.choose(connection, before, _choice(door, before, changes), now)
        return _subscription(_profile(connection, store.secret, subscriber_id), newsletter)


def leave(store: Store, subscriber_id: int, newsletter: str, now: datetime) -> None:
    """End a subscription; the first time counts. NotFound."""
    with store.write() as connection:
        found = _profile(connection, store.secret, subscriber_id)
        _subscription(found, newsletter)
        subscribers.unsubscribe(connection, found.subscriber.address_key, newsletter, now, by=BY)


def forget(store: Store, subscriber_id: int, now: datetime) -> Forgotten:
    """Erase what is known of a reader, see `person.forget`; NotFound, StoreBusy."""
    return forget_person(store, profile(store, subscriber_id).subscriber.email, now)


def _choice(door: Door, before: Subscription, changes: Mapping[str, Any]) -> Choice:
    held = Choice(before.frequency, before.categories, before.language, before.timezone, before.paused_until)
    names = Choice.__struct_fields__
    wished = {name: changes.get(name, getattr(held, name)) for name in names}
    known = {one.name: one for one in door.newsletters}
    if before.newsletter not in known:
        raise NotFound("newsletter", before.newsletter)
    # What is there may be of settings before these: only what is sent has to be of now.
    asked = Wanted(*(changes.get(name) for name in ("categories", "frequency", "language")))
    right = wanted_of(known[before.newsletter], asked)
    if "categories" in changes:
        wished["categories"] = right.categories
    return Choice(**{**wished, "frequency": Frequency(wished["frequency"])})


def _subscription(found: Profile, newsletter: str) -> Subscription:
    for one in found.subscriptions:
        if one.newsletter == newsletter:
            return one
    raise NotFound("subscription", newsletter)


def _profile(connection: sa.Connection, secret: bytes, subscriber_id: int) -> Profile:
    known = profiles.get(connection, subscriber_id)
    if known is None:
        raise NotFound("subscriber", str(subscriber_id))
    (found,) = _profiles(connection, secret, [known])
    return found


def _profiles(connection: sa.Connection, secret: bytes, known: Sequence[profiles.Known]) -> list[Profile]:
    held: dict[int, list[Subscription]] = defaultdict(list)
    for one in subscribers.listed(connection, of=[reader.id for reader, _ in known]):
        held[one.subscriber.id].append(one)
    refused = suppressions.among(connection, secret, [reader.address_key for reader, _ in known])
    return [Profile(one, fields, tuple(held[one.id]), refused.get(one.address_key)) for one, fields in known]
