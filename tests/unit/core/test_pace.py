"""Additive increase, multiplicative decrease."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.pace import ASSUMED, FREE, ONE_THROTTLE, RECOVERY, SLOWEST, Pace, slowed, started, wait, went_well


def mailed(pace: Pace, begin: float, seconds: float, *, supply: float, bound: float = inf) -> tuple[Pace, int, int]:
    """Mail for a while at `supply` a second or as the pace allows, to a server that throttles what comes in a second
    above `bound`: the pace then, how many were taken, and how many throttled."""
    now, end, taken, throttled = begin, begin + seconds, 0, 0
    second, in_it = begin, 0
    while now < end:
        held = wait(pace, now)
        if held:
            now += held
            continue
        if now - second >= 1:
            second, in_it = now, 0
        pace, in_it = started(pace, now), in_it + 1
        if in_it > bound:
            pace, throttled = slowed(pace, now), throttled + 1
        else:
            pace, taken = went_well(pace, now), taken + 1
        now += 1 / supply
    return pace, taken, throttled


def test_without_a_throttle_there_is_no_limit() -> None:
    pace, taken, _ = mailed(FREE, 0, 60, supply=500)

    assert pace.rate is None
    assert abs(taken - 30_000) <= 1


def test_a_throttle_halves_what_was_sent_and_again_what_is_left() -> None:
    pace, _, _ = mailed(FREE, 0, 30, supply=100)

    once = slowed(pace, 30)
    twice = slowed(once, 30 + ONE_THROTTLE)

    assert once.rate is not None
    assert twice.rate is not None
    assert 45 < once.rate < 55
    assert twice.rate == once.rate / 2


def test_twenty_connections_that_hear_the_same_throttle_halve_once() -> None:
    pace, _, _ = mailed(FREE, 0, 30, supply=100)

    once = slowed(pace, 30)
    heard = once
    for number in range(19):
        heard = slowed(heard, 30 + number * 0.1)

    assert heard == once


def test_a_limit_is_back_where_it_was_too_much_after_the_time_of_recovery() -> None:
    pace, _, _ = mailed(FREE, 0, 30, supply=100)
    pace = slowed(pace, 30)

    before, _, _ = mailed(pace, 31, RECOVERY * 0.8, supply=1000)
    after, _, _ = mailed(pace, 31, RECOVERY * 1.2, supply=1000)

    assert before.rate is not None
    assert after.rate is not None
    assert before.rate < pace.top < after.rate


def test_it_settles_about_what_the_server_takes() -> None:
    pace, _, _ = mailed(FREE, 0, 60, supply=700, bound=20)

    _, taken, throttled = mailed(pace, 60, 1800, supply=700, bound=20)

    assert taken / 1800 > 10, "at least half of what it takes is used"
    assert throttled / taken < 0.05, "and it need not say no often"


def test_a_limit_that_no_longer_binds_is_gone() -> None:
    pace, _, _ = mailed(FREE, 0, 30, supply=10)
    pace = slowed(pace, 30)

    pace, _, _ = mailed(pace, 31, 600, supply=10)

    assert pace.rate is None


def test_who_shut_us_out_for_an_hour_is_mailed_at_full_speed_a_quarter_of_an_hour_later() -> None:
    pace, _, _ = mailed(FREE, 0, 30, supply=100)
    for now in range(30, 3630, 60):
        pace = slowed(pace, now)
    assert pace.rate == SLOWEST

    pace, _, _ = mailed(pace, 3630, 1200, supply=100)

    assert pace.rate is None or pace.rate > 100


def test_a_first_mail_that_is_throttled_says_little_of_the_pace() -> None:
    assert slowed(FREE, 5).rate == ASSUMED / 2


@given(
    st.lists(st.tuples(st.sampled_from(("mail", "throttle", "rest")), st.floats(0, 100)), max_size=200),
    st.floats(0, 1e9),
)
def test_whatever_happens_the_pace_is_bounded_and_nobody_waits_longer_than_the_slowest(
    happenings: list[tuple[str, float]], now: float
) -> None:
    pace = FREE
    for what, passed in happenings:
        now += passed
        held = wait(pace, now)
        assert 0 <= held <= 1 / SLOWEST + 1e-6
        if what == "mail":
            now += held
            pace = went_well(started(pace, now), now)
        elif what == "throttle":
            pace = slowed(pace, now)
        assert pace.rate is None or SLOWEST <= pace.rate < inf


@given(st.floats(0.1, 1000), st.integers(2, 60))
def test_in_any_stretch_no_more_go_than_the_limit_allows(rate: float, seconds: int) -> None:
    pace, now, gone = Pace(rate=rate, top=rate), 0.0, 0
    while (now := now + wait(pace, now)) < seconds:
        pace, gone = started(pace, now), gone + 1
        now += 1e-9

    assert gone <= rate * seconds + rate * 0.1 + 2
