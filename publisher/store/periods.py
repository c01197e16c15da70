"""Which periods are on record."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from publisher.errors import Conflict
from publisher.model.mailing import IssueKind, IssueStatus
from publisher.model.newsletter import Frequency, Period
from publisher.store.tables import issues
from publisher.struct import Struct

_AT_ONCE = 500
_NOMINAL = len("2026-11-23T09:00")


class Newest(Struct, frozen=True):
    """The newest period of a frequency in a zone: its end as a moment, and as the local time it is named by (naive)."""

    end: datetime
    nominal: datetime


def batched(of: Iterable[str]) -> Iterator[list[str]]:
    """As many at a time as a statement may name."""
    coming = iter(of)
    while some := list(islice(coming, _AT_ONCE)):
        yield some


def recorded(connection: sa.Connection, keys: Iterable[str]) -> set[str]:
    """Those of the periods that have an issue."""
    found = set[str]()
    for some in batched(keys):
        found.update(connection.scalars(sa.select(issues.c.period).where(issues.c.period.in_(some))))
    return found


def require_next(connection: sa.Connection, period: Period, now: datetime) -> None:
    """Conflict where a period that ends then or later is on record: another process was first, with the time it had.

    Instant mails have no turn: in the hour that comes twice a minute may come before one that was.
    """
    if period.frequency is Frequency.INSTANT:
        return
    its = issues.c.period.startswith(f"{period.series}/", autoescape=True)
    where = (issues.c.newsletter == period.newsletter, its, issues.c.at >= period.end, _counts(now))
    if connection.scalar(sa.select(sa.exists().where(*where))):
        raise Conflict("issue of period", period.key)


def newest(connection: sa.Connection, now: datetime) -> dict[tuple[str, str], dict[str, Newest]]:
    """The newest of each newsletter, frequency and zone that counts at `now`; by the first two, then the zone."""
    series = sa.func.substr(issues.c.period, 1, sa.func.length(issues.c.period) - _NOMINAL - 1)
    query = sa.select(series, sa.func.max(issues.c.at), sa.func.max(issues.c.period)).group_by(series)
    found: dict[tuple[str, str], dict[str, Newest]] = {}
    for of, end, key in connection.execute(query.where(issues.c.period.is_not(None), _counts(now))):
        newsletter, frequency, zone = of.split("/")
        of_zone = found.setdefault((newsletter, frequency), {})
        of_zone[zone.replace("~", "/")] = Newest(end, datetime.fromisoformat(key[-_NOMINAL:]))
    return found


def _counts(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a period on record has had its turn.

    One that is to come was recorded by a clock that was ahead. It mailed nobody where it was skipped; and where
    somebody has made a digest by hand since, they have seen to it that the clock is right.
    """
    by_hand = issues.alias()
    since = sa.select(sa.literal(1)).where(
        by_hand.c.newsletter == issues.c.newsletter,
        by_hand.c.kind == IssueKind.DIGEST,
        by_hand.c.period.is_(None),
        by_hand.c.id > issues.c.id,
        by_hand.c.created_at <= now,
    )
    mailed = sa.and_(issues.c.status != IssueStatus.SKIPPED, ~sa.exists(since.correlate(issues)))
    return sa.or_(issues.c.at <= now, mailed)
