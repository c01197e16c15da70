"""Periods and the calendar behind them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sure import sure

from publisher.core.periods import ended_period, first_since, remembered, running_since
from publisher.core.schedules import parse_schedule
from publisher.model.newsletter import Frequency, Newsletter, Pattern, Schedule
from publisher.schedule import next_fire, prev_fire

TOKYO = "Asia/Tokyo"


def at(hour: int, minute: int, weekdays: tuple[int, ...] = (), days: tuple[int, ...] = ()) -> Schedule:
    return Schedule(Pattern((hour,), (minute,), weekdays, days))


def newsletter(zone: str = TOKYO, **schedules: str) -> Newsletter:
    parsed = {Frequency(name): parse_schedule(Frequency(name), text) for name, text in schedules.items()}
    return Newsletter("weekly", "週刊", None, None, None, parsed, zone, None, (), "digest")


def test_a_period_is_named_by_its_local_nominal_end() -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    period = sure(ended_period(newsletter(weekly="mon 09:00"), Frequency.WEEKLY, now, prev_fire))

    assert period.key == "weekly/weekly/Asia~Tokyo/2026-11-23T09:00"
    assert period.end == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert period.end - period.start == timedelta(days=7)


def test_a_period_ends_at_its_very_moment() -> None:
    end = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    one = newsletter(weekly="mon 09:00")

    assert sure(ended_period(one, Frequency.WEEKLY, end, prev_fire)).end == end
    before = end - timedelta(seconds=1)
    assert sure(ended_period(one, Frequency.WEEKLY, before, prev_fire)).end == end - timedelta(days=7)


def test_a_newsletters_first_issue_looks_back_one_period_of_the_longest() -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    assert first_since(newsletter(weekly="mon 09:00"), now, prev_fire) == now - timedelta(days=7)
    both = newsletter(daily="07:30", monthly="1st 08:00")
    assert first_since(both, now, prev_fire) == now - timedelta(days=31)


def test_the_running_period_began_where_the_last_ended() -> None:
    now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    one = newsletter(weekly="mon 09:00")

    assert running_since(one, Frequency.WEEKLY, now, prev_fire) == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def test_the_hour_that_repeats_in_autumn_fires_once() -> None:
    daily = at(2, 30)
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)

    first = sure(next_fire(daily, "Europe/Berlin", before))
    second = sure(next_fire(daily, "Europe/Berlin", first.instant))

    assert first.instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second.instant == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_the_hour_that_is_missing_in_spring_fires_once_under_its_own_name() -> None:
    fire = sure(next_fire(at(2, 30), "Europe/Berlin", datetime(2026, 3, 28, 12, 0, tzinfo=UTC)))

    assert fire.instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert fire.nominal == datetime(2026, 3, 29, 2, 30)


def test_monday_is_monday() -> None:
    fire = sure(next_fire(parse_schedule(Frequency.WEEKLY, "mon 09:00"), TOKYO, datetime(2026, 11, 24, tzinfo=UTC)))

    assert fire.nominal.isoweekday() == 1


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45]),
    st.sampled_from([(), (0,), (6,), (0, 1, 2, 3, 4)]),
)
def test_every_fire_is_found_from_both_sides_once(
    zone: str, when: datetime, hour: int, minute: int, weekdays: tuple[int, ...]
) -> None:
    schedule, now = at(hour, minute, weekdays), when.replace(tzinfo=UTC)

    last, following = sure(prev_fire(schedule, zone, now)), sure(next_fire(schedule, zone, now))

    assert last.instant <= now < following.instant
    assert sure(next_fire(schedule, zone, last.instant)) == following
    assert sure(prev_fire(schedule, zone, following.instant)) == following
    assert last.nominal < following.nominal
    local = following.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert timedelta(0) <= local - following.nominal <= timedelta(hours=24), "a gap moves a fire later, never earlier"


@pytest.mark.parametrize(
    ("frequency", "text"),
    [
        ("weekly", "09:00"),
        ("weekly", "mon,tue 09:00"),
        ("weekly", "monday"),
        ("weekly", "月曜 09:00"),
        ("weekly", "mon 25:00"),
        ("daily", "sometimes"),
        ("daily", ""),
        ("monthly", "mon 09:00"),
        ("monthly", "31st 09:00"),
        ("monthly", "0th 09:00"),
    ],
)
def test_a_schedule_that_makes_no_sense_says_what_would(frequency: str, text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_schedule(Frequency(frequency), text)


@pytest.mark.parametrize(
    ("frequency", "text", "parsed"),
    [
        ("weekly", "mon 09:00", at(9, 0, (0,))),
        ("weekly", "Sunday 9:05", at(9, 5, (6,))),
        ("daily", "07:30", at(7, 30)),
        ("daily", "weekdays 07:30", at(7, 30, (0, 1, 2, 3, 4))),
        ("daily", "mon,thu 18:00", at(18, 0, (0, 3))),
        ("monthly", "1st 08:00", at(8, 0, days=(1,))),
        ("monthly", "22nd 08:00", at(8, 0, days=(22,))),
    ],
)
def test_schedules_are_written_in_words(frequency: str, text: str, parsed: Schedule) -> None:
    assert parse_schedule(Frequency(frequency), text) == parsed


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), max_size=20),
    st.sampled_from(["UTC", TOKYO, "Europe/Berlin"]),
)
def test_what_is_remembered_is_what_would_be_computed(moments: list[datetime], zone: str) -> None:
    schedules = (at(2, 30), at(9, 0, (0,)), at(8, 0, days=(1,)))
    look_up = remembered(prev_fire, next_fire)

    for moment in moments:
        now = moment.replace(tzinfo=UTC)
        for schedule in schedules:
            assert look_up(schedule, zone, now) == prev_fire(schedule, zone, now)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Australia/Sydney", "America/Santiago", "Asia/Beirut", "Africa/Cairo", TOKYO],
)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
def test_no_day_of_the_year_is_skipped_or_doubled(zone: str, hour: int) -> None:
    schedule = at(hour, 30)
    fire = sure(next_fire(schedule, zone, datetime(2026, 1, 1, tzinfo=UTC)))
    first = fire.nominal

    for day in range(1, 366):
        following = sure(next_fire(schedule, zone, fire.instant))
        assert following.nominal == first + timedelta(days=day)
        assert sure(prev_fire(schedule, zone, following.instant)) == following
        fire = following
