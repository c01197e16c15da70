"""Which stretch of time a digest covers."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from publisher.model.newsletter import Frequency, Newsletter, Period, Schedule
from publisher.struct import Struct


class Fire(Struct, frozen=True):
    """One moment of a schedule: the instant (UTC) and the local wall time it is named by (naive)."""

    instant: datetime
    nominal: datetime


NextFire = Callable[[Schedule, str, datetime], Fire | None]
"""(schedule, zone, after) → the first fire strictly after `after`; None where the schedule has ended."""

PrevFire = Callable[[Schedule, str, datetime], Fire | None]
"""(schedule, zone, at) → the last fire at or before `at`; None where the schedule has not begun."""

_MOMENT = timedelta(microseconds=1)
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def ended_period(
    newsletter: Newsletter, frequency: Frequency, now: datetime, prev_fire: PrevFire, zone: str | None = None
) -> Period | None:
    """The latest period of `frequency` that has ended at `now`; None where none has, as of one without fires.

    In `zone`, or the newsletter's. A schedule's first period has no fire to start at: it is as long as its frequency
    says.
    """
    schedule, zone = newsletter.schedules[frequency], zone or newsletter.timezone
    end = prev_fire(schedule, zone, now)
    if end is None:
        return None
    before = prev_fire(schedule, zone, end.instant - _MOMENT)
    start = before.instant if before else end.instant - frequency.length
    return Period(newsletter.name, frequency, zone, start, end.instant, end.nominal)


def running_since(
    newsletter: Newsletter, frequency: Frequency, at: datetime, prev_fire: PrevFire, zone: str | None = None
) -> datetime:
    """When the period running at `at` began: how far back a new reader's first digest reaches.

    For instant mails that is `at` itself: who joins gets what comes out from then on.
    """
    schedule = newsletter.schedules[frequency]
    if schedule.instant:
        return at
    begun = prev_fire(schedule, zone or newsletter.timezone, at)
    return begun.instant if begun else at - frequency.length


def first_since(newsletter: Newsletter, at: datetime, prev_fire: PrevFire) -> datetime:
    """How far a newsletter's first issue looks back: one period, of its longest frequency, before `at`."""

    def length(frequency: Frequency) -> timedelta:
        period = ended_period(newsletter, frequency, at, prev_fire)
        return period.end - period.start if period else frequency.length

    return at - max(map(length, newsletter.schedules))


class _Stretch(Struct, frozen=True):
    """`fire` is the last one from `begin` up to `end`, where the next comes; at the edges there is none."""

    begin: datetime
    end: datetime
    fire: Fire | None


def remembered(prev_fire: PrevFire, next_fire: NextFire) -> PrevFire:
    """`prev_fire` that computes each stretch between two fires once: many readers joined in few weeks."""
    known: dict[tuple[Schedule, str], list[_Stretch]] = {}

    def look_up(schedule: Schedule, zone: str, at: datetime) -> Fire | None:
        stretches = known.setdefault((schedule, zone), [])
        place = bisect_right(stretches, at, key=lambda stretch: stretch.begin)
        if place and at < stretches[place - 1].end:
            return stretches[place - 1].fire
        found = _stretch(schedule, zone, at)
        stretches.insert(place, found)
        return found.fire

    def _stretch(schedule: Schedule, zone: str, at: datetime) -> _Stretch:
        fire = prev_fire(schedule, zone, at)
        following = next_fire(schedule, zone, at)
        return _Stretch(fire.instant if fire else _EVER, following.instant if following else _NEVER, fire)

    return look_up
