"""The only door to APScheduler: a calendar, and a clock that rings. It never decides what is due."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from publisher.core.periods import Fire, PrevFire, remembered
from publisher.core.schedules import WEEKDAYS
from publisher.model.newsletter import Schedule

_LONGEST_GAP = timedelta(days=63)


def next_fire(schedule: Schedule, zone: str, after: datetime) -> Fire:
    """The first fire strictly after `after` (aware).

    In the hour that a DST change repeats a schedule fires once, at the first of the two; a wall time
    that the change skips fires as many minutes after it as it stood after the gap's start.
    """
    trigger, place = _trigger(schedule), ZoneInfo(zone)
    # A day of slack: an hour that repeats or is skipped lets wall time and instants disagree by as much as an hour.
    wall = after.astimezone(place).replace(tzinfo=UTC, fold=0) - timedelta(days=1)
    while True:
        found = trigger.get_next_fire_time(None, wall)
        if found is None:
            raise ValueError(f"{schedule} never fires")
        nominal = found.replace(tzinfo=None)
        instant = nominal.replace(tzinfo=place).astimezone(UTC)
        if instant > after:
            return Fire(instant, nominal)
        wall = found + timedelta(seconds=1)


def prev_fire(schedule: Schedule, zone: str, at: datetime) -> Fire:
    """The last fire at or before `at` (aware)."""
    window = timedelta(days=9) if schedule.day is None else _LONGEST_GAP
    fire = next_fire(schedule, zone, at - window)
    while True:
        following = next_fire(schedule, zone, fire.instant)
        if following.instant > at:
            return fire
        fire = following


def calendar() -> PrevFire:
    """`prev_fire` for one plan of many readers, which remembers what it has computed."""
    return remembered(prev_fire, next_fire)


def _trigger(schedule: Schedule) -> CronTrigger:
    # Names, not numbers: APScheduler counts Monday as 0 where cron has Sunday (its issue #286). And its wall
    # clock is UTC's, which has no DST: in a zone of its own it skips midnight on the day after a spring change.
    days = ",".join(WEEKDAYS[day] for day in schedule.weekdays) or None
    return CronTrigger(
        day_of_week=days, day=schedule.day, hour=schedule.hour, minute=schedule.minute, second=0, timezone=UTC
    )


class Ticker:
    """Calls `ring` in a thread of its own after the delays asked for; a late ring is still rung."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        # A sleeping laptop would lose the weekly digest to the default grace of one second (issue #182).
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.start()

    def wake_in(self, delay: timedelta) -> None:
        """Ring after `delay`, instead of whenever was asked before: a delay, so that the caller's clock decides."""
        moment = datetime.now(UTC) + max(delay, timedelta(0))
        self._scheduler.add_job(self._ring, DateTrigger(moment), id="wake", replace_existing=True)

    def close(self) -> None:
        """Stop ringing."""
        self._scheduler.shutdown(wait=False)
