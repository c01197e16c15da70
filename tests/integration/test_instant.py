"""Mails as soon as a post is out: once to each, also where everything is looked at again and again."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.jobs.due import look, make_due
from publisher.jobs.instant import Round, make_instant, with_readers
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.model.newsletter import Frequency
from publisher.schedule import prev_fire
from publisher.store import issues, subscribers, suppressions, tables
from publisher.store.engine import Store

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JST)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOTH = CONFIG.replace('{weekly: "mon 09:00"}', '{instant: "on publish", weekly: "mon 09:00"}')
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def site(tmp_path: Path, store: Store) -> Site:
    """A newsletter with a reader of instant mails since yesterday, another who reads 庭 alone, and a weekly one."""
    made = Site(tmp_path / "site")
    made.write("config.yaml", BOTH)
    subscribe(store, "hanako@example.jp", Frequency.INSTANT, NOON - DAY)
    subscribe(store, "niwa@example.jp", Frequency.INSTANT, NOON - DAY, categories=("庭",))
    subscribe(store, "weekly@example.jp", Frequency.WEEKLY, NOON - 3 * DAY)
    return made


def subscribe(store: Store, email: str, frequency: Frequency, when: datetime, **more: Any) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(email, frequency=frequency, **more), when, revive=True)


def round_at(site: Site, store: Store, now: datetime) -> Round:
    with desk(site, now) as place:
        newsletters = with_readers(store, [place.newsletter], now)
        return make_instant(place.library, store, place.templates, newsletters, now=now, prev_fire=prev_fire)


def got(store: Store, issue: Issue) -> dict[str, int]:
    """How many posts each address gets."""
    held = tables.variant_posts.c.variant_id
    query = sa.select(tables.deliveries.c.email, sa.func.count()).join(
        tables.variant_posts, held == tables.deliveries.c.variant_id
    )
    with store.read() as connection:
        rows = connection.execute(query.where(tables.deliveries.c.issue_id == issue.id).group_by("email"))
        return {row.email: row[1] for row in rows}


def end(store: Store, issue: Issue, status: DeliveryStatus, email: str) -> None:
    table = tables.deliveries
    with store.write() as connection:
        its = sa.and_(table.c.issue_id == issue.id, table.c.email == email)
        connection.execute(table.update().where(its).values(status=status))


def test_a_post_goes_at_once_and_only_to_whom_it_is_for(site: Site, store: Store) -> None:
    site.post("霜の朝", NOON - MINUTE, categories="庭, 本, 投資分析")

    (issue,) = round_at(site, store, NOON).made

    assert issue.period == "weekly/instant/Asia~Tokyo/2026-11-24T12:00"
    assert got(store, issue) == {"hanako@example.jp": 1, "niwa@example.jp": 1}
    assert issue.since is None, "the first digest still looks back"


def test_nothing_new_leaves_no_trace(site: Site, store: Store) -> None:
    path = site.post("霜の朝", NOON - MINUTE, categories="本")
    round_at(site, store, NOON)

    path.write_text(path.read_text(encoding="utf-8") + "\n直しました。\n", encoding="utf-8")
    path.rename(path.with_name("雪の朝.md"))
    for minutes in (1, 2, 90):
        assert round_at(site, store, NOON + minutes * MINUTE) == Round((), (), None)

    with store.read() as connection:
        assert issues.count(connection) == 1


def test_many_posts_at_once_are_one_mail(site: Site, store: Store) -> None:
    for number in range(5):
        site.post(f"記事{number}", NOON - number * MINUTE, categories=("庭", "本")[number % 2])

    (issue,) = round_at(site, store, NOON).made

    assert got(store, issue) == {"hanako@example.jp": 5, "niwa@example.jp": 3}


def test_a_second_one_in_the_same_minute_waits_for_the_next(site: Site, store: Store) -> None:
    site.post("一つ目", NOON - HOUR)
    assert len(round_at(site, store, NOON).made) == 1
    site.post("二つ目", NOON - HOUR)

    waiting = round_at(site, store, NOON + timedelta(seconds=40))
    assert (waiting.made, waiting.errors) == ((), ())
    assert waiting.until == NOON + MINUTE

    (issue,) = round_at(site, store, NOON + MINUTE).made
    assert got(store, issue) == {"hanako@example.jp": 1, "niwa@example.jp": 1}


def test_the_hour_that_comes_twice_loses_nothing(site: Site, store: Store) -> None:
    site.write("config.yaml", BOTH + "    timezone: Europe/Berlin\n")
    first = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    subscribe(store, "hanako@example.jp", Frequency.INSTANT, first)
    site.post("一つ目", first - MINUTE)
    site.post("二つ目", first + 59 * MINUTE)
    with store.write() as connection:
        before = dict.fromkeys(("created_at", "confirmed_at", "wished_at"), first - DAY)
        connection.execute(tables.subscriptions.update().values(before))

    assert len(round_at(site, store, first).made) == 1
    again = round_at(site, store, first + HOUR)
    assert (again.made, again.until) == ((), first + HOUR + MINUTE), "half past two has had its issue"
    (issue,) = round_at(site, store, first + HOUR + MINUTE).made
    assert issue.period == "weekly/instant/Europe~Berlin/2026-10-25T02:31"


def test_what_a_server_refused_is_not_mailed_each_minute_but_with_the_next_news(site: Site, store: Store) -> None:
    site.post("届かない", NOON - MINUTE, categories="庭")
    site.post("誰も頼まない", NOON - 5 * DAY, categories="本")
    (first,) = round_at(site, store, NOON).made
    end(store, first, DeliveryStatus.FAILED, "niwa@example.jp")

    assert round_at(site, store, NOON + MINUTE).made == ()

    site.post("次の", NOON + MINUTE, categories="庭")
    (issue,) = round_at(site, store, NOON + 2 * MINUTE).made
    assert got(store, issue) == {"hanako@example.jp": 1, "niwa@example.jp": 2}


def test_who_is_back_from_a_pause_gets_at_once_what_came_out_meanwhile(site: Site, store: Store) -> None:
    with store.write() as connection:
        subscribers.pause(connection, "niwa@example.jp", None, NOON + HOUR)
    site.post("霜の朝", NOON - MINUTE, categories="庭")
    (first,) = round_at(site, store, NOON).made
    assert got(store, first) == {"hanako@example.jp": 1}
    assert round_at(site, store, NOON + MINUTE).made == ()

    (second,) = round_at(site, store, NOON + 2 * HOUR).made

    assert got(store, second) == {"niwa@example.jp": 1}
    assert round_at(site, store, NOON + 3 * HOUR).made == ()


def test_one_who_waits_for_more_gets_it_when_it_is_old_though_others_had_it_before(site: Site, store: Store) -> None:
    site.write("config.yaml", BOTH + "    min_posts: 2\n")
    site.post("庭の話", NOON - MINUTE, categories="庭")
    site.post("本の話", NOON - MINUTE, categories="本")
    (first,) = round_at(site, store, NOON).made
    assert got(store, first) == {"hanako@example.jp": 2}, "niwa has one alone"
    assert round_at(site, store, NOON + 29 * DAY).made == ()

    (second,) = round_at(site, store, NOON + 31 * DAY).made

    assert got(store, second) == {"niwa@example.jp": 1}
    assert round_at(site, store, NOON + 32 * DAY).made == ()


def test_who_was_suppressed_gets_it_when_they_are_not_any_more(site: Site, store: Store) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, "niwa@example.jp", "宛先不明", NOON - HOUR)
    site.post("霜の朝", NOON - MINUTE, categories="庭")
    round_at(site, store, NOON)
    assert round_at(site, store, NOON + MINUTE).made == ()
    with store.write() as connection:
        suppressions.remove(connection, store.secret, "niwa@example.jp")

    (issue,) = round_at(site, store, NOON + HOUR).made

    assert got(store, issue) == {"niwa@example.jp": 1}


def test_who_joins_gets_what_comes_out_from_that_day_on(site: Site, store: Store) -> None:
    site.post("前の日", NOON - DAY - 3 * HOUR, categories="庭")
    round_at(site, store, NOON)
    subscribe(store, "new@example.jp", Frequency.INSTANT, NOON + HOUR)
    assert round_at(site, store, NOON + HOUR).made == ()

    # With a date and no time, as Jekyll's file names have it: midnight.
    site.post("その日", NOON.replace(hour=0), categories="庭")
    (issue,) = round_at(site, store, NOON + 2 * HOUR).made

    assert got(store, issue)["new@example.jp"] == 1


def test_a_post_is_held_until_it_has_settled(site: Site, store: Store) -> None:
    site.write("config.yaml", BOTH + "    hold: 2h\n")
    site.post("霜の朝", NOON - HOUR)

    assert round_at(site, store, NOON) == Round((), (), NOON + HOUR)
    assert len(round_at(site, store, NOON + HOUR).made) == 1


def test_the_weekly_reader_gets_it_on_monday_all_the_same(site: Site, store: Store) -> None:
    site.post("霜の朝", NOON - MINUTE)
    round_at(site, store, NOON)
    monday = datetime(2026, 11, 30, 9, 0, tzinfo=JST)

    with desk(site, monday) as place:
        due = look(store, [place.newsletter], monday, prev_fire).due
        (issue,), _ = make_due(place.library, store, place.templates, due, now=monday, prev_fire=prev_fire)

    assert got(store, issue) == {"weekly@example.jp": 1}
