"""Events, written in the transaction that makes what they tell of; the posts to hooks are made with them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.model.event import Event, EventKind, Happening, PostStatus
from publisher.store.reader_tables import events, hook_posts, hooks
from publisher.store.tables import subscribers

_AT_ONCE = 1000
_NOTHING: Mapping[str, Any] = {}

_told = sa.select(events, subscribers.c.email, subscribers.c.name, subscribers.c.fields).outerjoin(subscribers)


def record(
    connection: sa.Connection,
    kind: EventKind,
    at: datetime,
    *,
    subscriber_id: int | None = None,
    newsletter: str | None = None,
    issue_id: int | None = None,
    data: Mapping[str, Any] = _NOTHING,
) -> None:
    """Write one event; `data` is of JSON's kinds and holds no address, so that to forget a reader leaves none."""
    record_all(connection, [Happening(kind, at, subscriber_id, newsletter, issue_id, data)])


def record_all(connection: sa.Connection, happenings: Sequence[Happening]) -> None:
    """Write many, in their order."""
    for start in range(0, len(happenings), _AT_ONCE):
        rows = [_row(one) for one in happenings[start : start + _AT_ONCE]]
        connection.execute(events.insert(), rows)
        _post(connection, [row["uid"] for row in rows])


def after(connection: sa.Connection, event_id: int, limit: int) -> list[Event]:
    """Up to `limit` events with an id above this one, by id; from the first on after 0."""
    query = _told.where(events.c.id > event_id).order_by(events.c.id).limit(limit)
    return [_event(row) for row in connection.execute(query)]


def of_subscriber(connection: sa.Connection, subscriber_id: int) -> list[Event]:
    """All that was ever told of one reader, by id."""
    query = _told.where(events.c.subscriber_id == subscriber_id).order_by(events.c.id)
    return [_event(row) for row in connection.execute(query)]


def get(connection: sa.Connection, event_id: int) -> Event:
    """One event that is there."""
    return _event(connection.execute(_told.where(events.c.id == event_id)).one())


def _row(one: Happening) -> dict[str, Any]:
    return {
        "uid": secrets.token_hex(16),
        "kind": one.kind,
        "at": one.at,
        "subscriber_id": one.subscriber_id,
        "newsletter": one.newsletter,
        "issue_id": one.issue_id,
        "data": dict(one.data),
    }


def _post(connection: sa.Connection, uids: Sequence[str]) -> None:
    """A post for each hook that is there now and wants this kind: one that comes later does not get the past."""
    wanted = sa.and_(hooks.c.kinds.contains(" " + events.c.kind + " "), hooks.c.ended_at.is_(None))
    waiting = sa.literal(PostStatus.WAITING.value)
    chosen = sa.select(events.c.id, hooks.c.name, waiting, sa.literal(0), events.c.at, sa.literal(""))
    chosen = chosen.join_from(events, hooks, wanted)
    columns = ["event_id", "hook", "status", "attempts", "due_at", "last_reply"]
    query = chosen.where(events.c.uid.in_(uids)).order_by(events.c.id)
    connection.execute(hook_posts.insert().from_select(columns, query))


def _event(row: sa.Row[Any]) -> Event:
    values = dict(row._mapping)
    return Event(**{**values, "kind": EventKind(values["kind"])})
