"""What is under way, on both databases."""

import os
import socket
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from support.planned import ended, planned

from publisher.jobs.owner import owner_name
from publisher.jobs.status import Status
from publisher.jobs.under_way import UnderWay, under_way
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.server import Server, WarmUp
from publisher.store import destinations, issues, tables, usage
from publisher.store.engine import Store
from publisher.store.finish import finish

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = timedelta(hours=1)
EMAILS = [f"{number:03}@x.jp" for number in range(100)]


HERE = f"process {os.getpid()} on {socket.gethostname()}"
DEAD = f"{socket.gethostname()}/{os.getpid()}/1/run-0"
"""A process that had this one's number before."""
ELSEWHERE = "別の機械/4711/8/run-0"


def held(store: Store, issue: Issue, until: datetime, owner: str, *emails: str) -> None:
    """Let a process hold what there is for these addresses."""
    table = tables.deliveries
    these = sa.and_(table.c.issue_id == issue.id, table.c.email.in_(emails))
    with store.write() as connection:
        connection.execute(table.update().where(these).values(owner=owner, lease_until=until))


def look(store: Store, now: datetime, *servers: Server) -> UnderWay:
    return under_way(store, lambda _name: servers, ["weekly"], now.astimezone(TOKYO))


def told(found: UnderWay) -> list[str]:
    return Status((), found, (), "Asia/Tokyo").lines()


def test_how_fast_it_goes_says_when_it_will_be_through(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=60), *EMAILS[:30])
    held(store, issue, now + HOUR, owner_name(0), *EMAILS[30:])

    found = look(store, now, Server("main"))

    (running,) = found.issues
    assert (running.left, running.sent, running.rate) == (70, 30, 0.5)
    assert running.through == now + timedelta(seconds=140)
    assert told(found) == [
        "issue 1 is sending with 70 to send, 30 sent; 0.5 a second, through about 2026-11-24 12:02 JST"
    ]


def test_a_warm_up_puts_off_the_end_to_the_days_it_needs(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=30), *EMAILS[:30])
    server = Server("main", warm_up=WarmUp(date(2026, 11, 24), 40, 1.5))
    with store.write() as connection:
        usage.reserve(connection, "main", date(2026, 11, 24), 40, None)

    found = look(store, now, server)

    assert found.issues[0].through == datetime(2026, 11, 26, 0, 0, 10, tzinfo=TOKYO)
    assert told(found) == [
        "issue 1 is sending with 70 to send, 30 sent; the next is due 2026-11-25 00:00 JST,"
        " through about 2026-11-26 00:00 JST",
        "server main has had its 40 mails of today",
    ]


def test_an_urgent_issue_heeds_no_cap(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS, urgent=True)
    held(store, issue, now + HOUR, owner_name(0), *EMAILS)

    found = look(store, now, Server("main", rate=10.0, daily=1))

    assert found.issues[0].through == now + timedelta(seconds=10)


def test_what_was_taken_an_hour_ago_says_nothing_of_now(store: Store, now: datetime) -> None:
    issue = planned(store, now - HOUR, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - HOUR, *EMAILS[:30])
    held(store, issue, now + HOUR, owner_name(0), *EMAILS[30:])

    (running,) = look(store, now, Server("main", rate=1.0)).issues

    assert (running.rate, running.through, running.quiet) == (None, None, timedelta(minutes=5))


def test_what_is_measured_promises_no_more_than_the_rate_that_is_configured(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=10), *EMAILS[:30])
    held(store, issue, now + HOUR, owner_name(0), *EMAILS[30:])

    (running,) = look(store, now, Server("main", rate=1.0)).issues

    assert (running.rate, running.through) == (3.0, now + timedelta(seconds=70))


@pytest.mark.parametrize(("owner", "until"), [(DEAD, HOUR), (ELSEWHERE, -HOUR)], ids=["dead", "lease over"])
def test_where_the_sender_is_gone_nobody_is_sending_it(
    store: Store, now: datetime, owner: str, until: timedelta
) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=30), *EMAILS[:30])
    held(store, issue, now + until, owner, *EMAILS[30:])

    found = look(store, now, Server("main"))

    assert (found.issues[0].rate, found.issues[0].through, found.issues[0].senders) == (None, None, ())
    assert told(found) == [
        "issue 1 is sending with 70 to send, 30 sent; nobody is sending it",
        "  to go on: publisher deliver, or publisher run",
    ]


def test_a_sender_whose_server_takes_nothing_is_named(store: Store, now: datetime) -> None:
    issue = planned(store, now - HOUR, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=150), *EMAILS[:30])
    held(store, issue, now + HOUR, ELSEWHERE, *EMAILS[30:50])
    held(store, issue, now + HOUR, owner_name(0), *EMAILS[50:])
    fresh = planned(store, now, "c@x.jp", uid="u2")
    held(store, fresh, now + HOUR, owner_name(0), "c@x.jp")

    found = look(store, now, Server("main", rate=1.0))

    assert sorted(told(found)) == [
        f"issue 1 is sending with 70 to send, 30 sent; in the hands of {HERE} and process 4711 on 別の機械,"
        " nothing taken for 2 minutes",
        f"issue 2 is sending with 1 to send, 0 sent; in the hands of {HERE}, nothing taken yet,"
        " through about 2026-11-24 12:00 JST",
    ]
    assert Status((), found, (), "Asia/Tokyo").as_json()["issues"][0]["senders"] == [HERE]


