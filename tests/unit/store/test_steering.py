"""What a person does to an issue's deliveries, set by set, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from publisher.errors import IllegalTransition
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus, SettledBy
from publisher.store import deliveries, issues, tables
from publisher.store.engine import Store
from publisher.store.finish import finish

MakeIssue = Callable[..., Issue]
HOUR = timedelta(hours=1)


def put(store: Store, issue: Issue, status: DeliveryStatus, *emails: str, **values: object) -> None:
    """Let the deliveries to these addresses stand so."""
    table = tables.deliveries
    these = sa.and_(table.c.issue_id == issue.id, table.c.email.in_(emails))
    with store.write() as connection:
        connection.execute(table.update().where(these).values(status=status, **values))


def states(store: Store, issue: Issue) -> dict[str, DeliveryStatus]:
    with store.read() as connection:
        return {one.recipient.email: one.status for one in deliveries.listed(connection, issue.id)}


def again(store: Store, issue: Issue, before: DeliveryStatus) -> int:
    with store.write() as connection:
        return deliveries.plan_again(connection, issue.id, before, reason="手で")


def test_readers_are_listed_page_by_page_in_the_order_they_were_planned(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", "b@x.jp", "c@x.jp")
    make_issue("z@x.jp", uid="u2")
    put(store, issue, DeliveryStatus.SENT, "b@x.jp")

    with store.read() as connection:
        first = deliveries.listed(connection, issue.id, most=2)
        rest = deliveries.listed(connection, issue.id, after=first[-1].id, most=2)
        sent = deliveries.listed(connection, issue.id, status=DeliveryStatus.SENT)

    assert [one.recipient.email for one in (*first, *rest)] == ["a@x.jp", "b@x.jp", "c@x.jp"]
    assert [one.recipient.email for one in sent] == ["b@x.jp"]


def test_the_failed_are_planned_again_with_their_attempts_counted_from_nothing(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@x.jp", "b@x.jp")
    put(store, issue, DeliveryStatus.FAILED, "a@x.jp", attempts=3, due_at=now, settled_by="hand")

    assert again(store, issue, DeliveryStatus.FAILED) == 1

    with store.read() as connection:
        found, _ = deliveries.listed(connection, issue.id)
    assert (found.status, found.attempts, found.due_at, found.settled_by, found.reason) == (
        DeliveryStatus.PLANNED,
        0,
        None,
        None,
        "手で",
    )


def test_a_failed_reader_whose_posts_came_with_a_later_issue_is_left_out(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", "b@x.jp", "c@x.jp", "d@x.jp", post="tag:p")
    put(store, issue, DeliveryStatus.FAILED, "a@x.jp", "b@x.jp", "c@x.jp", "d@x.jp")
    later = make_issue("a@x.jp", "b@x.jp", uid="u2", post="tag:p")
    put(store, later, DeliveryStatus.SENT, "a@x.jp")
    put(store, later, DeliveryStatus.FAILED, "b@x.jp")
    make_issue("c@x.jp", uid="u3", post="tag:q")
    make_issue("d@x.jp", uid="u4", post="tag:p", newsletter="books")

    assert again(store, issue, DeliveryStatus.FAILED) == 3
    assert states(store, issue)["a@x.jp"] is DeliveryStatus.FAILED


def test_a_one_off_to_the_address_counts_for_every_newsletter(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", post="tag:p")
    put(store, issue, DeliveryStatus.FAILED, "a@x.jp")
    make_issue("a@x.jp", uid="u2", post="tag:p", newsletter=None)

    assert again(store, issue, DeliveryStatus.FAILED) == 0


def test_the_unknown_are_planned_again_whatever_else_came(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", post="tag:p")
    put(store, issue, DeliveryStatus.UNKNOWN, "a@x.jp")
    make_issue("a@x.jp", uid="u2", post="tag:p")

    assert again(store, issue, DeliveryStatus.UNKNOWN) == 1


def test_what_was_sent_is_never_planned_again(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp")

    with pytest.raises(IllegalTransition):
        again(store, issue, DeliveryStatus.SENT)


def test_an_unknown_delivery_is_settled_by_a_person_once(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", "b@x.jp")
    put(store, issue, DeliveryStatus.UNKNOWN, "a@x.jp")

    for changed in (1, 0):
        with store.write() as connection:
            sent = DeliveryStatus.SENT
            assert deliveries.settle(connection, issue.id, "a@x.jp", sent, reason="届いた") == changed

    with store.read() as connection:
        found, other = deliveries.listed(connection, issue.id)
    assert (found.status, found.settled_by, found.reason) == (DeliveryStatus.SENT, SettledBy.HAND, "届いた")
    assert other.status is DeliveryStatus.PLANNED


def test_cancelling_leaves_what_is_on_its_way_to_its_answer(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@x.jp", "b@x.jp", "c@x.jp", "d@x.jp")
    put(store, issue, DeliveryStatus.ATTEMPTING, "a@x.jp", owner="me", lease_until=now)
    put(store, issue, DeliveryStatus.SENT, "b@x.jp")
    put(store, issue, DeliveryStatus.DEFERRED, "c@x.jp", due_at=now)

    with store.write() as connection:
        assert deliveries.cancel(connection, issue.id, reason="手で") == 2

    assert states(store, issue) == {
        "a@x.jp": DeliveryStatus.ATTEMPTING,
        "b@x.jp": DeliveryStatus.SENT,
        "c@x.jp": DeliveryStatus.CANCELLED,
        "d@x.jp": DeliveryStatus.CANCELLED,
    }


def test_what_was_sent_is_what_is_left_of_the_recipients(store: Store, make_issue: MakeIssue) -> None:
    issue = make_issue("a@x.jp", "b@x.jp", "c@x.jp")
    put(store, issue, DeliveryStatus.SENT, "a@x.jp", "b@x.jp")
    put(store, issue, DeliveryStatus.FAILED, "c@x.jp")

    with store.read() as connection:
        counts = issues.counts(connection)

    assert counts[issue.id] == {DeliveryStatus.SENT: 2, DeliveryStatus.FAILED: 1}


def test_what_is_unknown_is_counted_for_each_issue_that_holds_any(store: Store, make_issue: MakeIssue) -> None:
    first, second = make_issue("a@x.jp", "b@x.jp", "c@x.jp"), make_issue("a@x.jp", uid="u2", post="次")
    put(store, first, DeliveryStatus.UNKNOWN, "a@x.jp", "b@x.jp")
    put(store, second, DeliveryStatus.FAILED, "a@x.jp")

    with store.read() as connection:
        assert issues.unknown(connection) == {first.id: 2}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_counting_looks_only_at_what_was_not_sent(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@x.jp")
    seen: list[str] = []

    def explain(connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "FROM deliveries" in statement and not statement.startswith("EXPLAIN"):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            seen.extend(row[3] for row in rows)

    sa.event.listen(store.engine, "before_cursor_execute", explain)
    with store.read() as connection:
        issues.counts(connection)
        counting = list(seen)
        seen.clear()
        issues.unknown(connection)
        undecided = list(seen)
        seen.clear()
    with store.write() as connection:
        finish(connection, now)
        deliveries.cancel(connection, 1, reason="手で")

    assert counting == ["SCAN deliveries USING COVERING INDEX ix_deliveries_unsent"]
    assert "SEARCH deliveries USING COVERING INDEX ix_deliveries_unsent (issue_id=? AND status=?)" in undecided
    assert any("ix_deliveries_unsent (issue_id=? AND status=?)" in plan for plan in seen), seen


def test_a_pause_by_hand_stays_where_it_would_have_gone_on_by_itself(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@x.jp")
    table = tables.issues
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.PAUSED, "421")
        connection.execute(table.update().values(resume_at=now + HOUR, setbacks=3))

        issues.pause(connection, issue.id, "手で")
        paused = issues.get(connection, issue.id)
        issues.resume(connection, issue.id)
        resumed = issues.get(connection, issue.id)

    assert (paused.reason, paused.resume_at) == ("手で", None)
    assert (resumed.status, resumed.reason, resumed.setbacks) == (IssueStatus.SENDING, "", 0)
