"""The mail that greets a new reader, through the real ledger."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.desk import desk
from support.ledgers import fresh_ledger
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.jobs.digest import make_digest, plan_digest
from publisher.jobs.preview import sample_note
from publisher.jobs.welcome import welcome
from publisher.mail import Note
from publisher.model.mailing import Issue, IssueStatus, Variant
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, subscribers, suppressions
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY = timedelta(days=1)
LATEST = CONFIG + "    welcome: latest\n"
MONTHLY = """\
  monthly:
    title: "みどりの月報"
    from: "三浦 みどり <tayori@midori.example>"
    schedules: {monthly: "1st 09:00"}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_ledger(tmp_path / "publisher.db") as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def _an_issue(site: Site, store: Store) -> None:
    site.write("config.yaml", LATEST)
    site.post("霜の朝", MONDAY - DAY, title="霜の朝")
    site.post("本棚", MONDAY - 2 * DAY, title="本棚", categories="本")
    join(store, "hanako@example.jp", MONDAY - 7 * DAY)
    with desk(site, MONDAY) as place:
        assert make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire) is not None


def join(store: Store, email: str, at: datetime, **changes: Any) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(email, **changes), at, revive=True)


def greeted(site: Site, store: Store, email: str = "taro@example.jp", **changes: Any) -> tuple[Issue, Variant]:
    """The issue that greets a new reader on Monday evening, and what is stored of it."""
    at = MONDAY + timedelta(hours=9)
    join(store, email, at, **changes)
    with desk(site, at) as place:
        made = welcome(place, store, email, now=at)
    assert made is not None
    with store.read() as connection:
        (one,) = deliveries.listed(connection, made.id)
        return made, issues.variant(connection, one.variant_id)


def digest_of_the_next_week(site: Site, store: Store, name: str = "weekly") -> dict[tuple[str, ...], int]:
    """How many readers get which titles."""
    at = MONDAY + 7 * DAY
    with desk(site, at, name) as place:
        titles = {place.library.ids[post.source]: post.title for post in place.library.posts}
        picks = plan_digest(place, store, at=at, prev_fire=prev_fire).picks
    return {tuple(titles[one] for one in pick.post_ids): pick.readers for pick in picks}


def test_it_links_to_the_posts_of_the_latest_issue(site: Site, store: Store) -> None:
    made, variant = greeted(site, store)

    for part in (variant.rendered.html, variant.rendered.text):
        assert "最新号から" in part
        assert part.index("霜の朝") < part.index("本棚")
        assert "https://midori.example/" in part
        assert "霜の朝の本文です。" not in part, "links only"
    assert (made.urgent, made.number, made.newsletter) == (True, None, None), "it takes no number"


def test_no_digest_brings_again_what_it_has_shown(site: Site, store: Store) -> None:
    join(store, "jiro@example.jp", MONDAY - DAY / 2)
    site.post("雪の朝", MONDAY + DAY, title="雪の朝")
    assert digest_of_the_next_week(site, store) == {("雪の朝",): 1, ("雪の朝", "霜の朝", "本棚"): 1}

    greeted(site, store, "jiro@example.jp")

    assert digest_of_the_next_week(site, store) == {("雪の朝",): 2}


def test_who_left_and_comes_again_is_shown_only_what_they_have_not_had(site: Site, store: Store) -> None:
    _, variant = greeted(site, store, "hanako@example.jp")

    assert variant.post_ids == ()


def test_it_takes_no_post_from_another_newsletter(site: Site, store: Store) -> None:
    site.write("config.yaml", LATEST + MONTHLY)
    for name in ("weekly", "monthly"):
        join(store, "jiro@example.jp", MONDAY - DAY / 2, newsletter=name)

    greeted(site, store, "jiro@example.jp")

    assert digest_of_the_next_week(site, store) == {}
    assert digest_of_the_next_week(site, store, "monthly") == {("霜の朝", "本棚"): 1}


def test_a_plain_one_shows_nothing_and_carries_nothing(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG)
    _, variant = greeted(site, store)

    assert variant.post_ids == ()
    assert "最新号" not in variant.rendered.html


def test_it_shows_what_is_of_their_categories_and_speaks_their_language(site: Site, store: Store) -> None:
    _, variant = greeted(site, store, categories=("本",), language="en")

    assert "From the latest issue" in variant.rendered.text
    assert "本棚" in variant.rendered.text
    assert "霜の朝" not in variant.rendered.text


def test_without_an_issue_that_has_gone_it_is_plain(site: Site, store: Store) -> None:
    with store.write() as connection:
        (issue,) = issues.listed(connection)
        issues.move(connection, issue.id, IssueStatus.CANCELLED)

    _, variant = greeted(site, store)

    assert variant.post_ids == ()


def test_who_is_suppressed_gets_none_and_who_is_no_reader_has_none_made(site: Site, store: Store) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, "taro@example.jp", "宛先不明", MONDAY)
    made, _ = greeted(site, store)
    with store.read() as connection:
        (one,) = deliveries.listed(connection, made.id)
    assert one.status == "suppressed"

    with desk(site, MONDAY) as place:
        assert welcome(place, store, "nobody@example.jp", now=MONDAY) is None


def test_the_preview_shows_it_with_the_newest_posts(site: Site) -> None:
    with desk(site, MONDAY) as place:
        sample = sample_note(place, Note.WELCOME)
        other = sample_note(place, Note.GOODBYE)

    assert "最新号から" in sample.variant.rendered.text
    assert "霜の朝" in sample.variant.rendered.text
    assert "霜の朝" not in other.variant.rendered.text
