"""Attempts: what is recorded before a message's end leaves, and after its answer has come.

An attempt is a row from its end on; while it is under way, its beginning stands in the delivery.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum, auto

import sqlalchemy as sa

from publisher.core.lifecycle import READY, check_delivery
from publisher.model.bounce import SuppressionKind
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store.instant import Instant
from publisher.store.prepared import SOME_IDS, Row, by_some, instant, instants, prepared, some_ids
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


class Ended(Struct, frozen=True):
    """An attempt that is over. `number` is its own, from 1; `begun` is whether its message had ended: then it was
    recorded before."""

    delivery_id: int
    number: int
    begun: bool
    started_at: datetime
    ended_at: datetime
    server: str
    outcome: Outcome


class Hindrance(Enum):
    """Why a message must not end: nobody may have it any more, its issue stands still, or it is another's to send."""

    OBJECTION = auto()
    STANDSTILL = auto()
    LOST = auto()


class Hindered(Struct, frozen=True):
    """What hinders a delivery; `reason` for an objection."""

    by: Hindrance
    reason: str = ""


_LOST = Hindered(Hindrance.LOST)
_STANDSTILL = Hindered(Hindrance.STANDSTILL)
# Subqueries, not joins: SQLite, which has no statistics of a new ledger, walked over all readers for a join.
# A letter that asks to confirm a sign-up goes to who may lift their suppression by confirming: their own will, and soft
# bounces.
_asks = sa.exists().where(issues.c.id == deliveries.c.issue_id, issues.c.letter == LetterKind.CONFIRM)
_own = sa.or_(*(suppressions.c.kind == kind for kind in (SuppressionKind.READER, SuppressionKind.SOFT)))
_lifted = sa.and_(_own, _asks.correlate(deliveries))
_SUPPRESSED = (
    sa.select(suppressions.c.reason)
    .where(suppressions.c.address_key == deliveries.c.address_key, ~_lifted)
    .correlate(deliveries)
    .scalar_subquery()
)
_CONSENT = (
    sa.select(subscriptions.c.status)
    .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
    .where(subscribers.c.address_key == deliveries.c.address_key, subscriptions.c.newsletter == issues.c.newsletter)
    .scalar_subquery()
)
_ready = (
    deliveries.c.owner == sa.bindparam("whose"),
    sa.or_(*(deliveries.c.status == status for status in READY)),
    deliveries.c.lease_until >= sa.bindparam("now"),
)
_look = prepared(
    sa.select(deliveries.c.id, issues.c.status, _SUPPRESSED, issues.c.newsletter, _CONSENT)
    .join(issues, issues.c.id == deliveries.c.issue_id)
    .where(some_ids(deliveries.c.id), *_ready),
    "whose",
    "now",
    *SOME_IDS,
)
_its = {
    name: sa.select(column).where(issues.c.id == deliveries.c.issue_id).correlate(deliveries).scalar_subquery()
    for name, column in (("status", issues.c.status), ("newsletter", issues.c.newsletter))
}
_reader = (
    sa.select(subscribers.c.id)
    .where(subscribers.c.address_key == deliveries.c.address_key)
    .correlate(deliveries)
    .scalar_subquery()
)
_consent = (
    sa.select(subscriptions.c.status)
    .where(subscriptions.c.subscriber_id == _reader, subscriptions.c.newsletter == _its["newsletter"])
    .correlate(deliveries)
    .scalar_subquery()
)
_unhindered = (
    _its["status"] == IssueStatus.SENDING,
    _SUPPRESSED.is_(None),
    sa.or_(_its["newsletter"].is_(None), _consent == SubscriptionStatus.CONFIRMED),
)
_begin = prepared(
    deliveries.update()
    .where(some_ids(deliveries.c.id), *_ready, *_unhindered)
    .values(
        status=DeliveryStatus.ATTEMPTING,
        attempts=deliveries.c.attempts + 1,
        attempted_at=sa.bindparam("now"),
        dated_at=sa.func.coalesce(deliveries.c.dated_at, sa.bindparam("dated", type_=Instant)),
        lease_until=sa.bindparam("lease"),
        reason="",
        due_at=None,
    ),
    "whose",
    "now",
    "lease",
    "dated",
    *SOME_IDS,
)
_taken = prepared(
    deliveries.update()
    .where(
        deliveries.c.id == sa.bindparam("this"),
        deliveries.c.owner == sa.bindparam("whose"),
        deliveries.c.attempts == sa.bindparam("at"),
        deliveries.c.status == DeliveryStatus.ATTEMPTING,
    )
    .values(
        status=DeliveryStatus.SENT,
        last_reply=sa.bindparam("said"),
        owner=None,
        lease_until=None,
        attempted_at=None,
        settled_by=None,
    ),
    "this",
    "whose",
    "at",
    "said",
)
_WORDS = {status: status.value for status in DeliveryStatus}
_PARTS = ("delivery_id", "number", "started_at", "ended_at", "outcome", "code", "reply", "server")
_ended = prepared(
    attempts.insert().values(**{part: sa.bindparam(f"its_{part}") for part in _PARTS}),
    *(f"its_{part}" for part in _PARTS),
)


