"""When issues go out: what is due, or else what comes next; and what of it no plan shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from publisher.core.due import next_to_make
from publisher.core.periods import NextFire, PrevFire, ended_period
from publisher.core.words import counted
from publisher.jobs.due import OnRecord, due_periods, last_of, look
from publisher.jobs.instant import instant_period, with_readers
from publisher.jobs.letter import Outgoing
from publisher.jobs.mailing import Desk, local
from publisher.jobs.picking import Span, is_news
from publisher.jobs.under_way import ServersOf
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.store import periods, zones
from publisher.store.engine import Store
from publisher.struct import Struct

OutgoingOf = Callable[[str], Outgoing]
"""What the settings say of the mail of a newsletter that leaves."""


class Surroundings(Struct, frozen=True):
    """What planning looks into: the ledger, if there is one, the calendar, and the ways out; `now` in the site's
    zone."""

    store: Store | None
    now: datetime
    prev_fire: PrevFire
    next_fire: NextFire
    servers_of: ServersOf
    outgoing_of: OutgoingOf


class Occasion(Struct, frozen=True):
    """When an issue goes out: its period has ended and it is `due`, or it is the next to come."""

    newsletter: Newsletter
    period: Period
    due: bool

    @property
    def key(self) -> str:
        """The period's; of an instant issue without its minute, which is that of its making."""
        key = self.period.key
        return key.rpartition("/")[0] if self.period.frequency is Frequency.INSTANT else key


def occasions(desks: Sequence[Desk], around: Surroundings) -> list[Occasion]:
    """The oldest due period of each newsletter, frequency and zone; where none is due, the next of each."""
    if around.store is None:
        return list(_coming(desks, {}, {}, around))
    newsletters = [desk.newsletter for desk in desks]
    due: dict[tuple[str, Frequency, str], Occasion] = {}
    for one in due_periods(around.store, newsletters, around.now, around.prev_fire):
        due.setdefault(_series(one.period), Occasion(one.newsletter, one.period, True))
    found = [*due.values(), *_instant(desks, around.store, around)]
    with around.store.read() as connection:
        places = zones.zones(connection, [one.name for one in newsletters if one.reader_zones])
        on_record = periods.newest(connection, around.now)
    # In the order in which they are made, by which they are numbered.
    return sorted(found or _coming(desks, places, on_record, around), key=lambda one: one.period.end)


def asides(desks: Sequence[Desk], around: Surroundings) -> list[str]:
    """For people: what is due and in no plan, since it comes too late, or after another of its kind."""
    if around.store is None:
        return []
    seen = look(around.store, [desk.newsletter for desk in desks], around.now, around.prev_fire)
    late = [
        f"{one.newsletter.name}: the {one.period.frequency} digest of {local(one.period.end, one.period.zone)} is too"
        " late: it is recorded, and not sent"
        for one in seen.due
        if one.late
    ]
    following = Counter(_series(one.period) for one in seen.due if not one.late)
    later = Counter[tuple[str, Frequency]]()
    for (name, frequency, _), number in following.items():
        later[name, frequency] += number - 1
    more = [
        f"{name}: {counted(number, f'{frequency} digest')} more due after it: plan again when it is made"
        for (name, frequency), number in later.items()
        if number
    ]
    return [*late, *more, *seen.told]


def _series(period: Period) -> tuple[str, Frequency, str]:
    return period.newsletter, period.frequency, period.zone


def _instant(desks: Sequence[Desk], store: Store, around: Surroundings) -> Iterator[Occasion]:
    to_somebody = {one.name for one in with_readers(store, [desk.newsletter for desk in desks], around.now)}
    for desk in desks:
        period = instant_period(desk.newsletter, around.now)
        span = Span(around.now, around.prev_fire, period)
        if desk.newsletter.name in to_somebody and is_news(desk, store, span):
            yield Occasion(desk.newsletter, period, True)


def _coming(
    desks: Sequence[Desk], places: Mapping[str, Sequence[str]], on_record: OnRecord, around: Surroundings
) -> Iterator[Occasion]:
    for newsletter in (desk.newsletter for desk in desks):
        for frequency in newsletter.schedules:
            for zone in dict.fromkeys([newsletter.timezone, *places.get(newsletter.name, ())]):
                last = last_of(newsletter, frequency, zone, on_record)
                fire = next_to_make(newsletter, frequency, zone, around.now, around.next_fire, last)
                period = ended_period(newsletter, frequency, fire.instant, around.prev_fire, zone) if fire else None
                if period is not None:
                    yield Occasion(newsletter, period, False)
