"""Delivery in this process over a way out that answers as told: servers, lanes, caps, and the last look before a mail
leaves."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.rows import wish
from support.site import JST, Site

from publisher.errors import ConfigError, Problem, Scope, Severity, TransportError
from publisher.jobs.audience import Whom
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.digest import make_digest
from publisher.jobs.issue import resume
from publisher.jobs.letter import Outgoing
from publisher.jobs.send import find_post, make_one_off
from publisher.jobs.verify import verify
from publisher.jobs.ways import Way, Ways
from publisher.mail.verp import read_delivery_token
from publisher.model.mailing import DeliveryStatus, Envelope, Issue, IssueStatus, Reply
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, subscribers, suppressions, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
WEEK = timedelta(days=7)
Answer = TransportError | Callable[[Envelope], object] | None


@dataclass
class Post:
    """A way out: `answers` by recipient, before the end of the message; `refuse` is what a connection is told."""

    name: str = "post"
    answers: dict[str, Answer] = field(default_factory=dict)
    refuse: TransportError | None = None
    sent: list[Envelope] = field(default_factory=list)
    opened: list[Envelope] = field(default_factory=list)
    connects: int = 0

    async def connect(self) -> "Line":
        self.connects += 1
        if self.refuse is not None:
            raise self.refuse
        return Line(self)

    @property
    def recipients(self) -> list[str]:
        return [one.recipient for one in self.sent]


@dataclass
class Line:
    """One session of it."""

    post: Post
    waiting: list[Envelope] = field(default_factory=list)

    def open(self, envelope: Envelope) -> None:
        self.post.opened.append(envelope)
        self.waiting.append(envelope)

    async def body(self) -> None:
        answer = self.post.answers.get(self.waiting[0].recipient)
        if isinstance(answer, TransportError):
            if not answer.undecided:
                self.waiting.pop(0)
                raise answer
        elif answer is not None:
            answer(self.waiting[0])

    def finish(self, following: Envelope | None) -> None:
        if following is not None:
            self.open(following)

    async def answer(self) -> Reply:
        envelope = self.waiting.pop(0)
        answer = self.post.answers.get(envelope.recipient)
        if isinstance(answer, TransportError):
            raise answer
        self.post.sent.append(envelope)
        return Reply(250, "2.0.0 受け取りました")

    async def close(self) -> None:
        self.waiting.clear()


def refused(code: int | None, enhanced: str | None = None, scope: Scope = Scope.RECIPIENT) -> TransportError:
    permanent = code is not None and code >= 500
    return TransportError("言葉", scope=scope, permanent=permanent, code=code, enhanced=enhanced)


GONE = TransportError("connection refused", scope=Scope.SESSION, permanent=False)


def planned(site: Site, store: Store, *readers: str, at: datetime = MONDAY) -> Issue:
    site.post(f"味噌{at:%d%H}", at - timedelta(days=1))
    with store.write() as connection:
        for email in readers:
            subscribers.subscribe(connection, wish(email), MONDAY - WEEK, revive=False)
    with desk(site, at) as place:
        issue = make_digest(place, store, at=at, now=at, prev_fire=prev_fire)
    assert issue is not None
    return issue


def numbered(count: int, domain: str = "x.jp") -> list[str]:
    return [f"{number:02}@{domain}" for number in range(count)]


def office(
    store: Store,
    posts: Mapping[str, Post],
    now: datetime = MONDAY,
    *,
    servers: Mapping[str, Server] | None = None,
    outgoing: Outgoing | None = None,
    ticking: bool = False,
) -> PostOffice:
    known = dict(servers or {name: Server(name) for name in posts})
    way = Way(tuple(known), outgoing or Outgoing())
    ways = Ways(known, lambda name: posts[name], lambda _newsletter: way)
    began = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began) if ticking else now

    return PostOffice(store, ways, clock, chance=lambda: 0.5, zone=ZoneInfo("Asia/Tokyo"))


def states(store: Store, issue: Issue) -> dict[str, DeliveryStatus]:
    with store.read() as connection:
        return {one.recipient.email: one.status for one in deliveries.listed(connection, issue.id)}


def standing(store: Store, issue: Issue) -> Issue:
    with store.read() as connection:
        return issues.get(connection, issue.id)


def test_every_mail_names_its_delivery_and_where_asked_its_return_path_does(site: Site, store: Store) -> None:
    issue = planned(site, store, "a@x.jp")
    post = Post()
    with desk(site, MONDAY):
        deliver(office(store, {"main": post}))

    (envelope,) = post.sent
    with store.read() as connection:
        (delivery,) = deliveries.listed(connection, issue.id)
    assert read_delivery_token([store.secret], envelope.envid) == delivery.id
    assert f"\r\nX-Publisher-Delivery: {envelope.envid}\r\n".encode() in envelope.data
    assert "+" not in envelope.sender


def test_who_leaves_while_their_mail_is_in_hand_does_not_get_it(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(4))

    def leave(_envelope: Envelope) -> None:
        with store.write() as connection:
            subscribers.unsubscribe(connection, "02@x.jp", "weekly", MONDAY)

    post = Post(answers={"02@x.jp": leave})
    tally = deliver(office(store, {"main": post}))

    assert post.recipients == ["00@x.jp", "01@x.jp", "03@x.jp"]
    assert tally.ended == {DeliveryStatus.SENT: 3, DeliveryStatus.SUPPRESSED: 1}
    assert states(store, issue)["02@x.jp"] is DeliveryStatus.SUPPRESSED


def test_who_asks_to_be_forgotten_meanwhile_gets_nothing_though_only_a_hash_is_kept(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(3))
    with store.write() as connection:
        suppressions.forget(connection, store.secret, "01@x.jp", MONDAY)
    post = Post()

    deliver(office(store, {"main": post}))

    assert post.recipients == ["00@x.jp", "02@x.jp"]
    assert states(store, issue)["01@x.jp"] is DeliveryStatus.SUPPRESSED


def test_an_address_that_is_none_is_suppressed_and_the_others_go_on(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(3))
    post = Post(answers={"01@x.jp": refused(550, "5.1.1")})

    deliver(office(store, {"main": post}))

    assert post.recipients == ["00@x.jp", "02@x.jp"]
    assert states(store, issue)["01@x.jp"] is DeliveryStatus.FAILED
    with store.read() as connection:
        assert suppressions.reason_of(connection, store.secret, "01@x.jp") is not None
        assert connection.scalar(sa.select(tables.bounces.c.kind)) == "hard"


def test_a_refusal_by_policy_is_never_held_against_the_reader(site: Site, store: Store) -> None:
    planned(site, store, *numbered(2))
    post = Post(answers={"01@x.jp": refused(550, "5.7.1")})

    deliver(office(store, {"main": post}))

    with store.read() as connection:
        assert suppressions.listed(connection) == []


def test_too_many_addresses_that_are_none_pause_the_issue(site: Site, store: Store) -> None:
    gone = numbered(12, "gone.example")
    issue = planned(site, store, *gone, *numbered(24, "zz.example"))
    post = Post(answers=dict.fromkeys(gone, refused(550, "5.1.1")))
    slow = {"main": Server("main", rate=6)}

    deliver(office(store, {"main": post}, servers=slow, ticking=True))

    assert standing(store, issue).status is IssueStatus.PAUSED
    assert "bounced" in standing(store, issue).reason
    assert DeliveryStatus.PLANNED in states(store, issue).values(), "paused before all were mailed"


def test_a_server_that_is_down_is_passed_over(site: Site, store: Store) -> None:
    planned(site, store, *numbered(6))
    down, up = Post(refuse=GONE), Post()

    tally = deliver(office(store, {"a": down, "b": up}))

    assert tally.ended == {DeliveryStatus.SENT: 6}
    assert tally.exit_code == 0
    assert len(up.sent) == 6


def test_mails_are_shared_by_weight(site: Site, store: Store) -> None:
    planned(site, store, *numbered(40))
    large, small = Post(), Post()
    servers = {"large": Server("large", weight=3), "small": Server("small", weight=1)}

    deliver(office(store, {"large": large, "small": small}, servers=servers))

    assert len(large.sent) + len(small.sent) == 40
    assert 8 <= len(small.sent) <= 12


def test_a_server_of_weight_0_is_used_only_while_no_other_is_well(site: Site, store: Store) -> None:
    planned(site, store, *numbered(5))
    first, spare = Post(), Post()
    servers = {"first": Server("first"), "spare": Server("spare", weight=0)}

    deliver(office(store, {"first": first, "spare": spare}, servers=servers))
    assert (len(first.sent), len(spare.sent)) == (5, 0)

    planned(site, store, at=MONDAY + WEEK)
    first.refuse = GONE
    deliver(office(store, {"first": first, "spare": spare}, MONDAY + WEEK, servers=servers))
    assert (len(first.sent), len(spare.sent)) == (5, 5)


def test_a_server_at_its_cap_keeps_neither_the_others_nor_the_end_waiting(site: Site, store: Store) -> None:
    planned(site, store, *numbered(20))
    capped, free = Post(), Post()
    servers = {"capped": Server("capped", daily=2), "free": Server("free")}

    deliver(office(store, {"capped": capped, "free": free}, servers=servers))

    assert (len(capped.sent), len(free.sent)) == (2, 18)


def test_a_spare_server_does_not_make_up_for_a_cap(site: Site, store: Store) -> None:
    planned(site, store, *numbered(6))
    capped, spare = Post(), Post()
    servers = {"capped": Server("capped", daily=2), "spare": Server("spare", weight=0)}

    deliver(office(store, {"capped": capped, "spare": spare}, servers=servers))

    assert (len(capped.sent), len(spare.sent)) == (2, 0)


def test_an_issue_whose_servers_are_all_down_stands_still_and_goes_on_by_itself(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(3))
    post = Post(refuse=GONE)

    tally = deliver(office(store, {"main": post}))

    held = standing(store, issue)
    assert (tally.exit_code, held.status, held.reason) == (69, IssueStatus.PAUSED, "connection refused")
    assert held.resume_at is not None
    assert set(states(store, issue).values()) == {DeliveryStatus.PLANNED}

    post.refuse = None
    early = deliver(office(store, {"main": post}, held.resume_at - timedelta(seconds=1)))
    assert not early.ended
    deliver(office(store, {"main": post}, held.resume_at))
    assert len(post.sent) == 3
    assert standing(store, issue).status is IssueStatus.DONE


def test_each_time_it_is_held_up_an_issue_rests_longer_and_a_person_can_let_it_go_on(site: Site, store: Store) -> None:
    issue = planned(site, store, "a@x.jp")
    post = Post(refuse=GONE)
    rests = []
    now = MONDAY
    for _ in range(3):
        deliver(office(store, {"main": post}, now))
        held = standing(store, issue)
        assert held.resume_at is not None
        rests.append(held.resume_at - now)
        now = held.resume_at
    assert rests == sorted(rests)
    assert rests[0] < rests[-1]

    post.refuse = None
    deliver(office(store, {"main": post}, now - timedelta(minutes=1)), at_once=True)
    assert post.recipients == ["a@x.jp"]


def test_a_login_that_is_refused_is_for_a_person_to_mend(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(2))
    post = Post(refuse=refused(535, "5.7.8", Scope.SESSION))

    deliver(office(store, {"main": post}))

    assert post.connects == 1, "asking again changes nothing"
    assert standing(store, issue).status is IssueStatus.PAUSED
    assert standing(store, issue).resume_at is None
    post.refuse = None
    resume(store, issue.id, MONDAY)
    deliver(office(store, {"main": post}))
    assert len(post.sent) == 2


def test_a_sender_that_is_refused_stops_its_issue_and_no_other(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(3))
    hint = "look at the newsletter's from"
    no_sender = TransportError(
        "言葉", scope=Scope.SESSION, permanent=True, code=553, server="smtp://a.example", hint=hint
    )
    post = Post(answers=dict.fromkeys(numbered(3), no_sender))

    deliver(office(store, {"main": post}))

    assert standing(store, issue).status is IssueStatus.PAUSED
    assert standing(store, issue).reason == f"smtp://a.example: 言葉; {hint}"
    assert set(states(store, issue).values()) == {DeliveryStatus.PLANNED}
    assert len(post.opened) == 1


def test_a_newsletter_whose_settings_are_wrong_keeps_no_other_waiting(site: Site, store: Store) -> None:
    issue = planned(site, store, "a@x.jp")
    problem = Problem("config.yaml", 0, 0, Severity.ERROR, "config", "newsletters.weekly.mail: 直すこと")
    post = Post()
    with desk(site, MONDAY) as place:
        found = find_post(place.library, "味噌2309", site.folder)
        other = make_one_off(place, store, found, Whom(("stranger@y.jp",)), now=MONDAY)
    assert other is not None

    def of(newsletter: str | None) -> Way:
        if newsletter == "weekly":
            raise ConfigError([problem], hint="出口")
        return Way(("main",), Outgoing())

    ways = Ways({"main": Server("main")}, lambda _name: post, of)
    deliver(PostOffice(store, ways, lambda: MONDAY))

    assert post.recipients == ["stranger@y.jp"]
    assert standing(store, issue).status is IssueStatus.PAUSED
    assert "直すこと; 出口" in standing(store, issue).reason
    assert standing(store, other).status is IssueStatus.DONE


def test_a_cap_of_the_day_holds_for_all_runs_and_the_rest_goes_the_next_day(site: Site, store: Store) -> None:
    issue = planned(site, store, *numbered(5))
    post = Post()
    servers = {"main": Server("main", connections=3, daily=3)}

    for _ in range(2):
        deliver(office(store, {"main": post}, servers=servers))
    assert len(post.sent) == 3
    assert sorted(states(store, issue).values()) == ["planned", "planned", "sent", "sent", "sent"]

    deliver(office(store, {"main": post}, MONDAY + timedelta(days=1), servers=servers))
    assert len(post.sent) == 5


def test_a_one_off_to_an_address_overtakes_a_digest_and_heeds_no_cap(site: Site, store: Store) -> None:
    planned(site, store, *numbered(12))
    post = Post()
    site.post("急ぎ", MONDAY - timedelta(hours=1))

    def send_by_hand(_envelope: Envelope) -> None:
        with desk(site, MONDAY) as place:
            urgent = find_post(place.library, "急ぎ", site.folder)
            assert make_one_off(place, store, urgent, Whom(("me@y.jp",)), now=MONDAY)

    post.answers["02@x.jp"] = send_by_hand
    servers = {"main": Server("main", rate=5, daily=8)}
    deliver(office(store, {"main": post}, servers=servers, ticking=True))

    assert post.recipients.index("me@y.jp") < 8
    assert len(post.sent) == 9, "eight of the digest, and the one that does not count"


def test_every_answer_of_every_kind_leaves_a_ledger_that_adds_up(site: Site, store: Store) -> None:
    lost = TransportError("切れた", scope=Scope.SESSION, permanent=False, undecided=True)
    answers: dict[str, Answer] = {
        "00@a.jp": refused(550, "5.1.1"),
        "00@b.jp": refused(451),
        "00@c.jp": lost,
        "00@d.jp": refused(552, "5.2.2"),
        "00@e.jp": TransportError("too many in one session", scope=Scope.SESSION, permanent=False, code=421),
        "00@f.jp": refused(554, None, Scope.MESSAGE),
    }
    # After the 421 the server is given one mail a second.
    issue = planned(site, store, *answers, *numbered(8))

    deliver(office(store, {"main": Post(answers=answers)}, servers={"main": Server("main", connections=4)}))

    found = states(store, issue)
    assert [found[f"00@{one}.jp"] for one in "adf"] == [DeliveryStatus.FAILED] * 3
    assert found["00@b.jp"] is DeliveryStatus.DEFERRED
    assert found["00@c.jp"] is DeliveryStatus.UNKNOWN
    assert sum(status is DeliveryStatus.SENT for status in found.values()) == 8
    assert verify(store, issue.id).holds


@pytest.mark.parametrize("connections", [1, 7])
def test_stopping_finishes_what_is_in_hand_and_gives_the_rest_back(site: Site, store: Store, connections: int) -> None:
    issue = planned(site, store, *numbered(40))
    post = Post()
    servers = {"main": Server("main", connections=connections)}
    place = office(store, {"main": post}, servers=servers)
    stopping = PostOffice(store, place.ways, place.clock, stopped=lambda: len(post.sent) >= 10)

    deliver(stopping)

    assert 10 <= len(post.sent) <= 10 + 2 * connections
    assert len(post.opened) == len(post.sent), "nothing was opened that was not sent"
    with store.read() as connection:
        owned = sa.select(sa.func.count()).where(tables.deliveries.c.owner.is_not(None))
        assert connection.scalar(owned) == 0
    deliver(place)
    assert sorted(post.recipients) == numbered(40)
    assert standing(store, issue).status is IssueStatus.DONE
