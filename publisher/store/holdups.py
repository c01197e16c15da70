"""Issues that something holds up: paused with the reason, going on by themselves where that may pass."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from publisher.model.mailing import Issue, IssueStatus
from publisher.store import issues as table_of
from publisher.store.tables import issues


def hold_up(connection: sa.Connection, issue: Issue, reason: str, resume_at: datetime | None) -> None:
    """Pause an issue that is being sent, until `resume_at` or, where that is None, until a person lets it go on."""
    table_of.move(connection, issue.id, IssueStatus.PAUSED, reason)
    values = {"resume_at": resume_at, "setbacks": issue.setbacks + 1}
    connection.execute(issues.update().where(issues.c.id == issue.id).values(**values))


def go_on(connection: sa.Connection, now: datetime | None) -> list[int]:
    """Let the issues go on that were held up until `now` or before, with None all that would go on by themselves; their
    ids."""
    due = sa.and_(issues.c.status == IssueStatus.PAUSED, issues.c.resume_at.is_not(None))
    if now is not None:
        due = sa.and_(due, issues.c.resume_at <= now)
    ids = list(connection.scalars(sa.select(issues.c.id).where(due)))
    for issue_id in ids:
        table_of.move(connection, issue_id, IssueStatus.SENDING)
    connection.execute(issues.update().where(issues.c.id.in_(ids)).values(resume_at=None))
    return ids


def went_on(connection: sa.Connection, ids: Collection[int]) -> None:
    """Mails of these were taken: what held them up before is over."""
    fresh = sa.and_(issues.c.id.in_(ids), issues.c.setbacks > 0, issues.c.resume_at.is_(None))
    connection.execute(issues.update().where(fresh).values(setbacks=0))


def next_go_on(connection: sa.Connection) -> datetime | None:
    """When the next issue that was held up goes on by itself, or None."""
    due = sa.and_(issues.c.status == IssueStatus.PAUSED, issues.c.resume_at.is_not(None))
    moment: datetime | None = connection.scalar(sa.select(sa.func.min(issues.c.resume_at)).where(due))
    return moment
