"""Addresses that get no mail."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.model.reader import Suppression
from publisher.store.tables import suppressions


def add(connection: sa.Connection, address_key: str, reason: str, now: datetime) -> bool:
    """Suppress an address; False where it is already, and its first reason stays."""
    if reason_of(connection, address_key) is not None:
        return False
    connection.execute(suppressions.insert().values(address_key=address_key, reason=reason, created_at=now))
    return True


def remove(connection: sa.Connection, address_key: str) -> bool:
    """Let an address have mail again; False where it was not suppressed."""
    gone = connection.execute(suppressions.delete().where(suppressions.c.address_key == address_key))
    return gone.rowcount > 0


def reason_of(connection: sa.Connection, address_key: str) -> str | None:
    """Why an address is suppressed, or None."""
    query = sa.select(suppressions.c.reason).where(suppressions.c.address_key == address_key)
    return connection.scalar(query)


def reasons(connection: sa.Connection) -> dict[str, str]:
    """Why each suppressed address is, by its key."""
    query = sa.select(suppressions.c.address_key, suppressions.c.reason)
    return {row.address_key: row.reason for row in connection.execute(query)}


def listed(connection: sa.Connection) -> Sequence[Suppression]:
    """All, by address."""
    rows = connection.execute(sa.select(suppressions).order_by(suppressions.c.address_key))
    return [Suppression(**row._mapping) for row in rows]
