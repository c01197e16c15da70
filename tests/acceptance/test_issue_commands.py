"""The operator's commands on an issue, through the real command."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.planned import ended, planned
from support.site import Site

from publisher.model.bounce import Bounce, BounceKind
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.store import bounces, destinations, issues, tables
from publisher.store.engine import Store

READERS = ["hanako@example.jp", "midori@midori.example", "taro@gmail.com"]


@pytest.fixture
def ledger(site: Site) -> Iterator[Store]:
    """The site's own, with an issue to three readers: one mail was taken, one is unknown, one is planned."""
    store = Store(f"sqlite:///{site.folder / 'publisher.db'}")
    now = datetime.now(UTC)
    issue = planned(store, now, *READERS)
    ended(store, issue, DeliveryStatus.SENT, now, READERS[0])
    ended(store, issue, DeliveryStatus.UNKNOWN, now, READERS[1], reason="no answer")
    yield store
    store.close()


def test_verify_tells_the_sum_and_names_who_is_in_a_state(site: Site, ledger: Store) -> None:
    """listmonk #2221, #2278: readers compared logs by hand to learn who had got it."""
    done = site.ok("issue", "verify", "1", "--who", "unknown")

    assert done.out.splitlines() == [
        "issue 1: 3 deliveries = 1 planned + 0 attempting + 1 sent + 0 deferred + 0 failed"
        " + 0 suppressed + 0 cancelled + 1 unknown",
        "  midori@midori.example  no answer",
    ]
    found = site.ok("issue", "verify", "1", "--json", "--who", "unknown").json
    assert (found["holds"], found["deliveries"], found["counts"]["unknown"]) == (True, 3, 1)
    assert found["readers"] == [{"email": "midori@midori.example", "name": "", "reason": "no answer"}]
    assert ledger.uid


def test_verify_ends_with_75_where_the_ledger_does_not_hold_together(site: Site, ledger: Store) -> None:
    with ledger.write() as connection:
        connection.execute(tables.deliveries.update().values(status="sent"))

    done = site.run("issue", "verify", "1")

    assert done.code == 75
    assert "taro@gmail.com: sent without an attempt" in done.out
    found = site.run("issue", "verify", "1", "--json")
    assert found.json["holds"] is False
    assert found.json["readers"] == []
    assert {one["email"] for one in found.json["faults"]} == {READERS[1], READERS[2]}


def test_a_state_that_is_none_is_refused(site: Site, ledger: Store) -> None:
    done = site.run("issue", "verify", "1", "--who", "lost")

    assert done.code == 2
    assert "planned, attempting, sent" in done.err
    assert ledger.uid


def test_show_tells_bounces_beside_their_delivery(site: Site, ledger: Store) -> None:
    bounce = Bounce("k", 1, READERS[0], BounceKind.HARD, "5.1.1", "User unknown", "dsn", datetime.now(UTC))
    with ledger.write() as connection:
        bounces.insert(connection, [bounce])

    lines = site.ok("issue", "show", "1").out.splitlines()
    found = site.ok("issue", "show", "1", "--json").json

    at = next(number for number, line in enumerate(lines) if READERS[0] in line)
    assert lines[at + 1].strip() == "hard bounce  5.1.1 User unknown"
    assert [one["email"] for one in found["deliveries"]] == READERS
    first, second, _ = found["deliveries"]
    assert first["bounces"][0].items() >= {"kind": "hard", "status": "5.1.1", "diagnostic": "User unknown"}.items()
    assert second["bounces"] == []


def test_an_unknown_one_is_settled_by_hand_and_the_sum_still_holds(site: Site, ledger: Store) -> None:
    site.ok("issue", "resolve", "1", READERS[1], "sent")

    assert site.ok("issue", "verify", "1", "--json").json["counts"]["sent"] == 2
    assert site.ok("issue", "list", "--json").json[0]["counts"]["sent"] == 2
    assert ledger.uid


def test_resume_lets_an_issue_and_a_stopped_destination_go_on_and_status_told_so(site: Site, ledger: Store) -> None:
    now = datetime.now(UTC)
    with ledger.write() as connection:
        issues.move(connection, 1, IssueStatus.PAUSED, "421 4.3.2 busy")
        destinations.stop(connection, "gmail.com", "5.7.1 blocked", now + timedelta(hours=1), now)
    site.ok("db", "check", "--adopt")
    told = site.ok("status").out
    assert "issue 1 is paused with 1 to send, 1 sent: 421 4.3.2 busy" in told
    assert "gmail.com gets nothing until" in told
    assert told.count("publisher issue resume 1") == 2

    done = site.ok("issue", "resume", "1")

    assert "gmail.com is mailed again" in done.err
    found = site.ok("status", "--json").json
    assert [(one["id"], one["status"], one["left"], one["sent"]) for one in found["issues"]] == [(1, "sending", 1, 1)]
    assert found["stopped"] == []
    assert [one["server"] for one in found["servers"]] == ["main"]


def test_a_retry_says_whom_it_leaves_out(site: Site, ledger: Store) -> None:
    now = datetime.now(UTC)
    with ledger.read() as connection:
        issue = issues.get(connection, 1)
    ended(ledger, issue, DeliveryStatus.FAILED, now, READERS[2], reason="550")
    planned(ledger, now, READERS[2], uid="u2")

    done = site.ok("issue", "retry", "1")

    assert done.err.splitlines() == [
        "0 mails planned again",
        "1 left out, whose posts have come with a later issue: taro@gmail.com",
    ]
