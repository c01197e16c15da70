"""Readers: who gets a newsletter, as a stream in the order of their addresses: a million never lie in memory."""

import json
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat

import sqlalchemy as sa

from publisher.model.mailing import Recipient
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.model.reader import SubscriptionStatus, Wish
from publisher.store.carried import Carried
from publisher.store.streams import Column, Row, batches
from publisher.store.suppressions import Suppressed
from publisher.store.tables import subscribers, subscriptions, suppressions
from publisher.store.zones import in_zone
from publisher.struct import Struct

_WISHES = 1 << 13
"""Wishes: a million readers choose among the same, and share what is read of them."""


class Reader(Struct, frozen=True, gc=False):
    """A confirmed subscription as planning needs it.

    `joined` is when the reader said yes, or last changed what they wish, None where that was not asked for. `carried`
    are the posts they have had, of those asked for, as store.carried counts them; `suppressed` is why they get no mail.
    """

    recipient: Recipient
    wish: Wish
    joined: datetime | None
    carried: int
    suppressed: str | None

    @property
    def language(self) -> str | None:
        """The language they wish for."""
        return self.recipient.language


class Kind(Struct, frozen=True):
    """What readers share of whom only the number matters."""

    wish: Wish
    joined: datetime | None
    carried: int
    suppressed: bool


class Circle(Struct, frozen=True):
    """The confirmed readers of a newsletter; of one frequency, of who was there at `by`, of those who have not paused
    until after `awake`, and of the zone of the period `local`, where these are set. Their own `fields` are read where a
    site has any."""

    newsletter: Newsletter
    frequency: Frequency | None = None
    by: datetime | None = None
    awake: datetime | None = None
    local: Period | None = None
    fields: bool = False


def count(connection: sa.Connection, circle: Circle) -> int:
    """How many readers there are."""
    query = sa.select(sa.func.count()).select_from(subscriptions).where(*within(circle))
    return connection.scalar(query) or 0


def count_suppressed(connection: sa.Connection, circle: Circle) -> int:
    """How many of them are suppressed; who asked to be forgotten and subscribed again is not counted, being known by a
    hash alone."""
    keys = sa.select(suppressions.c.address_key)
    whose = sa.select(subscribers.c.id).where(subscribers.c.address_key.in_(keys))
    theirs = sa.select(sa.func.count()).select_from(subscriptions).where(subscriptions.c.subscriber_id.in_(whose))
    return connection.scalar(theirs.where(*within(circle))) or 0


def of_others(connection: sa.Connection, newsletters: Collection[str]) -> dict[str, int]:
    """How many readers each newsletter has that is none of these, by its name."""
    of, status = subscriptions.c.newsletter, subscriptions.c.status
    strange = sa.and_(of.not_in(newsletters), status == SubscriptionStatus.CONFIRMED)
    query = sa.select(of, sa.func.count()).where(strange).group_by(of).order_by(of)
    return {row[0]: row[1] for row in connection.execute(query)}


def anybody(connection: sa.Connection, circle: Circle) -> bool:
    """Whether there is a reader at all."""
    return bool(connection.scalar(sa.select(sa.exists().where(*within(circle)))))


def streamed(
    connection: sa.Connection, secret: bytes, circle: Circle, carried: Carried, *, after: datetime | None = None
) -> Generator[Reader, None, None]:
    """The readers, by address; `secret` is the ledger's. When they joined is told where it was later than `after`.

    The same connection may write to other tables meanwhile. Whoever does not read to the end closes the iterator.
    """
    whose, refused = subscribers.c, Suppressed(connection, secret)
    facts = sa.cast(whose.fields, sa.Text) if circle.fields else sa.null()
    query = _query(circle, after).add_columns(whose.email, whose.name, whose.id, facts)
    with batches(connection, query) as found:
        for rows in found:
            # By columns: a million times round a loop would take longer than the database does.
            keys, *wished, joined, emails, names, ids, own = _columns(rows)
            had, suppressed = carried.between(keys[0], keys[-1]), refused.among(keys)
            yield from map(
                Reader,
                map(Recipient, emails, keys, names, wished[0], ids, own),
                _wishes(*wished),
                map(_moment, joined),
                map(had.get, keys, repeat(0)),
                map(suppressed.get, keys),
            )


def kinds(
    connection: sa.Connection, secret: bytes, circle: Circle, carried: Carried, *, after: datetime | None = None
) -> Generator[tuple[Kind, int]]:
    """How many of the readers share what, a stretch of addresses after the other; see `streamed`."""
    refused = Suppressed(connection, secret)
    with batches(connection, _query(circle, after)) as found:
        for rows in found:
            keys, *wished, joined = _columns(rows)
            had, suppressed = carried.between(keys[0], keys[-1]), refused.among(keys)
            given = map(had.get, keys, repeat(0)), map(suppressed.__contains__, keys)
            alike = zip(_wishes(*wished), map(_moment, joined), *given, strict=True)
            yield from ((Kind(*shared), number) for shared, number in Counter(alike).items())


def _columns(rows: Sequence[Row]) -> list[Column]:
    return list(zip(*rows, strict=True))


def _wishes(languages: Column, frequencies: Column, categories: Column) -> Iterator[Wish]:
    return map(_wish, languages, frequencies, map(_listed, categories))


def _query(circle: Circle, after: datetime | None) -> sa.Select[str, str | None, str, str | None, str | None]:
    whose, wish = subscribers.c, subscriptions.c
    joined = sa.case((wish.confirmed_at > wish.wished_at, wish.confirmed_at), else_=wish.wished_at)
    # A moment costs as much to read as all else of a reader together, and matters for those who came lately.
    told = sa.null() if after is None else sa.case((joined > after, joined))
    return (
        sa.select(
            *(whose.address_key, wish.language, wish.frequency),
            *(sa.cast(wish.categories, sa.Text), sa.cast(told, sa.Text)),
        )
        .join_from(subscriptions, subscribers)
        .where(*within(circle))
        .order_by(whose.address_key)
    )


@lru_cache(_WISHES)
def _listed(categories: str | None) -> tuple[str, ...] | None:
    return None if categories is None else tuple(sorted(json.loads(categories)))


@lru_cache(_WISHES)
def _wish(language: str | None, frequency: str, categories: tuple[str, ...] | None) -> Wish:
    return Wish(language, Frequency(frequency), categories)


def _moment(text: str | None) -> datetime | None:
    """In UTC; SQLite keeps it so and names no zone."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def within(circle: Circle) -> list[sa.ColumnElement[bool]]:
    """What a row of subscriptions has to be, for its reader to be in the circle."""
    wish, newsletter = subscriptions.c, circle.newsletter
    where = [wish.newsletter == newsletter.name, wish.status == SubscriptionStatus.CONFIRMED, *of_frequency(circle)]
    if circle.by is not None:
        # Who is imported on Tuesday said yes elsewhere, years ago, and had Monday's issue from there.
        where += [wish.confirmed_at <= circle.by, wish.created_at <= circle.by]
    if circle.awake is not None:
        where.append(sa.or_(wish.paused_until.is_(None), wish.paused_until <= circle.awake))
    if circle.local is not None:
        where += in_zone(newsletter, circle.local)
    return where


def of_frequency(circle: Circle) -> list[sa.ColumnElement[bool]]:
    """The same of its frequency alone."""
    if circle.frequency is None:
        return []
    offered = circle.newsletter.frequency_of
    return [subscriptions.c.frequency.in_([one for one in Frequency if offered(one) == circle.frequency])]
