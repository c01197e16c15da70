"""What is due now: the store says so; timers only make it prompt."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, product

from publisher.core.due import Owed, owed
from publisher.core.periods import Fire, NextFire, PrevFire, ended_period
from publisher.core.words import counted
from publisher.errors import ConfigError, Conflict, PublisherError, TemplateError, WrongLedger
from publisher.jobs.digest import make_digest
from publisher.jobs.library import Library
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk, local
from publisher.jobs.missed import record_missed
from publisher.jobs.picking import circle
from publisher.model.mailing import Issue
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.store import claims, holdups, periods, readers, waiting, zones
from publisher.store.engine import Store
from publisher.store.periods import Newest
from publisher.struct import Struct
from publisher.templating import Templates

OnRecord = Mapping[tuple[str, str], Mapping[str, Newest]]
"""The newest period of each newsletter and frequency, by zone."""


class Due(Struct, frozen=True):
    """A period that has ended and has no issue yet; a `late` one is recorded, and mailed to nobody.

    `passed` is how many right before it have no issue either, and get none; at least, where there are `more`.
    """

    newsletter: Newsletter
    period: Period
    late: bool = False
    passed: int = 0
    more: bool = False

    def passed_lines(self) -> list[str]:
        """For people: how many."""
        number = f"{'at least ' if self.more else ''}{counted(self.passed, 'period')}"
        return [f"{self.newsletter.name}: {number} before it ended without an issue of its own"] if self.passed else []


class Look(Struct, frozen=True):
    """What is `due`, those of a newsletter in the order of their ends; `told` is what a person should know besides."""

    due: tuple[Due, ...] = ()
    told: tuple[str, ...] = ()


def due_periods(store: Store, newsletters: Sequence[Newsletter], now: datetime, prev_fire: PrevFire) -> list[Due]:
    """The periods that get their issue now."""
    return [one for one in look(store, newsletters, now, prev_fire).due if not one.late]


def look(store: Store, newsletters: Sequence[Newsletter], now: datetime, prev_fire: PrevFire) -> Look:
    """The periods that had readers and are to be made or recorded now."""
    with store.read() as connection:
        of_readers = zones.zones(connection, [one.name for one in newsletters if one.reader_zones])
        ended = list(_ended(newsletters, of_readers, now, prev_fire))
        known = periods.recorded(connection, (period.key for _, period in ended))
        missing = [(newsletter, period) for newsletter, period in ended if period.key not in known]
        if not missing:
            return Look()
        on_record = periods.newest(connection, now)
        found = [(newsletter, _owed(newsletter, one, now, prev_fire, on_record)) for newsletter, one in missing]
        due = _in_turn(one for newsletter, what in found for one in _due(newsletter, what))
        had_readers = (one for one in due if readers.anybody(connection, circle(one.newsletter, one.period)))
        return Look(tuple(had_readers), tuple(_ahead(newsletter, what) for newsletter, what in found if what.ahead))


def _ended(
    newsletters: Sequence[Newsletter], of_readers: Mapping[str, Sequence[str]], now: datetime, prev_fire: PrevFire
) -> Iterator[tuple[Newsletter, Period]]:
    """The latest period of each newsletter, frequency and zone that has ended."""
    for newsletter in newsletters:
        for frequency, zone in product(newsletter.schedules, _places(newsletter, of_readers)):
            period = ended_period(newsletter, frequency, now, prev_fire, zone)
            if period is not None:
                yield newsletter, period


def _places(newsletter: Newsletter, of_readers: Mapping[str, Sequence[str]]) -> Iterable[str]:
    return dict.fromkeys([newsletter.timezone, *of_readers.get(newsletter.name, ())])


def last_of(newsletter: Newsletter, frequency: Frequency, zone: str, on_record: OnRecord) -> Fire | None:
    """The newest period on record that those in `zone` come after; of all zones, where readers have none of their own:
    a newsletter that moved makes no local day twice."""
    everywhere = on_record.get((newsletter.name, frequency), {})
    here = [one for of, one in everywhere.items() if of == zone or not newsletter.reader_zones]
    return Fire(max(one.end for one in here), max(one.nominal for one in here)) if here else None


def _owed(newsletter: Newsletter, latest: Period, now: datetime, prev_fire: PrevFire, on_record: OnRecord) -> Owed:
    frequency, zone = latest.frequency, latest.zone
    return owed(newsletter, frequency, zone, now, prev_fire, last_of(newsletter, frequency, zone, on_record))


def _due(newsletter: Newsletter, found: Owed) -> Iterator[Due]:
    if found.late is not None:
        yield Due(newsletter, found.late, late=True, passed=found.passed, more=found.more)
    for place, period in enumerate(found.make):
        yield Due(newsletter, period, passed=0 if place or found.late else found.passed, more=found.more)


def _in_turn(due: Iterable[Due]) -> Iterator[Due]:
    for _, of_it in groupby(due, key=lambda one: one.newsletter):
        yield from sorted(of_it, key=lambda one: one.period.end)


def _ahead(newsletter: Newsletter, found: Owed) -> str:
    assert found.ahead is not None
    end = local(found.ahead.instant, newsletter.timezone)
    return (
        f"{newsletter.name}: a digest of {end} is on record, which is to come: until then none is made by schedule\n"
        f"  set the clock of this machine; if it is right, 'publisher digest {newsletter.name}' sends one by hand,"
        " and the schedule goes on from there"
    )


def make_due(
    library: Library,
    store: Store,
    templates: Templates,
    due: Sequence[Due],
    *,
    now: datetime,
    prev_fire: PrevFire,
    ready: Callable[[Newsletter], None] = lambda _newsletter: None,
) -> tuple[list[Issue], list[PublisherError]]:
    """Make the issue of each due period, or record it; what is wrong with one newsletter does not stop the others.

    Where one of its periods fails, those that follow wait: none is made behind a later one.
    `ready` raises ConfigError for a newsletter whose mail could not leave: it would stop what others have to send.
    Another process that was first made it for both. What passes by itself (a busy ledger) is raised, to be tried again.
    """
    made: list[Issue] = []
    errors: list[PublisherError] = []
    for newsletter, of_it in groupby(due, key=lambda one: one.newsletter):
        desk = Desk(library, templates, newsletter)
        try:
            ready(newsletter)
            made.extend(_made(desk, store, of_it, now, prev_fire))
        except (ConfigError, TemplateError, WrongLedger) as error:
            errors.append(error)
    return made, errors


def _made(desk: Desk, store: Store, due: Iterable[Due], now: datetime, prev_fire: PrevFire) -> Iterator[Issue]:
    for one in due:
        try:
            if one.late:
                yield record_missed(desk, store, one.period, now=now, prev_fire=prev_fire)
            elif issue := make_digest(
                desk,
                store,
                at=one.period.end,
                now=now,
                prev_fire=prev_fire,
                period=one.period,
                unfit=Unfit.HOLD,
                awaits=desk.newsletter.approve,
            ):
                yield issue
        except Conflict:
            continue


def next_wake(store: Store, newsletters: Sequence[Newsletter], now: datetime, next_fire: NextFire) -> datetime | None:
    """When another issue begins or a sending one has work again, or None."""
    with store.read() as connection:
        work = [claims.next_due(connection, now), holdups.next_go_on(connection)]
    moments = [*work, next_begin(store, newsletters, now, next_fire)]
    return min((one for one in moments if one is not None), default=None)


def next_begin(store: Store, newsletters: Sequence[Newsletter], now: datetime, next_fire: NextFire) -> datetime | None:
    """When the next period ends, in any zone, or an issue that waits for its moment begins; None for never."""
    with store.read() as connection:
        waits = waiting.next_start(connection)
    end = next_end(newsletters, zones_of(store, newsletters), now, next_fire)
    return min((one for one in (waits, end) if one is not None), default=None)


def zones_of(store: Store, newsletters: Sequence[Newsletter]) -> Mapping[str, Sequence[str]]:
    """The zones of readers who get a newsletter at their own time."""
    with store.read() as connection:
        return zones.zones(connection, [one.name for one in newsletters if one.reader_zones])


def next_end(
    newsletters: Sequence[Newsletter], of_readers: Mapping[str, Sequence[str]], now: datetime, next_fire: NextFire
) -> datetime | None:
    """When the next period ends, in any zone; None where none is to come."""
    fires = [
        next_fire(schedule, zone, now)
        for newsletter in newsletters
        for schedule, zone in product(newsletter.schedules.values(), _places(newsletter, of_readers))
    ]
    return min((one.instant for one in fires if one is not None), default=None)
