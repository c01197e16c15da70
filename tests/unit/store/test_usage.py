"""What processes share of a server's day and rate, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.store import usage
from publisher.store.engine import Store

DAY = date(2026, 12, 1)
SECOND = timedelta(seconds=1)


def reserve(store: Store, wanted: int, cap: int | None, day: date = DAY) -> int:
    with store.write() as connection:
        return usage.reserve(connection, "main", day, wanted, cap)


def slots(store: Store, rate: float, wanted: int, now: datetime) -> tuple[int, datetime]:
    with store.write() as connection:
        return usage.slots(connection, "main", rate, wanted, now)


def at_once(work: Callable[[], int]) -> list[int]:
    """`work` by two at the same moment."""
    start = Barrier(2)

    def one() -> int:
        start.wait()
        return work()

    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(one), pool.submit(one)]]


def test_a_day_has_so_many_mails_and_the_next_day_as_many_again(store: Store) -> None:
    assert [reserve(store, 60, 100), reserve(store, 60, 100), reserve(store, 60, 100)] == [60, 40, 0]
    assert reserve(store, 60, 100, DAY + timedelta(days=1)) == 60
    with store.read() as connection:
        assert usage.sent_on(connection, "main", DAY) == 100
        assert usage.sent_on(connection, "other", DAY) == 0


def test_what_did_not_go_is_given_back(store: Store) -> None:
    reserve(store, 100, 100)
    with store.write() as connection:
        usage.give_back(connection, "main", DAY, 30)

    assert reserve(store, 100, 100) == 30


def test_without_a_cap_it_is_counted_all_the_same_and_a_cap_that_was_lowered_gives_nothing(store: Store) -> None:
    assert reserve(store, 500, None) == 500
    assert reserve(store, 5, 100) == 0


def test_two_processes_do_not_pass_a_days_cap_together(store: Store) -> None:
    granted = at_once(lambda: sum(reserve(store, 7, 100) for _ in range(20)))

    assert sum(granted) == 100


def test_a_rate_grants_a_seconds_worth_and_then_one_after_the_other(store: Store, now: datetime) -> None:
    assert slots(store, 10, 50, now) == (10, now + SECOND / 10)
    assert slots(store, 10, 50, now) == (0, now + SECOND / 10)
    assert slots(store, 10, 50, now + SECOND / 10)[0] == 1
    assert slots(store, 10, 50, now + 60 * SECOND)[0] == 10, "what was not used is not saved up"


def test_a_rate_of_less_than_one_a_second_grants_one(store: Store, now: datetime) -> None:
    assert slots(store, 1 / 30, 5, now) == (1, now + 30 * SECOND)
    assert slots(store, 1 / 30, 5, now + 29 * SECOND)[0] == 0
    assert slots(store, 1 / 30, 5, now + 30 * SECOND)[0] == 1


def test_a_clock_that_was_set_back_holds_nobody_up_for_an_hour(store: Store, now: datetime) -> None:
    slots(store, 10, 10, now)

    _, next_ = slots(store, 10, 10, now - timedelta(hours=1))

    assert next_ <= now - timedelta(hours=1) + SECOND


def test_two_processes_do_not_pass_a_rate_together(store: Store, now: datetime) -> None:
    def for_three_seconds() -> int:
        return sum(slots(store, 50, 8, now + number * SECOND / 10)[0] for number in range(31))

    assert sum(at_once(for_three_seconds)) <= 50 * 3 + 50


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.floats(0.02, 5000),
    asks=st.lists(st.tuples(st.floats(0, 20), st.integers(1, 500)), min_size=1, max_size=30),
    hours=st.integers(0, 10_000),
)
def test_in_no_stretch_more_go_than_the_rate_and_one_burst(
    store: Store, now: datetime, rate: float, asks: list[tuple[float, int]], hours: int
) -> None:
    begin = moment = now + timedelta(hours=hours)
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM paces")
    granted = 0
    for passed, wanted in asks:
        moment += timedelta(seconds=passed)
        got, next_ = slots(store, rate, wanted, moment)
        granted += got
        assert 0 <= got <= wanted
        assert next_ >= moment

    stretch = (moment - begin).total_seconds()
    assert granted <= rate * (stretch + 1) * 1.001 + 1
