"""What is reported of our mails has its consequences, once, and only where we signed for it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from support.mailed import mailed
from support.returned import return_path
from support.rows import wish

from publisher.core.bounce_policy import Limits
from publisher.jobs.bounce import Intake, Noted, note, pause_reasons, take_in
from publisher.jobs.issue import resume
from publisher.mail.report import Action, Report
from publisher.mail.verp import delivery_tokens
from publisher.model.bounce import BounceKind, SuppressionKind
from publisher.model.event import EventKind
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus, SettledBy
from publisher.model.reader import SubscriptionStatus, Suppression
from publisher.store import bounces, events, issues, subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.tables import deliveries as table

HANAKO, TARO = "hanako@example.com", "taro@example.com"
LIMITS = Limits()

Make = Callable[..., list[Delivery]]


@pytest.fixture
def make(store: Store, now: datetime) -> Make:
    """Makes an issue of mails that were sent, or are in another state."""
    return partial(mailed, store, at=now)


def report(store: Store, delivery: Delivery, **changes: object) -> Report:
    """A failure of a delivery, known by the return path, changed as asked."""
    values: dict[str, object] = {
        "recipient": delivery.recipient.email,
        "action": Action.FAILED,
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 User unknown",
        "to": (return_path(store.secret, delivery.id),),
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]


def take(store: Store, now: datetime, *reports: Report, limits: Limits = LIMITS) -> Intake:
    return take_in(store, reports, now=now, limits=limits)


def reader_of(store: Store, now: datetime, email: str, *newsletters: str) -> None:
    with store.write() as connection:
        for name in newsletters:
            subscribers.subscribe(connection, wish(email, name), now, revive=True)


def suppressed(store: Store) -> dict[str, Suppression]:
    with store.read() as connection:
        return {one.address_key: one for one in suppressions.listed(connection)}


def state(store: Store, delivery: Delivery) -> Delivery:
    with store.read() as connection:
        found = bounces.delivery(connection, delivery.id)
    assert found is not None
    return found


def test_a_hard_bounce_suppresses_and_the_mail_stays_sent(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)

    done = take(store, now, report(store, hanako))

    assert done.suppressed == (HANAKO,)
    assert suppressed(store)[HANAKO].kind is SuppressionKind.HARD
    assert "550 5.1.1 User unknown" in suppressed(store)[HANAKO].reason
    assert state(store, hanako).status is DeliveryStatus.SENT
    with store.read() as connection:
        (bounce,) = bounces.of_deliveries(connection, [hanako.id])
    assert (bounce.kind, bounce.status, bounce.source) == (BounceKind.HARD, "5.1.1", "dsn")


def test_the_same_report_twice_changes_nothing(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)
    once = report(store, hanako)
    take(store, now, once, once)
    with store.write() as connection:
        assert suppressions.remove(connection, store.secret, HANAKO)

    again = take(store, now + timedelta(days=30), once)

    assert again == Intake(known=1)
    assert suppressed(store) == {}, "who was let back is not suppressed by an old report that is read again"


@pytest.mark.parametrize("way", ["return path", "envid", "header", "message-id"])
def test_a_mail_is_known_by_whatever_names_it(store: Store, now: datetime, make: Make, way: str) -> None:
    (hanako,) = make(HANAKO)
    token = delivery_tokens(store.secret)(hanako.id)
    names: dict[str, dict[str, object]] = {
        "return path": {},
        "envid": {"to": (), "envid": token.upper()},
        # Amazon SES: a Message-ID and a return path of its own.
        "header": {"to": (), "returned": f"Message-ID: <0100@email.example>\nX-Publisher-Delivery: {token}\n"},
        "message-id": {"to": (), "returned": f"Message-ID:\n {hanako.message_id}\nTo: {HANAKO}\n"},
    }

    assert take(store, now, report(store, hanako, **names[way])).suppressed == (HANAKO,)


def test_a_forwarded_mail_counts_for_the_reader_that_it_was_sent_to(store: Store, now: datetime, make: Make) -> None:
    """listmonk #1229."""
    (hanako,) = make(HANAKO)
    elsewhere = "hanako.private@forwarded.example"

    done = take(
        store,
        now,
        report(store, hanako, recipient=elsewhere),
        report(store, hanako, recipient=elsewhere, to=(), returned=f"Message-ID: {hanako.message_id}\nTo: {HANAKO}\n"),
        report(store, hanako, recipient=None),
    )

    assert set(suppressed(store)) == {HANAKO}
    assert len(done.bounces) == 3


