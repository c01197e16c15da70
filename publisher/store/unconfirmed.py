"""Readers who have not said yes yet: what is there of an address, and what a sign-up adds to it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.model.event import EventKind, Happening
from publisher.model.newsletter import Frequency
from publisher.model.reader import SubscriptionStatus
from publisher.store import events
from publisher.store.tables import subscribers, subscriptions
from publisher.struct import Struct

_WAITING = SubscriptionStatus.UNCONFIRMED


class Awaited(Struct, frozen=True):
    """A subscription that its reader has still to say yes to."""

    email: str
    address_key: str
    newsletter: str
    frequency: Frequency
    language: str | None
    categories: tuple[str, ...] | None


def subscriptions_of(
    connection: sa.Connection, address_keys: Collection[str]
) -> dict[str, dict[str, SubscriptionStatus]]:
    """How the subscriptions of these addresses stand, by newsletter."""
    query = (
        sa.select(subscribers.c.address_key, subscriptions.c.newsletter, subscriptions.c.status)
        .join_from(subscribers, subscriptions)
        .where(subscribers.c.address_key.in_(address_keys))
    )
    found: defaultdict[str, dict[str, SubscriptionStatus]] = defaultdict(dict)
    for key, newsletter, status in connection.execute(query):
        found[key][newsletter] = SubscriptionStatus(status)
    return found


def add(connection: sa.Connection, awaited: Sequence[Awaited], source: str, now: datetime) -> None:
    """Write unconfirmed subscriptions where there is none, be it of whatever state; an event tells of each."""
    if not awaited:
        return
    ids = _subscribers(connection, awaited, now)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    table = subscriptions.c
    insert = dialect.insert(subscriptions).on_conflict_do_nothing().returning(table.subscriber_id, table.newsletter)
    made = connection.execute(insert, [_row(one, ids[one.address_key], now) for one in awaited])
    data = {"source": source}
    told = [Happening(EventKind.SUBSCRIBED, now, reader, name, data=data) for reader, name in made]
    events.record_all(connection, told)


def drop(connection: sa.Connection, address_keys: Collection[str]) -> None:
    """Delete the unconfirmed subscriptions of these addresses, and whoever has no other."""
    whose = sa.select(subscribers.c.id).where(subscribers.c.address_key.in_(address_keys))
    of_them = subscriptions.c.subscriber_id.in_(whose)
    connection.execute(subscriptions.delete().where(of_them, subscriptions.c.status == _WAITING))
    has_none = ~sa.exists().where(subscriptions.c.subscriber_id == subscribers.c.id)
    connection.execute(subscribers.delete().where(subscribers.c.address_key.in_(address_keys), has_none))


def _subscribers(connection: sa.Connection, awaited: Sequence[Awaited], now: datetime) -> dict[str, int]:
    """Their ids, by address; who is new has no name until they confirm."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(subscribers).on_conflict_do_nothing()
    emails = {one.address_key: one.email for one in awaited}
    rows = [{"email": email, "address_key": key, "name": "", "created_at": now} for key, email in emails.items()]
    connection.execute(insert, rows)
    query = sa.select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.address_key.in_(emails))
    return {row.address_key: row.id for row in connection.execute(query)}


def _row(one: Awaited, subscriber_id: int, now: datetime) -> dict[str, object]:
    return {
        "subscriber_id": subscriber_id,
        "newsletter": one.newsletter,
        "status": _WAITING,
        "frequency": one.frequency,
        "language": one.language,
        "categories": None if one.categories is None else list(one.categories),
        "wished_at": now,
        "evidence": "",
        "created_at": now,
        "left_by": "",
    }
