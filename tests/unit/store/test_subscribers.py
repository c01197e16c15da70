"""Subscribers and their subscriptions, on both databases."""

from datetime import datetime, timedelta

from support.rows import wish

from publisher.model.newsletter import Frequency
from publisher.model.reader import SubscriptionStatus
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Joining


def test_a_subscription_is_read_back_as_written(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(categories=("投資分析", "Tools"), language="ja"), now, revive=True)

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
        subscribers.subscribe(connection, wish(), now, revive=True)
        assert (
            subscribers.subscribe(connection, wish(categories=("本",), evidence="もう一度"), later, revive=True)
            == Joining.PRESENT
        )

    with store.read() as connection:
        (found,) = subscribers.listed(connection)

    assert found.categories == ("本",)
    assert (found.confirmed_at, found.evidence) == (now, "試験")


def test_who_left_and_comes_back_says_yes_anew(store: Store, now: datetime) -> None:
    later = now + timedelta(days=3)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now, revive=True)
        assert subscribers.unsubscribe(connection, "hanako@example.jp", None, now) == 1
        assert subscribers.subscribe(connection, wish(evidence="再開"), later, revive=True) == Joining.ADDED

    with store.read() as connection:
        (found,) = subscribers.listed(connection, status=SubscriptionStatus.CONFIRMED)

    assert (found.confirmed_at, found.evidence) == (later, "再開")


def test_leaving_one_newsletter_leaves_the_other(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(newsletter="weekly"), now, revive=True)
        subscribers.subscribe(connection, wish(newsletter="books"), now, revive=True)
        subscribers.unsubscribe(connection, "hanako@example.jp", "books", now)

    with store.read() as connection:
        confirmed = subscribers.listed(connection, status=SubscriptionStatus.CONFIRMED)

    assert [one.newsletter for one in confirmed] == ["weekly"]


def test_what_is_not_said_again_is_kept_and_only_a_change_of_wish_is_dated(store: Store, now: datetime) -> None:
    later = now + timedelta(days=300)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(categories=("本",)), now, revive=True)
        subscribers.subscribe(connection, wish(name="山田 はなこ"), later, revive=True)
    with store.read() as connection:
        (kept,) = subscribers.listed(connection)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(categories=("本", "庭")), later, revive=True)
    with store.read() as connection:
        (widened,) = subscribers.listed(connection)

    assert (kept.subscriber.name, kept.categories, kept.wished_at) == ("山田 はなこ", ("本",), now)
    assert (widened.categories, widened.wished_at, widened.confirmed_at) == (("本", "庭"), later, now)


def test_who_has_left_is_not_brought_back_unless_told(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now, revive=False)
        subscribers.unsubscribe(connection, "hanako@example.jp", None, now)

        assert subscribers.subscribe(connection, wish(), now, revive=False) == Joining.LEFT
        assert subscribers.listed(connection, status=SubscriptionStatus.CONFIRMED) == []


def test_all_categories_is_null_and_never_an_empty_list(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now, revive=True)

    with store.read() as connection:
        (found,) = subscribers.listed(connection)

    assert found.categories is None


def test_a_suppression_keeps_its_first_reason(store: Store, now: datetime) -> None:
    with store.write() as connection:
        assert suppressions.add(connection, store.secret, "x@example.jp", "本人の希望", now)
        assert not suppressions.add(connection, store.secret, "x@example.jp", "別の理由", now)

    with store.write() as connection:
        assert suppressions.reason_of(connection, store.secret, "x@example.jp") == "本人の希望"
        assert [one.address_key for one in suppressions.listed(connection)] == ["x@example.jp"]
        assert suppressions.remove(connection, store.secret, "x@example.jp")
        assert not suppressions.remove(connection, store.secret, "x@example.jp")
