"""Events are posted to hooks: signed, in order, again until they are taken, and nothing of the past."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from support.listener import SECRET, Listener, listening
from support.rows import wish

from publisher.core.hooks import GIVE_UP_AFTER, WAITS, keys_of
from publisher.http import post_json
from publisher.jobs.hooks import LEASE, Messenger, PostJson, Told, faults, know, lines, standing, tell
from publisher.model.event import EventKind, Hook, HookStanding
from publisher.store import events, hooks, subscribers, tables
from publisher.store.engine import Store
from publisher.struct import replace


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


class Clock:
    """Stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forth(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def messenger(store: Store, listener: Listener, clock: Clock) -> Messenger:
    hook = Hook("crm", listener.url, tuple(EventKind))
    know(store, [hook])
    return Messenger(store, hook, keys_of(SECRET), post_json, clock, lambda: False)


def joins(store: Store, now: datetime, *emails: str) -> None:
    with store.write() as connection:
        for email in emails:
            subscribers.subscribe(connection, wish(email), now, revive=True)


def only(store: Store, now: datetime) -> HookStanding:
    (one,) = standing(store, now)
    return one


def test_events_are_posted_in_order_signed_and_once(
    store: Store, messenger: Messenger, listener: Listener, now: datetime
) -> None:
    joins(store, now, "hanako@example.jp", "taro@example.jp")
    with store.write() as connection:
        subscribers.unsubscribe(connection, "taro@example.jp", None, now, by="reader")

    assert tell(messenger) == Told(3)
    assert tell(messenger) == Told(0)

    assert listener.types == ["subscriber.confirmed", "subscriber.confirmed", "subscriber.unsubscribed"]
    assert all(one.is_signed() for one in listener.heard)
    assert {one.path for one in listener.heard} == {"/hook?key=aikotoba"}
    assert listener.heard[0].headers["content-type"] == "application/json"
    first = listener.heard[0].told
    assert first["timestamp"] == "2026-11-24T03:00:00.000Z"
    reader = {"email": "hanako@example.jp", "name": "山田 花子", "fields": {}}
    assert first["data"]["subscriber"] == {"id": first["data"]["subscriber"]["id"], **reader}
    assert first["data"] | {"subscriber": None} == {
        "newsletter": "weekly", "issue": None, "subscriber": None, "source": "operator",
    }  # fmt: skip
    assert listener.heard[2].told["data"]["by"] == "reader"
    assert lines(standing(store, now), "Asia/Tokyo") == []


def test_who_was_forgotten_meanwhile_is_nobody_in_the_post(
    store: Store, messenger: Messenger, listener: Listener, now: datetime
) -> None:
    joins(store, now, "hanako@example.jp")
    with store.write() as connection:
        connection.execute(tables.subscribers.delete())

    tell(messenger)

    assert listener.heard[0].told["data"]["subscriber"] is None
    assert b"hanako" not in listener.heard[0].body


def test_a_server_that_is_down_is_left_alone_longer_each_time_and_gets_everything_when_it_is_back(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp", "b@example.jp")
    listener.statuses, listener.body = [500], "壊れ\x1b[31mました".encode()
    for number, wait in enumerate(WAITS[:3]):
        assert tell(messenger) == Told()
        assert len(listener.heard) == number + 1
        clock.forth(wait - timedelta(seconds=1))
        assert tell(messenger) == Told()
        assert len(listener.heard) == number + 1
        clock.forth(timedelta(seconds=1))
    found = only(store, clock.now)
    assert (found.waiting, found.failed, found.health.failures) == (2, 0, 3)
    assert faults([found]) == [
        "hook crm takes nothing: answered 500: 壊れ [31mました; it is tried again for three days"
    ]
    (told,) = lines([found], "Asia/Tokyo")
    assert "has taken nothing since" in told
    assert "2 events waiting, tried again" in told

    listener.statuses = [204]
    assert tell(messenger) == Told(2)

    assert len({one.uid for one in listener.heard}) == 2
    assert len({one.uid for one in listener.heard[:4]}) == 1
    assert all(one.is_signed() for one in listener.heard)
    assert only(store, clock.now).waiting == 0
    assert lines([only(store, clock.now)], "Asia/Tokyo") == []


def test_after_three_days_what_is_old_is_given_up_and_what_is_new_is_not(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp", "b@example.jp")
    listener.statuses = [503]
    end = clock.now + GIVE_UP_AFTER + timedelta(days=1)
    given_up: list[str] = []
    while clock.now < end:
        given_up += tell(messenger).given_up
        with store.read() as connection:
            following = hooks.next_due(connection, "crm")
        if following is None:
            break
        clock.now = following

    assert given_up == ["answered 503"]
    assert len(listener.heard) == len(WAITS) + 1
    assert (only(store, clock.now).waiting, only(store, clock.now).failed) == (0, 2)
    joins(store, clock.now, "new@example.jp")
    listener.statuses = [200]
    clock.forth(WAITS[-1])
    assert tell(messenger) == Told(1)
    assert lines([only(store, clock.now)], "UTC") == ["hook crm: 2 events of the last week given up"]


def test_what_one_post_is_refused_for_holds_up_no_other(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp", "b@example.jp")
    listener.statuses = [422, 200]

    assert tell(messenger) == Told(1)
    clock.forth(WAITS[0])
    assert tell(messenger) == Told(1)

    first, second, again = listener.heard
    assert (first.uid, first.body) == (again.uid, again.body)
    assert second.uid != first.uid
    assert again.headers["webhook-timestamp"] != first.headers["webhook-timestamp"]


def test_a_hook_that_is_gone_is_left_for_good_until_it_has_another_address(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp", "b@example.jp")
    listener.statuses = [410]

    assert tell(messenger) == Told(0, ("answered 410",))
    joins(store, clock.now, "c@example.jp")
    clock.forth(timedelta(days=1))
    assert tell(messenger) == Told()
    assert len(listener.heard) == 1
    assert faults([only(store, clock.now)])[0].startswith("hook crm has ended: answered 410; to begin anew, give it")
    assert "has ended" in lines([only(store, clock.now)], "UTC")[0]

    know(store, [replace(messenger.hook, url=f"{listener.url}&neu")])
    joins(store, clock.now, "d@example.jp")
    listener.statuses = [200]
    assert tell(messenger) == Told(1)
    assert listener.heard[-1].told["data"]["subscriber"]["email"] == "d@example.jp"


def test_a_hook_gets_nothing_of_the_past_also_when_it_comes_back(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp")
    know(store, [])
    joins(store, clock.now, "b@example.jp")
    know(store, [replace(messenger.hook, kinds=(EventKind.UNSUBSCRIBED,))])
    joins(store, clock.now, "c@example.jp")
    with store.write() as connection:
        subscribers.unsubscribe(connection, "c@example.jp", None, clock.now)

    assert tell(messenger) == Told(1)
    assert listener.types == ["subscriber.unsubscribed"]


def test_what_another_has_in_hand_is_not_posted_until_its_lease_is_over(
    store: Store, messenger: Messenger, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp")
    with store.write() as connection:
        (post,) = hooks.due(connection, "crm", clock.now, 10)
        assert hooks.claim(connection, post, clock.now + LEASE)
        assert not hooks.claim(connection, post, clock.now + LEASE)

    assert tell(messenger) == Told()
    clock.forth(LEASE)
    assert tell(messenger) == Told(1)


def test_two_at_once_post_each_event_once(
    store: Store, messenger: Messenger, listener: Listener, now: datetime
) -> None:
    joins(store, now, *(f"{n}@example.jp" for n in range(5)))

    def meanwhile(url: str, body: bytes, headers: dict[str, str], **options: object) -> object:
        if len(listener.heard) < 4:
            tell(messenger)
        return post_json(url, body, headers, **options)  # type: ignore[arg-type]

    post: PostJson = meanwhile  # type: ignore[assignment]
    tell(replace(messenger, post=post))

    assert len({one.uid for one in listener.heard}) == len(listener.heard) == 5


@pytest.mark.parametrize("gone", ["https://192.0.2.1/", "https://localhost.invalid/", "https://10.0.0.1/"])
def test_an_address_in_the_house_or_nowhere_is_a_failure_like_others(
    store: Store, messenger: Messenger, now: datetime, gone: str
) -> None:
    joins(store, now, "a@example.jp")

    assert tell(replace(messenger, hook=replace(messenger.hook, url=gone))) == Told()
    assert only(store, now).health.words.startswith(("crm: is a private address", "crm: "))
    assert only(store, now).waiting == 1


def test_redirects_are_not_followed_and_long_answers_not_read(
    store: Store, messenger: Messenger, listener: Listener, clock: Clock
) -> None:
    joins(store, clock.now, "a@example.jp")
    listener.statuses, listener.answer = [307, 200], {"Location": listener.url}
    assert tell(messenger) == Told()
    clock.forth(WAITS[0])
    listener.answer, listener.body = {}, b"x" * 5_000_000
    assert tell(messenger) == Told(1)
    assert len(listener.heard) == 2


def test_stopped_it_begins_no_more(store: Store, messenger: Messenger, listener: Listener, now: datetime) -> None:
    joins(store, now, "a@example.jp", "b@example.jp")
    stop: Callable[[], bool] = lambda: bool(listener.heard)  # noqa: E731

    assert tell(replace(messenger, stop=stop)) == Told(1)
    assert only(store, now).waiting == 1
    with store.read() as connection:
        assert len(events.after(connection, 0, 10)) == 2
