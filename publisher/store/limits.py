"""Counters of what may happen so often in a while, kept in the ledger: several processes share them.

Keys name nobody: an address of the net stands here as a keyed hash, one of a reader as its domain alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.reader_tables import limits
from publisher.struct import Struct

HOUR = timedelta(hours=1)
"""How long each counts; then it begins anew."""


class Count(Struct, frozen=True):
    """How often it has happened since."""

    number: int
    since: datetime


def count(connection: sa.Connection, happened: Mapping[str, int], now: datetime) -> dict[str, Count]:
    """Add how often each has happened; what each comes to in its hour, this included.

    One statement, which is whole by itself: of two processes that count at the same moment both are counted.
    """
    if not happened:
        return {}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(limits)
    is_over = sa.or_(limits.c.since <= now - HOUR, limits.c.since > now + HOUR)
    added = {
        "number": sa.case((is_over, insert.excluded.number), else_=limits.c.number + insert.excluded.number),
        "since": sa.case((is_over, insert.excluded.since), else_=limits.c.since),
    }
    upsert = insert.on_conflict_do_update(index_elements=[limits.c.key], set_=added).returning(limits)
    # In one order, so that two processes do not wait for each other.
    rows = [{"key": key, "since": now, "number": number} for key, number in sorted(happened.items())]
    return {row.key: Count(row.number, row.since) for row in connection.execute(upsert, rows)}


def reserve(connection: sa.Connection, key: str, wanted: int, most: int, now: datetime) -> list[datetime]:
    """When each of so many may happen, `most` in an hour: now, or as many hours later as are full.

    What was reserved and is still to come counts against the hours it lies in. The row is locked to the end of the
    transaction.
    """
    _make(connection, key, now)
    row = connection.execute(sa.select(limits).where(limits.c.key == key).with_for_update()).one()
    number, since = _left(row.number, row.since, most, now)
    values = {"number": number + wanted, "since": since}
    connection.execute(limits.update().where(limits.c.key == key).values(**values))
    return [max(now, since + (number + place) // most * HOUR) for place in range(wanted)]


def _left(number: int, since: datetime, most: int, now: datetime) -> tuple[int, datetime]:
    """What is still to be counted of the hours that began at `since`, and from when on."""
    # A clock that was set back must not shut the door for longer than an hour.
    if since > now:
        return min(number, most), now
    full = (now - since) // HOUR
    left = max(number - full * most, 0)
    return (left, since + full * HOUR) if left else (0, now)


def touch(connection: sa.Connection, key: str, now: datetime) -> datetime | None:
    """Note that something goes on; when it was noted last, None where never."""
    before: datetime | None = connection.scalar(sa.select(limits.c.since).where(limits.c.key == key).with_for_update())
    if before is None:
        _make(connection, key, now)
    else:
        connection.execute(limits.update().where(limits.c.key == key).values(since=now))
    return before


def any_before(connection: sa.Connection, before: datetime) -> bool:
    """Whether there is anything that was last begun before."""
    return connection.scalar(sa.select(sa.exists().where(limits.c.since < before))) is True


def sweep(connection: sa.Connection, before: datetime) -> int:
    """Delete what was last begun before; how many."""
    return connection.execute(limits.delete().where(limits.c.since < before)).rowcount


def _make(connection: sa.Connection, key: str, now: datetime) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(limits).values(key=key, since=now, number=0).on_conflict_do_nothing())