@pytest.mark.parametrize(
    "forged",
    [
        {"to": ("bounces@example.jp",)},
        {"to": (f"bounces+{'a' * 24}@example.jp",)},
        {"to": (), "returned": f"Message-ID: <guessed@example.jp>\nTo: {HANAKO}\n"},
        {"to": (), "action": Action.COMPLAINT},
    ],
)
def test_what_nobody_signed_suppresses_nobody(
    store: Store, now: datetime, make: Make, forged: dict[str, object]
) -> None:
    (hanako,) = make(HANAKO, status=DeliveryStatus.UNKNOWN)
    reader_of(store, now, HANAKO, "weekly")
    unsigned = report(store, hanako, **forged)

    done = take(store, now, unsigned)

    assert (done.unmatched, done.bounces, done.suppressed, done.settled) == ((unsigned,), (), (), 0)
    assert HANAKO in "\n".join(done.lines())
    assert suppressed(store) == {}
    assert state(store, hanako).status is DeliveryStatus.UNKNOWN
    with store.read() as connection:
        (recorded,) = bounces.unmatched(connection)
    assert (recorded.delivery_id, recorded.address_key) == (None, HANAKO)


def test_what_comes_back_of_spam_in_our_name_fills_no_ledger(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)

    done = take(store, now, report(store, hanako, recipient="stranger@example.net", to=()))

    assert len(done.unmatched) == 1
    with store.read() as connection:
        assert bounces.unmatched(connection) == []


def test_an_id_that_a_restored_ledger_gave_out_again_is_not_the_lost_ones(
    store: Store, now: datetime, make: Make
) -> None:
    (hanako,) = make(HANAKO)
    lost = f"Message-ID: <{'0' * 32}@example.jp>\nTo: {TARO}\n"

    assert take(store, now, report(store, hanako, recipient=TARO, returned=lost)).suppressed == ()


def test_a_complaint_suppresses_and_unsubscribes_from_everything(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)
    reader_of(store, now, HANAKO, "weekly", "daily")
    reader_of(store, now, TARO, "weekly")

    take(store, now, report(store, hanako, action=Action.COMPLAINT, status="", diagnostic="abuse", source="arf"))

    with store.read() as connection:
        found = {(one.subscriber.email, one.status) for one in subscribers.listed(connection)}
    assert found == {(HANAKO, SubscriptionStatus.UNSUBSCRIBED), (TARO, SubscriptionStatus.CONFIRMED)}
    assert suppressed(store)[HANAKO].kind is SuppressionKind.COMPLAINT


def test_a_refusal_of_us_is_recorded_and_never_the_readers(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)

    done = take(store, now, report(store, hanako, status="5.7.1", diagnostic="554 5.7.1 blocked by spamhaus"))

    assert [one.kind for one in done.bounces] == [BounceKind.POLICY]
    assert suppressed(store) == {}


def full(store: Store, delivery: Delivery) -> Report:
    return report(store, delivery, status="5.2.2", diagnostic="552 5.2.2 Mailbox full")


def test_an_address_that_is_full_again_and_again_is_suppressed(store: Store, now: datetime, make: Make) -> None:
    for week in range(3):
        at = now + timedelta(weeks=week)
        (hanako,) = make(HANAKO, uid=f"u{week}", at=at)
        assert suppressed(store) == {}
        take(store, at, full(store, hanako))

    assert suppressed(store)[HANAKO].kind is SuppressionKind.SOFT


