"""Claims: which deliveries a process holds, until when, and what becomes of those that the dead held."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN, READY
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus, Recipient
from publisher.store.prepared import SOME_IDS, by_some, instant, moments, prepared, some_ids
from publisher.store.tables import attempts, deliveries, issues, unsent
from publisher.struct import Struct

_RECIPIENT = ("email", "address_key", "name", "language", "subscriber_id")
_TRIED = ("status", "reason", "message_id", "attempts", "last_reply", "dated_at", "outgoing_id")
_OWN = ("id", "issue_id", "variant_id", *_TRIED)
# As text, since what comes from the driver as it is would be JSON read by one database and not by the other.
_FIELDS = sa.cast(deliveries.c.fields, sa.Text)
_COLUMNS = [*(deliveries.c[name] for name in _RECIPIENT), _FIELDS, *(deliveries.c[name] for name in _OWN)]


class Sending(Struct, frozen=True):
    """An issue that is being sent; `newsletter` is None where addresses are mailed that subscribed to none."""

    issue_id: int
    newsletter: str | None
    urgent: bool


class Holding(Struct, frozen=True):
    """How many deliveries of an issue `owner` holds, and when the last of them is free at the latest."""

    issue_id: int
    owner: str
    number: int
    until: datetime


def sending(connection: sa.Connection, *, urgent_only: bool = False) -> list[Sending]:
    """The issues that may be sent, urgent ones first, then as they were made."""
    query = sa.select(issues.c.id, issues.c.newsletter, issues.c.urgent).where(issues.c.status == IssueStatus.SENDING)
    if urgent_only:
        query = query.where(issues.c.urgent)
    return [Sending(*row) for row in connection.execute(query.order_by(issues.c.urgent.desc(), issues.c.id))]


_again = (deliveries.c.status.in_([sa.literal(one.value) for one in READY]), deliveries.c.due_at <= sa.bindparam("now"))
_fresh = (deliveries.c.status == DeliveryStatus.PLANNED, deliveries.c.due_at.is_(None))


def _free(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    # Never what is its own: where the clock has gone on (a laptop that slept), it would have the same mail twice.
    anothers = sa.and_(deliveries.c.lease_until < sa.bindparam("now"), deliveries.c.owner != sa.bindparam("whose"))
    nobodys = sa.or_(deliveries.c.owner.is_(None), anothers)
    of_issue = (deliveries.c.issue_id == sa.bindparam("issue"), unsent)
    free = sa.select(*_COLUMNS).where(*of_issue, *which, nobodys).limit(sa.bindparam("most", type_=sa.Integer))
    return free.with_for_update(skip_locked=True)


# Apart, since each is one stretch of the index: together they would walk over all that is due tomorrow.
_FREE = [prepared(_free(*which), "issue", "now", "most", "whose") for which in (_again, _fresh)]
_mine = prepared(
    deliveries.update()
    .where(some_ids(deliveries.c.id))
    .values(owner=sa.bindparam("whose"), lease_until=sa.bindparam("lease"), outgoing_id=sa.bindparam("outgoing")),
    "whose",
    "lease",
    "outgoing",
    *SOME_IDS,
)
_STATUSES = {status.value: status for status in DeliveryStatus}


def claim(
    connection: sa.Connection,
    issue_id: int,
    owner: str,
    *,
    now: datetime,
    lease_until: datetime,
    limit: int,
    outgoing_id: int | None = None,
) -> list[Delivery]:
    """Take at most `limit` deliveries of an issue that are due and that nobody holds: those tried before first. They
    will be written as the settings of `outgoing_id` say."""
    found: list[Delivery] = []
    at, moment = now.astimezone(UTC).replace(microsecond=0), moments(connection)
    for free in _FREE:
        asked = (issue_id, instant(connection, now), limit - len(found), owner)
        if len(found) < limit:
            found += [_delivery(at, moment, *row) for row in free(connection).run(connection, asked)]
    mine = (owner, instant(connection, lease_until), outgoing_id)
    for some in by_some([one.id for one in found]):
        _mine(connection).run(connection, mine + some)
    return found


def _delivery(
    at: datetime, moment: Callable[[Any], datetime],
    email: str, key: str, name: str, language: str | None, subscriber: int | None, own_fields: str | None,
    own: int, issue: int, variant: int, status: str, reason: str, message_id: str, attempts: int, last_reply: str,
    dated: Any, outgoing: int | None,
) -> Delivery:  # fmt: skip
    recipient = Recipient(email, key, name, language, subscriber, own_fields)
    dated_at = None if dated is None else moment(dated)
    tried = (_STATUSES[status], reason, message_id, attempts, last_reply)
    former = None if dated_at is None else outgoing
    return Delivery(own, issue, variant, recipient, *tried, None, dated_at=dated_at, claimed_at=at, outgoing_id=former)


def write_as(connection: sa.Connection, delivery_ids: Collection[int], outgoing_id: int) -> None:
    """Note that deliveries will be written as other settings say than they were claimed with."""
    mine = deliveries.c.id.in_(delivery_ids)
    connection.execute(deliveries.update().where(mine).values(outgoing_id=outgoing_id))


def let_go(connection: sa.Connection, owner: str, delivery_ids: Collection[int], due_at: datetime | None) -> None:
    """Give deliveries back as they were, unattempted; not before `due_at` where it is set."""
    mine = sa.and_(deliveries.c.id.in_(delivery_ids), deliveries.c.owner == owner, deliveries.c.status.in_(READY))
    values = {"owner": None, "lease_until": None} | ({} if due_at is None else {"due_at": due_at})
    connection.execute(deliveries.update().where(mine).values(**values))


def owners(connection: sa.Connection) -> list[str]:
    """Who holds deliveries now."""
    held = sa.select(deliveries.c.owner).where(deliveries.c.owner.is_not(None), deliveries.c.status.in_(OPEN), unsent)
    return list(connection.scalars(held.distinct()))


def holdings(connection: sa.Connection) -> list[Holding]:
    """Who holds how many deliveries of which issue that is being sent, the dead included."""
    its = deliveries.c
    sent_now = sa.select(issues.c.id).where(issues.c.status == IssueStatus.SENDING)
    held = (unsent, its.issue_id.in_(sent_now), its.status.in_(OPEN), its.owner.is_not(None))
    query = sa.select(its.issue_id, its.owner, sa.func.count(), sa.func.max(its.lease_until)).where(*held)
    rows = connection.execute(query.group_by(its.issue_id, its.owner).order_by(its.issue_id, its.owner))
    return [Holding(*row) for row in rows]


def reap(connection: sa.Connection, dead: Collection[str], now: datetime) -> int:
    """Let go of what the dead hold, or whose lease is over: what they were attempting is unknown; how many are."""
    lost = sa.and_(sa.or_(deliveries.c.owner.in_(dead), deliveries.c.lease_until < now), unsent)
    free = {"owner": None, "lease_until": None}
    undecided = sa.and_(lost, deliveries.c.status == DeliveryStatus.ATTEMPTING)
    # Locked: on PostgreSQL an answer may be written between this and what follows from it.
    ids = list(connection.scalars(sa.select(deliveries.c.id).where(undecided).with_for_update()))
    reason = "its message had ended, and no answer to it was recorded: it may have arrived"
    begun = sa.select(
        deliveries.c.id,
        deliveries.c.attempts,
        deliveries.c.attempted_at,
        sa.literal(now, deliveries.c.attempted_at.type),
        sa.literal(DeliveryStatus.UNKNOWN.value),
        sa.literal(reason),
    ).where(deliveries.c.id.in_(ids))
    columns = ["delivery_id", "number", "started_at", "ended_at", "outcome", "reply"]
    connection.execute(attempts.insert().from_select(columns, begun))
    unknown = {"status": DeliveryStatus.UNKNOWN, "reason": reason, "attempted_at": None}
    connection.execute(deliveries.update().where(deliveries.c.id.in_(ids)).values(**unknown, **free))
    connection.execute(deliveries.update().where(lost).values(**free))
    return len(ids)


def unclaimed(connection: sa.Connection) -> int:
    """How many deliveries of issues that are being sent nobody holds: what a run has before it, or leaves."""
    sent_now = sa.select(issues.c.id).where(issues.c.status == IssueStatus.SENDING)
    free = (deliveries.c.status.in_([*READY]), deliveries.c.owner.is_(None), unsent)
    query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.issue_id.in_(sent_now), *free)
    return connection.scalar(query) or 0


def next_due(connection: sa.Connection, now: datetime) -> datetime | None:
    """When sending issues have work: `now` for what is ready, else a due time or the end of a lease, or None."""
    moments = [next_due_of(connection, one.issue_id, now) for one in sending(connection)]
    return min((moment for moment in moments if moment is not None), default=None)


def next_due_of(connection: sa.Connection, issue_id: int, now: datetime) -> datetime | None:
    """The same of one issue."""
    of_issue = sa.and_(deliveries.c.issue_id == issue_id, unsent)
    planned = sa.and_(deliveries.c.status == DeliveryStatus.PLANNED, deliveries.c.due_at.is_(None))
    ready = sa.select(sa.literal(1)).where(of_issue, planned, deliveries.c.owner.is_(None)).limit(1)
    if connection.scalar(ready) is not None:
        return now
    open_ = deliveries.c.status.in_(OPEN)
    held = sa.func.min(sa.case((deliveries.c.owner.is_not(None), deliveries.c.lease_until)))
    waiting = sa.func.min(sa.case((deliveries.c.owner.is_(None), deliveries.c.due_at)))
    row = connection.execute(sa.select(held, waiting).where(of_issue, open_)).one()
    return min((moment for moment in row if moment is not None), default=None)
