"""What becomes of periods that ended while nothing ran, in a real ledger."""

from datetime import datetime, timedelta

import pytest
from support.desk import desk
from support.rounds import round_at, subscribe
from support.site import CONFIG, JST, Site

from publisher.errors import Conflict
from publisher.jobs.digest import make_digest
from publisher.jobs.due import look, make_due
from publisher.jobs.status import astray, coming, due_lines
from publisher.model.mailing import Issue, IssueKind, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, subscribers
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def next_lines(site: Site, store: Store, now: datetime) -> list[str]:
    """What `status` says of the next digests."""
    with desk(site, now) as place:
        return [one.line() for one in coming([place.newsletter], store, now)]


def posts_of(site: Site, store: Store, issue: Issue) -> list[str]:
    with desk(site, MONDAY + 100 * WEEK) as place, store.read() as connection:
        titles = {place.library.ids[post.source]: post.title for post in place.library.posts}
        return [titles[post_id] for post_id in issues.post_ids(connection, issue.id)]


@pytest.fixture
def running(site: Site, store: Store) -> Site:
    """A newsletter with a reader, whose digest of three weeks ago went out; each week since has a post."""
    subscribe(store, "hanako@example.jp", MONDAY - 10 * WEEK)
    for week in range(4):
        site.post(f"{week}週前", MONDAY - week * WEEK - DAY)
    (first,) = round_at(site, store, MONDAY - 3 * WEEK)
    assert posts_of(site, store, first) == ["3週前"]
    return site


def test_a_digest_that_is_too_late_is_recorded_and_told_once_and_its_posts_go_with_the_next(
    running: Site, store: Store
) -> None:
    (missed,) = round_at(running, store, MONDAY + 4 * DAY)

    assert (missed.status, missed.number) == (IssueStatus.SKIPPED, None)
    assert missed.reason == "missed by 4 days: too old to send (max_age)"
    with store.read() as connection:
        notice, *others = issues.listed(connection)
        (mail,) = deliveries.listed(connection, notice.id)
    assert (notice.kind, notice.urgent, mail.recipient.email) == (IssueKind.ONE_OFF, True, "tayori@midori.example")
    assert len(others) == 2

    assert round_at(running, store, MONDAY + 5 * DAY) == []
    (following,) = round_at(running, store, MONDAY + WEEK)
    assert posts_of(running, store, following) == ["0週前", "1週前", "2週前"]


def test_status_tells_what_is_due_and_what_is_too_late_until_it_is_made(running: Site, store: Store) -> None:
    def told(now: datetime) -> list[str]:
        with desk(running, now) as place:
            return due_lines(look(store, [place.newsletter], now, prev_fire).due)

    now = MONDAY + timedelta(hours=1)
    assert told(now) == [
        "weekly: the weekly digest of 2026-11-23 09:00 JST is due and not made yet",
        "  publisher run makes what is due",
    ]
    assert told(MONDAY + 4 * DAY) == [
        "weekly: the weekly digest of 2026-11-23 09:00 JST is too late: it is recorded, and not sent"
    ]
    running.write("config.yaml", CONFIG + "    catch_up: all\n")
    assert told(now) == [
        "weekly: the weekly digest of 2026-11-09 09:00 JST is due and not made yet, and 2 after it",
        "  publisher run makes what is due",
    ]
    round_at(running, store, now)
    assert told(now) == []


def test_readers_of_a_newsletter_that_lost_its_name_are_told(running: Site, store: Store) -> None:
    subscribe(store, "taro@example.jp", MONDAY, newsletter="gone")
    with store.write() as connection:
        subscribers.unsubscribe(connection, "hanako@example.jp", None, MONDAY)
    with desk(running, MONDAY) as place:
        assert astray([place.newsletter], store) == [
            "gone: 1 reader, and no such newsletter in the settings: nothing goes to them\n"
            "  give it its name back, or import them into another"
        ]
        assert astray([], store) == astray([place.newsletter], store), "who has left is nobody's reader"


def test_who_has_paused_until_after_the_next_digest_does_not_wait_for_it(running: Site, store: Store) -> None:
    subscribe(store, "taro@example.jp", MONDAY - 10 * WEEK)
    with store.write() as connection:
        assert subscribers.pause(connection, "taro@example.jp", None, MONDAY + WEEK + DAY) == 1

    assert next_lines(running, store, MONDAY + DAY) == ["weekly: next weekly digest 2026-11-30 09:00 JST, 1 reader"]
    assert next_lines(running, store, MONDAY + WEEK) == ["weekly: next weekly digest 2026-12-07 09:00 JST, 2 readers"]


def test_of_years_off_it_is_said_that_more_periods_passed_than_were_counted(running: Site, store: Store) -> None:
    def told(now: datetime) -> list[str]:
        with desk(running, now) as place:
            return [line for one in look(store, [place.newsletter], now, prev_fire).due for line in one.passed_lines()]

    assert told(MONDAY) == ["weekly: 2 periods before it ended without an issue of its own"]
    assert told(MONDAY + 520 * WEEK) == ["weekly: at least 31 periods before it ended without an issue of its own"]


def test_who_is_the_first_to_choose_a_frequency_gets_its_latest_period_at_once(running: Site, store: Store) -> None:
    round_at(running, store, MONDAY)
    running.write("config.yaml", CONFIG.replace('{weekly: "mon 09:00"}', '{weekly: "mon 09:00", daily: "07:30"}'))
    running.post("火曜の", MONDAY + timedelta(hours=5))
    subscribe(store, "hanako@example.jp", MONDAY + DAY, frequency=Frequency.DAILY)

    (made,) = round_at(running, store, MONDAY + DAY)

    assert made.period == "weekly/daily/Asia~Tokyo/2026-11-24T07:30"
    assert posts_of(running, store, made) == ["火曜の"]


