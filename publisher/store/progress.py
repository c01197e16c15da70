"""How fast mails are being taken."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.model.mailing import DeliveryStatus
from publisher.store.tables import attempts, deliveries, issues
from publisher.struct import Struct

LATELY = timedelta(minutes=5)
QUIET = timedelta(minutes=1)
"""So long without a mail taken, the rate from before says nothing any more."""

_NEWEST = 1000
_GAPS = 3
_TELLING = 20
"""Mails of which it can be told how fast they went."""


class Taking(Struct, frozen=True):
    """How many mails of an issue were taken a second of late, and when the last was."""

    rate: float
    last: datetime

    def has_stopped(self, now: datetime) -> bool:
        """Whether none was taken for so long that the rate says nothing any more: a minute, or thrice the usual."""
        return now - self.last > max(QUIET, _GAPS * timedelta(seconds=1 / self.rate))


def taking(connection: sa.Connection, now: datetime) -> dict[int, Taking]:
    """How the newest thousand attempts, of the last minutes, went with each issue; one of which none was taken is left
    out."""
    newest = sa.select(attempts).order_by(attempts.c.id.desc()).limit(_NEWEST).subquery()
    moment = attempts.c.ended_at.type
    first, last = (extreme(newest.c.ended_at, type_=moment) for extreme in (sa.func.min, sa.func.max))
    query = (
        sa.select(deliveries.c.issue_id, sa.func.count(), first, last)
        .join(newest, newest.c.delivery_id == deliveries.c.id)
        .where(newest.c.outcome == DeliveryStatus.SENT, newest.c.ended_at >= now - LATELY)
        .group_by(deliveries.c.issue_id)
    )
    rows = connection.execute(query)
    return {
        issue_id: Taking(number / max((now - begun).total_seconds(), 1.0), latest)
        for issue_id, number, begun, latest in rows
    }


def latest_rate(connection: sa.Connection) -> float | None:
    """How many mails a second were taken when an issue was last sent to as many as tell; None where none was."""
    told = deliveries.c.status == DeliveryStatus.SENT
    last = (
        sa.select(issues.c.id)
        .where(issues.c.recipients >= _TELLING, sa.exists().where(deliveries.c.issue_id == issues.c.id, told))
        .order_by(issues.c.id.desc())
        .limit(1)
    )
    # The first attempts alone: one that was put off for hours says nothing of how fast mails go.
    newest = (
        sa.select(attempts.c.ended_at)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(deliveries.c.issue_id == last.scalar_subquery(), attempts.c.number == 1)
        .where(attempts.c.outcome == DeliveryStatus.SENT)
        .order_by(attempts.c.id.desc())
        .limit(_NEWEST)
        .subquery()
    )
    moment = attempts.c.ended_at.type
    first, latest = (extreme(newest.c.ended_at, type_=moment) for extreme in (sa.func.min, sa.func.max))
    number, begun, ended = connection.execute(sa.select(sa.func.count(), first, latest).select_from(newest)).one()
    return number / max((ended - begun).total_seconds(), 1.0) if number >= _TELLING else None
