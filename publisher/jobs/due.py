"""What is due now: the store says so; timers only make it prompt."""

from collections.abc import Callable, Sequence
from datetime import datetime

from publisher.core.periods import NextFire, PrevFire, ended_period
from publisher.errors import ConfigError, Conflict, PublisherError, TemplateError, WrongLedger
from publisher.jobs.digest import make_digest
from publisher.jobs.library import Library
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk
from publisher.jobs.picking import circle
from publisher.model.mailing import Issue
from publisher.model.newsletter import Newsletter, Period
from publisher.store import claims, holdups, issues, readers, waiting
from publisher.store.engine import Store
from publisher.struct import Struct
from publisher.templating import Templates


class Due(Struct, frozen=True):
    """A period that has ended and has no issue yet."""

    newsletter: Newsletter
    period: Period


def due_periods(store: Store, newsletters: Sequence[Newsletter], now: datetime, prev_fire: PrevFire) -> list[Due]:
    """The latest ended period of each newsletter and frequency that had readers, where it has no issue yet."""
    ended = [
        Due(newsletter, period)
        for newsletter in newsletters
        for frequency in newsletter.schedules
        if (period := ended_period(newsletter, frequency, now, prev_fire)) is not None
    ]
    with store.read() as connection:
        return [
            one
            for one in ended
            if issues.of_period(connection, one.period.key) is None
            and readers.anybody(connection, circle(one.newsletter, one.period))
        ]


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
    """Make the issue of each due period; wrong settings or templates of one newsletter do not stop the others.

    `ready` raises ConfigError for a newsletter whose mail could not leave: it would stop what others have to send.
    Another process that was first made it for both. What passes by itself (a busy ledger) is raised, to be tried again.
    """
    made: list[Issue] = []
    errors: list[PublisherError] = []
    for one in due:
        desk = Desk(library, templates, one.newsletter)
        try:
            ready(one.newsletter)
            issue = make_digest(
                desk,
                store,
                at=one.period.end,
                now=now,
                prev_fire=prev_fire,
                period=one.period,
                unfit=Unfit.HOLD,
                awaits=one.newsletter.approve,
            )
        except Conflict:
            continue
        except (ConfigError, TemplateError, WrongLedger) as error:
            errors.append(error)
            continue
        if issue is not None:
            made.append(issue)
    return made, errors


def next_wake(store: Store, newsletters: Sequence[Newsletter], now: datetime, next_fire: NextFire) -> datetime | None:
    """When the next period ends, an issue that waits begins or a sending one has work again, or None."""
    with store.read() as connection:
        work = [claims.next_due(connection, now), holdups.next_go_on(connection), waiting.next_start(connection)]
    moments = [*work, next_end(newsletters, now, next_fire)]
    return min((one for one in moments if one is not None), default=None)


def next_end(newsletters: Sequence[Newsletter], now: datetime, next_fire: NextFire) -> datetime | None:
    """When the next period ends; None where none is to come."""
    fires = [
        next_fire(schedule, newsletter.timezone, now)
        for newsletter in newsletters
        for schedule in newsletter.schedules.values()
    ]
    return min((one.instant for one in fires if one is not None), default=None)
