"""Subscribers one after another, by id, and what is known of each beside their subscriptions."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from publisher.model.reader import Subscriber, SubscriptionStatus
from publisher.store.tables import subscribers, subscriptions
from publisher.struct import Struct

_NAMES = ("id", "email", "address_key", "name", "created_at")


class Wanted(Struct, frozen=True):
    """Which subscribers: of an address; with a subscription to a newsletter, in a state, or both of one."""

    address_key: str | None = None
    newsletter: str | None = None
    status: SubscriptionStatus | None = None


Known = tuple[Subscriber, Mapping[str, Any]]
"""A subscriber, and their fields by name."""


def page(connection: sa.Connection, wanted: Wanted, after: int, most: int) -> Sequence[Known]:
    """So many with an id above `after`, by id."""
    query = sa.select(subscribers).where(subscribers.c.id > after).order_by(subscribers.c.id).limit(most)
    if wanted.address_key is not None:
        query = query.where(subscribers.c.address_key == wanted.address_key)
    has = [subscriptions.c.newsletter == wanted.newsletter] if wanted.newsletter is not None else []
    has += [subscriptions.c.status == wanted.status] if wanted.status is not None else []
    if has:
        query = query.where(sa.exists().where(subscriptions.c.subscriber_id == subscribers.c.id, *has))
    return [_known(row) for row in connection.execute(query)]


def get(connection: sa.Connection, subscriber_id: int) -> Known | None:
    """One of them."""
    row = connection.execute(sa.select(subscribers).where(subscribers.c.id == subscriber_id)).first()
    return None if row is None else _known(row)


def change(connection: sa.Connection, subscriber_id: int, name: str, fields: Mapping[str, Any] | None) -> None:
    """Write what a subscriber is called, and their fields, None for none."""
    values = {"name": name, "fields": None if fields is None else dict(fields)}
    connection.execute(subscribers.update().where(subscribers.c.id == subscriber_id).values(**values))


def _known(row: sa.Row[tuple[object, ...]]) -> Known:
    values = row._mapping
    return Subscriber(**{name: values[name] for name in _NAMES}), values["fields"] or {}
