"""All subscriptions and suppressions, as a stream: a million never lie in memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.model.bounce import SuppressionKind
from publisher.store.prepared import moments
from publisher.store.streams import batches
from publisher.store.tables import subscribers, subscriptions, suppressions
from publisher.struct import Struct

_MOMENTS = ("confirmed_at", "created_at", "unsubscribed_at", "paused_until")
_TEXTS = ("newsletter", "status", "language", "frequency", "timezone", "evidence", "left_by")


class Leaving(Struct, frozen=True, gc=False):
    """A subscription on its way out; `categories` and `fields` are JSON, None where there are none."""

    email: str
    name: str
    fields: str | None
    categories: str | None
    newsletter: str
    status: str
    language: str | None
    frequency: str
    timezone: str | None
    evidence: str
    left_by: str
    confirmed_at: datetime | None
    created_at: datetime
    unsubscribed_at: datetime | None
    paused_until: datetime | None


def streamed(connection: sa.Connection, *, newsletter: str | None, status: str | None) -> Iterator[Leaving]:
    """Subscriptions by address, then newsletter: all, or of one newsletter or in one state."""
    whose, wish = subscribers.c, subscriptions.c
    query = sa.select(
        *(whose.email, whose.name, sa.cast(whose.fields, sa.Text), sa.cast(wish.categories, sa.Text)),
        *(wish[name] for name in (*_TEXTS, *_MOMENTS)),
    ).join_from(subscriptions, subscribers)
    if newsletter is not None:
        query = query.where(wish.newsletter == newsletter)
    if status is not None:
        query = query.where(wish.status == status)
    aware, texts = moments(connection), 4 + len(_TEXTS)
    with batches(connection, query.order_by(whose.address_key, wish.newsletter)) as found:
        for rows in found:
            for row in rows:
                yield Leaving(*row[:texts], *(_aware(aware, moment) for moment in row[texts:]))


def suppressed(connection: sa.Connection) -> Iterator[tuple[str, str, str, datetime]]:
    """Address, kind, reason and moment of all suppressions, by address, but of those who were forgotten: their hashes
    are of this ledger alone."""
    known = suppressions.c
    query = sa.select(known.address_key, known.kind, known.reason, known.created_at)
    query = query.where(known.kind != SuppressionKind.FORGOTTEN).order_by(known.address_key)
    aware = moments(connection)
    with batches(connection, query) as found:
        for rows in found:
            yield from ((key, kind, reason, aware(at)) for key, kind, reason, at in rows)


def _aware(aware: Any, moment: Any) -> datetime | None:
    return None if moment is None else aware(moment)
