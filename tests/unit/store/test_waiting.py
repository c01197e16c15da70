"""Issues that wait for their moment, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.model.mailing import Issue, IssueStatus
from publisher.store import claims, issues, waiting
from publisher.store.engine import Store

MakeIssue = Callable[..., Issue]
HOUR = timedelta(hours=1)


def test_an_issue_that_waits_begins_at_its_moment_and_one_that_waits_for_a_person_does_not(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    later = make_issue("a@example.jp", status=IssueStatus.AWAITING, starts_at=now + HOUR)
    person = make_issue("a@example.jp", uid="u2", status=IssueStatus.AWAITING)

    with store.write() as connection:
        assert claims.sending(connection) == []
        assert waiting.next_start(connection) == now + HOUR
        assert waiting.start_due(connection, now + HOUR - timedelta(seconds=1)) == []
        assert waiting.start_due(connection, now + HOUR) == [later.id]
        assert waiting.next_start(connection) is None
        assert [one.issue_id for one in claims.sending(connection)] == [later.id]
        assert issues.get(connection, person.id).status is IssueStatus.AWAITING


def test_a_cancelled_one_never_begins(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp", status=IssueStatus.AWAITING, starts_at=now)

    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.CANCELLED, "手で")
        assert waiting.start_due(connection, now + HOUR) == []
        assert waiting.next_start(connection) is None
