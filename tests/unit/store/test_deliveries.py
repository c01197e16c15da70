"""The life of a delivery, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from support.rows import wish

from publisher.errors import IllegalTransition
from publisher.model.mailing import Delivery, DeliveryStatus, Issue, IssueStatus
from publisher.store import attempts, claims, deliveries, issues, subscribers, tables
from publisher.store.attempts import Ended, Outcome
from publisher.store.carried import Carried
from publisher.store.engine import Store
from publisher.store.finish import finish

MakeIssue = Callable[..., Issue]
HOUR = timedelta(hours=1)
POSTS = {"tag:p": "", "tag:example.jp,2026:/投稿": ""}
SENT = Outcome(DeliveryStatus.SENT, "", "2.0.0 Ok", 250)


def take(store: Store, now: datetime, owner: str = "me") -> Delivery | None:
    with store.write() as connection:
        for one in claims.sending(connection):
            until = now + HOUR
            for found in claims.claim(connection, one.issue_id, owner, now=now, lease_until=until, limit=1):
                return found
    return None


def begin(store: Store, delivery: Delivery, now: datetime, owner: str = "me") -> bool:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(delivery.recipient.email), now, revive=False)
        hindered = attempts.hindrances(connection, [delivery.id], owner, now)[delivery.id]
        began = attempts.begin(connection, [delivery], owner, now=now, lease_until=now + HOUR)
        assert began is (hindered is None)
        return began


def record(store: Store, delivery: Delivery, outcome: Outcome, now: datetime, owner: str = "me") -> DeliveryStatus:
    """As a process would that began the message's end if it is recorded as begun, or was."""
    with store.write() as connection:
        table = tables.deliveries
        stands = connection.scalar(sa.select(table.c.status).where(table.c.id == delivery.id))
        begun = stands in (DeliveryStatus.ATTEMPTING, DeliveryStatus.UNKNOWN)
        ended = Ended(delivery.id, delivery.attempts + 1, begun, now, now, "main", outcome)
        return attempts.record(connection, owner, ended)


def only(store: Store, issue: Issue) -> Delivery:
    with store.read() as connection:
        (found,) = deliveries.listed(connection, issue.id)
    return found


