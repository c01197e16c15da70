"""How fast mails are being taken."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.model.mailing import DeliveryStatus
from publisher.store.tables import attempts, deliveries

_LATELY = timedelta(minutes=5)
_NEWEST = 1000


def rates(connection: sa.Connection, now: datetime) -> dict[int, float]:
    """Mails a second that were taken of each issue in the last minutes, by the newest thousand attempts; an issue of
    which none was is left out."""
    newest = sa.select(attempts).order_by(attempts.c.id.desc()).limit(_NEWEST).subquery()
    begun = sa.func.min(newest.c.ended_at, type_=attempts.c.ended_at.type)
    query = (
        sa.select(deliveries.c.issue_id, sa.func.count(), begun)
        .join(newest, newest.c.delivery_id == deliveries.c.id)
        .where(newest.c.outcome == DeliveryStatus.SENT, newest.c.ended_at >= now - _LATELY)
        .group_by(deliveries.c.issue_id)
    )
    rows = connection.execute(query)
    return {issue_id: number / max((now - first).total_seconds(), 1.0) for issue_id, number, first in rows}
