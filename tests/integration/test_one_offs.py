"""To whom a one-off goes, through the real ledger, on both databases."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.planned import ended
from support.rows import wish
from support.site import JST, Site

from publisher.core.identity import text_id
from publisher.jobs.audience import Narrowing, Whom
from publisher.jobs.due import next_begin
from publisher.jobs.send import audience, find_post, make_one_off
from publisher.jobs.texts import laid_out
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.schedule import next_fire
from publisher.store import deliveries, subscribers, suppressions, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
WEEK = timedelta(days=7)
READERS = (
    wish("a@docomo.ne.jp", categories=("庭",), language="ja"),
    wish("b@example.jp", categories=("本",), language="en"),
    wish("c@example.jp", frequency=Frequency.WEEKLY),
    wish("d@example.com", categories=("庭", "本"), language="ja"),
)


@pytest.fixture
def garden(site: Site, store: Store) -> Site:
    """A post, and four readers who came week by week."""
    site.post("冬の庭", MONDAY - WEEK)
    with store.write() as connection:
        for weeks, one in enumerate(READERS):
            subscribers.subscribe(connection, one, MONDAY - (4 - weeks) * WEEK, revive=True)
        zone = tables.subscriptions.update().where(
            tables.subscriptions.c.subscriber_id
            == sa.select(tables.subscribers.c.id).where(tables.subscribers.c.email == "d@example.com").scalar_subquery()
        )
        connection.execute(zone.values(timezone="Europe/Berlin"))
    return site


def sent_to(store: Store, issue: Issue | None) -> str:
    """The first letters of whom an issue is for."""
    assert issue is not None
    with store.read() as connection:
        return "".join(one.recipient.email[0] for one in deliveries.listed(connection, issue.id))


@pytest.mark.parametrize(
    ("narrowing", "who"),
    [
        (Narrowing(), "abcd"),
        (Narrowing(categories=("庭",)), "acd"),
        (Narrowing(categories=("庭", "本"), language="ja"), "acd"),
        (Narrowing(language="en"), "b"),
        (Narrowing(where="domain: example.jp"), "bc"),
        (Narrowing(where="{domain: [docomo.ne.jp, example.com], timezone: Europe/Berlin}"), "d"),
        (Narrowing(where="joined: 2026-11-09..2026-11-16"), "cd"),
        (Narrowing(categories=("庭",), where="not: {timezone: Asia/Tokyo}"), "d"),
    ],
)
def test_a_segment_is_who_is_counted_and_who_gets_it(
    garden: Site, store: Store, narrowing: Narrowing, who: str
) -> None:
    with desk(garden, MONDAY) as place:
        post, whom = find_post(place.library, "冬の庭", garden.folder), Whom(narrowing=narrowing)
        found = audience(place, store, post, whom, at=MONDAY)
        issue = make_one_off(place, store, post, whom, now=MONDAY)

    assert (found.count, found.already) == (len(who), 0)
    assert sent_to(store, issue) == who
    assert issue is not None
    assert (issue.newsletter, issue.number, issue.audience) == ("weekly", 1, narrowing.words)


def test_a_segment_of_nobody_leaves_no_issue(garden: Site, store: Store) -> None:
    with desk(garden, MONDAY) as place:
        post = find_post(place.library, "冬の庭", garden.folder)

        assert make_one_off(place, store, post, Whom(narrowing=Narrowing(where="domain: 無い.jp")), now=MONDAY) is None


def test_who_had_it_is_left_out_until_it_goes_again(garden: Site, store: Store) -> None:
    """Also by address, and whichever newsletter brought it."""
    with store.write() as connection:
        suppressions.add(connection, store.secret, "c@example.jp", "手で", MONDAY)
    with desk(garden, MONDAY) as place:
        post = find_post(place.library, "冬の庭", garden.folder)
        make_one_off(place, store, post, Whom(narrowing=Narrowing(language="en")), now=MONDAY)
        rest = audience(place, store, post, Whom(), at=MONDAY)
        one, friend = Whom(("B@example.jp",)), Whom(("b@example.jp", "友@example.jp"))
        by_address = [audience(place, store, post, whom, at=MONDAY) for whom in (one, friend)]
        again = audience(place, store, post, Whom(again=True), at=MONDAY)
        issue = make_one_off(place, store, post, Whom(again=True), now=MONDAY)

    assert (rest.count, rest.already) == (2, 1)
    assert [(found.count, found.already) for found in by_address] == [(0, 1), (1, 1)]
    assert (again.count, again.already) == (3, 1)
    assert sent_to(store, issue) == "abcd"
    assert issue is not None
    assert issue.again


def test_one_that_is_to_wait_is_frozen_now_and_counts_as_on_its_way(garden: Site, store: Store) -> None:
    with desk(garden, MONDAY) as place:
        post = find_post(place.library, "冬の庭", garden.folder)
        issue = make_one_off(place, store, post, Whom(), now=MONDAY, starts_at=MONDAY + WEEK)
        twice = audience(place, store, post, Whom(), at=MONDAY)

    assert issue is not None
    assert (issue.status, issue.starts_at, issue.at) == (IssueStatus.AWAITING, MONDAY + WEEK, MONDAY + WEEK)
    # What is being sent stops for it, as for a period that ends: a large issue may take hours.
    assert next_begin(store, [], MONDAY, next_fire) == MONDAY + WEEK
    assert next_begin(store, [place.newsletter], MONDAY + timedelta(hours=1), next_fire) == MONDAY + WEEK
    assert next_begin(store, [place.newsletter], MONDAY - timedelta(hours=1), next_fire) == MONDAY
    assert (twice.count, twice.already) == (0, 4)


def test_a_text_that_is_no_post_is_known_again_whatever_is_changed_in_it(garden: Site, store: Store) -> None:
    file = garden.write("お便り/お知らせ.md", "# 展示会\n\n十二月に開きます。\n")
    with desk(garden, MONDAY) as place:
        there, post = laid_out(place, "お便り/お知らせ.md", garden.folder, MONDAY)
        first = make_one_off(there, store, post, Whom(narrowing=Narrowing(language="ja")), now=MONDAY)
    ended_all(store, first)
    file.write_text("# 展示会の日\n\n一月に開きます。\n", encoding="utf-8")
    with desk(garden, MONDAY) as place:
        there, post = laid_out(place, str(file), garden.folder.parent, MONDAY)
        found = audience(there, store, post, Whom(), at=MONDAY)

    assert (there.id_of(post), post.title) == (text_id("お便り/お知らせ.md", "midori.example"), "展示会の日")
    assert (found.count, found.already) == (1, 3)


def ended_all(store: Store, issue: Issue | None) -> None:
    assert issue is not None
    with store.read() as connection:
        emails = [one.recipient.email for one in deliveries.listed(connection, issue.id)]
    ended(store, issue, DeliveryStatus.SENT, MONDAY, *emails)
