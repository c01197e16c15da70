"""An issue on schedule that waits for a person's word."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from support.plans import own_desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.jobs import issue as hand
from publisher.jobs.approval import approval_lines
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.due import due_periods, make_due
from publisher.jobs.letter import Outgoing
from publisher.jobs.ways import Way, Ways
from publisher.model.mailing import Issue, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, manifests, subscribers, suppressions
from publisher.store.engine import Store
from publisher.transport.maildir import MaildirTransport

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("config.yaml", f"{CONFIG}    approve: true\n    editor: henshu@midori.example\n")
    made.post("霜の朝", MONDAY - DAY, title="霜の朝")
    return made


@pytest.fixture(autouse=True)
def _reader(store: Store) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish("hanako@example.jp"), MONDAY - 30 * DAY, revive=True)


def made(site: Site, store: Store, now: datetime) -> Issue:
    """What the daemon makes at `now`."""
    with own_desk(site, now) as place:
        due = due_periods(store, [place.newsletter], now, prev_fire)
        found, errors = make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)
    assert errors == []
    (issue,) = found
    return issue


def delivered(store: Store, folder: Path) -> list[str]:
    """Send what is to be sent; whom all mails so far went to."""
    way = Way(("main",), Outgoing())
    deliver(PostOffice(store, Ways({"main": Server("main")}, lambda _: MaildirTransport(folder), lambda _: way), clock))
    mails = (message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.glob("new/*"))
    return sorted(str(mail["To"]).rpartition("<")[2].rstrip(">") for mail in mails)


def clock() -> datetime:
    return MONDAY


def asked(store: Store) -> list[str]:
    """The texts of what the editor was told, the newest first."""
    with store.read() as connection:
        told = [one for one in issues.listed(connection) if one.newsletter is None]
        rows = [deliveries.listed(connection, one.id)[0] for one in told]
        assert {row.recipient.email for row in rows} == {"henshu@midori.example"}
        return [issues.variant(connection, row.variant_id).rendered.text for row in rows]


def status(store: Store, issue: Issue) -> IssueStatus:
    with store.read() as connection:
        return issues.get(connection, issue.id).status


def test_nothing_goes_to_readers_before_a_person_says_yes(site: Site, store: Store, tmp_path: Path) -> None:
    issue = made(site, store, MONDAY)

    assert (issue.status, issue.number, issue.starts_at) == (IssueStatus.AWAITING, 1, None)
    assert delivered(store, tmp_path / "box") == ["henshu@midori.example"]
    (text,) = asked(store)
    assert "「みどりの便り」第1号（2026-11-23 09:00 JST）" in text
    assert f"publisher issue resume {issue.id}" in text
    assert approval_lines(store, "weekly") == [
        f"issue {issue.id} is awaiting a person's word: publisher issue resume {issue.id}"
    ]
    assert approval_lines(store, "daily") == []

    hand.resume(store, issue.id, MONDAY)

    assert delivered(store, tmp_path / "box") == ["hanako@example.jp", "henshu@midori.example"]
    assert status(store, issue) is IssueStatus.DONE


def test_the_editor_is_told_how_many_get_it_without_those_who_are_suppressed(site: Site, store: Store) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish("taro@example.jp"), MONDAY - 30 * DAY, revive=True)
        suppressions.add(connection, store.secret, "taro@example.jp", "宛先不明", MONDAY)

    assert made(site, store, MONDAY).recipients == 2

    assert "読者は1人" in asked(store)[0]


def test_one_that_still_waits_keeps_its_posts_and_the_next_has_what_is_new(site: Site, store: Store) -> None:
    first = made(site, store, MONDAY)
    site.post("雪の朝", MONDAY + DAY, title="雪の朝")

    second = made(site, store, MONDAY + WEEK)

    with store.read() as connection:
        assert [len(issues.post_ids(connection, one.id)) for one in (first, second)] == [1, 1]
        assert issues.post_ids(connection, first.id) != issues.post_ids(connection, second.id)
    assert "前の号（第1号）もまだ待っています" in asked(store)[0]


def test_one_of_another_frequency_that_waits_is_none_before_it(site: Site, store: Store) -> None:
    both = CONFIG.replace('weekly: "mon 09:00"', 'daily: "07:30", weekly: "mon 09:00"')
    site.write("config.yaml", f"{both}    approve: true\n    editor: henshu@midori.example\n")
    with store.write() as connection:
        daily = wish("taro@example.jp", frequency=Frequency.DAILY)
        subscribers.subscribe(connection, daily, MONDAY - 30 * DAY, revive=True)
    with own_desk(site, MONDAY) as place:
        due = due_periods(store, [place.newsletter], MONDAY, prev_fire)
        found, _ = make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)

    assert [one.number for one in found] == [1, 2]
    assert [text for text in asked(store) if "もまだ待っています" in text] == [], "it has posts of its own readers"


def test_those_that_wait_are_named_by_their_numbers(site: Site, store: Store) -> None:
    made(site, store, MONDAY)
    site.post("雪の朝", MONDAY + DAY, title="雪の朝")
    second = made(site, store, MONDAY + WEEK)
    site.post("氷の朝", MONDAY + WEEK + DAY, title="氷の朝")

    made(site, store, MONDAY + 2 * WEEK)

    assert second.id != second.number == 2
    assert "前の号（第1, 2号）もまだ待っています" in asked(store)[0]


def test_the_posts_of_one_that_was_not_sent_come_with_the_next(site: Site, store: Store) -> None:
    first = made(site, store, MONDAY)
    assert hand.cancel(store, first.id) == 1
    site.post("雪の朝", MONDAY + DAY, title="雪の朝")

    second = made(site, store, MONDAY + WEEK)

    assert status(store, first) is IssueStatus.CANCELLED
    with store.read() as connection:
        assert len(issues.post_ids(connection, second.id)) == 2
    assert "まだ待っています" not in asked(store)[0]


def test_a_mail_with_an_error_waits_for_the_same_word_and_the_error_is_kept(site: Site, store: Store) -> None:
    site.write("templates/mail/post.html.j2", '<p>{{ post.title }} <a href="http://localhost:4000/">下書き</a></p>')

    issue = made(site, store, MONDAY)

    assert issue.status is IssueStatus.AWAITING
    with store.read() as connection:
        manifest = manifests.of_issue(connection, issue.id)
    assert manifest is not None
    assert [line for line in manifest.problems if "error local-address" in line]