def hindrances(connection: sa.Connection, ids: Sequence[int], owner: str, now: datetime) -> dict[int, Hindered | None]:
    """What stands against each delivery's going out at this moment, None where nothing does."""
    found: dict[int, Hindered | None] = dict.fromkeys(ids, _LOST)
    asked = (owner, instant(connection, now))
    for some in by_some(ids):
        found.update((row[0], _hindrance(*row[1:])) for row in _look(connection).run(connection, asked + some))
    return found


def _hindrance(issue_status: str, suppressed: str | None, newsletter: str | None, consent: str | None
               ) -> Hindered | None:  # fmt: skip
    if issue_status != IssueStatus.SENDING:
        return _STANDSTILL
    if suppressed is not None:
        return Hindered(Hindrance.OBJECTION, suppressed)
    if newsletter is not None and consent != SubscriptionStatus.CONFIRMED:
        return Hindered(Hindrance.OBJECTION, "no longer subscribed")
    return None


def begin(
    connection: sa.Connection, ending: Sequence[Delivery], owner: str, *, now: datetime, lease_until: datetime
) -> bool:
    """Record that the ends of these messages are about to leave; False where something hinders one of them: then the
    transaction must be taken back, and `hindrances` says what. Of the forgotten, whose addresses are hashed, it knows
    nothing.

    The lease runs anew from here, so that an answer that is slow in coming is not taken for a death. The Date that a
    message has the first time stands for all its attempts.
    """
    how = (owner, instant(connection, now), instant(connection, lease_until))
    begun = 0
    for dated, ids in _by_date(ending).items():
        date = None if dated is None else instant(connection, dated)
        begun += sum(int(_begin(connection).run(connection, (*how, date, *some)).rowcount) for some in by_some(ids))
    return begun == len(ending)


def _by_date(ending: Sequence[Delivery]) -> dict[datetime | None, list[int]]:
    """Their ids by the Date that is to be kept, None where one is: what is claimed together ends in one statement."""
    found: dict[datetime | None, list[int]] = {}
    for one in ending:
        found.setdefault(None if one.dated_at else one.claimed_at, []).append(one.id)
    return found


def taken(connection: sa.Connection, owner: str, ended: Sequence[Ended]) -> bool:
    """Record attempts that began and that the server took; False where not all were `owner`'s any more: then the
    transaction must be taken back, and each recorded by itself."""
    marks = [(one.delivery_id, owner, one.number, one.outcome.reply) for one in ended]
    if _taken(connection).run_all(connection, marks) != len(ended):
        return False
    at = instants(connection)
    _ended(connection).run_all(connection, [_row(at, one) for one in ended])
    return True


