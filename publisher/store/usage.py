"""How much of a server's day, and of its rate, is used up, by all processes together."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.tables import paces, usage

BURST = 1.0
"""Seconds' worth of mails that may go at once."""

SKEW = timedelta(minutes=1)
"""By how much the clocks of two machines may differ; what is farther in the future was granted before the clock was set
back."""


def reserve(connection: sa.Connection, server: str, day: date, wanted: int, cap: int | None) -> int:
    """How many of `wanted` mails a server may still be given on `day`; they count as sent from here."""
    _make(connection, usage, {"server": server, "day": day.isoformat(), "sent": 0})
    sent = connection.scalar(_day(server, day).with_for_update()) or 0
    granted = wanted if cap is None else max(min(wanted, cap - sent), 0)
    _add(connection, server, day, granted)
    return granted


def give_back(connection: sa.Connection, server: str, day: date, unused: int) -> None:
    """Mails that were reserved and did not go."""
    _add(connection, server, day, -unused)


def sent_on(connection: sa.Connection, server: str, day: date) -> int:
    """Mails a server was given on `day`, those in hand included."""
    return connection.scalar(_day(server, day)) or 0


def slots(connection: sa.Connection, server: str, rate: float, wanted: int, now: datetime) -> tuple[int, datetime]:
    """How many of `wanted` mails may go to a server now, and when the next one may, at `rate` a second.

    The generic cell rate algorithm (ITU-T I.371): `free_at` is when all that was granted would have gone, one by one.
    A second's worth may go at once, and always one.
    """
    apart, burst = timedelta(seconds=1 / rate), timedelta(seconds=max(BURST, 1 / rate))
    _make(connection, paces, {"server": server, "free_at": now})
    query = sa.select(paces.c.free_at).where(paces.c.server == server).with_for_update()
    free_at = max(connection.execute(query).scalar_one(), now)
    if free_at > now + burst + SKEW:
        free_at = now + burst
    granted = max(min(wanted, int((now + burst - free_at) / apart + 1e-6)), 0)
    free_at += granted * apart
    connection.execute(paces.update().where(paces.c.server == server).values(free_at=free_at))
    return granted, max(now, free_at + apart - burst)


def _day(server: str, day: date) -> sa.Select[int]:
    return sa.select(usage.c.sent).where(usage.c.server == server, usage.c.day == day.isoformat())


def _add(connection: sa.Connection, server: str, day: date, number: int) -> None:
    this = sa.and_(usage.c.server == server, usage.c.day == day.isoformat())
    connection.execute(usage.update().where(this).values(sent=usage.c.sent + number))


def _make(connection: sa.Connection, table: sa.Table, row: dict[str, object]) -> None:
    """The row where there is none, for one that comes at the same moment to wait at."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).values(**row).on_conflict_do_nothing())
