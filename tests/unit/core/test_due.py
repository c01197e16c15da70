"""Which periods are due: after pauses, moves, restarts and clocks that jump."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.core.due import MOST, Owed, owed
from publisher.core.periods import Fire
from publisher.core.schedules import parse_schedule
from publisher.model.newsletter import CatchUp, Frequency, Newsletter, Period
from publisher.schedule import next_fire, prev_fire

TOKYO, BERLIN = "Asia/Tokyo", "Europe/Berlin"
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Nine in the morning in Tokyo."""
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
TEXTS = {Frequency.DAILY: "07:30", Frequency.WEEKLY: "mon 09:00", Frequency.MONTHLY: "1st 08:00"}


def newsletter(
    frequency: Frequency = Frequency.WEEKLY,
    text: str = "",
    *,
    zone: str = TOKYO,
    catch_up: CatchUp = CatchUp.LATEST,
    max_age: timedelta | None = None,
) -> Newsletter:
    schedules = {frequency: parse_schedule(frequency, text or TEXTS[frequency])}
    more = {"catch_up": catch_up, "max_age": max_age}
    return Newsletter("weekly", "みどりの便り", None, None, None, schedules, zone, None, (), "digest", **more)  # type: ignore[arg-type]


def due(of: Newsletter, now: datetime, last: Fire | None = None) -> Owed:
    (frequency,) = of.schedules
    return owed(of, frequency, of.timezone, now, prev_fire, last)


def days(periods: tuple[Period, ...]) -> list[str]:
    return [f"{one.nominal_end:%m-%d}" for one in periods]


def recorded(instant: datetime) -> Fire:
    return Fire(instant, (instant + 9 * HOUR).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("catch_up", "max_age", "late", "made", "skipped", "passed"),
    [
        ("latest", None, HOUR, ["11-23"], None, 2),
        ("latest", None, 3 * DAY, ["11-23"], None, 2),
        ("latest", None, 4 * DAY, [], "11-23", 2),
        ("latest", 6 * DAY, 4 * DAY, ["11-23"], None, 2),
        ("latest", 12 * HOUR, 13 * HOUR, [], "11-23", 2),
        ("all", None, 4 * DAY, ["11-09", "11-16", "11-23"], None, 0),
        ("all", 8 * DAY, 4 * DAY, ["11-23"], "11-16", 1),
        ("skip", None, HOUR, ["11-23"], None, 2),
        ("skip", None, 61 * timedelta(minutes=1), [], "11-23", 2),
        ("skip", 2 * DAY, DAY, ["11-23"], None, 2),
    ],
)
def test_after_three_weeks_off(
    catch_up: str,
    max_age: timedelta | None,
    late: timedelta,
    made: list[str],
    skipped: str | None,
    passed: int,
) -> None:
    found = due(newsletter(catch_up=CatchUp(catch_up), max_age=max_age), MONDAY + late, recorded(MONDAY - 3 * WEEK))

    assert days(found.make) == made
    assert (f"{found.late.nominal_end:%m-%d}" if found.late else None) == skipped
    assert (found.passed, found.more) == (passed, False)


def test_of_years_of_daily_digests_a_month_is_made_up_for() -> None:
    daily = newsletter(Frequency.DAILY, catch_up=CatchUp.ALL)

    found = due(daily, MONDAY, recorded(MONDAY - 800 * DAY))

    assert len(found.make) == MOST
    assert (found.passed, found.more) == (1, True), "of them nobody needs the number"
    assert found.make[-1].end == MONDAY - timedelta(minutes=90)
    assert [one.end for one in found.make] == sorted(one.end for one in found.make)


@pytest.mark.parametrize("catch_up", list(CatchUp))
def test_without_a_record_only_the_latest_is_due(catch_up: CatchUp) -> None:
    found = due(newsletter(catch_up=catch_up), MONDAY + timedelta(minutes=5))

    assert (days(found.make), found.passed) == (["11-23"], 0)


@pytest.mark.parametrize("catch_up", [CatchUp.LATEST, CatchUp.SKIP])
def test_what_ended_long_before_anything_ran_was_not_missed(catch_up: CatchUp) -> None:
    assert due(newsletter(catch_up=catch_up), MONDAY + 5 * DAY) == Owed()


