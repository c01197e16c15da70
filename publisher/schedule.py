"""When a schedule fires in a zone; and the only door to APScheduler: a clock that rings, and decides nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.core.calendar import following, preceding
from publisher.core.periods import Fire, PrevFire, remembered
from publisher.model.newsletter import Schedule

_MOMENT = timedelta(microseconds=1)
_SLACK = timedelta(hours=25)
"""Wall time and instants disagree by the length of a gap or a fold: of a whole day where a zone crossed the date line.
"""


def next_fire(schedule: Schedule, zone: str, after: datetime) -> Fire | None:
    """The first fire strictly after `after` (aware); None where the schedule has ended.

    In an hour that repeats a schedule fires at the first of the two. A wall time that is skipped fires as many minutes
    after the gap as it stood after the gap's start, unless the schedule has a time of its own until then.
    """
    place = ZoneInfo(zone)
    nominal = following(schedule, _wall(after, place) - _SLACK)
    while nominal is not None:
        fire = _fire(nominal, place)
        if fire.instant > after and not _overtaken(schedule, fire, place):
            return fire
        nominal = following(schedule, nominal)
    return None


def prev_fire(schedule: Schedule, zone: str, at: datetime) -> Fire | None:
    """The last fire at or before `at` (aware); None where the schedule has not begun."""
    place = ZoneInfo(zone)
    nominal = preceding(schedule, _wall(at, place) + _SLACK)
    while nominal is not None:
        fire = _fire(nominal, place)
        if fire.instant <= at and not _overtaken(schedule, fire, place):
            return fire
        nominal = preceding(schedule, nominal - _MOMENT)
    return None


def _wall(instant: datetime, place: ZoneInfo) -> datetime:
    return instant.astimezone(place).replace(tzinfo=None, fold=0)


def _fire(nominal: datetime, place: ZoneInfo) -> Fire:
    return Fire(nominal.replace(tzinfo=place).astimezone(UTC), nominal)


def _overtaken(schedule: Schedule, fire: Fire, place: ZoneInfo) -> bool:
    """Whether a fire that a gap moved comes at or after one that stands later in the schedule.

    Hourly in Berlin, 02:30 and 03:30 of the day in March are one moment; in Apia a whole day, the 30th of December
    2011, is the next one.
    """
    moved = _wall(fire.instant, place)
    later = following(schedule, fire.nominal) if moved > fire.nominal else None
    while later is not None and later <= moved:
        if _fire(later, place).instant <= fire.instant:
            return True
        later = following(schedule, later)
    return False


def calendar() -> PrevFire:
    """`prev_fire` for one plan of many readers, which remembers what it has computed."""
    return remembered(prev_fire, next_fire)


class Ticker:
    """Calls `ring` in a thread of its own after the delays asked for; a late ring is still rung."""

    def __init__(self, ring: Callable[[], None]) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        self._ring = ring
        # A sleeping laptop would lose the weekly digest to the default grace of one second (issue #182).
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.start()

    def wake_in(self, delay: timedelta) -> None:
        """Ring after `delay`, instead of whenever was asked before: a delay, so that the caller's clock decides."""
        from apscheduler.triggers.date import DateTrigger

        moment = datetime.now(UTC) + max(delay, timedelta(0))
        self._scheduler.add_job(self._ring, DateTrigger(moment), id="wake", replace_existing=True)

    def close(self) -> None:
        """Stop ringing."""
        self._scheduler.shutdown(wait=False)
