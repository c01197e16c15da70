"""The operator's hand on issues, on both databases."""

from datetime import datetime, timedelta

import pytest
from support.planned import ended, planned

from publisher.errors import UsageError
from publisher.jobs import issue as hand
from publisher.jobs.verify import SHOWN, Fault, verify
from publisher.model.bounce import Bounce, BounceKind
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.store import bounces, deliveries, destinations, issues, tables
from publisher.store.engine import Store

HOUR = timedelta(hours=1)
ADDRESSES = ("a@x.jp", "b@x.jp", "c@gmail.com")


def test_readers_are_shown_with_what_came_back_of_their_mail(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    planned(store, now, "a@x.jp", uid="u2")
    bounce = Bounce("k1", 2, "b@x.jp", BounceKind.HARD, "5.1.1", "User unknown", "dsn", now)
    with store.write() as connection:
        bounces.insert(connection, [bounce])

    found = {one.delivery.recipient.email: one.bounces for one in hand.readers(store, issue.id)}

    assert found == {"a@x.jp": (), "b@x.jp": (bounce,), "c@gmail.com": ()}


def test_all_of_many_readers_are_shown_once(store: Store, now: datetime) -> None:
    emails = [f"{number:04}@x.jp" for number in range(2001)]
    issue = planned(store, now, *emails)

    assert [one.delivery.recipient.email for one in hand.readers(store, issue.id)] == emails
    assert list(hand.readers(store, issue.id, DeliveryStatus.FAILED)) == []


def test_resume_is_the_one_command_to_go_on(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.PAUSED, "421")
        connection.execute(tables.issues.update().values(resume_at=now + HOUR, setbacks=4))
        destinations.stop(connection, "gmail.com", "5.7.1", now + HOUR, now)
        destinations.hold(connection, "gmail.com", now + HOUR)

    assert hand.resume(store, issue.id, now) == ["gmail.com"]

    with store.read() as connection:
        found = issues.get(connection, issue.id)
        due = [one.due_at for one in deliveries.listed(connection, issue.id)]
        assert destinations.known(connection) == {}
    assert (found.status, found.resume_at, found.setbacks) == (IssueStatus.SENDING, None, 0)
    assert all(moment is None or moment <= now for moment in due)


def test_a_stopped_destination_of_a_sending_issue_is_let_go_by_the_same_command(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    with pytest.raises(UsageError, match="cannot be resumed"):
        hand.resume(store, issue.id, now)
    with store.write() as connection:
        destinations.stop(connection, "gmail.com", "5.7.1", now + HOUR, now)

    assert hand.resume(store, issue.id, now) == ["gmail.com"]


def test_a_retry_names_who_is_left_out(store: Store, now: datetime) -> None:
    """listmonk #2221: "who got it? send to the rest"."""
    issue = planned(store, now, *ADDRESSES)
    ended(store, issue, DeliveryStatus.FAILED, now, "a@x.jp", "b@x.jp", reason="550")
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.DONE)
    planned(store, now, "b@x.jp", uid="u2")

    assert hand.retry(store, issue.id, unknown=False) == hand.Retried(1, 1, ("b@x.jp",))

    with store.read() as connection:
        assert issues.get(connection, issue.id).status is IssueStatus.SENDING


def test_the_rest_of_a_cancelled_issue_is_who_did_not_get_it(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp")
    ended(store, issue, DeliveryStatus.FAILED, now, "b@x.jp", reason="550")
    hand.cancel(store, issue.id)
    with pytest.raises(UsageError, match="cancelled") as refused:
        hand.retry(store, issue.id)
    assert "--rest" in str(refused.value.hint)

    assert hand.retry(store, issue.id, rest=True) == hand.Retried(2, 0, ())

    with store.read() as connection:
        assert issues.get(connection, issue.id).status is IssueStatus.SENDING
        states = [one.status for one in deliveries.listed(connection, issue.id)]
    assert states == [DeliveryStatus.SENT, DeliveryStatus.PLANNED, DeliveryStatus.PLANNED]
    assert verify(store, issue.id).holds


def test_a_cancelled_issue_whose_posts_came_otherwise_stays_cancelled(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    hand.cancel(store, issue.id)
    planned(store, now, *ADDRESSES, uid="u2")

    assert hand.retry(store, issue.id, rest=True) == hand.Retried(0, 3, ADDRESSES)

    with store.read() as connection:
        assert issues.get(connection, issue.id).status is IssueStatus.CANCELLED


def test_what_was_to_go_out_again_is_retried_for_those_who_had_it(store: Store, now: datetime) -> None:
    planned(store, now, *ADDRESSES)
    issue = planned(store, now, *ADDRESSES, uid="u2", again=True)
    ended(store, issue, DeliveryStatus.FAILED, now, "a@x.jp", reason="550")

    assert hand.retry(store, issue.id) == hand.Retried(1, 0, ())


def test_an_issue_that_holds_together_is_a_sum(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp")
    ended(store, issue, DeliveryStatus.UNKNOWN, now, "b@x.jp")

    found = verify(store, issue.id)

    assert found.holds
    assert found.lines() == [
        "issue 1: 3 deliveries = 1 planned + 0 attempting + 1 sent + 0 deferred + 0 failed"
        " + 0 suppressed + 0 cancelled + 1 unknown"
    ]


def test_what_does_not_follow_is_named(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    with store.write() as connection:
        connection.execute(tables.deliveries.update().where(tables.deliveries.c.id == 1).values(status="sent"))

    found = verify(store, issue.id)

    assert (found.holds, found.faults) == (False, (Fault("a@x.jp", "sent without an attempt"),))
    assert found.lines()[-1] == "  a@x.jp: sent without an attempt"


def test_a_delivery_that_is_gone_breaks_the_sum(store: Store, now: datetime) -> None:
    issue = planned(store, now, *ADDRESSES)
    with store.write() as connection:
        connection.execute(tables.deliveries.delete().where(tables.deliveries.c.id == 1))

    found = verify(store, issue.id)

    assert not found.holds
    assert found.lines()[-1] == "it was planned for 3"


def test_of_very_many_faults_the_first_are_named_and_the_rest_counted(store: Store, now: datetime) -> None:
    issue = planned(store, now, *(f"{number}@x.jp" for number in range(SHOWN + 7)))
    with store.write() as connection:
        connection.execute(tables.deliveries.update().values(status="failed"))

    assert verify(store, issue.id).lines()[-1] == "  and 7 more"