def test_with_all_each_missed_period_has_the_posts_up_to_its_own_end(running: Site, store: Store) -> None:
    running.write("config.yaml", CONFIG + "    catch_up: all\n")

    made = round_at(running, store, MONDAY + 4 * DAY)

    assert [issue.period for issue in made] == [
        f"weekly/weekly/Asia~Tokyo/2026-11-{day:02d}T09:00" for day in (9, 16, 23)
    ]
    assert [posts_of(running, store, issue) for issue in made] == [["2週前"], ["1週前"], ["0週前"]]
    assert [issue.number for issue in made] == [2, 3, 4]


def test_a_missed_period_that_would_have_mailed_nobody_is_told_to_nobody(site: Site, store: Store) -> None:
    subscribe(store, "hanako@example.jp", MONDAY - 10 * WEEK)
    site.post("一つだけ", MONDAY - 3 * WEEK - DAY)
    round_at(site, store, MONDAY - 3 * WEEK)

    (missed,) = round_at(site, store, MONDAY + 4 * DAY)

    assert (missed.status, missed.reason) == (IssueStatus.SKIPPED, "nothing new")
    with store.read() as connection:
        assert issues.count(connection) == 2


def test_what_nobody_was_there_for_is_neither_made_nor_missed(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG + "    catch_up: all\n")
    site.post("前からの", MONDAY - 2 * WEEK)
    subscribe(store, "hanako@example.jp", MONDAY + DAY)

    assert round_at(site, store, MONDAY + 6 * DAY) == []


def test_a_period_is_not_made_behind_a_later_one_that_another_process_made(running: Site, store: Store) -> None:
    with desk(running, MONDAY - WEEK) as place:
        due = look(store, [place.newsletter], MONDAY - WEEK, prev_fire).due
    assert [one.period.end for one in due] == [MONDAY - WEEK]
    round_at(running, store, MONDAY)

    with desk(running, MONDAY) as place:
        made, errors = make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)
        with pytest.raises(Conflict):
            make_digest(place, store, at=MONDAY - WEEK, now=MONDAY, prev_fire=prev_fire, period=due[0].period)
    assert (made, errors) == ([], [])


def test_a_newsletter_that_moves_sends_the_same_monday_once_and_the_next_one_there(running: Site, store: Store) -> None:
    round_at(running, store, MONDAY)
    running.write("config.yaml", CONFIG + "    timezone: Europe/Berlin\n")
    running.post("引っ越しの後", MONDAY + timedelta(hours=2))

    assert next_lines(running, store, MONDAY + timedelta(hours=1)) == [
        "weekly: next weekly digest 2026-11-30 09:00 CET, 1 reader"
    ]
    assert round_at(running, store, MONDAY + timedelta(hours=12)) == []
    (following,) = round_at(running, store, MONDAY + WEEK + timedelta(hours=8))

    assert following.period == "weekly/weekly/Europe~Berlin/2026-11-30T09:00"
    assert posts_of(running, store, following) == ["引っ越しの後"]


def test_one_period_that_fails_holds_back_those_that_follow(running: Site, store: Store) -> None:
    running.write(
        "config.yaml", CONFIG.replace('from: "三浦 みどり <tayori@midori.example>"', "") + "    catch_up: all\n"
    )
    with desk(running, MONDAY) as place:
        due = look(store, [place.newsletter], MONDAY, prev_fire).due
        made, errors = make_due(place.library, store, place.templates, due, now=MONDAY, prev_fire=prev_fire)

        assert len(due) == 3
        assert (made, len(errors)) == ([], 1)
        assert look(store, [place.newsletter], MONDAY, prev_fire).due == due


def test_what_a_clock_that_was_ahead_recorded_and_mailed_to_nobody_holds_nothing_up(
    running: Site, store: Store
) -> None:
    round_at(running, store, MONDAY)
    (empty,) = round_at(running, store, MONDAY + 520 * WEEK)
    assert empty.status is IssueStatus.SKIPPED

    running.post("その週の", MONDAY + DAY)
    (following,) = round_at(running, store, MONDAY + WEEK)

    assert posts_of(running, store, following) == ["その週の"]


def test_one_that_it_mailed_holds_the_schedule_up_until_somebody_sends_by_hand(running: Site, store: Store) -> None:
    (ahead,) = round_at(running, store, MONDAY + 2 * WEEK)
    assert ahead.recipients == 1
    now = MONDAY + 3 * DAY
    running.post("その週の", MONDAY + DAY)
    assert next_lines(running, store, now) == ["weekly: next weekly digest 2026-12-14 09:00 JST, 1 reader"]
    with desk(running, now) as place:
        (told,) = look(store, [place.newsletter], now, prev_fire).told
        assert "a digest of 2026-12-07 09:00 JST is on record, which is to come" in told
        assert make_digest(place, store, at=now, now=now, prev_fire=prev_fire) is not None

    assert [one.period for one in round_at(running, store, MONDAY + WEEK)] == [
        "weekly/weekly/Asia~Tokyo/2026-11-30T09:00"
    ]
    assert round_at(running, store, MONDAY + 2 * WEEK) == [], "its key is taken"