def test_what_one_has_claimed_another_does_not_get(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@example.jp", "b@example.jp")

    first, second, third = take(store, now, "me"), take(store, now, "you"), take(store, now, "you")

    assert first is not None
    assert second is not None
    assert {first.recipient.email, second.recipient.email} == {"a@example.jp", "b@example.jp"}
    assert third is None


def test_a_sent_delivery_keeps_the_servers_answer_and_is_never_claimed_again(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None

    assert begin(store, delivery, now)
    assert record(store, delivery, SENT, now) is DeliveryStatus.SENT

    found = only(store, issue)
    assert (found.status, found.last_reply, found.attempts) == (DeliveryStatus.SENT, "2.0.0 Ok", 1)
    assert take(store, now + timedelta(days=30)) is None
    with store.write() as connection:
        assert finish(connection, now) == [issue.id]
        assert issues.get(connection, issue.id).status is IssueStatus.DONE


def test_a_paused_issue_gives_out_nothing_and_stops_the_mail_in_hand(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp", "b@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.PAUSED, "手で")

    assert take(store, now) is None
    assert not begin(store, delivery, now)


def test_a_deferred_delivery_waits_for_its_time(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    record(store, delivery, Outcome(DeliveryStatus.DEFERRED, "busy", "451 busy", 451, due_at=now + HOUR), now)

    assert take(store, now + HOUR - timedelta(seconds=1)) is None
    again = take(store, now + HOUR)

    assert again is not None
    assert again.message_id == delivery.message_id
    assert only(store, issue).attempts == 1


def test_a_refused_session_spends_nobodys_attempt(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None

    record(store, delivery, Outcome(DeliveryStatus.PLANNED, "421", "421 later", 421, counted=False), now)

    assert only(store, issue).attempts == 0
    assert take(store, now) is not None


def test_a_session_refused_at_the_last_dot_spends_nobodys_attempt_either(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp")
    for _ in range(2):
        delivery = take(store, now)
        assert delivery is not None
        assert begin(store, delivery, now)
        record(store, delivery, Outcome(DeliveryStatus.PLANNED, "policy", "550 5.7.1", 550, counted=False), now)

    assert only(store, issue).attempts == 0


def test_what_the_dead_were_attempting_is_unknown_and_the_rest_is_free(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp", "b@example.jp")
    first, second = take(store, now, "dead/1"), take(store, now, "dead/1")
    assert first is not None
    assert second is not None
    assert begin(store, first, now, "dead/1")

    with store.write() as connection:
        assert claims.reap(connection, ["dead/1"], now) == 1

    with store.read() as connection:
        states = {one.recipient.email: one.status for one in deliveries.listed(connection, issue.id)}
    assert states == {first.recipient.email: DeliveryStatus.UNKNOWN, second.recipient.email: DeliveryStatus.PLANNED}
    stands = record(store, first, SENT, now, "dead/1")
    assert stands is DeliveryStatus.SENT, "a frozen sender that wakes knows what nobody else can"
    assert only_attempts(store, first) == [(1, "sent")]
    again = take(store, now)
    assert again is not None
    assert again.id == second.id


def only_attempts(store: Store, delivery: Delivery) -> list[tuple[int, str]]:
    table = tables.attempts
    query = sa.select(table.c.number, table.c.outcome).where(table.c.delivery_id == delivery.id).order_by(table.c.id)
    with store.read() as connection:
        return [(row.number, row.outcome) for row in connection.execute(query)]


@pytest.mark.parametrize("settled", ["by hand", "planned again", "sent again"])
def test_an_answer_that_comes_too_late_changes_nothing_that_was_decided(
    store: Store, make_issue: MakeIssue, now: datetime, settled: str
) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now, "frozen")
    assert delivery is not None
    assert begin(store, delivery, now, "frozen")
    with store.write() as connection:
        claims.reap(connection, [], now + 2 * HOUR)
        if settled == "by hand":
            deliveries.settle(connection, issue.id, "a@example.jp", DeliveryStatus.FAILED, reason="手で")
        else:
            deliveries.plan_again(connection, issue.id, DeliveryStatus.UNKNOWN, reason="手で")
    if settled == "sent again":
        again = take(store, now + 3 * HOUR)
        assert again is not None
        assert begin(store, again, now + 3 * HOUR)
    before = only(store, issue)

    with store.write() as connection:
        attempts.record(connection, "frozen", Ended(delivery.id, 1, True, now, now, "main", SENT))

    assert only(store, issue) == before


def test_nobody_claims_again_what_it_holds_itself(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    """A laptop that slept, or a clock that was set: twice in hand it would be sent twice."""
    make_issue("a@example.jp")
    assert take(store, now) is not None

    assert take(store, now + 2 * HOUR) is None
    assert take(store, now + 2 * HOUR, "another") is not None


def test_answers_of_many_are_written_together_or_not_at_all(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp", "b@example.jp")
    first, second = take(store, now), take(store, now, "another")
    assert first is not None
    assert second is not None
    assert begin(store, first, now)
    assert begin(store, second, now, "another")
    ended = [Ended(one.id, 1, True, now, now, "main", SENT) for one in (first, second)]

    with store.write() as connection:
        assert not attempts.taken(connection, "me", ended)
        connection.rollback()
    with store.write() as connection:
        assert attempts.taken(connection, "me", ended[:1])

    with store.read() as connection:
        found = {one.id: one.status for one in deliveries.listed(connection, issue.id)}
    assert found == {first.id: DeliveryStatus.SENT, second.id: DeliveryStatus.ATTEMPTING}
    assert only_attempts(store, first) == [(1, "sent")]


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_due_is_found_in_the_index_of_the_unsent(store: Store, which: int) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by statistics")
    with store.read() as connection:
        free = claims._FREE[which](connection)
        row = (1, "2026-11-23 00:00:00.000000", 10, "me")
        plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {free._sql}", free._order(row + free._fixed))
        told = " ".join(str(step[3]) for step in plan)

    assert "USING INDEX ix_deliveries_unsent (issue_id=? AND status=?" in told


def test_an_unknown_delivery_is_held_until_a_person_decides(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    begin(store, delivery, now)
    with store.write() as connection:
        claims.reap(connection, ["me"], now)
    assert take(store, now + timedelta(days=9)) is None

    with store.write() as connection:
        deliveries.plan_again(connection, issue.id, only(store, issue).status, reason="手で")

    again = take(store, now)
    assert again is not None
    assert again.message_id == delivery.message_id


def test_a_lease_that_is_over_frees_what_nobody_sends(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@example.jp")
    delivery = take(store, now, "elsewhere")
    assert delivery is not None

    assert take(store, now + 2 * HOUR, "me") is not None
    assert not begin(store, delivery, now + 2 * HOUR, "elsewhere")


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (DeliveryStatus.SENT, True),
        (DeliveryStatus.DEFERRED, True),
        (DeliveryStatus.UNKNOWN, True),
        (DeliveryStatus.FAILED, False),
    ],
)
def test_a_failed_delivery_gives_its_posts_back_and_others_do_not(
    store: Store, make_issue: MakeIssue, now: datetime, status: DeliveryStatus, counts: bool
) -> None:
    make_issue("a@example.jp", post="tag:p")
    delivery = take(store, now)
    assert delivery is not None
    begin(store, delivery, now)
    record(store, delivery, Outcome(status, "", "", None), now)

    with store.read() as connection:
        carried = Carried(connection, "weekly", POSTS).between("a", "b")

    assert carried == ({"a@example.jp": 1} if counts else {})


def test_a_post_on_its_way_is_carried_already(store: Store, make_issue: MakeIssue) -> None:
    make_issue("a@example.jp", post="tag:p")

    with store.read() as connection:
        assert Carried(connection, "weekly", POSTS).between("a", "c") == {"a@example.jp": 1}
        assert Carried(connection, "another", POSTS).between("a", "c") == {}


def test_a_one_off_to_an_address_counts_for_every_newsletter(store: Store, make_issue: MakeIssue) -> None:
    make_issue("a@example.jp", post="tag:p", newsletter=None)

    with store.read() as connection:
        assert Carried(connection, "weekly", POSTS).between("a", "c") == {"a@example.jp": 1}


def test_an_illegal_step_is_refused(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None

    with pytest.raises(IllegalTransition):
        record(store, delivery, SENT, now)


def test_a_cancelled_issue_cancels_what_somebody_holds_and_no_dot_leaves(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp", "b@example.jp")
    held = take(store, now, "dead/1")
    assert held is not None

    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.CANCELLED, "手で")
        assert deliveries.cancel(connection, issue.id, reason="手で") == 2

    assert not begin(store, held, now, "dead/1")
    with store.read() as connection:
        assert {one.status for one in deliveries.listed(connection, issue.id)} == {DeliveryStatus.CANCELLED}
        assert Carried(connection, "weekly", POSTS).between("a", "c") == {}


def test_a_mail_in_hand_while_its_issue_is_cancelled_is_not_planned_again(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    assert begin(store, delivery, now)
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.CANCELLED, "手で")
        deliveries.cancel(connection, issue.id, reason="手で")

    record(store, delivery, Outcome(DeliveryStatus.DEFERRED, "busy", "451", 451, due_at=now + HOUR), now)

    assert only(store, issue).status is DeliveryStatus.CANCELLED


def test_a_slow_answer_after_the_dot_is_not_taken_for_a_death(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    late = now + HOUR - timedelta(minutes=1)
    assert begin(store, delivery, late)

    with store.write() as connection:
        assert claims.reap(connection, [], now + HOUR + timedelta(minutes=5)) == 0
    record(store, delivery, SENT, now + HOUR + timedelta(minutes=6))

    assert only(store, issue).status is DeliveryStatus.SENT


def test_a_retry_by_hand_has_its_three_days_again(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    issue = make_issue("a@example.jp")
    delivery = take(store, now)
    assert delivery is not None
    begin(store, delivery, now)
    record(store, delivery, Outcome(DeliveryStatus.FAILED, "550", "550", 550), now)
    later = now + timedelta(days=9)
    with store.write() as connection:
        deliveries.plan_again(connection, issue.id, only(store, issue).status, reason="手で")
    again = take(store, later)
    assert again is not None
    assert again.attempts == 0
    begin(store, again, later)
    record(store, again, Outcome(DeliveryStatus.DEFERRED, "451", "451", 451, due_at=later + HOUR), later)

    with store.read() as connection:
        assert attempts.first_attempt_at(connection, delivery.id) == later


def test_the_store_says_when_there_is_work(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    def due() -> datetime | None:
        with store.read() as connection:
            return claims.next_due(connection, now)

    assert due() is None
    make_issue("a@example.jp")
    assert due() == now
    delivery = take(store, now)
    assert delivery is not None
    assert due() == now + HOUR, "what another holds is looked at when its lease is over"
    record(store, delivery, Outcome(DeliveryStatus.DEFERRED, "", "", 451, due_at=now + 2 * HOUR), now)
    assert due() == now + 2 * HOUR
