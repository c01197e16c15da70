"""One Monday in many zones is one edition: readers count what they got, on the web as in their mail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.desk import desk
from support.plans import planned
from support.rounds import round_at
from support.site import JST, Site

from publisher.jobs.digest import make_digest
from publisher.jobs.issue import cancel, overview
from publisher.model.archive import IssuePage
from publisher.model.mailing import Issue
from publisher.schedule import prev_fire
from publisher.store import issues, pages
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
"""Nine in Tokyo; in Auckland four hours before, in Berlin eight later."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
BERLIN, AUCKLAND = 8 * HOUR, -4 * HOUR
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def made(site: Site, store: Store, *moments: datetime) -> list[Issue]:
    return [issue for now in moments for issue in round_at(site, store, now) if issue.recipients]


def shown(store: Store) -> list[IssuePage]:
    with store.read() as connection:
        return pages.visible(connection)


def titles(page: IssuePage) -> list[str]:
    return [post.title for post in page.content.posts]


def test_a_monday_has_one_number_in_all_zones_and_the_next_monday_the_next(readers: Site, store: Store) -> None:
    first = made(readers, store, MONDAY + AUCKLAND, MONDAY, MONDAY + BERLIN)
    readers.post("初雪", MONDAY + DAY)
    second = made(readers, store, MONDAY + WEEK + AUCKLAND, MONDAY + WEEK, MONDAY + WEEK + BERLIN)

    assert [one.number for one in first] == [1, 1, 1]
    assert [one.number for one in second] == [2, 2, 2]
    assert {one.page_url for one in second} == {"https://midori.example/newsletters/weekly/2/"}
    with store.read() as connection:
        assert [issues.get(connection, one.id).number for one in first] == [1, 1, 1]
        assert issues.next_number(connection, "weekly") == 3
    folder = readers.folder / "public/newsletters/weekly"
    listed, page = ((folder / name).read_text(encoding="utf-8") for name in ("index.html", "2/index.html"))
    assert re.findall(r"第\d号", listed) == ["第2号", "第1号"]
    assert 'rel="prev" href="https://midori.example/newsletters/weekly/1/"' in page


def test_it_has_one_page_with_what_came_out_between_its_zones_and_one_entry(readers: Site, store: Store) -> None:
    made(readers, store, MONDAY + AUCKLAND, MONDAY)
    (early,) = shown(store)
    readers.post("昼の虹", MONDAY + HOUR, title="昼の虹")
    made(readers, store, MONDAY + BERLIN)

    (whole,) = shown(store)
    assert (titles(early), early.updated) == (["霜の朝"], None)
    assert sorted(titles(whole)) == ["昼の虹", "霜の朝"]
    assert (whole.content.id, whole.path, whole.title) == (early.content.id, early.path, "霜の朝")
    assert (whole.content.at, whole.updated) == (MONDAY + AUCKLAND, MONDAY + BERLIN)
    folder = readers.folder / "public/newsletters/weekly"
    assert "昼の虹" in (folder / "1/index.html").read_text(encoding="utf-8")
    assert sorted(one.name for one in folder.iterdir() if one.is_dir()) == ["1"]
    atom = (folder / "atom.xml").read_text(encoding="utf-8")
    assert atom.count("<entry>") == 1
    assert f"<updated>{(MONDAY + BERLIN).astimezone(UTC):%Y-%m-%dT%H:%M:%S}" in atom


def test_what_was_cancelled_in_one_zone_gives_the_others_its_number_and_not_its_posts(
    readers: Site, store: Store
) -> None:
    wrong = readers.post("誤報", MONDAY - 6 * HOUR)
    (auckland,) = made(readers, store, MONDAY + AUCKLAND)
    cancel(store, auckland.id)
    assert shown(store) == []
    wrong.unlink()

    (tokyo,) = made(readers, store, MONDAY)

    (page,) = shown(store)
    assert (tokyo.number, page.number, page.issue_id) == (1, 1, tokyo.id)
    assert titles(page) == ["霜の朝"]


def test_a_plan_tells_the_number_that_each_zone_gets(readers: Site, store: Store) -> None:
    coming = planned(readers, store, MONDAY - 2 * HOUR + AUCKLAND)
    made(readers, store, MONDAY + AUCKLAND)
    (due,) = planned(readers, store, MONDAY)

    assert [one.number for one in coming] == [1, 1, 1]
    assert due.number == 1


def test_a_digest_by_hand_is_of_no_edition(readers: Site, store: Store) -> None:
    made(readers, store, MONDAY + AUCKLAND)
    with desk(readers, MONDAY - HOUR) as place:
        by_hand = make_digest(place, store, at=MONDAY - HOUR, now=MONDAY - HOUR, prev_fire=prev_fire)
    readers.post("朝の雨", MONDAY - HOUR / 2)

    (tokyo,) = made(readers, store, MONDAY)

    assert by_hand is not None
    assert (by_hand.number, tokyo.number) == (2, 1)


def test_the_list_of_issues_tells_the_zones_of_an_edition(readers: Site, store: Store) -> None:
    made(readers, store, MONDAY + AUCKLAND)
    assert [one.zone for one in overview(store)] == [None]

    made(readers, store, MONDAY)

    assert [one.zone for one in overview(store)] == ["Asia/Tokyo", "Pacific/Auckland"]
