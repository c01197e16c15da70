"""What is under way, on both databases."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from support.planned import ended, planned

from publisher.jobs.status import Status
from publisher.jobs.under_way import UnderWay, under_way
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.model.server import Server, WarmUp
from publisher.store import destinations, issues, tables, usage
from publisher.store.engine import Store

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = timedelta(hours=1)
EMAILS = [f"{number:03}@x.jp" for number in range(100)]


def look(store: Store, now: datetime, *servers: Server) -> UnderWay:
    return under_way(store, lambda _name: servers, ["weekly"], now.astimezone(TOKYO))


def told(found: UnderWay) -> list[str]:
    return Status((), found, (), "Asia/Tokyo").lines()


def test_how_fast_it_goes_says_when_it_will_be_through(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - timedelta(seconds=60), *EMAILS[:30])

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
    assert "server main has had its 40 mails of today" in told(found)


def test_an_urgent_issue_heeds_no_cap(store: Store, now: datetime) -> None:
    planned(store, now, *EMAILS, urgent=True)

    found = look(store, now, Server("main", rate=10.0, daily=1))

    assert found.issues[0].through == now + timedelta(seconds=10)


def test_what_was_taken_an_hour_ago_says_nothing_of_now(store: Store, now: datetime) -> None:
    issue = planned(store, now, *EMAILS)
    ended(store, issue, DeliveryStatus.SENT, now - HOUR, *EMAILS[:30])

    (running,) = look(store, now, Server("main")).issues

    assert (running.rate, running.through) == (None, None)


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

    assert told(found)[1:] == [
        "gmail.com gets nothing until 2026-11-24 13:00 JST: 5.7.1 blocked",
        "  to go on before: publisher issue resume 1",
    ]
    assert Status((), found, (), "Asia/Tokyo").as_json()["stopped"][0]["destination"] == "gmail.com"


def test_what_is_done_is_not_under_way(store: Store, now: datetime) -> None:
    issue = planned(store, now, "a@x.jp")
    ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp")

    assert look(store, now).issues == ()
