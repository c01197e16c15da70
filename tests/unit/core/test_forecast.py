"""When an issue will be through."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.forecast import finish

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 12, 1, 12, tzinfo=TOKYO)


def unbounded(_day: date) -> None:
    return None


def test_without_a_cap_it_is_as_long_as_the_rate_says() -> None:
    assert finish(36_000, 10, unbounded, 0, NOON) == NOON + timedelta(hours=1)


def test_nothing_left_is_through_now_and_nothing_sent_is_never_through() -> None:
    assert finish(0, 10, unbounded, 0, NOON) == NOON
    assert finish(5, 0, unbounded, 0, NOON) is None
    assert finish(5, 10, lambda _day: 0, 0, NOON) is None


def test_what_a_days_cap_leaves_goes_on_at_midnight_of_the_place() -> None:
    found = finish(1500, 10, lambda _day: 1000, 400, NOON)

    assert found == datetime(2026, 12, 2, 0, 1, 30, tzinfo=TOKYO)


def test_a_warm_up_of_several_days_is_followed_day_by_day() -> None:
    caps = {date(2026, 12, 1): 200, date(2026, 12, 2): 300, date(2026, 12, 3): 450}

    assert finish(600, 10, caps.__getitem__, 0, NOON) == datetime(2026, 12, 3, 0, 0, 10, tzinfo=TOKYO)


def test_a_day_on_which_the_clocks_change_has_its_own_length() -> None:
    paris = ZoneInfo("Europe/Paris")
    before = datetime(2026, 10, 24, 12, tzinfo=paris)

    found = finish(48 * 3600, 1, unbounded, 0, before)

    assert found is not None
    assert found.astimezone(UTC) == before.astimezone(UTC) + timedelta(hours=48)


@given(st.integers(0, 10**6), st.floats(0.01, 1000), st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_cap_never_makes_it_sooner(left: int, rate: float, bound: int, sent: int) -> None:
    free = finish(left, rate, unbounded, 0, NOON)
    bounded = finish(left, rate, lambda _day: bound, sent, NOON)

    assert bounded is None or (free is not None and NOON <= free <= bounded)
