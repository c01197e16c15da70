"""What follows from a hook's answer, and how posts to it are signed."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.hooks import GIVE_UP_AFTER, WAITS, Reply, headers, is_own_machine, judge, keys_of
from publisher.errors import UsageError
from publisher.model.event import Health, PostStatus

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REPLIES = st.builds(
    Reply,
    st.none() | st.sampled_from([200, 204, 299, 301, 307, 400, 401, 404, 410, 413, 422, 429, 500, 503]),
    st.text(max_size=300),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)


@given(st.lists(REPLIES, max_size=30))
def test_a_post_is_tried_ten_times_at_most_over_three_days_and_waits_longer_each_time(replies: list[Reply]) -> None:
    now, health, waits = NOW, Health(), []
    for attempts, reply in enumerate(replies, 1):
        found = judge(reply, health, attempts=attempts, told_at=NOW, now=now)
        assert (found.due_at is not None) == (found.status is PostStatus.WAITING)
        assert found.words.isprintable()
        if found.due_at is None:
            break
        waits.append(found.due_at - now)
        health, now = found.health, max(found.due_at, found.health.rests_until or now)

    assert len(waits) <= len(WAITS)
    assert all(WAITS[number] <= wait <= WAITS[-1] for number, wait in enumerate(waits))
    assert now - NOW <= 2 * len(WAITS) * WAITS[-1]


@pytest.mark.parametrize(
    ("reply", "status", "wait", "rests", "ended"),
    [
        (Reply(200), PostStatus.DELIVERED, None, False, False),
        (Reply(None, "no answer"), PostStatus.WAITING, 5, True, False),
        (Reply(503, wait=timedelta(minutes=2)), PostStatus.WAITING, 120, True, False),
        (Reply(503, wait=timedelta(days=9)), PostStatus.WAITING, 86400, True, False),
        (Reply(302), PostStatus.WAITING, 5, True, False),
        (Reply(404), PostStatus.WAITING, 5, True, False),
        (Reply(422), PostStatus.WAITING, 5, False, False),
        (Reply(410), PostStatus.FAILED, None, False, True),
    ],
)
def test_what_is_about_one_post_lets_the_others_go_before_it(
    reply: Reply, status: PostStatus, wait: int | None, rests: bool, ended: bool
) -> None:
    found = judge(reply, Health(), attempts=1, told_at=NOW, now=NOW)

    assert found.status is status
    assert found.due_at == (None if wait is None else NOW + timedelta(seconds=wait))
    assert (found.health.rests_until is not None, found.health.ended_at is not None) == (rests, ended)


def test_a_hook_that_is_down_for_days_loses_what_is_older_and_gets_what_is_new() -> None:
    down = Health(9, NOW - GIVE_UP_AFTER, NOW, None, "answered 500")

    old = judge(Reply(500), down, attempts=1, told_at=NOW - GIVE_UP_AFTER, now=NOW)
    new = judge(Reply(500), down, attempts=1, told_at=NOW - timedelta(hours=1), now=NOW)
    first = judge(Reply(500), Health(), attempts=1, told_at=NOW - timedelta(days=30), now=NOW)

    assert (old.status, old.abandons) == (PostStatus.FAILED, True)
    assert (new.status, new.due_at) == (PostStatus.WAITING, NOW + WAITS[-1])
    assert first.status is PostStatus.WAITING
    assert judge(Reply(200), down, attempts=2, told_at=NOW, now=NOW).health == Health()


def test_the_signature_is_the_specifications_own_example() -> None:
    # standard-webhooks, libraries/python/tests/test_webhooks.py: the same values in all of its libraries.
    keys = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    moment = datetime.fromtimestamp(1614265330, UTC)

    found = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', keys, moment)

    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert found["webhook-timestamp"] == "1614265330"


def test_while_a_secret_changes_over_each_post_is_signed_with_both() -> None:
    old, new = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))

    both = headers("id", b"{}", keys_of(f"{new} {old}"), NOW)["webhook-signature"]

    each = [headers("id", b"{}", keys_of(one), NOW)["webhook-signature"] for one in (new, old)]
    assert both.split(" ") == each


@pytest.mark.parametrize(
    "text", ["", "himitsu", "whsec_", "whsec_AAAA", "whsec_あ", "whsec_" + "A" * 31, f"whsec_{'A' * 88}"]
)
def test_a_secret_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        keys_of(text)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8000/", True),
        ("http://localhost/", True),
        ("http://[::1]:80/", True),
        ("http://localhost.example.com/", False),
        ("http://192.168.1.2/", False),
        ("http://127.0.0.1.nip.io/", False),
    ],
)
def test_this_machine_is_named_in_so_many_words(url: str, own: bool) -> None:
    assert is_own_machine(url) is own
