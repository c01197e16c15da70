"""Readers by the thousand: what the ledger knows of a stretch of addresses, and what is written of them.

By the driver, not by SQLAlchemy, which would take four times as long as SQLite for each of them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from publisher.model.reader import Suppression
from publisher.store import suppressions
from publisher.store.prepared import Prepared, instants
from publisher.store.tables import subscribers, subscriptions
from publisher.store.tables import suppressions as refused
from publisher.struct import Struct, field, replace

_HELD = (
    *("status", "frequency", "language", "categories", "confirmed_at", "wished_at", "unsubscribed_at", "evidence"),
    *("created_at", "timezone", "paused_until", "left_by"),
)
_KEYS = ("subscriber_id", "newsletter")
_NEW = ("email", "address_key", "name", "created_at", "fields")
_HASHED_AT_ONCE = 5000


class _texts(sa.sql.functions.GenericFunction[Any]):
    """The texts in an array of JSON, a row each: ten thousand as one value, where so many parameters cost SQLAlchemy
    more than the query takes."""

    name = "texts"
    inherit_cache = True


@compiles(_texts, "sqlite")
def _on_sqlite(element: _texts, compiler: Any, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_texts, "postgresql")
def _on_postgresql(element: _texts, compiler: Any, **kw: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS JSON))"


def _having() -> sa.Select[Any]:
    given = _texts(sa.bindparam("keys", type_=sa.Text)).table_valued("value")
    text, whose, wish = sa.Text, subscribers.c, subscriptions.c
    held = [sa.cast(wish[name], text) if name == "categories" else wish[name] for name in _HELD]
    return (
        sa.select(whose.address_key, whose.id, whose.name, sa.cast(whose.fields, text), wish.newsletter, *held)
        .outerjoin_from(subscribers, subscriptions)
        .where(whose.address_key.in_(sa.select(given.c.value)))
    )


_HAVING = _having()


class Held(Struct, frozen=True, gc=False):
    """A subscription as the ledger has it, but whose it is; `categories` are JSON."""

    status: str
    frequency: str
    language: str | None
    categories: str | None
    confirmed_at: datetime | None
    wished_at: datetime
    unsubscribed_at: datetime | None
    evidence: str
    created_at: datetime
    timezone: str | None
    paused_until: datetime | None
    left_by: str

    def replaced(self, **changes: Any) -> "Held":
        """The same, changed."""
        return replace(self, **changes)


class Reader(Struct):
    """Somebody with what they have of each newsletter; `id` is None for who is still to be written, `fields` JSON."""

    address_key: str
    id: int | None
    name: str
    fields: str | None
    held: dict[str, Held]


class Known(Struct):
    """What there is of a stretch of addresses: its readers, and of which kind the suppression of each is."""

    readers: dict[str, Reader]
    suppressed: dict[str, str]


class Changes(Struct):
    """What is to be written: new readers, those whose name or fields are others, what they have, who gets no mail."""

    readers: list[tuple[str, str, str, datetime, str | None]] = field(default_factory=list)
    renamed: dict[str, Reader] = field(default_factory=dict)
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    suppressions: list[Suppression] = field(default_factory=list)


def known(connection: sa.Connection, secret: bytes, address_keys: Collection[str]) -> Known:
    """What there is of these addresses."""
    keys = list(dict.fromkeys(address_keys))
    return Known(_readers(connection, keys), _suppressed(connection, secret, keys))


def _readers(connection: sa.Connection, keys: Sequence[str]) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for key, reader_id, name, fields, newsletter, *values in connection.execute(_HAVING, {"keys": json.dumps(keys)}):
        reader = found.setdefault(key, Reader(key, reader_id, name, fields, {}))
        if newsletter is not None:
            reader.held[newsletter] = Held(*values)
    return found


def _suppressed(connection: sa.Connection, secret: bytes, keys: Sequence[str]) -> dict[str, str]:
    if connection.scalar(sa.select(sa.exists().where(refused.c.address_key != ""))) is not True:
        return {}
    found: dict[str, str] = {}
    for start in range(0, len(keys), _HASHED_AT_ONCE):
        found |= suppressions.kinds(connection, secret, keys[start : start + _HASHED_AT_ONCE])
    return found


def write(connection: sa.Connection, secret: bytes, changes: Changes) -> None:
    """Write them; what another process has written meanwhile stays."""
    at = instants(connection)
    # In the order of the index, which otherwise is torn at a million places.
    rows = sorted(changes.readers, key=itemgetter(1))
    added = ((email, key, name, at(when), fields) for email, key, name, when, fields in rows)
    _adding(connection).run_all(connection, added)
    if changes.renamed:
        renamed = [(one.name, one.fields, key) for key, one in changes.renamed.items()]
        _renaming(connection).run_all(connection, renamed)
    held = ((*key, *_row(at, changes.held[key])) for key in sorted(changes.held))
    _holding(connection).run_all(connection, held)
    if changes.suppressions:
        suppressions.add_all(connection, secret, changes.suppressions)


_prepared: dict[tuple[str, str], Prepared] = {}


def _made(connection: sa.Connection, name: str, statement: Any, names: Sequence[str]) -> Prepared:
    key = (name, connection.dialect.name)
    if key not in _prepared:
        _prepared[key] = Prepared(statement, tuple(f"its_{one}" for one in names), connection.dialect)
    return _prepared[key]


def _dialect(connection: sa.Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def _bound(names: Sequence[str]) -> Mapping[str, Any]:
    return {name: sa.bindparam(f"its_{name}") for name in names}


def _adding(connection: sa.Connection) -> Prepared:
    # Another process may have written the same address since it was looked for.
    new = _dialect(connection).insert(subscribers).values(**_bound(_NEW)).on_conflict_do_nothing()
    return _made(connection, "adding", new, _NEW)


def _holding(connection: sa.Connection) -> Prepared:
    given = {name: sa.bindparam(f"its_{name}", type_=subscriptions.c[name].type) for name in ("newsletter", *_HELD)}
    whose = sa.select(subscribers.c.id, *given.values()).where(
        subscribers.c.address_key == sa.bindparam("its_address_key")
    )
    new = _dialect(connection).insert(subscriptions).from_select(["subscriber_id", *given], whose)
    change = new.on_conflict_do_update(index_elements=_KEYS, set_={name: new.excluded[name] for name in _HELD})
    return _made(connection, "holding", change, ("address_key", "newsletter", *_HELD))


def _renaming(connection: sa.Connection) -> Prepared:
    change = subscribers.update().where(subscribers.c.address_key == sa.bindparam("its_address_key"))
    return _made(connection, "renaming", change.values(**_bound(("name", "fields"))), ("name", "fields", "address_key"))


def _row(at: Any, one: Held) -> tuple[object, ...]:
    """In the order of `_HELD`."""
    moments = (one.confirmed_at, one.wished_at, one.unsubscribed_at, one.created_at, one.paused_until)
    confirmed, wished, left, created, paused = [None if moment is None else at(moment) for moment in moments]
    first = (one.status, one.frequency, one.language, one.categories, confirmed, wished, left, one.evidence)
    return (*first, created, one.timezone, paused, one.left_by)
