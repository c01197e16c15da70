"""Sign-ups: what somebody asked for by their own hand, and what proves it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.model.sign_up import SignUp, Wanted
from publisher.store.reader_tables import sign_ups
from publisher.struct import asdict, of_plain, to_plain

_LOCK = 0x5369676E
"""Any number that nothing else in the database locks."""
_COLUMNS = tuple(name for name in SignUp.__struct_fields__ if name != "id")


def lock(connection: sa.Connection) -> None:
    """Let no other process sign up at the same time: two of them would each send the hour's one letter.

    SQLite has one writer at once anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def waiting(connection: sa.Connection, address_keys: Collection[str], now: datetime) -> dict[str, SignUp]:
    """Those that may still be confirmed, by address; of several the last."""
    table = sign_ups.c
    open_ = sa.and_(table.confirmed_at.is_(None), table.expires_at > now)
    query = sa.select(sign_ups).where(table.address_key.in_(address_keys), open_).order_by(table.id)
    return {row.address_key: _sign_up(row) for row in connection.execute(query)}


def insert(connection: sa.Connection, new: Sequence[SignUp]) -> dict[str, int]:
    """Write sign-ups, whose own ids are of no matter; the ids they got, by uid."""
    if not new:
        return {}
    rows = connection.execute(sign_ups.insert().returning(sign_ups.c.uid, sign_ups.c.id), [_row(one) for one in new])
    return {row.uid: row.id for row in rows}


def update(connection: sa.Connection, changed: Sequence[SignUp]) -> None:
    """Write sign-ups that are there."""
    if changed:
        this = sign_ups.c.id == sa.bindparam("this")
        change = sign_ups.update().where(this).values({name: sa.bindparam(name) for name in _COLUMNS})
        connection.execute(change, [{"this": one.id, **_row(one)} for one in changed])


def confirm(connection: sa.Connection, own: int, now: datetime, wording: str, ip: str) -> None:
    """Its reader has said yes, after having read `wording`."""
    values = {"confirmed_at": now, "confirmed_wording": wording, "confirmed_ip": ip}
    connection.execute(sign_ups.update().where(sign_ups.c.id == own).values(**values))


def of_uid(connection: sa.Connection, uid: str, *, for_update: bool = False) -> SignUp | None:
    """The sign-up with this uid; with `for_update` nobody else changes it until the transaction ends."""
    query = sa.select(sign_ups).where(sign_ups.c.uid == uid)
    row = connection.execute(query.with_for_update() if for_update else query).first()
    return None if row is None else _sign_up(row)


def by_ids(connection: sa.Connection, ids: Collection[int]) -> dict[int, SignUp]:
    """Sign-ups by their ids."""
    rows = connection.execute(sa.select(sign_ups).where(sign_ups.c.id.in_(ids))) if ids else ()
    return {row.id: _sign_up(row) for row in rows}


def expired(connection: sa.Connection, now: datetime, limit: int) -> list[SignUp]:
    """Up to `limit` that nobody confirmed in time."""
    over = sa.and_(sign_ups.c.confirmed_at.is_(None), sign_ups.c.expires_at <= now)
    query = sa.select(sign_ups).where(over).order_by(sign_ups.c.expires_at).limit(limit)
    return [_sign_up(row) for row in connection.execute(query)]


def delete(connection: sa.Connection, ids: Collection[int]) -> None:
    """Delete sign-ups."""
    connection.execute(sign_ups.delete().where(sign_ups.c.id.in_(ids)))


def _row(one: SignUp) -> dict[str, Any]:
    return {name: to_plain(value) if name == "wishes" else value for name, value in asdict(one).items() if name != "id"}


def _sign_up(row: sa.Row[Any]) -> SignUp:
    values = row._mapping
    wishes = of_plain(values["wishes"], dict[str, Wanted])
    return SignUp(**{**{name: values[name] for name in SignUp.__struct_fields__}, "wishes": wishes})
