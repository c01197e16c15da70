"""Readers: who gets a newsletter, as a stream in the order of their addresses: a million never lie in memory."""

import json
from collections.abc import Generator
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from publisher.model.mailing import Recipient
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.store import suppressions
from publisher.store.carried import Carried
from publisher.store.tables import subscribers, subscriptions
from publisher.struct import Struct

_AT_ONCE = 1000
"""Readers in a batch: some megabytes, and a query for each batch costs each reader nothing."""

_WISHES = 1 << 13
"""Sets of categories: a million readers choose among the same, and share what is read of them."""

_FREQUENCIES = {one.value: one for one in Frequency}
_NOTHING: frozenset[str] = frozenset()


class Reader(Struct, frozen=True, gc=False):
    """A confirmed subscription as planning needs it.

    `categories` are in one order for all who wish the same. `joined` is when the reader said yes, or last changed what
    they wish, None where that was not asked for. `carried` are the posts they have had, of those asked for;
    `suppressed` is why they get no mail.
    """

    recipient: Recipient
    frequency: Frequency
    categories: tuple[str, ...] | None
    joined: datetime | None
    carried: frozenset[str]
    suppressed: str | None

    @property
    def language(self) -> str | None:
        """The language they wish for."""
        return self.recipient.language


class Circle(Struct, frozen=True):
    """The confirmed readers of a newsletter; of one frequency, and of who was there at `by`, where these are set."""

    newsletter: Newsletter
    frequency: Frequency | None = None
    by: datetime | None = None


def count(connection: sa.Connection, circle: Circle) -> int:
    """How many readers there are."""
    query = sa.select(sa.func.count()).select_from(subscriptions).where(*_within(circle))
    return connection.scalar(query) or 0


def anybody(connection: sa.Connection, circle: Circle) -> bool:
    """Whether there is a reader at all."""
    return bool(connection.scalar(sa.select(sa.exists().where(*_within(circle)))))


def streamed(
    connection: sa.Connection, secret: bytes, circle: Circle, carried: Carried, *, after: datetime | None = None
) -> Generator[Reader, None, None]:
    """The readers, by address; `secret` is the ledger's. When they joined is told where it was later than `after`.

    The same connection may write to other tables meanwhile. Whoever does not read to the end closes the iterator.
    """
    with connection.execute(_query(circle, after), execution_options={"yield_per": _AT_ONCE}) as result:
        for rows in result.partitions():
            keys = [row.address_key for row in rows]
            had = carried.between(keys[0], keys[-1])
            suppressed = suppressions.between(connection, secret, keys)
            for email, key, name, language, subscriber_id, frequency, categories, joined in rows:
                yield Reader(
                    Recipient(email, key, name, language, subscriber_id),
                    _FREQUENCIES[frequency],
                    None if categories is None else _listed(categories),
                    joined,
                    had.get(key, _NOTHING),
                    suppressed.get(key),
                )


def _query(
    circle: Circle, after: datetime | None
) -> sa.Select[str, str, str, str | None, int, str, str | None, datetime | None]:
    whose, wish = subscribers.c, subscriptions.c
    joined = sa.case((wish.confirmed_at > wish.wished_at, wish.confirmed_at), else_=wish.wished_at)
    # A moment costs as much to read as all else of a reader together, and matters for those who came lately.
    told = sa.null() if after is None else sa.case((joined > after, joined))
    return (
        sa.select(
            *(whose.email, whose.address_key, whose.name),
            *(wish.language, wish.subscriber_id, wish.frequency, sa.cast(wish.categories, sa.Text), told),
        )
        .join_from(subscriptions, subscribers)
        .where(*_within(circle))
        .order_by(whose.address_key)
    )


@lru_cache(_WISHES)
def _listed(categories: str) -> tuple[str, ...]:
    return tuple(sorted(json.loads(categories)))


def _within(circle: Circle) -> list[sa.ColumnElement[bool]]:
    wish, newsletter = subscriptions.c, circle.newsletter
    where = [wish.newsletter == newsletter.name, wish.status == SubscriptionStatus.CONFIRMED]
    if circle.frequency is not None:
        where.append(wish.frequency.in_([one for one in Frequency if newsletter.frequency_of(one) == circle.frequency]))
    if circle.by is not None:
        where.append(wish.confirmed_at <= circle.by)
    return where
