"""Addresses that get no mail. Those who asked to be forgotten are kept as a keyed hash, which is nobody's address."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.core.mac import maker
from publisher.model.bounce import SuppressionKind
from publisher.model.reader import Suppression
from publisher.store.prepared import prepared
from publisher.store.tables import suppressions

_STRENGTH = (
    SuppressionKind.SOFT,
    SuppressionKind.HARD,
    SuppressionKind.READER,
    SuppressionKind.COMPLAINT,
    SuppressionKind.HAND,
    SuppressionKind.FORGOTTEN,
)
"""From the weakest on: a stronger kind replaces a weaker one, whose reason would be no reason to come back."""

_HASHED = "hmac"
_FORGOTTEN = "asked to be forgotten"
_AT_ONCE = 5000
"""Addresses in a query, each as it is and hashed: SQLite takes 32,766 values, PostgreSQL 65,535."""

_mac = lru_cache(maxsize=4)(maker)
_REASONS = sa.select(suppressions.c.address_key, suppressions.c.kind, suppressions.c.reason)


_hashes = prepared(
    sa.select(suppressions.c.address_key)
    .where(suppressions.c.address_key.between(sa.bindparam("low"), sa.bindparam("high")))
    .limit(1),
    "low",
    "high",
)


def add(
    connection: sa.Connection,
    secret: bytes,
    address_key: str,
    reason: str,
    now: datetime,
    *,
    kind: SuppressionKind = SuppressionKind.HAND,
) -> bool:
    """Suppress an address; False where it is already, see `add_all`."""
    return bool(add_all(connection, secret, [Suppression(address_key, reason, now, kind)]))


def add_all(connection: sa.Connection, secret: bytes, rows: Sequence[Suppression]) -> set[str]:
    """Suppress addresses; those that were not yet. Of those that were the first reason stays, unless the new kind is
    stronger. Who asked to be forgotten is not written down again."""
    known = among(connection, secret, [row.address_key for row in rows])
    made = _insert(connection, [row for row in rows if row.address_key not in known])
    for row in rows:
        if row not in made.values():
            same = suppressions.c.address_key == row.address_key
            weaker = suppressions.c.kind.in_(_STRENGTH[: _STRENGTH.index(row.kind)])
            values = {"kind": row.kind, "reason": row.reason, "created_at": row.created_at}
            connection.execute(suppressions.update().where(same, weaker).values(**values))
    return set(made)


def forget(connection: sa.Connection, secret: bytes, address_key: str, now: datetime) -> bool:
    """Suppress an address without keeping it or why; False where that was so already."""
    connection.execute(suppressions.delete().where(suppressions.c.address_key == address_key))
    return bool(_insert(connection, [Suppression(hashed(secret, address_key), "", now, SuppressionKind.FORGOTTEN)]))


def remove(connection: sa.Connection, secret: bytes, address_key: str) -> bool:
    """Let an address have mail again; False where it was not suppressed."""
    both = (address_key, hashed(secret, address_key))
    gone = connection.execute(suppressions.delete().where(suppressions.c.address_key.in_(both)))
    return gone.rowcount > 0


def lift(connection: sa.Connection, address_key: str, kind: SuppressionKind, *, since: datetime | None = None) -> bool:
    """Let an address have mail again that was suppressed for this and for nothing stronger, no earlier than `since`;
    False where it was not."""
    this = [suppressions.c.address_key == address_key, suppressions.c.kind == kind]
    if since is not None:
        this.append(suppressions.c.created_at >= since)
    return connection.execute(suppressions.delete().where(*this)).rowcount > 0


def reason_of(connection: sa.Connection, secret: bytes, address_key: str) -> str | None:
    """Why an address is suppressed, or None."""
    return among(connection, secret, (address_key,)).get(address_key)


def is_forgotten(connection: sa.Connection, secret: bytes, address_key: str) -> bool:
    """Whether whoever had this address asked to be forgotten."""
    this = suppressions.c.address_key == hashed(secret, address_key)
    return connection.scalar(sa.select(sa.exists().where(this))) is True


def among(connection: sa.Connection, secret: bytes, address_keys: Collection[str]) -> dict[str, str]:
    """Which of the addresses are suppressed, and why: those that were forgotten, too. A query for each 5,000."""
    keys = list(address_keys)
    found: dict[str, str] = {}
    for start in range(0, len(keys), _AT_ONCE):
        found |= _among(connection, secret, keys[start : start + _AT_ONCE])
    return found


def kinds(connection: sa.Connection, secret: bytes, address_keys: Collection[str]) -> dict[str, SuppressionKind]:
    """The same by what stands against an address, of at most 5,000."""
    whose = {key: key for key in address_keys}
    whose |= {hashed(secret, key): key for key in address_keys}
    rows = connection.execute(_REASONS.where(suppressions.c.address_key.in_(whose)))
    return {whose[key]: SuppressionKind(kind) for key, kind, _ in rows}


def forgotten_among(connection: sa.Connection, secret: bytes, address_keys: Collection[str]) -> dict[str, str]:
    """Which of the addresses asked to be forgotten, of at most 5,000; why is always that."""
    whose = {hashed(secret, key): key for key in address_keys}
    found = connection.scalars(sa.select(suppressions.c.address_key).where(suppressions.c.address_key.in_(whose)))
    return {whose[key]: _FORGOTTEN for key in found}


class Suppressed:
    """The same for a million addresses, a stretch of them at a time, as the ledger is now.

    The hashes of those who asked to be forgotten are held: a query costs each address more than its hash.
    """

    def __init__(self, connection: sa.Connection, secret: bytes) -> None:
        self._connection = connection
        self._mac = _mac(secret)
        forgotten = connection.execute(_REASONS.where(suppressions.c.kind == SuppressionKind.FORGOTTEN))
        self._forgotten = {key.removeprefix(f"{_HASHED}:"): _told(kind, reason) for key, kind, reason in forgotten}

    def among(self, address_keys: Sequence[str]) -> dict[str, str]:
        """Of addresses in the ledger's order, and perhaps of others that lie between them."""
        near = _REASONS.where(suppressions.c.address_key.between(address_keys[0], address_keys[-1]))
        found = {key: _told(kind, reason) for key, kind, reason in self._connection.execute(near)}
        if self._forgotten:
            hashes = zip(address_keys, map(self._mac, map(str.encode, address_keys)), strict=True)
            found |= {key: self._forgotten[hashed] for key, hashed in hashes if hashed in self._forgotten}
        return found


