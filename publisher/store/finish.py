"""Issues that are done, told once each time they come to be."""

from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN
from publisher.model.event import EventKind
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.store import events
from publisher.store import issues as table_of
from publisher.store.tables import deliveries, issues, unsent


def finish(connection: sa.Connection, now: datetime) -> list[int]:
    """Mark as done every sending or paused issue that has no open delivery; their ids.

    Those of a newsletter to its readers are told of; a test, a confirmation or a mail to one address is nobody's news.
    """
    left = sa.exists().where(unsent, deliveries.c.issue_id == issues.c.id, deliveries.c.status.in_([*OPEN]))
    running = issues.c.status.in_((IssueStatus.SENDING, IssueStatus.PAUSED))
    ids = list(connection.scalars(sa.select(issues.c.id).where(running, ~left)))
    for issue_id in ids:
        table_of.move(connection, issue_id, IssueStatus.DONE)
        issue = table_of.get(connection, issue_id)
        if issue.newsletter is not None and not issue.urgent:
            _tell(connection, issue, now)
    return ids


def _tell(connection: sa.Connection, issue: Issue, now: datetime) -> None:
    data = {
        "uid": issue.uid,
        "kind": issue.kind,
        "number": issue.number,
        "recipients": issue.recipients,
        "counts": _counts(connection, issue),
    }
    events.record(connection, EventKind.ISSUE_SENT, now, newsletter=issue.newsletter, issue_id=issue.id, data=data)


def _counts(connection: sa.Connection, issue: Issue) -> dict[str, int]:
    """How many deliveries ended in which state, those with none left out; what was sent is the rest, see `counts`."""
    query = sa.select(deliveries.c.status, sa.func.count().label("number")).where(
        unsent, deliveries.c.issue_id == issue.id
    )
    found = {row.status: row.number for row in connection.execute(query.group_by(deliveries.c.status))}
    sent = issue.recipients - sum(found.values())
    return {str(DeliveryStatus.SENT): sent, **found}
