"""Issues that wait for their moment: made and frozen, and sent later."""

from datetime import datetime

import sqlalchemy as sa

from publisher.model.mailing import IssueStatus
from publisher.store import issues as table_of
from publisher.store.tables import issues

_WAITING = sa.and_(issues.c.status == IssueStatus.AWAITING, issues.c.starts_at.is_not(None))


def start_due(connection: sa.Connection, now: datetime) -> list[int]:
    """Let those begin whose moment has come at `now`; their ids. One that waits for a person has none."""
    ids = list(connection.scalars(sa.select(issues.c.id).where(_WAITING, issues.c.starts_at <= now)))
    for issue_id in ids:
        table_of.move(connection, issue_id, IssueStatus.SENDING)
    return ids


def next_start(connection: sa.Connection) -> datetime | None:
    """When the next of them begins, or None."""
    moment: datetime | None = connection.scalar(sa.select(sa.func.min(issues.c.starts_at)).where(_WAITING))
    return moment
