"""Readers' own time zones: which there are, and who is in one."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED
from publisher.model.newsletter import Newsletter, Period
from publisher.store.tables import deliveries, issues, subscribers, subscriptions


def zones(connection: sa.Connection, newsletters: Collection[str]) -> dict[str, list[str]]:
    """The zones that readers of each newsletter have named, in order; also of readers who have left since."""
    wish = subscriptions.c
    query = sa.select(wish.newsletter, wish.timezone).where(wish.timezone.is_not(None)).distinct()
    found: dict[str, list[str]] = defaultdict(list)
    for newsletter, zone in connection.execute(query.where(wish.newsletter.in_(newsletters))):
        found[newsletter].append(zone)
    return {newsletter: sorted(its) for newsletter, its in found.items()}


def in_zone(newsletter: Newsletter, period: Period) -> list[sa.ColumnElement[bool]]:
    """What a row of subscriptions has to be, for its reader to live in the zone of a period.

    Who has none lives in the newsletter's. Who has moved, and had the digest of that local time where they were, is not
    mailed it once more.
    """
    return [lives_in(newsletter, period.zone), ~_had_elsewhere(period)]


def lives_in(newsletter: Newsletter, zone: str) -> sa.ColumnElement[bool]:
    """The same of the zone alone."""
    named = subscriptions.c.timezone
    here = named == zone
    return sa.or_(here, named.is_(None)) if zone == newsletter.timezone else here


def _had_elsewhere(period: Period) -> sa.ColumnElement[bool]:
    others = sa.select(issues.c.id).where(issues.c.edition == period.edition, issues.c.period != period.key)
    whose = subscribers.alias()
    theirs = sa.select(whose.c.address_key).where(whose.c.id == subscriptions.c.subscriber_id)
    had = sa.select(sa.literal(1)).where(
        deliveries.c.address_key == theirs.correlate(subscriptions).scalar_subquery(),
        # Not the bare column: SQLite would go by the index of issues, through all deliveries of those.
        (deliveries.c.issue_id + 0).in_(others),
        deliveries.c.status.in_(CARRIED),
    )
    return sa.exists(had.correlate(subscriptions))
