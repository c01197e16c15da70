"""Which stretch of time a digest covers."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.model.newsletter import Frequency, Newsletter, Period, Schedule
from publisher.struct import Struct


class Fire(Struct, frozen=True):
    """One moment of a schedule: the instant (UTC) and the local wall time it is named by (naive)."""

    instant: datetime
    nominal: datetime


NextFire = Callable[[Schedule, str, datetime], Fire]
"""(schedule, zone, after) → the first fire strictly after `after`."""

PrevFire = Callable[[Schedule, str, datetime], Fire]
"""(schedule, zone, at) → the last fire at or before `at`."""


def ended_period(newsletter: Newsletter, frequency: Frequency, now: datetime, prev_fire: PrevFire) -> Period:
    """The latest period of `frequency` that has ended at `now`."""
    schedule = newsletter.schedules[frequency]
    end = prev_fire(schedule, newsletter.timezone, now)
    start = prev_fire(schedule, newsletter.timezone, end.instant - timedelta(microseconds=1))
    return Period(newsletter.name, frequency, newsletter.timezone, start.instant, end.instant, end.nominal)


def running_since(newsletter: Newsletter, frequency: Frequency, at: datetime, prev_fire: PrevFire) -> datetime:
    """When the period running at `at` began: how far back a new reader's first digest reaches."""
    schedule = newsletter.schedules[frequency]
    return prev_fire(schedule, newsletter.timezone, at).instant


def remembered(prev_fire: PrevFire, next_fire: NextFire) -> PrevFire:
    """`prev_fire` that computes each stretch between two fires once: many readers joined in few weeks."""
    known: dict[tuple[Schedule, str], list[tuple[datetime, datetime, Fire]]] = {}

    def look_up(schedule: Schedule, zone: str, at: datetime) -> Fire:
        stretches = known.setdefault((schedule, zone), [])
        place = bisect_right(stretches, at, key=lambda stretch: stretch[0])
        if place and at < stretches[place - 1][1]:
            return stretches[place - 1][2]
        fire = prev_fire(schedule, zone, at)
        stretches.insert(place, (fire.instant, next_fire(schedule, zone, fire.instant).instant, fire))
        return fire

    return look_up


def first_since(newsletter: Newsletter, at: datetime, prev_fire: PrevFire) -> datetime:
    """How far a newsletter's first issue looks back: one period, of its longest frequency, before `at`."""
    lengths = []
    for frequency in newsletter.schedules:
        period = ended_period(newsletter, frequency, at, prev_fire)
        lengths.append(period.end - period.start)
    return at - max(lengths)
