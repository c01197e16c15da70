"""Attempts: taking one delivery at a time, and recording what each try came to."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN, READY, check_delivery
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus
from publisher.model.reader import SubscriptionStatus
from publisher.store.deliveries import delivery_of
from publisher.store.tables import attempts, deliveries, issues, subscribers, subscriptions, suppressions
from publisher.struct import Struct


class Outcome(Struct, frozen=True):
    """What an attempt came to; `code` is the server's, `counted` whether it is spent."""

    status: DeliveryStatus
    reason: str
    reply: str
    code: int | None
    due_at: datetime | None = None
    counted: bool = True


def claim(connection: sa.Connection, owner: str, now: datetime, lease_until: datetime) -> Delivery | None:
    """Take one delivery of a sending issue that is due and that nobody holds; None where there is none."""
    due = sa.or_(deliveries.c.due_at.is_(None), deliveries.c.due_at <= now)
    free = sa.or_(deliveries.c.owner.is_(None), deliveries.c.lease_until < now)
    query = (
        sa.select(deliveries)
        .join(issues, issues.c.id == deliveries.c.issue_id)
        .where(issues.c.status == IssueStatus.SENDING, deliveries.c.status.in_(READY), due, free)
        .limit(1)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    mine = deliveries.update().where(deliveries.c.id == row.id)
    connection.execute(mine.values(owner=owner, lease_until=lease_until))
    return delivery_of(row)


def objection(connection: sa.Connection, delivery: Delivery) -> str | None:
    """Why a delivery must not go out after all: its address is suppressed, or no longer subscribed."""
    address_key = delivery.recipient.address_key
    consent = (
        sa.select(subscriptions.c.status)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .where(subscribers.c.address_key == address_key, subscriptions.c.newsletter == issues.c.newsletter)
        .scalar_subquery()
    )
    suppressed = sa.select(suppressions.c.reason).where(suppressions.c.address_key == address_key).scalar_subquery()
    query = sa.select(issues.c.newsletter, suppressed.label("suppressed"), consent.label("consent"))
    row = connection.execute(query.where(issues.c.id == delivery.issue_id)).one()
    if row.suppressed is not None:
        return str(row.suppressed)
    if row.newsletter is not None and row.consent != SubscriptionStatus.CONFIRMED:
        return "no longer subscribed"
    return None


def begin_attempt(
    connection: sa.Connection, delivery: Delivery, owner: str, now: datetime, lease_until: datetime
) -> bool:
    """Record that the final dot is about to leave; False where the delivery is no longer `owner`'s to send.

    The lease runs anew from here, so that an answer that is slow in coming is not taken for a death.
    """
    check_delivery(delivery.status, DeliveryStatus.ATTEMPTING)
    number = delivery.attempts + 1
    still_mine = sa.and_(
        deliveries.c.id == delivery.id,
        deliveries.c.owner == owner,
        deliveries.c.status.in_(READY),
        deliveries.c.lease_until >= now,
        deliveries.c.issue_id.in_(sa.select(issues.c.id).where(issues.c.status == IssueStatus.SENDING)),
    )
    change = deliveries.update().where(still_mine)
    values = {"status": DeliveryStatus.ATTEMPTING, "attempts": number, "lease_until": lease_until, "reason": ""}
    if connection.execute(change.values(**values)).rowcount != 1:
        return False
    connection.execute(
        attempts.insert().values(
            delivery_id=delivery.id, number=number, started_at=now, outcome=DeliveryStatus.ATTEMPTING, reply=""
        )
    )
    return True


def record(
    connection: sa.Connection, delivery: Delivery, owner: str, outcome: Outcome, now: datetime
) -> DeliveryStatus:
    """Write what an attempt came to and let go of the delivery; the state that stands now.

    It is another than the outcome's where `owner` had lost the delivery, or its issue was cancelled meanwhile.
    """
    mine = sa.and_(deliveries.c.id == delivery.id, deliveries.c.owner == owner)
    before = connection.execute(sa.select(deliveries.c.status, deliveries.c.attempts).where(mine)).first()
    if before is None:
        now_stands = sa.select(deliveries.c.status).where(deliveries.c.id == delivery.id)
        return DeliveryStatus(connection.execute(now_stands).scalar_one())
    begun = before.status == DeliveryStatus.ATTEMPTING
    # An attempt begins to count with its final dot; one refused before that counts here, unless the session was.
    number = before.attempts if begun else before.attempts + 1
    status, reason = _unless_cancelled(connection, delivery, outcome)
    if status is not DeliveryStatus(before.status):
        check_delivery(DeliveryStatus(before.status), status)
    values = {
        "status": status,
        "reason": reason,
        "last_reply": outcome.reply,
        "due_at": outcome.due_at,
        "attempts": number if outcome.counted else number - 1,
        "owner": None,
        "lease_until": None,
    }
    connection.execute(deliveries.update().where(mine).values(**values))
    _close_attempt(connection, delivery.id, number, outcome, begun=begun, now=now)
    return status


def _unless_cancelled(connection: sa.Connection, delivery: Delivery, outcome: Outcome) -> tuple[DeliveryStatus, str]:
    """A mail that was in hand while its issue was cancelled is not planned again."""
    status = connection.scalar(sa.select(issues.c.status).where(issues.c.id == delivery.issue_id))
    if status == IssueStatus.CANCELLED and outcome.status in READY:
        return DeliveryStatus.CANCELLED, "cancelled by hand"
    return outcome.status, outcome.reason


def _close_attempt(
    connection: sa.Connection, delivery_id: int, number: int, outcome: Outcome, *, begun: bool, now: datetime
) -> None:
    ended = {"ended_at": now, "outcome": outcome.status, "code": outcome.code, "reply": outcome.reply}
    if begun:
        this = sa.and_(attempts.c.delivery_id == delivery_id, attempts.c.ended_at.is_(None))
        connection.execute(attempts.update().where(this).values(**ended))
    elif outcome.counted:
        row = {"delivery_id": delivery_id, "number": number, "started_at": now}
        connection.execute(attempts.insert().values(**row, **ended))


def let_go(connection: sa.Connection, delivery: Delivery, owner: str) -> None:
    """Give a delivery back as it was, unattempted."""
    mine = sa.and_(deliveries.c.id == delivery.id, deliveries.c.owner == owner, deliveries.c.status.in_(READY))
    connection.execute(deliveries.update().where(mine).values(owner=None, lease_until=None))


def first_attempt_at(connection: sa.Connection, delivery_id: int) -> datetime | None:
    """When a delivery was first tried, since it was last planned anew."""
    firsts = sa.and_(attempts.c.delivery_id == delivery_id, attempts.c.number == 1)
    query = sa.select(sa.func.max(attempts.c.started_at)).where(firsts)
    first: datetime | None = connection.scalar(query)
    return first


def owners(connection: sa.Connection) -> list[str]:
    """Who holds deliveries now."""
    return list(connection.scalars(sa.select(deliveries.c.owner).where(deliveries.c.owner.is_not(None)).distinct()))


def reap(connection: sa.Connection, dead: Collection[str], now: datetime) -> int:
    """Let go of what the dead hold, or whose lease is over: what they were attempting is unknown; how many are."""
    lost = sa.or_(deliveries.c.owner.in_(dead), deliveries.c.lease_until < now)
    free = {"owner": None, "lease_until": None}
    undecided = sa.and_(lost, deliveries.c.status == DeliveryStatus.ATTEMPTING)
    ids = list(connection.scalars(sa.select(deliveries.c.id).where(undecided)))
    reason = "the sender died after the end of the message and before its answer was recorded"
    change = deliveries.update().where(deliveries.c.id.in_(ids))
    connection.execute(change.values(status=DeliveryStatus.UNKNOWN, reason=reason, **free))
    started = sa.and_(attempts.c.delivery_id.in_(ids), attempts.c.ended_at.is_(None))
    connection.execute(attempts.update().where(started).values(ended_at=now, outcome=DeliveryStatus.UNKNOWN))
    connection.execute(deliveries.update().where(lost).values(**free))
    return len(ids)


def next_due(connection: sa.Connection, now: datetime) -> datetime | None:
    """When sending issues have work: `now` for what is ready, else a due time or the end of a lease, or None."""
    open_ = sa.and_(issues.c.status == IssueStatus.SENDING, deliveries.c.status.in_(OPEN))
    held = sa.func.min(sa.case((deliveries.c.owner.is_not(None), deliveries.c.lease_until)))
    waiting = sa.func.min(sa.case((deliveries.c.owner.is_(None), deliveries.c.due_at)))
    ready = sa.func.max(sa.case((sa.and_(deliveries.c.owner.is_(None), deliveries.c.due_at.is_(None)), 1), else_=0))
    query = sa.select(held.label("held"), waiting.label("waiting"), ready.label("ready"))
    row = connection.execute(query.join_from(deliveries, issues).where(open_)).one()
    moments = [moment for moment in (row.held, row.waiting, now if row.ready else None) if moment is not None]
    return min(moments, default=None)
