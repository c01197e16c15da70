"""Addresses that get no mail, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from publisher.model.bounce import SuppressionKind
from publisher.store import suppressions
from publisher.store.engine import Store

TARO, HANAKO = "taro@example.jp", "三浦@example.jp"
FROM_THE_WEAKEST = (
    SuppressionKind.SOFT,
    SuppressionKind.HARD,
    SuppressionKind.READER,
    SuppressionKind.COMPLAINT,
    SuppressionKind.HAND,
)


@pytest.mark.parametrize(("weak", "strong"), [*combinations(FROM_THE_WEAKEST, 2)])
def test_a_stronger_kind_replaces_a_weaker_one_and_never_the_other_way(
    store: Store, now: datetime, weak: SuppressionKind, strong: SuppressionKind
) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, TARO, "弱い", now, kind=weak)
        assert not suppressions.add(connection, store.secret, TARO, "強い", now, kind=strong)
        assert not suppressions.add(connection, store.secret, TARO, "また弱い", now, kind=weak)
        (found,) = suppressions.listed(connection)

    assert (found.kind, found.reason) == (strong, "強い")


def test_who_asked_to_be_forgotten_is_suppressed_and_stands_nowhere(store: Store, now: datetime) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, HANAKO, f"550 5.1.1 <{HANAKO}>", now, kind=SuppressionKind.HARD)
        assert suppressions.forget(connection, store.secret, HANAKO, now)
        assert not suppressions.forget(connection, store.secret, HANAKO, now)
        (found,) = suppressions.listed(connection)

        assert HANAKO not in f"{found}"
        assert found.kind is SuppressionKind.FORGOTTEN
        assert suppressions.reason_of(connection, store.secret, HANAKO) == "asked to be forgotten"
        assert suppressions.among(connection, store.secret, [TARO, HANAKO]) == {HANAKO: "asked to be forgotten"}


def test_a_bounce_of_the_forgotten_does_not_write_them_down_again(store: Store, now: datetime) -> None:
    with store.write() as connection:
        suppressions.forget(connection, store.secret, HANAKO, now)
        for kind in FROM_THE_WEAKEST:
            assert not suppressions.add(connection, store.secret, HANAKO, "宛先不明", now, kind=kind)

        assert [one.kind for one in suppressions.listed(connection)] == [SuppressionKind.FORGOTTEN]


def test_the_forgotten_come_back_by_naming_their_address(store: Store, now: datetime) -> None:
    with store.write() as connection:
        suppressions.forget(connection, store.secret, HANAKO, now)
        assert suppressions.remove(connection, store.secret, HANAKO)
        assert not suppressions.remove(connection, store.secret, HANAKO)
        assert suppressions.reason_of(connection, store.secret, HANAKO) is None


def test_a_hash_is_good_for_one_ledger_only(store: Store, now: datetime) -> None:
    with store.write() as connection:
        suppressions.forget(connection, store.secret, HANAKO, now)

        assert suppressions.among(connection, b"another", [HANAKO]) == {}


def test_of_many_thousands_those_that_are_suppressed_are_found(store: Store, now: datetime) -> None:
    keys = [f"reader{number}@example.jp" for number in range(12_001)]
    with store.write() as connection:
        for key in (keys[0], keys[5000], keys[-1]):
            suppressions.add(connection, store.secret, key, "本人の希望", now)
        suppressions.forget(connection, store.secret, keys[4999], now)

        found = suppressions.among(connection, store.secret, keys)

    assert found == {
        keys[0]: "本人の希望",
        keys[4999]: "asked to be forgotten",
        keys[5000]: "本人の希望",
        keys[-1]: "本人の希望",
    }


def test_many_at_once_suppress_an_address_once(store: Store, now: datetime) -> None:
    def suppress(number: int) -> bool:
        with store.write() as connection:
            return suppressions.add(connection, store.secret, TARO, f"理由{number}", now + timedelta(seconds=number))

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(suppress, range(24)))

    assert sum(made) == 1
