"""Fires over every zone there is: each once, none missed, whatever clocks do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.core.calendar import following, preceding
from publisher.core.periods import Fire
from publisher.core.schedules import parse_schedule
from publisher.model.newsletter import Frequency, Schedule
from publisher.schedule import next_fire, prev_fire

ZONES = sorted(available_timezones())
BEGIN, END = datetime(2025, 7, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SCHEDULES = [
    parse_schedule(Frequency(frequency), text)
    for frequency, text in [
        ("daily", "00:00"),
        ("daily", "02:30"),
        ("daily", "23:59"),
        ("daily", "weekdays 01:15"),
        ("weekly", "sun 02:00"),
        ("monthly", "last 03:00"),
        ("monthly", "last sun 02:30"),
        ("daily", "30 * * * *"),
        ("daily", "0 1,2,3 * * 0"),
        ("weekly", "DTSTART:20100601T023000 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
        ("daily", "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15"),
    ]
]


def wall_of(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def fires(schedule: Schedule, zone: str, begin: datetime, end: datetime) -> Iterator[Fire]:
    fire = next_fire(schedule, zone, begin)
    while fire is not None and fire.instant <= end:
        yield fire
        fire = next_fire(schedule, zone, fire.instant)


@lru_cache(None)
def changes(zone: str) -> tuple[datetime, ...]:
    """The moments in two years at which the zone's clocks change, found by halving."""
    found = []
    for low, high in pairwise(BEGIN + n * 7 * DAY for n in range(105)):
        while _offset(low, zone) != _offset(high, zone) and high - low > MINUTE:
            middle = low + ((high - low) // (2 * MINUTE)) * MINUTE
            low, high = (middle, high) if _offset(low, zone) == _offset(middle, zone) else (low, middle)
        if high - low == MINUTE:
            found.append(high)
    return tuple(found)


@lru_cache(None)
def unlike() -> tuple[str, ...]:
    """One zone of all whose clocks change at the same moments by as much: most of the six hundred have only a name."""
    found = {
        tuple((one, _offset(one - MINUTE, zone), _offset(one, zone)) for one in changes(zone)): zone for zone in ZONES
    }
    return tuple(found.values())


def _offset(moment: datetime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def scanned(schedule: Schedule, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    """By another way: each minute of the zone's clock is looked at; what it skips is due when it goes on."""
    named, moment = [], begin + MINUTE
    wall = last = wall_of(begin, zone)
    while moment <= end:
        wall = wall_of(moment, zone)
        if wall > last:
            if following(schedule, wall - MINUTE) == wall or (wall - last > MINUTE and _in_gap(schedule, last, wall)):
                named.append(moment)
            last = wall
        moment += MINUTE
    return named


def _in_gap(schedule: Schedule, last: datetime, wall: datetime) -> bool:
    found = following(schedule, last)
    return found is not None and found < wall


def test_zones_are_all_there_and_their_clocks_change() -> None:
    assert len(ZONES) > 400
    assert changes("Europe/Berlin")[0] == datetime(2025, 10, 26, 1, 0, tzinfo=UTC)
    assert sum(bool(changes(zone)) for zone in ZONES) > 100
    assert changes("Asia/Tokyo") == ()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=range(len(SCHEDULES)))
def test_around_every_change_of_every_zone_each_fires_once_and_none_is_missed(schedule: Schedule) -> None:
    for zone in unlike():
        for change in changes(zone):
            # An hour more than the longest change of these years, which is two.
            begin, end = change - 4 * HOUR, change + 4 * HOUR
            found = list(fires(schedule, zone, begin, end))
            _hold(schedule, zone, found)
            _none_is_missed(schedule, zone, found, begin, end)


def _hold(schedule: Schedule, zone: str, found: list[Fire]) -> None:
    for one, other in pairwise(found):
        assert one.instant < other.instant
        assert one.nominal < other.nominal
        assert prev_fire(schedule, zone, other.instant) == other
        assert prev_fire(schedule, zone, other.instant - MINUTE) == one


def _none_is_missed(schedule: Schedule, zone: str, found: list[Fire], begin: datetime, end: datetime) -> None:
    """Each minute that the schedule names is there, but one that the clock skipped and another came for."""
    named = {fire.nominal: fire.instant for fire in found}
    wall = following(schedule, wall_of(begin, zone))
    while wall is not None and wall < wall_of(end, zone) - HOUR:
        moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if wall in named:
            assert named[wall] == moment
        else:
            assert wall_of(moment, zone) != wall, "only what the clock skips falls out"
            assert any(wall < other <= wall_of(moment, zone) for other in named), "and only for another"
        wall = following(schedule, wall)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2025, 7, 1), datetime(2027, 7, 1)),
    st.sampled_from(SCHEDULES),
)
def test_every_fire_is_found_from_both_sides(zone: str, when: datetime, schedule: Schedule) -> None:
    now = when.replace(tzinfo=UTC)

    last, coming = prev_fire(schedule, zone, now), next_fire(schedule, zone, now)

    assert last is not None
    assert coming is not None
    assert last.instant <= now < coming.instant
    assert next_fire(schedule, zone, last.instant) == coming
    assert prev_fire(schedule, zone, coming.instant) == coming
    assert preceding(schedule, coming.nominal) == coming.nominal


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Antarctica/Troll", "America/New_York"])
@pytest.mark.parametrize("number", [1, 4, 6])
def test_the_days_of_a_change_are_as_one_who_watches_the_clock_sees_them(zone: str, number: int) -> None:
    for change in changes(zone)[:2]:
        begin, end = change - DAY, change + DAY
        found = list(fires(SCHEDULES[number], zone, begin, end))
        assert len(found) == len(scanned(SCHEDULES[number], zone, begin, end))


def test_a_day_that_a_zone_leaves_out_has_no_issue_of_its_own() -> None:
    """Samoa had no 30th of December 2011, Kwajalein no 21st of August 1993."""
    daily = parse_schedule(Frequency.DAILY, "09:00")

    samoa = fires(daily, "Pacific/Apia", datetime(2011, 12, 28, tzinfo=UTC), datetime(2012, 1, 1, 12, tzinfo=UTC))
    kwajalein = fires(daily, "Pacific/Kwajalein", datetime(1993, 8, 19, tzinfo=UTC), datetime(1993, 8, 23, tzinfo=UTC))

    assert [fire.nominal.day for fire in samoa] == [28, 29, 31, 1]
    assert [fire.nominal.day for fire in kwajalein] == [19, 20, 22, 23]


def test_a_weekly_one_on_the_day_left_out_comes_a_day_later_under_its_name() -> None:
    friday = parse_schedule(Frequency.WEEKLY, "fri 09:00")

    fire = next_fire(friday, "Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC))

    assert fire is not None
    assert fire.nominal == datetime(2011, 12, 30, 9, 0)
    assert wall_of(fire.instant, "Pacific/Apia") == datetime(2011, 12, 31, 9, 0)
