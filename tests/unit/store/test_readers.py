"""Readers as a stream, and what is known of each, on both databases."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from support.rows import wish

from publisher.core.schedules import parse_schedule
from publisher.model.bounce import SuppressionKind
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.model.newsletter import Frequency, Newsletter
from publisher.store import readers, subscribers, suppressions, tables
from publisher.store.carried import Carried
from publisher.store.engine import Store
from publisher.store.readers import Circle, Kind, Reader

SCHEDULES = {
    Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00"),
    Frequency.DAILY: parse_schedule(Frequency.DAILY, "09:00"),
}
WEEKLY = Newsletter("weekly", "週刊", None, None, None, SCHEDULES, "Asia/Tokyo", None, (), "digest")
POST = "tag:example.jp,2026:/投稿"
EVERYBODY = Circle(WEEKLY)
MakeIssue = Callable[..., Issue]


def subscribe(store: Store, when: datetime, *emails: str, newsletter: str = "weekly", **changes: object) -> None:
    with store.write() as connection:
        for email in emails:
            subscribers.subscribe(connection, wish(email, newsletter, **changes), when, revive=True)


def stream(store: Store, circle: Circle = EVERYBODY, *, posts: Mapping[str, str] = {POST: ""}) -> list[Reader]:
    with store.read() as connection:
        carried = Carried(connection, circle.newsletter.name, posts)
        return list(readers.streamed(connection, store.secret, circle, carried))


def crowd(store: Store, number: int, when: datetime) -> list[str]:
    """So many readers at once, their addresses in no order."""
    emails = [f"{one * 7919 % number:05d}@example.jp" for one in range(number)]
    with store.write() as connection:
        whose = [
            {"id": place, "email": email, "address_key": email, "name": "三浦 みどり", "created_at": when}
            for place, email in enumerate(emails, 1)
        ]
        connection.execute(tables.subscribers.insert(), whose)
        row = {"newsletter": "weekly", "status": "confirmed", "frequency": "weekly", "evidence": "名簿"}
        moments = {"confirmed_at": when, "wished_at": when, "created_at": when}
        rows = [{"subscriber_id": place, **row, **moments} for place in range(1, number + 1)]
        connection.execute(tables.subscriptions.insert(), rows)
    return sorted(emails)


def test_thousands_come_each_once_and_in_the_order_of_their_addresses(store: Store, now: datetime) -> None:
    emails = crowd(store, 2501, now)

    assert [one.recipient.email for one in stream(store)] == emails


def test_what_was_carried_and_who_is_suppressed_is_known_in_every_batch(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    emails = crowd(store, 2501, now)
    some = [emails[place] for place in (0, 999, 1000, 1001, 2000, 2500)]
    make_issue(*some)
    with store.write() as connection:
        for email in some:
            suppressions.add(connection, store.secret, email, "宛先不明", now, kind=SuppressionKind.HARD)

    found = stream(store)

    assert [one.recipient.email for one in found if one.carried] == some
    assert [one.recipient.email for one in found if one.suppressed == "宛先不明"] == some
    assert {one.carried for one in found} == {0, 1}


def test_who_is_suppressed_is_counted_among_those_whom_a_digest_would_reach(store: Store, now: datetime) -> None:
    subscribe(store, now, "a@example.jp", "b@example.jp", "c@example.jp")
    subscribe(store, now, "d@example.jp", frequency=Frequency.DAILY)
    subscribe(store, now, "e@example.jp", newsletter="other")
    with store.write() as connection:
        for email in ("a@example.jp", "b@example.jp", "d@example.jp", "e@example.jp", "誰でもない@example.jp"):
            suppressions.add(connection, store.secret, email, "宛先不明", now)

    with store.read() as connection:
        assert readers.count_suppressed(connection, EVERYBODY) == 3
        assert readers.count_suppressed(connection, Circle(WEEKLY, Frequency.WEEKLY)) == 2


def test_the_forgotten_are_suppressed_for_planning_too(store: Store, now: datetime) -> None:
    subscribe(store, now, "a@example.jp", "b@example.jp", "c@example.jp")
    with store.write() as connection:
        suppressions.forget(connection, store.secret, "b@example.jp", now)
        suppressions.add(connection, store.secret, "c@example.jp", "手で", now)

    found = {one.recipient.email: one.suppressed for one in stream(store)}

    assert found == {"a@example.jp": None, "b@example.jp": "asked to be forgotten", "c@example.jp": "手で"}


def test_the_connection_that_reads_them_may_write_meanwhile(store: Store, now: datetime) -> None:
    crowd(store, 2100, now)
    with store.write() as connection:
        carried = Carried(connection, "weekly", {POST: ""})
        for place, one in enumerate(readers.streamed(connection, store.secret, Circle(WEEKLY), carried)):
            if place % 700 == 0:
                connection.execute(tables.meta.insert().values(key=one.recipient.email, value="見た"))
    with store.read() as connection:
        seen = sa.select(sa.func.count()).where(tables.meta.c.value == "見た")
        assert connection.scalar(seen) == 3


def test_a_stream_that_is_not_read_to_its_end_lets_go(store: Store, now: datetime) -> None:
    crowd(store, 2100, now)
    with store.read() as connection:
        carried = Carried(connection, "weekly", {POST: ""})
        with closing(readers.streamed(connection, store.secret, EVERYBODY, carried)) as some:
            next(some)
    with store.write() as connection:
        connection.execute(tables.subscriptions.delete())

    assert stream(store) == []


def test_only_confirmed_readers_of_this_newsletter_count(store: Store, now: datetime) -> None:
    subscribe(store, now, "a@example.jp", "b@example.jp")
    subscribe(store, now, "c@example.jp", newsletter="books")
    with store.write() as connection:
        subscribers.unsubscribe(connection, "b@example.jp", "weekly", now)

    assert [one.recipient.email for one in stream(store)] == ["a@example.jp"]
    with store.read() as connection:
        assert readers.count(connection, Circle(WEEKLY)) == 1
        assert readers.anybody(connection, Circle(WEEKLY))
        assert not readers.anybody(connection, Circle(WEEKLY, Frequency.DAILY))


def test_a_frequency_that_is_no_longer_offered_counts_for_the_first_there_is(store: Store, now: datetime) -> None:
    subscribe(store, now, "d@example.jp", frequency=Frequency.DAILY)
    subscribe(store, now, "m@example.jp", frequency=Frequency.MONTHLY)
    subscribe(store, now, "w@example.jp", frequency=Frequency.WEEKLY)

    weekly = stream(store, Circle(WEEKLY, Frequency.WEEKLY))

    assert [one.recipient.email for one in weekly] == ["m@example.jp", "w@example.jp"]
    assert [one.recipient.email for one in stream(store, Circle(WEEKLY, Frequency.DAILY))] == ["d@example.jp"]


def test_who_was_not_there_yet_is_no_reader_of_the_period(store: Store, now: datetime) -> None:
    subscribe(store, now, "early@example.jp")
    subscribe(store, now + timedelta(seconds=1), "late@example.jp")

    assert [one.recipient.email for one in stream(store, Circle(WEEKLY, by=now))] == ["early@example.jp"]


def test_when_a_reader_joined_is_told_where_it_was_late(store: Store, now: datetime) -> None:
    later = now + timedelta(days=1)
    subscribe(store, now, "a@example.jp", "b@example.jp")
    subscribe(store, later, "b@example.jp", categories=("庭",))
    with store.read() as connection:
        carried = Carried(connection, "weekly", {})
        found = list(readers.streamed(connection, store.secret, Circle(WEEKLY), carried, after=now))

    assert [one.joined for one in found] == [None, later]


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_delivery_that_ended_without_being_taken_gives_its_posts_back(
    store: Store, make_issue: MakeIssue, status: DeliveryStatus
) -> None:
    make_issue("a@example.jp")
    with store.write() as connection:
        connection.execute(tables.deliveries.update().values(status=status))
        had = Carried(connection, "weekly", {POST: ""}).between("a", "b")

    given_back = status in (DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED, DeliveryStatus.CANCELLED)
    assert had == ({} if given_back else {"a@example.jp": 1})


def test_one_offs_to_addresses_count_and_other_newsletters_do_not(store: Store, make_issue: MakeIssue) -> None:
    make_issue("a@example.jp", uid="u1", post="tag:一", newsletter=None)
    make_issue("a@example.jp", uid="u2", post="tag:二", newsletter="weekly")
    make_issue("a@example.jp", uid="u3", post="tag:三", newsletter="books")
    with store.read() as connection:
        posts = dict.fromkeys(("tag:一", "tag:二", "tag:三"), "")

        assert Carried(connection, "weekly", posts).between("a", "b") == {"a@example.jp": 0b011}
        assert Carried(connection, "weekly", {"tag:二": ""}).between("a", "b") == {"a@example.jp": 1}
        assert Carried(connection, "weekly", posts).between("b", "c") == {}
        assert Carried(connection, "weekly", {"tag:四": ""}).between("a", "b") == {}


def test_a_post_that_is_sent_again_counts_where_it_was_for_that_word(store: Store, make_issue: MakeIssue) -> None:
    first = make_issue("a@example.jp", "b@example.jp", uid="u1", post="tag:一")
    again = make_issue("b@example.jp", uid="u2", post="tag:一")
    with store.write() as connection:
        of_second = tables.variants.c.issue_id == again.id
        held = tables.variant_posts.c.variant_id.in_(sa.select(tables.variants.c.id).where(of_second))
        connection.execute(tables.variant_posts.update().where(held).values(resend="訂正"))

        def had(word: str) -> dict[str, int]:
            return Carried(connection, "weekly", {"tag:一": word}).between("a", "c")

        assert first.id != again.id
        assert had("訂正") == {"b@example.jp": 1}
        assert had("もう一度") == {}
        assert had("") == {"a@example.jp": 1, "b@example.jp": 1}, "without the word it is a post they have had"


def test_who_has_paused_is_no_reader_until_then(store: Store, now: datetime) -> None:
    subscribe(store, now, "a@example.jp", "b@example.jp")
    with store.write() as connection:
        subscribers.pause(connection, "b@example.jp", None, now + timedelta(days=3))

    def awake(days: int) -> list[str]:
        return [one.recipient.email for one in stream(store, Circle(WEEKLY, awake=now + timedelta(days=days)))]

    assert awake(2) == ["a@example.jp"]
    assert awake(3) == ["a@example.jp", "b@example.jp"]


def test_readers_alike_are_counted_as_they_are_when_looked_at_one_by_one(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    emails = crowd(store, 2501, now)
    subscribe(store, now + timedelta(days=1), *emails[5:9], language="en", categories=("本", "庭"))
    make_issue(*emails[2:8])
    with store.write() as connection:
        suppressions.add(connection, store.secret, emails[3], "手で", now)
        suppressions.forget(connection, store.secret, emails[4], now)
    with store.read() as connection:
        carried = Carried(connection, "weekly", {POST: ""})
        each = Counter(
            Kind(one.wish, one.joined, one.carried, one.suppressed is not None)
            for one in readers.streamed(connection, store.secret, EVERYBODY, carried, after=now)
        )
        alike: Counter[Kind] = Counter()
        for kind, number in readers.kinds(connection, store.secret, EVERYBODY, carried, after=now):
            alike[kind] += number

    assert alike == each
    assert alike.total() == 2501
    assert sum(number for kind, number in alike.items() if kind.suppressed) == 2
