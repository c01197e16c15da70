"""Instant: mails as soon as a post is out; looked for only where something may have changed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.core.periods import PrevFire
from publisher.core.selection import held_until
from publisher.errors import PublisherError
from publisher.jobs.due import Due, make_due
from publisher.jobs.library import Library
from publisher.jobs.mailing import Desk
from publisher.jobs.picking import Span, circle, is_news, terms
from publisher.model.mailing import Issue
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.store import readers
from publisher.store.engine import Store
from publisher.struct import Struct
from publisher.templating import Templates


class Round(Struct, frozen=True):
    """What a look came to; `until` is when to look again at the latest: when a post has settled, or in the next minute
    where this one has its issue."""

    made: tuple[Issue, ...]
    errors: tuple[PublisherError, ...]
    until: datetime | None


def with_readers(store: Store, newsletters: Sequence[Newsletter], now: datetime) -> list[Newsletter]:
    """Those that may send something at once to somebody now."""
    open_now = [one for one in newsletters if _allows(one, now)]
    with store.read() as connection:
        return [one for one in open_now if readers.anybody(connection, circle(one, instant_period(one, now)))]


def instant_period(newsletter: Newsletter, now: datetime) -> Period:
    """The minute of `now`: two instant issues of a newsletter in one are as little as two digests of one period."""
    nominal = now.astimezone(ZoneInfo(newsletter.timezone)).replace(tzinfo=None, fold=0, second=0, microsecond=0)
    return Period(newsletter.name, Frequency.INSTANT, newsletter.timezone, now, now, nominal)


def make_instant(
    library: Library,
    store: Store,
    templates: Templates,
    newsletters: Sequence[Newsletter],
    *,
    now: datetime,
    prev_fire: PrevFire,
    ready: Callable[[Newsletter], None] = lambda _newsletter: None,
) -> Round:
    """One issue for each newsletter that has anything new to its instant readers, with all that is new; else none."""
    due: list[Due] = []
    left: list[datetime] = []
    for newsletter in newsletters:
        desk, period = Desk(library, templates, newsletter), instant_period(newsletter, now)
        left += held_until(library.posts, terms(desk, now))
        if is_news(desk, store, Span(now, prev_fire, period)):
            due.append(Due(newsletter, period))
    made, errors = make_due(library, store, templates, due, now=now, prev_fire=prev_fire, ready=ready)
    if len(made) < len(due):
        left.append(now.replace(second=0, microsecond=0) + timedelta(minutes=1))
    return Round(tuple(made), tuple(errors), min(left, default=None))


def _allows(newsletter: Newsletter, now: datetime) -> bool:
    schedule = newsletter.schedules.get(Frequency.INSTANT)
    local = now.astimezone(ZoneInfo(newsletter.timezone)).replace(tzinfo=None)
    return schedule is not None and schedule.allows(local)