def record(connection: sa.Connection, owner: str, ended: Ended) -> DeliveryStatus:
    """Write what an attempt came to and let go of the delivery; the state that stands now.

    It is another than the outcome's where `owner` had lost the delivery, or its issue was cancelled meanwhile.
    """
    table = deliveries.c
    query = sa.select(table.status, table.owner, table.attempts, table.settled_by, table.issue_id)
    before = connection.execute(query.where(table.id == ended.delivery_id)).one()
    status = DeliveryStatus(before.status)
    if before.owner != owner or (status is DeliveryStatus.ATTEMPTING) is not ended.begun:
        return _late(connection, status, ended, same=before.attempts == ended.number and before.settled_by is None)
    outcome = _unless_cancelled(connection, before.issue_id, ended.outcome)
    if outcome.status is not status:
        check_delivery(status, outcome.status)
    values = {**_standing(outcome), "attempts": ended.number if outcome.counted else ended.number - 1}
    connection.execute(deliveries.update().where(table.id == ended.delivery_id).values(**values))
    # An attempt begins to count with its end; one refused before that counts here, unless the session was.
    if ended.begun or outcome.counted:
        _ended(connection).run(connection, _row(instants(connection), ended))
    return outcome.status


def _late(connection: sa.Connection, status: DeliveryStatus, ended: Ended, *, same: bool) -> DeliveryStatus:
    """An answer to what has been given up for unknown, as of a process that was frozen: it settles that, where nobody
    has settled it or sent it again."""
    if not (ended.begun and same and status is DeliveryStatus.UNKNOWN) or ended.outcome.status is status:
        return status
    check_delivery(status, ended.outcome.status)
    this = deliveries.c.id == ended.delivery_id
    connection.execute(deliveries.update().where(this).values(**_standing(ended.outcome)))
    last = sa.select(sa.func.max(attempts.c.id)).where(attempts.c.delivery_id == ended.delivery_id).scalar_subquery()
    values = {"ended_at": ended.ended_at, "outcome": ended.outcome.status, "code": ended.outcome.code}
    change = attempts.update().where(attempts.c.id == last)
    connection.execute(change.values(**values, reply=ended.outcome.reply, server=ended.server))
    return ended.outcome.status


def _standing(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "reason": outcome.reason,
        "last_reply": outcome.reply,
        "due_at": outcome.due_at,
        "owner": None,
        "lease_until": None,
        "attempted_at": None,
        "settled_by": None,
    }


def _row(at: Callable[[datetime], object], ended: Ended) -> Row:
    """As `_PARTS` has it."""
    its = ended.outcome
    status, when = _WORDS[its.status], (at(ended.started_at), at(ended.ended_at))
    return (ended.delivery_id, ended.number, *when, status, its.code, its.reply, ended.server)


def _unless_cancelled(connection: sa.Connection, issue_id: int, outcome: Outcome) -> Outcome:
    """A mail that was in hand while its issue was cancelled is not planned again."""
    status = connection.scalar(sa.select(issues.c.status).where(issues.c.id == issue_id))
    if status == IssueStatus.CANCELLED and outcome.status in READY:
        return Outcome(DeliveryStatus.CANCELLED, "cancelled by hand", outcome.reply, outcome.code)
    return outcome


def suppress(connection: sa.Connection, owner: str, delivery_id: int, reason: str) -> None:
    """A delivery that nobody may have any more, unattempted."""
    mine = sa.and_(deliveries.c.id == delivery_id, deliveries.c.owner == owner, deliveries.c.status.in_(READY))
    values = {"status": DeliveryStatus.SUPPRESSED, "reason": reason, "owner": None, "lease_until": None, "due_at": None}
    connection.execute(deliveries.update().where(mine).values(**values))


def first_attempt_at(connection: sa.Connection, delivery_id: int) -> datetime | None:
    """When a delivery was first tried, since it was last planned anew."""
    firsts = sa.and_(attempts.c.delivery_id == delivery_id, attempts.c.number == 1)
    query = sa.select(sa.func.max(attempts.c.started_at)).where(firsts)
    first: datetime | None = connection.scalar(query)
    return first
