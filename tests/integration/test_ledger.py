"""Digests planned and delivered in this process, the clock injected, the ledger on both databases in turn."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site
from support.sure import sure

from publisher.core.periods import ended_period
from publisher.core.schedules import parse_schedule
from publisher.errors import ConfigError, Problem, Scope, Severity, StoreBusy, TransportError
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.digest import make_digest, plan_digest
from publisher.jobs.due import due_periods, look, make_due, next_wake
from publisher.jobs.issue import resume, retry
from publisher.jobs.letter import Outgoing
from publisher.jobs.tally import Tally
from publisher.jobs.ways import Way, Ways
from publisher.mail import Signer
from publisher.model.mailing import DeliveryStatus, Envelope, Issue, IssueStatus, Reply
from publisher.model.newsletter import Frequency
from publisher.model.server import Server
from publisher.schedule import next_fire, prev_fire
from publisher.store import deliveries, destinations, issues, subscribers, tables
from publisher.store.engine import Store
from publisher.struct import replace
from publisher.transport import Session, Transport
from publisher.transport.maildir import MaildirTransport

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
WEEK = timedelta(days=7)


def subscribe(store: Store, email: str, when: datetime, categories: tuple[str, ...] | None = None) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(email, categories=categories), when, revive=True)


def digest(site: Site, store: Store, at: datetime, now: datetime | None = None) -> Issue | None:
    with desk(site, at) as place:
        return make_digest(place, store, at=at, now=now or at, prev_fire=prev_fire)


def posts_for(site: Site, store: Store, issue: Issue, email: str) -> list[str]:
    with store.read() as connection:
        (found,) = [one for one in deliveries.listed(connection, issue.id) if one.recipient.email == email]
        variant = issues.variant(connection, found.variant_id)
    with desk(site, MONDAY + 100 * WEEK) as place:
        titles = {place.library.ids[post.source]: post.title for post in place.library.posts}
    return [titles[post_id] for post_id in variant.post_ids]


def send(store: Store, transport: Transport, now: datetime) -> Tally:
    return deliver(office(store, transport, now))


def office(store: Store, transport: Transport, now: datetime, *, connections: int = 1, **settings: Any) -> PostOffice:
    servers = {"main": Server("main", connections=connections)}
    way = Way(("main",), Outgoing(**settings))
    ways = Ways(servers, lambda _name: transport, lambda _newsletter: way)
    return PostOffice(store, ways, lambda: now, chance=lambda: 0.5)


def test_readers_with_the_same_posts_share_a_variant(site: Site, store: Store) -> None:
    site.post("a", MONDAY - timedelta(days=1), categories="庭")
    site.post("b", MONDAY - timedelta(days=2), categories="本")
    for email, categories in (("1@x.jp", None), ("2@x.jp", None), ("3@x.jp", ("本",)), ("4@x.jp", ("無い",))):
        subscribe(store, email, MONDAY - WEEK, categories=categories)

    with desk(site, MONDAY) as place:
        plan = plan_digest(place, store, at=MONDAY, prev_fire=prev_fire)

    assert sorted(one.readers for one in plan.picks) == [1, 2]
    assert plan.recipients == 3
    assert plan.readers == 4


def test_the_first_issue_looks_back_one_period_and_no_further(site: Site, store: Store) -> None:
    site.post("今週", MONDAY - timedelta(days=6))
    site.post("先週", MONDAY - timedelta(days=8))
    subscribe(store, "a@x.jp", MONDAY - timedelta(hours=1))

    issue = digest(site, store, MONDAY)

    assert issue is not None
    assert issue.since == (MONDAY - WEEK).astimezone(UTC)
    assert posts_for(site, store, issue, "a@x.jp") == ["今週"]


def test_a_new_readers_first_reaches_back_to_the_start_of_the_running_period(site: Site, store: Store) -> None:
    subscribe(store, "old@x.jp", MONDAY - WEEK)
    site.post("前の期", MONDAY - timedelta(days=1))
    assert digest(site, store, MONDAY) is not None
    site.post("この期", MONDAY + timedelta(days=1))
    subscribe(store, "new@x.jp", MONDAY + timedelta(days=2))

    issue = digest(site, store, MONDAY + timedelta(days=3))

    assert issue is not None
    assert posts_for(site, store, issue, "new@x.jp") == ["この期"]
    assert posts_for(site, store, issue, "old@x.jp") == ["この期"]


def test_a_post_dated_back_still_reaches_readers_once(site: Site, store: Store) -> None:
    subscribe(store, "a@x.jp", MONDAY - 3 * WEEK)
    site.post("先の", MONDAY - timedelta(days=1))
    assert digest(site, store, MONDAY) is not None
    site.post("遅れた", MONDAY - timedelta(days=2))

    issue = digest(site, store, MONDAY + WEEK)

    assert issue is not None
    assert posts_for(site, store, issue, "a@x.jp") == ["遅れた"]
    assert digest(site, store, MONDAY + WEEK + timedelta(hours=1)) is None


def test_an_edited_and_renamed_post_is_not_mailed_again(site: Site, store: Store) -> None:
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    path = site.post("元の名", MONDAY - timedelta(days=1))
    assert digest(site, store, MONDAY) is not None
    path.rename(path.with_name("新しい名.md"))

    assert digest(site, store, MONDAY + timedelta(days=1)) is None


def test_a_post_that_asks_not_to_be_mailed_is_not(site: Site, store: Store) -> None:
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    path = site.post("秘密", MONDAY - timedelta(days=1))
    path.write_text(path.read_text(encoding="utf-8").replace("---\n\n", "newsletter: false\n---\n\n"), encoding="utf-8")

    assert digest(site, store, MONDAY) is None


def test_a_period_that_has_ended_is_due_once(site: Site, store: Store) -> None:
    site.post("a", MONDAY - timedelta(days=1))
    subscribe(store, "a@x.jp", MONDAY - timedelta(days=2))
    now = MONDAY + timedelta(minutes=5)
    with desk(site, now) as place:
        newsletters = [place.newsletter]
        due = due_periods(store, newsletters, now, prev_fire)
        made, errors = make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)
        again, _ = make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)

        assert [issue.period for issue in made] == ["weekly/weekly/Asia~Tokyo/2026-11-23T09:00"]
        assert (errors, again) == ([], [])
        assert due_periods(store, newsletters, now, prev_fire) == []
        assert due_periods(store, newsletters, MONDAY + WEEK - timedelta(seconds=1), prev_fire) == []
        assert len(due_periods(store, newsletters, MONDAY + WEEK, prev_fire)) == 1
        assert next_wake(store, newsletters, now, next_fire) == now, "there is mail to send"


def test_digests_of_one_morning_are_numbered_in_the_order_of_their_periods(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG.replace('{weekly: "mon 09:00"}', '{weekly: "mon 09:00", daily: "07:30"}'))
    site.post("a", MONDAY - timedelta(days=1))
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    with store.write() as connection:
        daily = wish("b@x.jp", frequency=Frequency.DAILY)
        subscribers.subscribe(connection, daily, MONDAY - WEEK, revive=True)
    with desk(site, MONDAY) as place:
        due = due_periods(store, [place.newsletter], MONDAY, prev_fire)
        made, _ = make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)

    assert [(one.number, one.period) for one in made] == [
        (1, "weekly/daily/Asia~Tokyo/2026-11-23T07:30"),
        (2, "weekly/weekly/Asia~Tokyo/2026-11-23T09:00"),
    ]


def test_a_clock_that_jumps_back_mails_nothing_and_records_nothing(site: Site, store: Store) -> None:
    site.post("a", MONDAY - timedelta(days=1))
    subscribe(store, "a@x.jp", MONDAY - 60 * WEEK)
    with desk(site, MONDAY) as place:
        due = due_periods(store, [place.newsletter], MONDAY, prev_fire)
        make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)
        for now in (MONDAY - WEEK, MONDAY - 52 * WEEK, MONDAY):
            assert look(store, [place.newsletter], now, prev_fire).due == ()
        (told,) = look(store, [place.newsletter], MONDAY - WEEK, prev_fire).told

    assert "weekly: a digest of 2026-11-23 09:00 JST is on record, which is to come" in told
    with store.read() as connection:
        assert issues.count(connection) == 1

    transport = Scripted()
    send(store, transport, MONDAY)

    assert transport.sent == ["a@x.jp"]


def test_delivery_to_a_maildir_is_complete_and_counted(site: Site, store: Store, tmp_path: Path) -> None:
    site.post("味噌", MONDAY - timedelta(days=1), title="味噌を仕込む")
    for number in range(5):
        subscribe(store, f"{number}@x.jp", MONDAY - WEEK)
    issue = digest(site, store, MONDAY)
    assert issue is not None

    tally = send(store, MaildirTransport(tmp_path / "mail"), MONDAY)

    assert tally.ended == {DeliveryStatus.SENT: 5}
    assert tally.exit_code == 0
    assert len(list((tmp_path / "mail/new").iterdir())) == 5
    with store.read() as connection:
        assert issues.get(connection, issue.id).status == "done"


class Scripted:
    """A way out that answers each message as told; it calls `before_end` as every transport must."""

    name = "scripted"

    def __init__(self, *answers: TransportError | Callable[[], object] | None) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []
        self.opened: list[Envelope] = []

    async def connect(self) -> Session:
        return self

    def open(self, envelope: Envelope) -> None:
        self.opened.append(envelope)

    async def body(self) -> None:
        self.answer_now = self.answers.pop(0) if self.answers else None
        self.in_hand = self.opened.pop(0)
        if callable(self.answer_now):
            self.answer_now()
        elif self.answer_now is not None and not self.answer_now.undecided:
            raise self.answer_now

    def finish(self, following: Envelope | None) -> None:
        self.opened += [following] if following is not None else []

    async def answer(self) -> Reply:
        if isinstance(self.answer_now, TransportError):
            raise self.answer_now
        self.sent.append(self.in_hand.recipient)
        return Reply(250, "2.0.0 OK")

    async def close(self) -> None:
        self.opened.clear()


def refused(code: int | None, scope: Scope = Scope.RECIPIENT, enhanced: str | None = None) -> TransportError:
    permanent = code is not None and code >= 500
    return TransportError("言葉", scope=scope, permanent=permanent, code=code, enhanced=enhanced)


def planned(site: Site, store: Store, readers: int) -> Issue:
    site.post("a", MONDAY - timedelta(days=1))
    for number in range(readers):
        subscribe(store, f"{number}@x.jp", MONDAY - WEEK)
    issue = digest(site, store, MONDAY)
    assert issue is not None
    return issue


def test_three_policy_refusals_in_a_row_stop_the_destination_before_they_fail_everybody(
    site: Site, store: Store
) -> None:
    issue = planned(site, store, 8)
    denied = [refused(554, enhanced="5.7.1") for _ in range(8)]

    tally = send(store, Scripted(*denied), MONDAY)

    assert not tally.paused, "the domain stops, not the issue"
    with store.read() as connection:
        found = deliveries.listed(connection, issue.id)
        stop = destinations.stopped(connection, MONDAY)["x.jp"]
    states = [one.status for one in found]
    assert states.count(DeliveryStatus.FAILED) == 2
    assert states.count(DeliveryStatus.PLANNED) == 6
    assert {one.due_at for one in found if one.status is DeliveryStatus.PLANNED} == {stop.until}

    later = send(store, Scripted(), stop.until)

    assert later.ended == {DeliveryStatus.SENT: 6}


def test_an_issue_paused_while_a_mail_is_in_hand_does_not_send_it(site: Site, store: Store) -> None:
    issue = planned(site, store, 2)

    def pause() -> None:
        with store.write() as connection:
            issues.move(connection, issue.id, IssueStatus.PAUSED, "手で")

    transport = Scripted(pause)
    send(store, transport, MONDAY)

    assert transport.sent == []
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.SENDING)
    send(store, transport, MONDAY)
    assert sorted(transport.sent) == ["0@x.jp", "1@x.jp"]


def test_a_deferred_mail_goes_out_when_its_time_has_come(site: Site, store: Store) -> None:
    planned(site, store, 1)
    transport = Scripted(refused(451))

    first = send(store, transport, MONDAY)
    early = send(store, transport, MONDAY + timedelta(minutes=4))
    late = send(store, transport, MONDAY + timedelta(minutes=5))

    assert (first.exit_code, early.ended, late.ended) == (75, {}, {DeliveryStatus.SENT: 1})
    with desk(site, MONDAY) as place:
        assert next_wake(store, [place.newsletter], MONDAY, next_fire) == (MONDAY + WEEK).astimezone(UTC)


def test_a_key_that_cannot_be_had_pauses_its_issue_with_the_reason(site: Site, store: Store) -> None:
    issue = planned(site, store, 2)

    def signer(_domain: str) -> Signer | None:
        problem = Problem("config.yaml", 0, 0, Severity.ERROR, "config", "mail.dkim.keys: 鍵がありません")
        raise ConfigError([problem], hint="copy the key to there")

    transport = Scripted()
    tally = deliver(office(store, transport, MONDAY, connections=2, signer=signer))

    assert (transport.sent, tally.paused, tally.exit_code) == ([], {issue.id}, 78)
    with store.read() as connection:
        assert "鍵がありません" in issues.get(connection, issue.id).reason

    resume(store, issue.id, MONDAY)
    send(store, transport, MONDAY)

    assert sorted(transport.sent) == ["0@x.jp", "1@x.jp"]


def test_a_ledger_that_is_busy_before_the_end_of_a_mail_holds_none_back_when_it_is_free(
    site: Site, tmp_path: Path
) -> None:
    """`run` lives on: what it had in hand would wait for the end of its lease."""
    file = tmp_path / "publisher.db"
    store = Store(f"sqlite:///{file}", wait_seconds=0.01)
    planned(site, store, 2)
    holder = sqlite3.connect(file, isolation_level=None)
    transport = Scripted(lambda: holder.execute("BEGIN IMMEDIATE"))
    with pytest.raises(StoreBusy):
        send(store, transport, MONDAY)
    assert transport.sent == []
    holder.close()

    send(store, transport, MONDAY)

    assert sorted(transport.sent) == ["0@x.jp", "1@x.jp"]
    store.close()


def test_an_answer_that_never_came_is_held(site: Site, store: Store) -> None:
    issue = planned(site, store, 3)
    lost = TransportError("切れた", scope=Scope.SESSION, permanent=False, undecided=True)
    transport = Scripted(lost)

    send(store, transport, MONDAY)
    send(store, transport, MONDAY + timedelta(days=2))

    with store.read() as connection:
        states = sorted(one.status for one in deliveries.listed(connection, issue.id))
    assert states == [DeliveryStatus.SENT, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN]
    assert len(transport.sent) == 2


def test_a_mail_that_cannot_be_composed_fails_alone(site: Site, store: Store) -> None:
    broken = planned(site, store, 2)
    with store.write() as connection:
        connection.execute(tables.issues.update().values(reply_to="壊れた"))
    site.post("次", MONDAY + timedelta(days=1))
    whole = digest(site, store, MONDAY + timedelta(days=2))
    assert whole is not None
    transport = Scripted()

    tally = send(store, transport, MONDAY + timedelta(days=2))

    assert tally.ended == {DeliveryStatus.FAILED: 2, DeliveryStatus.SENT: 2}
    with store.read() as connection:
        assert issues.get(connection, broken.id).status == "done"
        assert all("壊れた" in one.reason for one in deliveries.listed(connection, broken.id))
        assert {one.status for one in deliveries.listed(connection, whole.id)} == {DeliveryStatus.SENT}


def test_a_busy_ledger_at_the_hour_is_tried_again_and_not_taken_for_done(site: Site, tmp_path: Path) -> None:
    site.post("a", MONDAY - timedelta(days=1))
    file = tmp_path / "publisher.db"
    store = Store(f"sqlite:///{file}", wait_seconds=0.05)
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    now = MONDAY + timedelta(minutes=1)
    with desk(site, now) as place:
        due = due_periods(store, [place.newsletter], now, prev_fire)
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreBusy):
            make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)

        holder.close()
        assert due_periods(store, [place.newsletter], now, prev_fire) == due
    store.close()


def test_a_wish_that_widens_is_no_wish_for_the_archive(site: Site, store: Store) -> None:
    subscribe(store, "a@x.jp", MONDAY - 60 * WEEK, categories=("本",))
    site.post("最初", MONDAY - 58 * WEEK - timedelta(days=1), categories="本")
    assert digest(site, store, MONDAY - 58 * WEEK) is not None
    for week in range(50, 2, -10):
        site.post(f"庭{week}", MONDAY - week * WEEK, categories="庭")
    site.post("新しい庭", MONDAY - timedelta(hours=1), categories="庭")
    subscribe(store, "a@x.jp", MONDAY - timedelta(days=1), categories=("本", "庭"))

    issue = digest(site, store, MONDAY)

    assert issue is not None
    assert posts_for(site, store, issue, "a@x.jp") == ["新しい庭"]


def test_a_server_that_closes_the_session_and_is_then_gone_pauses_the_issue(site: Site, store: Store) -> None:
    issue = planned(site, store, 5)
    closing = refused(421, Scope.SESSION)
    transport = Scripted(None, closing)
    connects = transport.connect
    calls = iter([connects])

    async def once() -> Session:
        try:
            return await next(calls)()
        except StopIteration:
            raise TransportError("connection refused", scope=Scope.SESSION, permanent=False) from None

    transport.connect = once  # type: ignore[method-assign]

    tally = send(store, transport, MONDAY)

    assert tally.ended == {DeliveryStatus.SENT: 1}
    assert tally.paused == {issue.id}


def test_an_issue_is_mailed_as_it_was_planned_whatever_becomes_of_its_posts(
    site: Site, store: Store, tmp_path: Path
) -> None:
    path = site.post("味噌", MONDAY - timedelta(days=1), title="元の題")
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    assert digest(site, store, MONDAY) is not None
    path.write_text(path.read_text(encoding="utf-8").replace("元の題", "後の題"), encoding="utf-8")

    send(store, MaildirTransport(tmp_path / "mail"), MONDAY)

    (mail,) = (tmp_path / "mail/new").iterdir()
    body = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    assert "元の題" in body.get_content()
    assert "後の題" not in body.get_content()


def test_a_reader_of_a_frequency_that_is_no_longer_offered_gets_the_first(site: Site, store: Store) -> None:
    site.post("a", MONDAY - timedelta(days=1))
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    with desk(site, MONDAY) as place:
        daily = replace(place.newsletter, schedules={Frequency.DAILY: parse_schedule(Frequency.DAILY, "09:00")})
        due = due_periods(store, [daily], MONDAY, prev_fire)

    assert [one.period.frequency for one in due] == [Frequency.DAILY]


def test_a_retry_leaves_out_who_got_the_posts_since(site: Site, store: Store) -> None:
    first = planned(site, store, 2)
    send(store, Scripted(refused(550), refused(550)), MONDAY)
    second = digest(site, store, MONDAY + timedelta(hours=1))
    assert second is not None
    send(store, Scripted(refused(550)), MONDAY + timedelta(hours=1))

    assert retry(store, first.id, unknown=False).planned == 1


def test_a_paused_issue_with_nothing_left_is_done(site: Site, store: Store) -> None:
    issue = planned(site, store, 3)
    lost = [TransportError("切れた", scope=Scope.SESSION, permanent=False, undecided=True) for _ in range(3)]

    send(store, Scripted(*lost), MONDAY)

    with store.read() as connection:
        assert issues.get(connection, issue.id).status == "done"


def test_the_newsletters_zone_decides_its_hour(site: Site) -> None:
    with desk(site, MONDAY) as place:
        berlin = replace(place.newsletter, timezone="Europe/Berlin")

    period = sure(ended_period(berlin, Frequency.WEEKLY, MONDAY + timedelta(days=1), prev_fire))

    assert period.end == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_two_newsletters_due_at_once_both_go_out(site: Site, store: Store) -> None:
    site.write(
        "config.yaml",
        f'{CONFIG}  books: {{title: 本の便り, from: hon@midori.example, schedules: {{weekly: "mon 09:00"}}}}\n',
    )
    site.post("a", MONDAY - timedelta(days=1))
    subscribe(store, "a@x.jp", MONDAY - WEEK)
    with store.write() as connection:
        subscribers.subscribe(connection, wish("b@x.jp", newsletter="books"), MONDAY - WEEK, revive=True)
    with desk(site, MONDAY) as place:
        both = [place.newsletter, replace(place.newsletter, name="books")]
        due = due_periods(store, both, MONDAY, prev_fire)
        made, errors = make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)

    assert errors == []
    assert sorted(issue.newsletter or "" for issue in made) == ["books", "weekly"]
