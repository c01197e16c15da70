"""Deliveries: who gets what, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED, check_delivery
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus, Recipient
from publisher.store.tables import attempts, deliveries, issues, variant_posts

_READY = (DeliveryStatus.PLANNED, DeliveryStatus.DEFERRED)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A delivery to be made: a recipient, the row of their variant, and the Message-ID of all its attempts.

    `suppressed` is why it will not be: recorded all the same, so that it can be said who did not get it.
    """

    recipient: Recipient
    variant_id: int
    message_id: str
    suppressed: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to; `code` is the server's, `counted` whether it is spent."""

    status: DeliveryStatus
    reason: str
    reply: str
    code: int | None
    due_at: datetime | None = None
    counted: bool = True


def insert(connection: sa.Connection, issue_id: int, addressed: Iterable[Addressed]) -> int:
    """Write the deliveries of an issue, planned or suppressed; how many."""
    rows = [
        {
            "issue_id": issue_id,
            "variant_id": one.variant_id,
            "subscriber_id": one.recipient.subscriber_id,
            "email": one.recipient.email,
            "address_key": one.recipient.address_key,
            "name": one.recipient.name,
            "language": one.recipient.language,
            "message_id": one.message_id,
            "status": DeliveryStatus.PLANNED if one.suppressed is None else DeliveryStatus.SUPPRESSED,
            "reason": one.suppressed or "",
            "attempts": 0,
            "last_reply": "",
        }
        for one in addressed
    ]
    if rows:
        connection.execute(deliveries.insert(), rows)
    return len(rows)


def carried(connection: sa.Connection, newsletter: str) -> dict[str, set[str]]:
    """For each address key, the posts that this newsletter, or a one-off to that address, has carried to it."""
    query = (
        sa.select(deliveries.c.address_key, variant_posts.c.post_id)
        .join(variant_posts, variant_posts.c.variant_id == deliveries.c.variant_id)
        .join(issues, issues.c.id == deliveries.c.issue_id)
        .where(deliveries.c.status.in_(CARRIED))
        .where(sa.or_(issues.c.newsletter == newsletter, issues.c.newsletter.is_(None)))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for address_key, post_id in connection.execute(query):
        found[address_key].add(post_id)
    return found


def claim(connection: sa.Connection, owner: str, now: datetime, lease_until: datetime) -> Delivery | None:
    """Take one delivery of a sending issue that is due and that nobody holds; None where there is none."""
    due = sa.or_(deliveries.c.due_at.is_(None), deliveries.c.due_at <= now)
    free = sa.or_(deliveries.c.owner.is_(None), deliveries.c.lease_until < now)
    query = (
        sa.select(deliveries)
        .join(issues, issues.c.id == deliveries.c.issue_id)
        .where(issues.c.status == IssueStatus.SENDING, deliveries.c.status.in_(_READY), due, free)
        .order_by(deliveries.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    mine = deliveries.update().where(deliveries.c.id == row.id)
    connection.execute(mine.values(owner=owner, lease_until=lease_until))
    return _delivery(row)


def begin_attempt(connection: sa.Connection, delivery: Delivery, owner: str, now: datetime) -> bool:
    """Record that the final dot is about to leave; False where the delivery is no longer `owner`'s to send."""
    check_delivery(delivery.status, DeliveryStatus.ATTEMPTING)
    number = delivery.attempts + 1
    still_mine = sa.and_(
        deliveries.c.id == delivery.id,
        deliveries.c.owner == owner,
        deliveries.c.status.in_(_READY),
        deliveries.c.lease_until >= now,
        deliveries.c.issue_id.in_(sa.select(issues.c.id).where(issues.c.status == IssueStatus.SENDING)),
    )
    change = deliveries.update().where(still_mine)
    if connection.execute(change.values(status=DeliveryStatus.ATTEMPTING, attempts=number)).rowcount != 1:
        return False
    connection.execute(
        attempts.insert().values(
            delivery_id=delivery.id, number=number, started_at=now, outcome=DeliveryStatus.ATTEMPTING, reply=""
        )
    )
    return True


def record(connection: sa.Connection, delivery: Delivery, owner: str, outcome: Outcome, now: datetime) -> bool:
    """Write what an attempt came to and let go of the delivery; False where `owner` had lost it meanwhile."""
    mine = sa.and_(deliveries.c.id == delivery.id, deliveries.c.owner == owner)
    before = connection.execute(sa.select(deliveries.c.status, deliveries.c.attempts).where(mine)).first()
    if before is None:
        return False
    begun = before.status == DeliveryStatus.ATTEMPTING
    if outcome.status is not DeliveryStatus(before.status):
        check_delivery(DeliveryStatus(before.status), outcome.status)
    # An attempt begins to count with its final dot; one refused before that counts here, unless the session was.
    number = before.attempts if begun else before.attempts + 1
    values = {
        "status": outcome.status,
        "reason": outcome.reason,
        "last_reply": outcome.reply,
        "due_at": outcome.due_at,
        "attempts": number if outcome.counted else number - 1,
        "owner": None,
        "lease_until": None,
    }
    connection.execute(deliveries.update().where(mine).values(**values))
    _close_attempt(connection, delivery.id, number, outcome, begun=begun, now=now)
    return True


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
    mine = sa.and_(deliveries.c.id == delivery.id, deliveries.c.owner == owner, deliveries.c.status.in_(_READY))
    connection.execute(deliveries.update().where(mine).values(owner=None, lease_until=None))


def first_attempt_at(connection: sa.Connection, delivery_id: int) -> datetime | None:
    """When a delivery was first tried."""
    query = sa.select(sa.func.min(attempts.c.started_at)).where(attempts.c.delivery_id == delivery_id)
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


def listed(connection: sa.Connection, issue_id: int) -> Sequence[Delivery]:
    """The deliveries of an issue, by address."""
    query = sa.select(deliveries).where(deliveries.c.issue_id == issue_id)
    return [_delivery(row) for row in connection.execute(query.order_by(deliveries.c.address_key))]


def move(
    connection: sa.Connection,
    issue_id: int,
    before: Collection[DeliveryStatus],
    after: DeliveryStatus,
    *,
    reason: str,
    address_key: str | None = None,
) -> int:
    """Move deliveries of an issue that nobody holds from `before` to `after`; how many."""
    for status in before:
        check_delivery(status, after)
    where = [deliveries.c.issue_id == issue_id, deliveries.c.status.in_(before), deliveries.c.owner.is_(None)]
    if address_key is not None:
        where.append(deliveries.c.address_key == address_key)
    change = deliveries.update().where(*where)
    return connection.execute(change.values(status=after, reason=reason, due_at=None)).rowcount


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next deferred delivery of a sending issue is due, or None."""
    query = sa.select(sa.func.min(deliveries.c.due_at)).join(issues, issues.c.id == deliveries.c.issue_id)
    deferred = query.where(issues.c.status == IssueStatus.SENDING, deliveries.c.status == DeliveryStatus.DEFERRED)
    due: datetime | None = connection.scalar(deferred)
    return due


def _delivery(row: sa.Row[tuple[object, ...]]) -> Delivery:
    values = row._mapping
    recipient = Recipient(
        values["email"], values["address_key"], values["name"], values["language"], values["subscriber_id"]
    )
    names = ("id", "issue_id", "variant_id", "reason", "message_id", "attempts", "last_reply", "due_at")
    return Delivery(
        **{name: values[name] for name in names}, recipient=recipient, status=DeliveryStatus(values["status"])
    )
