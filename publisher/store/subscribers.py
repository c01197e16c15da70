"""Subscribers and their subscriptions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from publisher.core.fields import merged
from publisher.model.event import EventKind, Happening
from publisher.model.field import FieldValue
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscriber, Subscription, SubscriptionStatus
from publisher.store import events
from publisher.store.tables import subscribers, subscriptions
from publisher.struct import Struct, field


class Wish(Struct, frozen=True):
    """A confirmed subscription to be written; `evidence` is what proves the consent.

    What is None was not said: a new reader then gets the newsletter's own, all categories, any language;
    one who is there keeps what they have. Of `fields` None takes a value away.
    """

    email: str
    address_key: str
    newsletter: str
    default_frequency: Frequency
    evidence: str
    name: str = ""
    frequency: Frequency | None = None
    language: str | None = None
    categories: tuple[str, ...] | None = None
    timezone: str | None = None
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)


class Joining(StrEnum):
    """What became of a wish."""

    ADDED = "added"
    PRESENT = "present"
    LEFT = "left"


def subscribe(
    connection: sa.Connection, wish: Wish, now: datetime, *, revive: bool, source: str | None = "operator"
) -> Joining:
    """Write a confirmed subscription, or bring the one there is up to what the wish says.

    Who has left stays away (LEFT), unless `revive`: then they are a new reader. Of a new one an event tells, with the
    `source` that they come from; with None nothing is told, as of an import.
    """
    subscriber_id = _subscriber_id(connection, wish, now)
    table = subscriptions
    same = sa.and_(table.c.subscriber_id == subscriber_id, table.c.newsletter == wish.newsletter)
    before = connection.execute(sa.select(table).where(same)).first()
    if before is not None and before.status == SubscriptionStatus.CONFIRMED:
        connection.execute(table.update().where(same).values(**_changes(before, wish, now)))
        return Joining.PRESENT
    if before is not None and before.status == SubscriptionStatus.UNSUBSCRIBED and not revive:
        return Joining.LEFT
    values = {
        "frequency": wish.frequency or wish.default_frequency,
        "language": wish.language,
        "categories": None if wish.categories is None else list(wish.categories),
        "status": SubscriptionStatus.CONFIRMED,
        "confirmed_at": now,
        "wished_at": now,
        "unsubscribed_at": None,
        "paused_until": None,
        "timezone": wish.timezone or None,
        "evidence": wish.evidence,
    }
    if before is None:
        key = {"subscriber_id": subscriber_id, "newsletter": wish.newsletter, "created_at": now}
        connection.execute(table.insert().values(**key, **values))
    else:
        connection.execute(table.update().where(same).values(**values))
    if source is not None:
        told = Happening(EventKind.CONFIRMED, now, subscriber_id, wish.newsletter, data={"source": source})
        events.record_all(connection, [told])
    return Joining.ADDED


def _changes(before: sa.Row[tuple[object, ...]], wish: Wish, now: datetime) -> dict[str, object]:
    categories = before.categories if wish.categories is None else list(wish.categories)
    language = wish.language or before.language
    changed = categories != before.categories or language != before.language
    return {
        "frequency": wish.frequency or before.frequency,
        "language": language,
        "categories": categories,
        "timezone": before.timezone if wish.timezone is None else wish.timezone or None,
        "wished_at": now if changed else before.wished_at,
    }


def _subscriber_id(connection: sa.Connection, wish: Wish, now: datetime) -> int:
    table = subscribers
    query = sa.select(table.c.id, table.c.fields).where(table.c.address_key == wish.address_key)
    found = connection.execute(query).first()
    changes: dict[str, object] = {"name": wish.name} if wish.name else {}
    if wish.fields:
        changes["fields"] = merged(found.fields if found else None, wish.fields)
    if found is not None:
        if changes:
            connection.execute(table.update().where(table.c.id == found.id).values(**changes))
        return int(found.id)
    row = {"email": wish.email, "address_key": wish.address_key, "name": "", "created_at": now, **changes}
    made = connection.execute(table.insert().values(**row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def unsubscribe(
    connection: sa.Connection, address_key: str, newsletter: str | None, now: datetime, *, by: str = "operator"
) -> int:
    """End the subscriptions of an address, all or to one newsletter; how many there were. `by` is a word for whose hand
    it was, kept with each of them and in the event that tells of it."""
    table = subscriptions
    whose = sa.select(subscribers.c.id).where(subscribers.c.address_key == address_key)
    where = [table.c.subscriber_id.in_(whose), table.c.status != SubscriptionStatus.UNSUBSCRIBED]
    if newsletter is not None:
        where.append(table.c.newsletter == newsletter)
    change = (
        table.update().where(*where).values(status=SubscriptionStatus.UNSUBSCRIBED, unsubscribed_at=now, left_by=by)
    )
    ended = connection.execute(change.returning(table.c.subscriber_id, table.c.newsletter)).all()
    told = [Happening(EventKind.UNSUBSCRIBED, now, reader, name, data={"by": by}) for reader, name in ended]
    events.record_all(connection, told)
    return len(ended)


def pause(connection: sa.Connection, address_key: str, newsletter: str | None, until: datetime | None) -> int:
    """Pause the confirmed subscriptions of an address, all or to one newsletter, None for no longer; how many."""
    table = subscriptions
    whose = sa.select(subscribers.c.id).where(subscribers.c.address_key == address_key)
    where = [table.c.subscriber_id.in_(whose), table.c.status == SubscriptionStatus.CONFIRMED]
    if newsletter is not None:
        where.append(table.c.newsletter == newsletter)
    return connection.execute(table.update().where(*where).values(paused_until=until)).rowcount


def find(connection: sa.Connection, address_key: str) -> Subscriber | None:
    """The subscriber of an address."""
    row = connection.execute(sa.select(subscribers).where(subscribers.c.address_key == address_key)).first()
    return None if row is None else _subscriber(row)


def by_keys(connection: sa.Connection, address_keys: Collection[str]) -> dict[str, Subscriber]:
    """The subscribers of addresses."""
    rows = connection.execute(sa.select(subscribers).where(subscribers.c.address_key.in_(address_keys)))
    return {row.address_key: _subscriber(row) for row in rows}


def listed(
    connection: sa.Connection,
    *,
    newsletter: str | None = None,
    status: SubscriptionStatus | None = None,
    address_key: str | None = None,
    of: Sequence[int] | None = None,
) -> Sequence[Subscription]:
    """Subscriptions by address, then newsletter; of one address where it is named, of the subscribers with these ids
    where they are."""
    where: list[sa.ColumnElement[bool]] = [] if of is None else [subscribers.c.id.in_(of)]
    if address_key is not None:
        where.append(subscribers.c.address_key == address_key)
    if newsletter is not None:
        where.append(subscriptions.c.newsletter == newsletter)
    if status is not None:
        where.append(subscriptions.c.status == status)
    columns = [*subscriptions.c, *(column.label(f"reader_{column.name}") for column in subscribers.c)]
    query = sa.select(*columns).join_from(subscriptions, subscribers).where(*where)
    rows = connection.execute(query.order_by(subscribers.c.address_key, subscriptions.c.newsletter))
    return [_subscription(row) for row in rows]


def _subscriber(row: sa.Row[tuple[object, ...]], prefix: str = "") -> Subscriber:
    values = row._mapping
    names = ("id", "email", "address_key", "name", "created_at")
    fields = values[prefix + "fields"] or {}
    return Subscriber(**{name: values[prefix + name] for name in names}, fields=fields)


def _subscription(row: sa.Row[tuple[object, ...]]) -> Subscription:
    values = row._mapping
    categories = values["categories"]
    return Subscription(
        id=values["id"],
        subscriber=_subscriber(row, "reader_"),
        newsletter=values["newsletter"],
        status=SubscriptionStatus(values["status"]),
        frequency=Frequency(values["frequency"]),
        language=values["language"],
        categories=None if categories is None else tuple(categories),
        confirmed_at=values["confirmed_at"],
        wished_at=values["wished_at"],
        evidence=values["evidence"],
        timezone=values["timezone"],
        paused_until=values["paused_until"],
    )
