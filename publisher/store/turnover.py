"""How the readers of a newsletter differ from those of its last issue."""

from datetime import datetime

import sqlalchemy as sa

from publisher.model.mailing import IssueKind, IssueStatus
from publisher.model.newsletter import Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.store.issues import numbered
from publisher.store.readers import Circle, of_frequency, within
from publisher.store.tables import issues, subscribers, subscriptions, suppressions
from publisher.store.zones import lives_in
from publisher.struct import Struct


class Turnover(Struct, frozen=True):
    """Who came, left, and was suppressed since the last issue, `number`, was made at `since`."""

    number: int
    since: datetime
    new: int
    left: int
    suppressed: int


def turnover(connection: sa.Connection, circle: Circle) -> Turnover | None:
    """Since the last digest of the circle's frequency and zone that was no empty one; None before the first."""
    newsletter = circle.newsletter
    series = f"{newsletter.name}/{circle.frequency}" if circle.local is None else circle.local.series
    last = connection.execute(_last(newsletter, f"{series}/")).first()
    if last is None:
        return None
    wish, since = subscriptions.c, last.created_at
    new = [*within(circle), wish.confirmed_at > since]
    left = [
        wish.newsletter == newsletter.name,
        *of_frequency(circle),
        *([] if circle.local is None else [lives_in(newsletter, circle.local.zone)]),
        wish.status == SubscriptionStatus.UNSUBSCRIBED,
        wish.unsubscribed_at > since,
        wish.confirmed_at <= since,
    ]
    late = sum(suppressed_by_kind(connection, circle, after=since).values())
    return Turnover(last.number, since, _count(connection, new), _count(connection, left), late)


def suppressed_by_kind(connection: sa.Connection, circle: Circle, *, after: datetime | None = None) -> dict[str, int]:
    """How many of its readers get no mail, by why; of late alone with `after`. See readers.count_suppressed."""
    query = (
        sa.select(suppressions.c.kind, sa.func.count())
        .join_from(subscriptions, subscribers)
        .join(suppressions, suppressions.c.address_key == subscribers.c.address_key)
        .where(*within(circle))
        .group_by(suppressions.c.kind)
        .order_by(suppressions.c.kind)
    )
    if after is not None:
        query = query.where(suppressions.c.created_at > after)
    return {row.kind: number for row in connection.execute(query) if (number := row[1])}


def _last(newsletter: Newsletter, period: str) -> sa.Select[int, datetime]:
    c = issues.c
    return (
        sa.select(numbered, c.created_at)
        .where(c.newsletter == newsletter.name, c.kind == IssueKind.DIGEST, c.status != IssueStatus.SKIPPED)
        .where(c.period.startswith(period, autoescape=True))
        .order_by(c.id.desc())
        .limit(1)
    )


def _count(connection: sa.Connection, where: list[sa.ColumnElement[bool]]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(subscriptions).where(*where)) or 0
