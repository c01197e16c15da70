"""Issues planned reader by reader, beside what each reader is owed, on both databases."""

import gc
import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.core.selection import newest_first
from publisher.core.words import speaks
from publisher.errors import TemplateError
from publisher.jobs.audience import Whom
from publisher.jobs.digest import make_digest, plan_digest, plan_variants
from publisher.jobs.send import audience, find_post, make_one_off
from publisher.mail import message_ids
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, subscribers, suppressions, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
WEEK = timedelta(days=7)
CATEGORIES = ("投資分析", "庭", "本", "Tools")


def readers(store: Store, number: int, chance: random.Random) -> None:
    with store.write() as connection:
        for one in range(number):
            some = chance.sample(CATEGORIES, chance.randint(1, 2)) if chance.random() < 0.6 else None
            wished = wish(
                f"{one:03d}@example.jp",
                categories=None if some is None else tuple(some),
                language=chance.choice(["ja", "en", None]),
            )
            subscribers.subscribe(connection, wished, MONDAY - chance.randint(0, 5) * WEEK, revive=True)
            if one % 10 == 9:
                suppressions.add(connection, store.secret, wished.address_key, "宛先不明", MONDAY)


def posts(site: Site, week: int) -> None:
    for number, category in enumerate(CATEGORIES):
        site.post(f"{week}-{number}", MONDAY + week * WEEK - timedelta(days=1, hours=number), categories=category)


def got(store: Store, issue: Issue) -> dict[str, tuple[str, ...]]:
    """What each address gets, suppressed or not."""
    with store.read() as connection:
        made = deliveries.listed(connection, issue.id)
        held = {one: issues.variant(connection, one).post_ids for one in {one.variant_id for one in made}}
    return {one.recipient.email: held[one.variant_id] for one in made}


def carried(connection: sa.Connection) -> dict[str, set[str]]:
    """All that deliveries have brought, or are to bring, to each address."""
    held = tables.variant_posts.c
    query = sa.select(tables.deliveries.c.address_key, held.post_id).join(
        tables.variant_posts, held.variant_id == tables.deliveries.c.variant_id
    )
    found: dict[str, set[str]] = defaultdict(set)
    for address_key, post_id in connection.execute(
        query.where(tables.deliveries.c.status != DeliveryStatus.SUPPRESSED)
    ):
        found[address_key].add(post_id)
    return found


def owed(site: Site, store: Store, at: datetime) -> dict[str, tuple[str, ...]]:
    """What every reader, looked at alone, is to get in an issue that everybody was there for."""
    with desk(site, at) as place, store.read() as connection:
        ids, had = place.library.ids, carried(connection)
        out = [one for one in newest_first(place.library.posts) if MONDAY - WEEK < one.published <= at]
        found = {}
        for one in subscribers.listed(connection, newsletter="weekly"):
            found[one.subscriber.email] = tuple(
                ids[post.source]
                for post in out
                if (one.categories is None or not set(one.categories).isdisjoint(post.categories))
                and (one.language is None or post.language is None or speaks([one.language], post.language))
                and ids[post.source] not in had[one.subscriber.address_key]
            )
    return {email: ids for email, ids in found.items() if ids}


def digest(site: Site, store: Store, at: datetime) -> Issue:
    with desk(site, at) as place:
        plan = plan_digest(place, store, at=at, prev_fire=prev_fire)
        issue = make_digest(place, store, at=at, now=at, prev_fire=prev_fire)
    assert issue is not None
    with store.read() as connection:
        made = deliveries.listed(connection, issue.id)
    assert plan.recipients == sum(one.status is DeliveryStatus.PLANNED for one in made)
    assert issue.recipients == sum(one.readers for one in plan.picks) == len(made)
    return issue


@pytest.mark.parametrize("seed", range(3))
def test_each_reader_gets_what_they_are_owed_one_issue_after_the_other(site: Site, store: Store, seed: int) -> None:
    readers(store, 40, random.Random(seed))
    for week in range(2):
        posts(site, week)
        at = MONDAY + week * WEEK
        expected = owed(site, store, at)

        assert got(store, digest(site, store, at)) == expected


def test_a_first_issue_looks_back_one_period_for_readers_of_old_too(site: Site, store: Store) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish("a@example.jp"), MONDAY - 50 * WEEK, revive=True)
    site.post("古い", MONDAY - 10 * WEEK)
    site.post("新しい", MONDAY - timedelta(days=1))

    issue = digest(site, store, MONDAY)

    assert [len(ids) for ids in got(store, issue).values()] == [1]


def test_message_ids_are_derived_for_each_address(site: Site, store: Store) -> None:
    posts(site, 0)
    readers(store, 3, random.Random(0))

    issue = digest(site, store, MONDAY)

    derived = message_ids(store.secret, issue.uid, "midori.example")
    with store.read() as connection:
        made = deliveries.listed(connection, issue.id)
    assert {one.message_id for one in made} == {derived(one.recipient.address_key) for one in made}


def test_an_issue_for_nobody_but_suppressed_readers_leaves_nothing(site: Site, store: Store) -> None:
    posts(site, 0)
    with store.write() as connection:
        subscribers.subscribe(connection, wish("a@example.jp"), MONDAY - WEEK, revive=True)
        suppressions.add(connection, store.secret, "a@example.jp", "手で", MONDAY)
    with desk(site, MONDAY) as place:
        plan = plan_digest(place, store, at=MONDAY, prev_fire=prev_fire)

        assert plan_variants(place, plan, at=MONDAY) == []
        assert make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire) is None
    with store.read() as connection:
        assert issues.count(connection) == 0
        assert connection.execute(tables.variants.select()).all() == []


def test_a_template_that_fails_for_one_reader_leaves_no_open_stream_behind(
    site: Site, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    site.write("config.yaml", CONFIG + """    subject: "{{ posts[99].title }}"\n""")
    posts(site, 0)
    readers(store, 9, random.Random(3))

    with desk(site, MONDAY) as place, pytest.raises(TemplateError):
        make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire)
    store.close()
    gc.collect()

    assert caplog.records == []


def test_what_is_looked_at_before_shows_every_post_in_every_language(site: Site, store: Store) -> None:
    posts(site, 0)
    readers(store, 60, random.Random(1))
    with desk(site, MONDAY) as place:
        plan = plan_digest(place, store, at=MONDAY, prev_fire=prev_fire)
        shown = plan_variants(place, plan, at=MONDAY)

    assert len(shown) < len(plan.picks)
    assert {(one.language, post_id) for one in shown for post_id in one.post_ids} == {
        (one.language, post_id) for one in plan.picks for post_id in one.post_ids
    }


def test_a_one_off_to_addresses_is_urgent_and_one_to_readers_is_not(site: Site, store: Store) -> None:
    posts(site, 0)
    readers(store, 20, random.Random(2))
    with desk(site, MONDAY) as place:
        post = find_post(place.library, "0-1", site.folder)
        whom = audience(place, store, post, Whom(), at=MONDAY)
        to_readers = make_one_off(place, store, post, Whom(), now=MONDAY)
        again = audience(place, store, post, Whom(), at=MONDAY)
        friend = make_one_off(place, store, post, Whom(("friend@example.com", "friend@EXAMPLE.com")), now=MONDAY)

    assert to_readers is not None
    assert friend is not None
    assert (to_readers.urgent, friend.urgent) == (False, True)
    assert (to_readers.recipients, friend.recipients) == (20, 1)
    assert (whom.count, whom.already) == (18, 0)
    assert (again.count, again.already) == (0, 18), "who was suppressed has not had it"