def test_a_mail_that_is_taken_takes_a_soft_bounce_back(store: Store, now: datetime, make: Make) -> None:
    """listmonk #2770."""
    for week, is_full in enumerate([True, True, False, True]):
        at = now + timedelta(weeks=week)
        (hanako,) = make(HANAKO, uid=f"u{week}", at=at)
        if is_full:
            take(store, at, full(store, hanako))

    assert suppressed(store) == {}


def test_many_soft_bounces_of_one_day_are_one_outage(store: Store, now: datetime, make: Make) -> None:
    for hour in range(6):
        (hanako,) = make(HANAKO, uid=f"u{hour}", at=now + timedelta(hours=hour))
        take(store, now + timedelta(hours=hour), full(store, hanako))

    assert suppressed(store) == {}


@pytest.mark.parametrize("action", [Action.FAILED, Action.DELAYED, Action.DELIVERED, Action.RELAYED, Action.COMPLAINT])
def test_whatever_is_reported_of_an_unknown_mail_proves_that_it_was_taken(
    store: Store, now: datetime, make: Make, action: Action
) -> None:
    hanako, taro = make(HANAKO, TARO, status=DeliveryStatus.UNKNOWN)

    done = take(store, now, report(store, hanako, action=action), report(store, hanako, action=action))

    settled = state(store, hanako)
    assert done.settled == 1
    assert (settled.status, settled.settled_by) == (DeliveryStatus.SENT, SettledBy.EVENT)
    assert state(store, taro).status is DeliveryStatus.UNKNOWN


def test_a_delay_is_no_bounce(store: Store, now: datetime, make: Make) -> None:
    (hanako,) = make(HANAKO)

    assert take(store, now, report(store, hanako, action=Action.DELAYED, status="4.4.1")) == Intake()


@pytest.mark.parametrize("status", [DeliveryStatus.PLANNED, DeliveryStatus.DEFERRED, DeliveryStatus.FAILED])
def test_a_report_changes_no_other_state(store: Store, now: datetime, make: Make, status: DeliveryStatus) -> None:
    (hanako,) = make(HANAKO, status=status)

    take(store, now, report(store, hanako, action=Action.DELIVERED))

    assert state(store, hanako).status is status


def addresses(count: int) -> list[str]:
    return [f"reader{number:03}@example.com" for number in range(count)]


def status_of(store: Store, delivery: Delivery) -> tuple[IssueStatus, str]:
    with store.read() as connection:
        issue = issues.get(connection, delivery.issue_id)
    return issue.status, issue.reason


def test_an_issue_of_which_too_much_came_back_is_paused(store: Store, now: datetime, make: Make) -> None:
    made = make(*addresses(150))
    before = take(store, now, *(report(store, one) for one in made[:9]))

    done = take(store, now, *(report(store, one) for one in made[9:12]))

    assert before.paused == ()
    assert status_of(store, made[0]) == (IssueStatus.PAUSED, done.paused[0].reason)
    assert "12 of 150 mails (8 %)" in done.paused[0].reason
    assert f"publisher issue resume {made[0].issue_id}" in done.lines()[-1]


def test_what_is_not_sent_yet_is_no_share_of_what_came_back(store: Store, now: datetime, make: Make) -> None:
    made = make(*addresses(300))
    with store.write() as connection:
        later = table.c.id.in_([one.id for one in made[100:]])
        connection.execute(table.update().where(later).values(status=DeliveryStatus.PLANNED))

    done = take(store, now, *(report(store, one) for one in made[:12]))

    assert "12 of 100 mails" in done.paused[0].reason


def test_one_mail_that_is_reported_often_counts_once(store: Store, now: datetime, make: Make) -> None:
    made = make(*addresses(150))
    often = [report(store, made[0], diagnostic=f"550 5.1.1 no such user {number}") for number in range(40)]

    assert take(store, now, *often).paused == ()


