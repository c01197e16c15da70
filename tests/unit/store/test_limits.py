"""Counters that several processes share, on both databases."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.store import limits
from publisher.store.engine import Store
from publisher.store.limits import Count
from publisher.store.reader_tables import limits as table

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def count(store: Store, at: datetime, **happened: int) -> dict[str, Count]:
    with store.write() as connection:
        return limits.count(connection, happened, at)


def test_what_happens_is_added_up_for_an_hour_and_then_begins_anew(store: Store, now: datetime) -> None:
    assert count(store, now, a=2, b=1) == {"a": Count(2, now), "b": Count(1, now)}
    assert count(store, now + 59 * MINUTE, a=3) == {"a": Count(5, now)}
    assert count(store, now + HOUR, a=1) == {"a": Count(1, now + HOUR)}
    assert count(store, now - 2 * HOUR, a=1) == {"a": Count(1, now - 2 * HOUR)}, "a clock that was set back"
    assert count(store, now) == {}


def test_a_thousand_are_counted_in_one_go(store: Store, now: datetime) -> None:
    many = {f"k{number}": number + 1 for number in range(1500)}

    count(store, now, **many)

    assert {key: one.number for key, one in count(store, now, **many).items()} == {k: 2 * n for k, n in many.items()}


def test_what_is_too_much_for_an_hour_is_given_the_next_ones(store: Store, now: datetime) -> None:
    def reserved(at: datetime, wanted: int) -> list[float]:
        with store.write() as connection:
            return [(one - now) / HOUR for one in limits.reserve(connection, "to:x", wanted, 2, at)]

    assert reserved(now, 5) == [0, 0, 1, 1, 2]
    assert reserved(now + MINUTE, 2) == [2, 3]
    assert reserved(now + 3 * HOUR, 2) == [3, 4], "one of this hour is taken already"
    assert reserved(now + 50 * HOUR, 1) == [50]
    assert reserved(now, 1) == [0], "a clock that was set back shuts nobody out for days"


def test_what_goes_on_is_noted_and_what_is_old_is_swept(store: Store, now: datetime) -> None:
    with store.write() as connection:
        assert limits.touch(connection, "burst", now) is None
        assert limits.touch(connection, "burst", now + HOUR) == now
        assert not limits.any_before(connection, now + HOUR)
        assert limits.any_before(connection, now + 2 * HOUR)
        assert limits.sweep(connection, now + 2 * HOUR) == 1
        assert connection.execute(sa.select(table)).all() == []
