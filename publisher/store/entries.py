"""Deliveries with their attempts, as they were written down."""

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from publisher.core.bookkeeping import Entry, Tried
from publisher.model.mailing import DeliveryStatus
from publisher.store.tables import attempts, deliveries

_AT_ONCE = 1000

_COLUMNS = (
    deliveries.c.id,
    deliveries.c.email,
    deliveries.c.name,
    deliveries.c.status,
    deliveries.c.reason,
    deliveries.c.attempts,
    deliveries.c.due_at,
    deliveries.c.attempted_at,
    deliveries.c.owner,
    deliveries.c.lease_until,
    deliveries.c.settled_by,
)
_PAGE = (
    sa.select(*_COLUMNS)
    .where(deliveries.c.issue_id == sa.bindparam("issue_id"), deliveries.c.id > sa.bindparam("after"))
    .order_by(deliveries.c.id)
    .limit(_AT_ONCE)
)
_TRIED = (
    sa.select(attempts.c.delivery_id, attempts.c.number, attempts.c.outcome, attempts.c.ended_at.is_not(None))
    .where(attempts.c.delivery_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(attempts.c.id)
)


def of_issue(connection: sa.Connection, issue_id: int) -> Iterator[Entry]:
    """All of an issue in the order they were planned, a thousand in memory at once."""
    after = 0
    while rows := connection.execute(_PAGE, {"issue_id": issue_id, "after": after}).all():
        tried = _tried(connection, [row.id for row in rows])
        for row in rows:
            yield Entry(
                row.id,
                row.email,
                row.name,
                DeliveryStatus(row.status),
                row.reason,
                row.attempts,
                row.due_at,
                row.attempted_at,
                row.owner,
                row.lease_until,
                row.settled_by,
                tuple(tried.get(row.id, ())),
            )
        after = rows[-1].id


def _tried(connection: sa.Connection, ids: list[int]) -> dict[int, list[Tried]]:
    found: dict[int, list[Tried]] = defaultdict(list)
    for delivery_id, number, outcome, ended in connection.execute(_TRIED, {"ids": ids}):
        found[delivery_id].append(Tried(number, DeliveryStatus(outcome), ended))
    return found
