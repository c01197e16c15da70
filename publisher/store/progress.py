"""How fast mails are being taken."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.model.mailing import DeliveryStatus
from publisher.store.tables import attempts, deliveries
from publisher.struct import Struct

LATELY = timedelta(minutes=5)
QUIET = timedelta(minutes=1)
"""So long without a mail taken, the rate from before says nothing any more."""

_NEWEST = 1000
_GAPS = 3


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
