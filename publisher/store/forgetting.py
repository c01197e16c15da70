"""Forgetting: what is known of an address leaves the ledger, and what happened stays in its sums.

A delivery keeps its issue, its state and its Message-ID, which is a keyed hash and nobody's address; in the place of
the address stands the hash by which it is suppressed. So each place that asks whether a delivery's address is
suppressed finds that it is.
"""

from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import READY
from publisher.model.mailing import DeliveryStatus
from publisher.model.reader import FORGOTTEN
from publisher.store import suppressions
from publisher.store.reader_tables import events, hook_posts, letters, limits, sign_ups
from publisher.store.tables import attempts, bounces, deliveries, issues, subscribers
from publisher.store.traces import THEIRS


def is_under_way(connection: sa.Connection, address_key: str, now: datetime) -> bool:
    """Whether a mail to an address is being handed over at this moment: its answer is still to be written down."""
    this = sa.and_(deliveries.c.address_key == address_key, deliveries.c.status == DeliveryStatus.ATTEMPTING)
    return connection.scalar(sa.select(sa.exists().where(this, deliveries.c.lease_until > now))) is True


def erase(connection: sa.Connection, secret: bytes, address_key: str, now: datetime) -> int:
    """Erase an address and all that is known of its owner, and suppress its hash; how many rows that were, 0 where it
    was done before."""
    hashed = suppressions.hashed(secret, address_key)
    changed = 0

    def run(change: sa.Update | sa.Delete) -> None:
        nonlocal changed
        theirs = THEIRS[change.table](address_key, hashed)  # type: ignore[index]
        changed += connection.execute(change.where(theirs)).rowcount

    # What is found by way of another row goes before that row.
    run(attempts.update().values(reply="", ended_at=sa.func.coalesce(attempts.c.ended_at, now)))
    run(bounces.update().values(address_key=hashed, diagnostic=""))
    for table in (hook_posts, events, letters, sign_ups, limits):
        run(table.delete())
    run(deliveries.update().values(**_nobody(hashed)))
    run(subscribers.delete())
    connection.execute(issues.update().where(_names(address_key)).values(audience=FORGOTTEN))
    return changed + suppressions.forget(connection, secret, address_key, now)


def erase_delivery(connection: sa.Connection, secret: bytes, delivery_id: int, address_key: str, now: datetime) -> None:
    """The same of one delivery, whose address stays what it is elsewhere: nobody asked to be forgotten."""
    hashed = suppressions.hashed(secret, address_key)
    ended = {"reply": "", "ended_at": sa.func.coalesce(attempts.c.ended_at, now)}
    connection.execute(attempts.update().where(attempts.c.delivery_id == delivery_id).values(**ended))
    whose = bounces.c.delivery_id == delivery_id
    connection.execute(bounces.update().where(whose).values(address_key=hashed, diagnostic=""))
    connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(**_nobody(hashed)))


def _nobody(hashed: str) -> dict[str, object]:
    waits = deliveries.c.status.in_([*READY, DeliveryStatus.ATTEMPTING, DeliveryStatus.UNKNOWN])
    return {
        "email": FORGOTTEN,
        "address_key": hashed,
        "name": "",
        "language": None,
        "fields": None,
        "last_reply": "",
        "subscriber_id": None,
        # It may be what a server said, and servers repeat the address.
        "reason": sa.case((sa.and_(deliveries.c.reason == "", ~waits), ""), else_=FORGOTTEN),
        "status": sa.case((waits, DeliveryStatus.SUPPRESSED.value), else_=deliveries.c.status),
        "due_at": None,
        "attempted_at": None,
        "owner": None,
        "lease_until": None,
    }


def _names(address_key: str) -> sa.ColumnElement[bool]:
    """Whether whom an issue was for was said by a rule that names the address."""
    return sa.func.lower(issues.c.audience).contains(address_key, autoescape=True)
