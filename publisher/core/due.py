"""Which periods are due: those that have ended, held against the newest that is recorded."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from publisher.core.periods import Fire, NextFire, PrevFire, ended_period
from publisher.model.newsletter import CatchUp, Frequency, Newsletter, Period
from publisher.struct import Struct, replace

MOST = 31
"""Periods that are made up for at once: nobody wants two years of daily mails in one night."""

_ONE_RUN = timedelta(hours=1)
"""Cron that runs once an hour has missed nothing."""


class Owed(Struct, frozen=True):
    """`make` are the periods that get their issue, oldest first; `late` is the newest that ended too long ago.

    `passed` is how many before it have ended without an issue and get none; where there are `more`, the latest alone
    were counted. `ahead` is the newest recorded, where it ends after now: the clock was put back, or had gone ahead.
    """

    make: tuple[Period, ...] = ()
    late: Period | None = None
    passed: int = 0
    more: bool = False
    ahead: Fire | None = None


def owed(
    newsletter: Newsletter, frequency: Frequency, zone: str, now: datetime, prev_fire: PrevFire, last: Fire | None
) -> Owed:
    """What is due in `zone` at `now`, after `last`, the newest period on record; None where there is none.

    Nothing is due that ends at or before `last`, by the moment or by the local time it is named by: so a clock that
    jumps back, or another zone, makes no period twice. Without `last` only the latest is due, and none is late: nothing
    ran yet that could have missed it.
    """
    if last is not None and last.instant > now:
        return Owed(ahead=last)
    ended = _ended(newsletter, frequency, zone, now, prev_fire)
    missing = list(islice(_after(ended, last), MOST + 1 if last else 1))
    decide = _each if newsletter.catch_up is CatchUp.ALL else _latest
    found = decide(newsletter, missing, now)
    return replace(found, more=len(missing) > MOST) if last else replace(found, late=None)


def next_to_make(
    newsletter: Newsletter, frequency: Frequency, zone: str, now: datetime, next_fire: NextFire, last: Fire | None
) -> Fire | None:
    """The next fire in `zone` whose period gets an issue, by the same measure; None where none is to come."""
    schedule = newsletter.schedules[frequency]
    fire = next_fire(schedule, zone, max(now, last.instant) if last else now)
    while fire is not None and last is not None and fire.nominal <= last.nominal:
        fire = next_fire(schedule, zone, fire.instant)
    return fire


def _each(newsletter: Newsletter, missing: Sequence[Period], now: datetime) -> Owed:
    young = [period for period in missing if _is_young(newsletter, period, now)]
    late = missing[len(young)] if len(young) < len(missing) else None
    made = tuple(reversed(young[:MOST]))
    return Owed(made, late, len(missing) - len(made) - (late is not None))


def _latest(newsletter: Newsletter, missing: Sequence[Period], now: datetime) -> Owed:
    if not missing:
        return Owed()
    latest, passed = missing[0], len(missing) - 1
    return Owed((latest,), None, passed) if _is_young(newsletter, latest, now) else Owed((), latest, passed)


def _is_young(newsletter: Newsletter, period: Period, now: datetime) -> bool:
    longest = _max_age(newsletter, period)
    return longest is None or now - period.end <= longest


def _max_age(newsletter: Newsletter, period: Period) -> timedelta | None:
    if newsletter.max_age is not None:
        return newsletter.max_age
    defaults = {CatchUp.LATEST: (period.end - period.start) / 2, CatchUp.SKIP: _ONE_RUN}
    return defaults.get(newsletter.catch_up)


def _ended(
    newsletter: Newsletter, frequency: Frequency, zone: str, now: datetime, prev_fire: PrevFire
) -> Iterator[Period]:
    """The periods that have ended, newest first."""
    period = ended_period(newsletter, frequency, now, prev_fire, zone)
    while period is not None:
        yield period
        period = ended_period(newsletter, frequency, period.start, prev_fire, zone)


def _after(ended: Iterator[Period], last: Fire | None) -> Iterator[Period]:
    for period in ended:
        if last is not None and (period.end <= last.instant or period.nominal_end <= last.nominal):
            return
        yield period
