"""Subscribers and their subscriptions, on both databases."""

from datetime import datetime, timedelta

from support.rows import wish

from publisher.model.newsletter import Frequency
from publisher.model.reader import SubscriptionStatus
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store


def test_a_subscription_is_read_back_as_written(store: Store, now: datetime) -> None:
    with store.write() as connection:
        assert subscribers.subscribe(connection, wish(categories=("投資分析", "Tools"), language="ja"), now)

    with store.read() as connection:
        (found,) = subscribers.listed(connection)

    assert found.subscriber.name == "山田 花子"
    assert found.categories == ("投資分析", "Tools")
    assert (found.frequency, found.status) == (Frequency.WEEKLY, SubscriptionStatus.CONFIRMED)
    assert found.confirmed_at == now
    assert found.evidence == "試験"


def test_subscribing_again_keeps_when_and_why_the_reader_first_said_yes(store: Store, now: datetime) -> None:
    later = now + timedelta(days=3)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now)
        assert not subscribers.subscribe(connection, wish(categories=("本",), evidence="もう一度"), later)

    with store.read() as connection:
        (found,) = subscribers.listed(connection)

    assert found.categories == ("本",)
    assert (found.confirmed_at, found.evidence) == (now, "試験")


def test_who_left_and_comes_back_says_yes_anew(store: Store, now: datetime) -> None:
    later = now + timedelta(days=3)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now)
        assert subscribers.unsubscribe(connection, "hanako@example.jp", None, now) == 1
        assert subscribers.subscribe(connection, wish(evidence="再開"), later)

    with store.read() as connection:
        (found,) = subscribers.listed(connection, status=SubscriptionStatus.CONFIRMED)

    assert (found.confirmed_at, found.evidence) == (later, "再開")


def test_leaving_one_newsletter_leaves_the_other(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(newsletter="weekly"), now)
        subscribers.subscribe(connection, wish(newsletter="books"), now)
        subscribers.unsubscribe(connection, "hanako@example.jp", "books", now)

    with store.read() as connection:
        confirmed = subscribers.listed(connection, status=SubscriptionStatus.CONFIRMED)

    assert [one.newsletter for one in confirmed] == ["weekly"]


def test_all_categories_is_null_and_never_an_empty_list(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(categories=("本",)), now)
        subscribers.subscribe(connection, wish(categories=None), now)

    with store.read() as connection:
        (found,) = subscribers.listed(connection)

    assert found.categories is None


def test_a_suppression_keeps_its_first_reason(store: Store, now: datetime) -> None:
    with store.write() as connection:
        assert suppressions.add(connection, "x@example.jp", "本人の希望", now)
        assert not suppressions.add(connection, "x@example.jp", "別の理由", now)

    with store.write() as connection:
        assert suppressions.reason_of(connection, "x@example.jp") == "本人の希望"
        assert [one.address_key for one in suppressions.listed(connection)] == ["x@example.jp"]
        assert suppressions.remove(connection, "x@example.jp")
        assert not suppressions.remove(connection, "x@example.jp")