def has_forgotten(connection: sa.Connection) -> bool:
    """Whether anybody asked to be forgotten: only then need addresses be looked up by their hashes."""
    if connection.dialect.name == "sqlite":
        return _hashes(connection).run(connection, (f"{_HASHED}:", f"{_HASHED};")).fetchone() is not None
    # PostgreSQL's order of texts may pass over punctuation.
    return connection.scalar(sa.select(sa.exists().where(suppressions.c.kind == SuppressionKind.FORGOTTEN))) is True


def _among(connection: sa.Connection, secret: bytes, address_keys: Sequence[str]) -> dict[str, str]:
    whose = {key: key for key in address_keys}
    whose |= {hashed(secret, key): key for key in address_keys}
    query = _REASONS.where(suppressions.c.address_key.in_(whose))
    return {whose[key]: _told(kind, reason) for key, kind, reason in connection.execute(query)}


def listed(connection: sa.Connection) -> Sequence[Suppression]:
    """All, by address; `address_key` of a forgotten one is its hash."""
    rows = connection.execute(sa.select(suppressions).order_by(suppressions.c.address_key))
    return [
        Suppression(row.address_key, _told(row.kind, row.reason), row.created_at, SuppressionKind(row.kind))
        for row in rows
    ]


def hashed(secret: bytes, address_key: str) -> str:
    """What is kept of a forgotten address; the colon is in no address, so it is none."""
    return f"{_HASHED}:{_mac(secret)(address_key.encode())}"


def _insert(connection: sa.Connection, rows: Sequence[Suppression]) -> dict[str, Suppression]:
    """Those that were not there, by address."""
    first = {row.address_key: row for row in reversed(rows)}
    if not first:
        return {}
    # Two processes may hear of the same address at once: the second finds it there, and is no error.
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(suppressions).on_conflict_do_nothing().returning(suppressions.c.address_key)
    values = [{name: getattr(row, name) for name in Suppression.__struct_fields__} for row in first.values()]
    return {key: first[key] for key in connection.scalars(insert, values)}


def _told(kind: str, reason: str) -> str:
    return reason or (_FORGOTTEN if kind == SuppressionKind.FORGOTTEN else kind)
