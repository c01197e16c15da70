"""How many mails of one day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.caps import NO_LONGER_WARMING, cap
from publisher.model.server import Server, WarmUp

BEGINS = date(2026, 12, 1)


def server(daily: int | None = None, first: int | None = 200, growth: float = 1.5) -> Server:
    return Server("main", daily=daily, warm_up=None if first is None else WarmUp(BEGINS, first, growth))


def days(count: int, given: Server) -> list[int | None]:
    return [cap(given, BEGINS + timedelta(days=number)) for number in range(count)]


def test_a_new_sender_may_send_half_as_many_more_each_day() -> None:
    assert days(5, server()) == [200, 300, 450, 675, 1012]


def test_before_it_begins_it_is_as_on_the_first_day() -> None:
    assert cap(server(), BEGINS - timedelta(days=30)) == 200


def test_warm_up_ends_at_the_daily_cap() -> None:
    assert days(4, server(daily=400)) == [200, 300, 400, 400]


def test_without_either_there_is_no_bound_and_warm_up_comes_to_an_end() -> None:
    assert cap(server(first=None), BEGINS) is None
    assert cap(server(), BEGINS + timedelta(days=60)) is None
    assert cap(server(), date(9999, 1, 1)) is None
    assert cap(server(daily=50_000), date(9999, 1, 1)) == 50_000


@given(
    st.integers(1, 10**7), st.floats(1, 10), st.integers(-1000, 100_000), st.one_of(st.none(), st.integers(1, 10**9))
)
def test_a_cap_never_falls_and_never_passes_the_daily_one(
    first: int, growth: float, day: int, daily: int | None
) -> None:
    given = server(daily, first, growth)
    today, tomorrow = (cap(given, BEGINS + timedelta(days=number)) for number in (day, day + 1))

    assert today is None or 0 < today <= (daily or NO_LONGER_WARMING)
    assert tomorrow is None or (today is not None and tomorrow >= today)