@pytest.mark.parametrize("now", [MONDAY - HOUR, MONDAY - 52 * WEEK, MONDAY - 10 * DAY])
@pytest.mark.parametrize("catch_up", list(CatchUp))
def test_a_clock_that_was_put_back_makes_nothing_and_says_what_is_ahead(now: datetime, catch_up: CatchUp) -> None:
    last = recorded(MONDAY)

    assert due(newsletter(catch_up=catch_up), now, last) == Owed(ahead=last)


@pytest.mark.parametrize(
    ("zone", "now", "made"),
    [
        (BERLIN, MONDAY + 12 * HOUR, []),
        (BERLIN, MONDAY + 7 * DAY + 12 * HOUR, ["11-30"]),
        ("Pacific/Kiritimati", MONDAY + HOUR, []),
        ("Pacific/Kiritimati", MONDAY + 6 * DAY, []),
        ("Pacific/Kiritimati", MONDAY + 7 * DAY - 4 * HOUR, ["11-30"]),
        ("Pacific/Pago_Pago", MONDAY + 21 * HOUR, []),
        ("America/Los_Angeles", MONDAY + 7 * DAY + 18 * HOUR, ["11-30"]),
    ],
)
def test_a_newsletter_that_moved_makes_no_monday_twice_and_misses_none(
    zone: str, now: datetime, made: list[str]
) -> None:
    assert days(due(newsletter(zone=zone), now, recorded(MONDAY)).make) == made


def test_a_moment_that_was_the_last_in_one_zone_is_not_made_again_as_the_next_day_of_another() -> None:
    nine = newsletter(Frequency.DAILY, "09:00", zone="Pacific/Kiritimati")
    honolulu = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

    found = due(nine, honolulu + HOUR, Fire(honolulu, datetime(2026, 11, 23, 9, 0)))

    assert found.make == (), "nine o'clock in Honolulu is nine o'clock of the next day in Kiritimati"


BEGUN = datetime(2025, 1, 1, tzinfo=UTC)
TWO_YEARS = 2 * 365 * 24 * 60
_zones = st.sampled_from(sorted(available_timezones()))
_minutes = st.integers(0, TWO_YEARS)
_days = st.sampled_from([(Frequency.DAILY, ""), (Frequency.WEEKLY, "mon "), (Frequency.MONTHLY, "1st ")])
_times = st.times().map(lambda time: f"{time:%H:%M}")


def made_by(looks: Iterable[tuple[Newsletter, datetime]]) -> list[Period]:
    """What a ledger holds after somebody looked at these moments."""
    made: list[Period] = []
    for of, now in looks:
        last = Fire(made[-1].end, made[-1].nominal_end) if made else None
        made += due(of, now, last).make
        assert all(one.end <= now for one in due(of, now, last).make)
    return made


@settings(max_examples=60)
@given(_days, _times, st.lists(st.tuples(_minutes, _zones), max_size=12), st.sampled_from(list(CatchUp)))
def test_whoever_looks_whenever_and_wherever_no_period_is_made_twice_or_behind_another(
    days: tuple[Frequency, str], time: str, looks: list[tuple[int, str]], catch_up: CatchUp
) -> None:
    frequency, words = days
    made = made_by(
        (
            newsletter(frequency, words + time, zone=zone, catch_up=catch_up, max_age=timedelta(days=900)),
            BEGUN + timedelta(minutes=minutes),
        )
        for minutes, zone in looks
    )

    assert len({one.key for one in made}) == len(made)
    assert all(before.end < after.end and before.nominal_end < after.nominal_end for before, after in pairwise(made))


@settings(max_examples=60)
@given(_days, _times, _zones, _minutes, st.lists(st.integers(-400 * 24 * 60, 30 * 24 * 60), max_size=24))
def test_where_all_are_made_up_for_none_is_missed_though_the_clock_jumps_back(
    days: tuple[Frequency, str], time: str, zone: str, begun: int, steps: list[int]
) -> None:
    frequency, words = days
    of = newsletter(frequency, words + time, zone=zone, catch_up=CatchUp.ALL)
    moments = [BEGUN + timedelta(minutes=begun)]
    for step in steps:
        # A step back and what it takes to be ahead again: a month at most, which is made up for.
        moments += [max(moments) + timedelta(minutes=step)]
    made = made_by((of, moment) for moment in moments)

    schedule = of.schedules[frequency]
    assert made, "the latest at first sight"
    assert all(next_fire(schedule, zone, one.end) == Fire(two.end, two.nominal_end) for one, two in pairwise(made))
    assert Fire(made[-1].end, made[-1].nominal_end) == prev_fire(schedule, zone, max(moments))