def test_what_waits_for_its_time_is_not_left_alone(store: Store, now: datetime) -> None:
    issue = planned(store, now, "a@x.jp")
    ended(store, issue, DeliveryStatus.DEFERRED, now, "a@x.jp", due_at=now + HOUR)

    found = look(store, now, Server("main"))

    assert told(found) == ["issue 1 is sending with 1 to send, 0 sent; the next is due 2026-11-24 13:00 JST"]
    assert Status((), found, (), "Asia/Tokyo").as_json()["issues"][0]["due"] == "2026-11-24T13:00:00+09:00"


def test_what_is_unknown_is_named_also_of_issues_that_are_done(store: Store, now: datetime) -> None:
    done = planned(store, now, "a@x.jp", "b@x.jp")
    ended(store, done, DeliveryStatus.UNKNOWN, now - HOUR, "a@x.jp", "b@x.jp")
    cancelled = planned(store, now, "c@x.jp", uid="u2", post="tag:example.jp,2026:/次")
    ended(store, cancelled, DeliveryStatus.UNKNOWN, now, "c@x.jp")
    with store.write() as connection:
        finish(connection, now)
        connection.execute(tables.issues.update().where(tables.issues.c.id == cancelled.id).values(status="cancelled"))

    found = look(store, now)

    assert told(found) == [
        "issue 1 holds 2 unknown mails: the server may have taken them;"
        " 'publisher issue verify 1 --who unknown' names them",
        "  to send again: publisher issue retry 1 --unknown; to settle: publisher issue resolve 1 ADDR sent|failed",
        "issue 2 holds 1 unknown mail: the server may have taken it; 'publisher issue verify 2 --who unknown' names it",
        "  to settle: publisher issue resolve 2 ADDR sent|failed",
    ]
    assert Status((), found, (), "Asia/Tokyo").as_json()["unknown"] == [{"id": 1, "mails": 2}, {"id": 2, "mails": 1}]


def test_what_a_server_was_given_is_told_only_where_there_is_a_cap(store: Store, now: datetime) -> None:
    with store.write() as connection:
        for name in ("main", "other"):
            usage.reserve(connection, name, date(2026, 11, 24), 40, None)

    found = look(store, now, Server("main"), Server("other", daily=50))

    assert Status((), found, (), "Asia/Tokyo").as_json()["servers"] == [
        {"server": "main", "sent_today": None, "cap": None},
        {"server": "other", "sent_today": 40, "cap": 50},
    ]


def test_a_paused_issue_tells_why_and_how_it_goes_on(store: Store, now: datetime) -> None:
    issue = planned(store, now, "a@x.jp")
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.PAUSED, "421 4.3.2 busy")
        connection.execute(tables.issues.update().values(resume_at=now + HOUR))

    assert told(look(store, now, Server("main"))) == [
        "issue 1 is paused with 1 to send, 0 sent: 421 4.3.2 busy",
        "  goes on by itself 2026-11-24 13:00 JST",
        "  to go on: publisher deliver (it goes on by itself in a while, where 'publisher run' runs)",
    ]


def test_a_stopped_destination_is_told_with_the_command_that_lets_it_go(store: Store, now: datetime) -> None:
    planned(store, now, "a@gmail.com")
    with store.write() as connection:
        destinations.stop(connection, "gmail.com", "5.7.1 blocked", now + HOUR, now)

    found = look(store, now)

    assert told(found)[2:] == [
        "gmail.com gets nothing until 2026-11-24 13:00 JST: 5.7.1 blocked",
        "  to go on before: publisher issue resume 1",
    ]
    assert Status((), found, (), "Asia/Tokyo").as_json()["stopped"][0]["destination"] == "gmail.com"


def test_what_waits_for_its_moment_is_told_with_it(store: Store, now: datetime) -> None:
    planned(store, now, *EMAILS, status=IssueStatus.AWAITING, starts_at=now + HOUR)
    planned(store, now, *EMAILS, uid="u2", status=IssueStatus.AWAITING)

    assert told(look(store, now, Server("main"))) == [
        "issue 2 (weekly no. 2) is awaiting a person's word with 100 to send",
        "  to send it: publisher issue resume 2; not to: publisher issue cancel 2",
        "issue 1 (weekly no. 1) is awaiting 2026-11-24 13:00 JST with 100 to send",
    ]


def test_what_is_done_is_not_under_way(store: Store, now: datetime) -> None:
    issue = planned(store, now, "a@x.jp")
    ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp")

    assert look(store, now).issues == ()
