"""What readers change by themselves of what they have: their wishes, and a leaving that they take back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.model.event import EventKind, Happening
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.store import events
from publisher.store.tables import subscribers, subscriptions
from publisher.struct import Struct

_SECOND = timedelta(seconds=1)


class Choice(Struct, frozen=True):
    """What a reader has of a newsletter from now on; None means all categories, any language, the newsletter's zone, no
    pause."""

    frequency: Frequency
    categories: tuple[str, ...] | None
    language: str | None
    timezone: str | None
    paused_until: datetime | None


def choose(connection: sa.Connection, before: Subscription, choice: Choice, now: datetime) -> bool:
    """Write a choice; False where it is what was there. A wish that widens is no wish for the archive, see
    `wished_at`."""
    had = Choice(before.frequency, before.categories, before.language, before.timezone, before.paused_until)
    if had == choice:
        return False
    changed = (had.categories, had.language) != (choice.categories, choice.language)
    values = {
        "frequency": choice.frequency,
        "categories": None if choice.categories is None else list(choice.categories),
        "language": choice.language,
        "timezone": choice.timezone,
        "paused_until": choice.paused_until,
        "wished_at": now if changed else before.wished_at,
    }
    connection.execute(subscriptions.update().where(subscriptions.c.id == before.id).values(**values))
    return True


def rename(connection: sa.Connection, address_key: str, name: str) -> None:
    """What a reader is called; empty for no name."""
    connection.execute(subscribers.update().where(subscribers.c.address_key == address_key).values(name=name))


def come_back(
    connection: sa.Connection, address_key: str, newsletter: str | None, left_at: datetime, now: datetime
) -> Sequence[str]:
    """Take back the leavings of this very second (of UTC, whole), of one newsletter or all; the newsletters."""
    table = subscriptions
    whose = sa.select(subscribers.c.id).where(subscribers.c.address_key == address_key)
    where: list[Any] = [
        table.c.subscriber_id.in_(whose),
        table.c.status == SubscriptionStatus.UNSUBSCRIBED,
        table.c.confirmed_at.is_not(None),
        table.c.unsubscribed_at >= left_at,
        table.c.unsubscribed_at < left_at + _SECOND,
    ]
    if newsletter is not None:
        where.append(table.c.newsletter == newsletter)
    values = {"status": SubscriptionStatus.CONFIRMED, "unsubscribed_at": None, "left_by": ""}
    change = table.update().where(*where).values(**values).returning(table.c.subscriber_id, table.c.newsletter)
    back = connection.execute(change).all()
    data = {"source": "return"}
    told = [Happening(EventKind.CONFIRMED, now, reader, name, data=data) for reader, name in back]
    events.record_all(connection, told)
    return sorted(name for _, name in back)
