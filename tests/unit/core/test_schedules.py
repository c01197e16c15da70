"""Schedules as people write them: what they name, and what is said of those that name nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sure import sure

from publisher.core.calendar import following, preceding
from publisher.core.schedules import never_fires, parse_schedule
from publisher.model.newsletter import Frequency, Schedule
from publisher.schedule import next_fire, prev_fire

NOVEMBER = datetime(2026, 11, 29, 12, 0)
"""A Sunday."""


def named(schedule: Schedule, number: int, after: datetime = NOVEMBER) -> list[str]:
    found: list[str] = []
    wall: datetime | None = after
    while wall is not None and len(found) < number:
        wall = following(schedule, wall)
        found += [f"{wall:%a %Y-%m-%d %H:%M}"] if wall else []
    return found


@pytest.mark.parametrize(
    ("frequency", "text", "fires"),
    [
        ("daily", "07:30", ["Mon 2026-11-30 07:30", "Tue 2026-12-01 07:30"]),
        ("daily", "Weekends 10:00", ["Sat 2026-12-05 10:00", "Sun 2026-12-06 10:00"]),
        ("weekly", "mon 09:00", ["Mon 2026-11-30 09:00", "Mon 2026-12-07 09:00"]),
        ("monthly", "28th 08:00", ["Mon 2026-12-28 08:00", "Thu 2027-01-28 08:00", "Sun 2027-02-28 08:00"]),
        ("monthly", "last 18:00", ["Mon 2026-11-30 18:00", "Thu 2026-12-31 18:00", "Sun 2027-01-31 18:00"]),
        ("monthly", "1st mon 09:00", ["Mon 2026-12-07 09:00", "Mon 2027-01-04 09:00", "Mon 2027-02-01 09:00"]),
        ("monthly", "last friday 17:00", ["Fri 2026-12-25 17:00", "Fri 2027-01-29 17:00", "Fri 2027-02-26 17:00"]),
        ("weekly", "0 9 * * 1", ["Mon 2026-11-30 09:00", "Mon 2026-12-07 09:00"]),
        ("weekly", "0 9 * * 0", ["Sun 2026-12-06 09:00"]),
        ("weekly", "0 9 * * 7", ["Sun 2026-12-06 09:00"]),
        ("weekly", "0 9 * * SUN", ["Sun 2026-12-06 09:00"]),
        ("daily", "15 8,20 * * mon-wed", ["Mon 2026-11-30 08:15", "Mon 2026-11-30 20:15", "Tue 2026-12-01 08:15"]),
        ("daily", "0 7 * * fri-sun", ["Fri 2026-12-04 07:00", "Sat 2026-12-05 07:00", "Sun 2026-12-06 07:00"]),
        ("daily", "0 */8 * * *", ["Sun 2026-11-29 16:00", "Mon 2026-11-30 00:00", "Mon 2026-11-30 08:00"]),
        # crontab(5): where both days are restricted, either will do; `*/2` begins with a star, so both must fit.
        ("monthly", "0 9 13 * 5", ["Fri 2026-12-04 09:00", "Fri 2026-12-11 09:00", "Sun 2026-12-13 09:00"]),
        ("monthly", "0 9 */2 * 1", ["Mon 2026-12-07 09:00", "Mon 2026-12-21 09:00", "Mon 2027-01-11 09:00"]),
        ("monthly", "0 9 1 jan,jul *", ["Fri 2027-01-01 09:00", "Thu 2027-07-01 09:00"]),
        ("monthly", "0 9 29 2 *", ["Tue 2028-02-29 09:00", "Sun 2032-02-29 09:00"]),
        (
            "weekly",
            "DTSTART:20260105T090000 RRULE:FREQ=WEEKLY;INTERVAL=2",
            ["Mon 2026-12-07 09:00", "Mon 2026-12-21 09:00"],
        ),
        ("weekly", "rrule:freq=weekly;byday=mo;byhour=9", ["Mon 2026-11-30 09:00", "Mon 2026-12-07 09:00"]),
        ("monthly", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17", ["Mon 2026-11-30 17:00"]),
        ("daily", "FREQ=DAILY;BYHOUR=9;UNTIL=20261201", ["Mon 2026-11-30 09:00", "Tue 2026-12-01 09:00"]),
        ("daily", "DTSTART:20261129T090000 RRULE:FREQ=DAILY;COUNT=2", ["Mon 2026-11-30 09:00"]),
    ],
)
def test_what_is_written_names_these_minutes(frequency: str, text: str, fires: list[str]) -> None:
    ends = "UNTIL" in text or "COUNT" in text

    assert named(parse_schedule(Frequency(frequency), text), len(fires) + ends) == fires


@pytest.mark.parametrize(
    ("frequency", "text", "told"),
    [
        ("weekly", "*/5 * * * *", "fires more than once an hour: give it one minute, or write 'instant: on publish'"),
        ("weekly", "60 9 * * 1", "minute: '60' is not 0 to 59"),
        ("weekly", "0 24 * * 1", "hour: '24' is not 0 to 23"),
        ("weekly", "0 9 0 * *", "day of the month: '0' is not 1 to 31"),
        ("weekly", "0 9 L * *", "'last 18:00' in words is the last day"),
        ("weekly", "0 9 * 13 *", "month: '13' is not 1 to 12 or jan to dec"),
        ("weekly", "0 9 * * 8", r"day of the week: '8' is not 0 to 7 \(0 and 7 are Sunday\) or sun to sat"),
        ("weekly", "0 9 * * 5-2", "day of the week: '5-2'"),
        ("weekly", "0 9 * * */0", "day of the week"),
        ("weekly", "0 5/2 * * *", "hour: '5/2'"),
        ("weekly", "0 9 * *", "it has five fields"),
        ("daily", "mon-fri 08:00", "'mon-fri' is no day of the week"),
        ("weekly", "1st 08:00", "'1st' is no day of the week"),
        ("monthly", "5th mon 08:00", "write '1st 08:00'"),
        ("monthly", "1st mon,tue 08:00", "write '1st 08:00'"),
        ("daily", "on publish", "write '07:30'"),
        ("instant", "07:30", "write 'on publish'"),
        ("weekly", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9", "put DTSTART:20260105T090000 before it, or give"),
        ("weekly", "FREQ=WEEKLY;BYDAY=MO", "names no time of day: add BYHOUR=9;BYMINUTE=0"),
        ("weekly", "FREQ=WEEKLY;BYHOUR=9", "names no day: add BYDAY=MO"),
        ("weekly", "FREQ=HOURLY", "write FREQ=DAILY with BYHOUR"),
        ("weekly", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0,30", "write one number from 0 to 59"),
        ("weekly", "FREQ=DAILY;BYHOUR=9;BYSECOND=1", "whole minutes"),
        ("weekly", "FREQ=WEEKLY;BYDAY=1MO;BYHOUR=9", "a numbered day of the week needs"),
        ("weekly", "FREQ=WEEKLY;BYDAY=月;BYHOUR=9", "write MO or 1MO or -1FR"),
        ("weekly", "FREQ=YEARLY;BYWEEKNO=3;BYHOUR=9", "name the months"),
        ("weekly", "FREQ=DAILY;BYHOUR=9;COUNT=2;UNTIL=20270101", "one of them ends it"),
        ("weekly", "FREQ=DAILY;BYHOUR=9;FREQ=WEEKLY", "names a part twice"),
        ("weekly", "DTSTART;TZID=Asia/Tokyo:20260105T090000 RRULE:FREQ=WEEKLY", "key timezone says where"),
        ("weekly", "DTSTART:20260105T090000Z RRULE:FREQ=WEEKLY", "times are local, without Z"),
        ("weekly", "DTSTART:20260105T090000 RRULE:FREQ=WEEKLY EXDATE:20260112T090000", "exclude names days"),
    ],
)
def test_what_names_nothing_says_what_is_wrong_and_what_would_fit(frequency: str, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_schedule(Frequency(frequency), text)


def test_every_other_week_counts_from_the_newsletters_start() -> None:
    text = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0"

    assert named(parse_schedule(Frequency.WEEKLY, text, start="2026-12-01"), 2) == [
        "Mon 2026-12-14 09:00",
        "Mon 2026-12-28 09:00",
    ]
    assert named(parse_schedule(Frequency.WEEKLY, text, start="2026-12-07 09:00"), 1) == ["Mon 2026-12-07 09:00"]


def test_fires_on_quiet_and_excluded_days_fall_out() -> None:
    schedule = parse_schedule(
        Frequency.DAILY, "09:00", quiet=["sat", "Sunday"], exclude=["2026-12-01", "2026-12-29..2027-01-03"]
    )

    assert named(schedule, 3) == ["Mon 2026-11-30 09:00", "Wed 2026-12-02 09:00", "Thu 2026-12-03 09:00"]
    assert named(schedule, 2, datetime(2026, 12, 28)) == ["Mon 2026-12-28 09:00", "Mon 2027-01-04 09:00"]
    assert preceding(schedule, datetime(2027, 1, 4, 8, 59)) == datetime(2026, 12, 28, 9, 0)


def test_a_schedule_begins_and_ends_both_days_counted_in() -> None:
    schedule = parse_schedule(Frequency.DAILY, "09:00", start="2026-12-01", end="2026-12-02")

    assert named(schedule, 5) == ["Tue 2026-12-01 09:00", "Wed 2026-12-02 09:00"]
    assert prev_fire(schedule, "Asia/Tokyo", datetime(2026, 11, 30, tzinfo=UTC)) is None
    assert next_fire(schedule, "Asia/Tokyo", datetime(2026, 12, 2, tzinfo=UTC)) is None
    assert sure(prev_fire(schedule, "Asia/Tokyo", datetime(2030, 1, 1, tzinfo=UTC))).nominal.day == 2


def test_the_start_may_have_a_time_and_so_may_the_end() -> None:
    schedule = parse_schedule(Frequency.DAILY, "09:00", start="2026-12-01 09:01", end="2026-12-03T08:59")

    assert named(schedule, 5) == ["Wed 2026-12-02 09:00"]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("0 9 30 2 *", {}),
        ("FREQ=DAILY;BYHOUR=9;BYMONTH=2;BYMONTHDAY=30", {}),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;BYHOUR=9", {}),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9", {"start": "2027-01-01"}),
        ("mon 09:00", {"quiet": ["mon"]}),
        ("mon 09:00", {"start": "2026-12-01", "end": "2026-12-06"}),
        ("mon 09:00", {"start": "2027-01-01", "end": "2026-01-01"}),
        ("mon 09:00", {"start": "2026-12-01", "end": "2026-12-08", "exclude": ["2026-12-07"]}),
    ],
)
def test_a_schedule_that_never_fires_is_known_and_soon(text: str, bounds: dict[str, Any]) -> None:
    assert never_fires(parse_schedule(Frequency.WEEKLY, text, **bounds))


def test_instant_has_no_fires_and_keeps_its_quiet_days() -> None:
    schedule = parse_schedule(Frequency.INSTANT, "on publish", quiet=["sun"], end="2026-12-31")

    assert schedule.instant
    assert next_fire(schedule, "Asia/Tokyo", NOVEMBER.replace(tzinfo=UTC)) is None
    assert [schedule.allows(NOVEMBER + timedelta(days=n)) for n in (0, 1, 33)] == [False, True, False]
    assert not never_fires(schedule)


_DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, datetime]:
    """Rules that fit some day, and their DTSTART: dateutil looks for a day that there is not until the year 9999."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}"]
    hours = draw(st.lists(st.integers(0, 23), min_size=1, max_size=2, unique=True))
    parts += [f"BYHOUR={','.join(map(str, hours))}", f"BYMINUTE={draw(st.sampled_from([0, 30]))}"]
    number = draw(st.sampled_from(["", "", "1", "2", "-1"])) if freq in ("MONTHLY", "YEARLY") else ""
    days = draw(st.lists(_DAYS, min_size=1, max_size=3, unique=True))
    by_day = [] if freq == "DAILY" else [f"BYDAY={','.join(number + day for day in days)}"]
    by_date = [f"BYMONTHDAY={draw(st.sampled_from(['1', '15,-1', '28', '-3']))}"]
    parts += draw(st.sampled_from([by_day, by_date] if freq in ("MONTHLY", "YEARLY") else [by_day, []]))
    yearly = freq in ("MONTHLY", "YEARLY") and parts[1] == "INTERVAL=1"
    parts += draw(st.sampled_from([[], ["BYMONTH=2,7"]])) if yearly else []
    parts += [] if freq == "DAILY" else draw(st.sampled_from([[], [f"BYSETPOS={draw(st.sampled_from(['1', '-1']))}"]]))
    parts += draw(st.sampled_from([[], ["WKST=SU"]]))
    begin = draw(st.datetimes(datetime(2019, 1, 1), datetime(2027, 1, 1))).replace(second=0, microsecond=0)
    if freq == "WEEKLY" and any(part.startswith("BYSETPOS") for part in parts):
        # In the week of DTSTART dateutil counts from that day on, in the month of DTSTART from the first of it.
        begin -= timedelta(days=(begin.weekday() + ("WKST=SU" in parts)) % 7)
    return ";".join(parts), begin


@settings(max_examples=60, deadline=None)
@given(rules(), st.integers(0, 900))
def test_a_rule_names_what_dateutil_says_it_names(rule: tuple[str, datetime], days: int) -> None:
    text, begin = rule
    wall = begin + timedelta(days=days)
    end = wall + timedelta(days=1500)
    schedule = parse_schedule(Frequency.WEEKLY, f"DTSTART:{begin:%Y%m%dT%H%M%S} RRULE:{text}", end=f"{end:%Y-%m-%d}")

    expected = rrulestr(f"{text};UNTIL={end:%Y%m%dT}235900", dtstart=begin)

    assert named(schedule, 40, wall) == [f"{one:%a %Y-%m-%d %H:%M}" for one in expected.xafter(wall, count=40)]
    assert preceding(schedule, wall) == expected.before(wall, inc=True)