def test_an_issue_that_somebody_let_go_on_is_not_paused_at_the_next_bounce(
    store: Store, now: datetime, make: Make
) -> None:
    made = make(*addresses(100))
    take(store, now, *(report(store, one) for one in made[:10]))
    resume(store, made[0].issue_id, now)

    assert take(store, now, *(report(store, one) for one in made[10:19])).paused == ()
    assert take(store, now, report(store, made[19])).paused != ()


def test_a_done_issue_is_not_paused(store: Store, now: datetime, make: Make) -> None:
    made = make(*addresses(40))
    with store.write() as connection:
        issues.move(connection, made[0].issue_id, IssueStatus.DONE)

    done = take(store, now, *(report(store, one) for one in made))

    assert done.paused == ()
    assert status_of(store, made[0])[0] is IssueStatus.DONE


def test_complaints_pause_sooner_than_bounces(store: Store, now: datetime, make: Make) -> None:
    made = make(*addresses(200))

    done = take(store, now, *(report(store, one, action=Action.COMPLAINT) for one in made[:3]))

    assert "complained" in done.paused[0].reason


def noted(made: Sequence[Delivery], attempt: int = 1) -> list[Noted]:
    return [
        Noted(one.id, one.recipient.address_key, attempt, BounceKind.HARD, "5.1.1", "550 5.1.1 宛先不明")
        for one in made
    ]


def test_refusals_while_sending_are_bounces_too(store: Store, now: datetime, make: Make) -> None:
    """listmonk #2623."""
    made = make(*addresses(20), status=DeliveryStatus.FAILED)
    with store.write() as connection:
        gone = note(connection, store.secret, noted(made[:12]), now)
        again = note(connection, store.secret, noted(made[:12]), now)
        reasons = pause_reasons(connection, [made[0].issue_id], LIMITS)

    assert sorted(gone) == addresses(20)[:12]
    assert again == []
    assert "12 of 20 mails" in reasons[made[0].issue_id]
    assert set(suppressed(store)) == set(gone)


def test_an_address_that_is_let_back_and_refused_again_is_suppressed_again(
    store: Store, now: datetime, make: Make
) -> None:
    made = make(HANAKO, status=DeliveryStatus.FAILED)
    with store.write() as connection:
        note(connection, store.secret, noted(made), now)
        suppressions.remove(connection, store.secret, HANAKO)
        note(connection, store.secret, noted(made, attempt=2), now)

    assert set(suppressed(store)) == {HANAKO}


def test_a_fault_in_the_middle_leaves_nothing_half_taken_in(store: Store, now: datetime, make: Make) -> None:
    hanako, taro = make(HANAKO, TARO)
    naive = now.replace(tzinfo=None)

    with pytest.raises((ValueError, sa.exc.StatementError)):
        take(store, naive, report(store, hanako), report(store, taro))

    assert suppressed(store) == {}
    with store.read() as connection:
        assert bounces.of_deliveries(connection, [hanako.id, taro.id]) == []


def test_what_came_back_is_told_without_the_words_that_name_the_reader(store: Store, make: Make, now: datetime) -> None:
    reader_of(store, now, HANAKO, "weekly")
    hard, policy = make(HANAKO, TARO)
    take(store, now, report(store, hard), report(store, policy, status="5.7.1", diagnostic="550 5.7.1 spam"))
    take(store, now, report(store, hard))
    take(store, now, report(store, hard, action=Action.COMPLAINT, status="", diagnostic=""))

    with store.read() as connection:
        found = events.after(connection, 0, 10)[1:]
    assert [(one.kind, one.data) for one in found] == [
        (EventKind.BOUNCED, {"kind": "hard", "status": "5.1.1", "suppressed": True}),
        (EventKind.UNSUBSCRIBED, {"by": "complaint"}),
        (EventKind.BOUNCED, {"kind": "complaint", "status": "", "suppressed": True}),
    ]
    assert {one.issue_id for one in found} == {hard.issue_id, None}
