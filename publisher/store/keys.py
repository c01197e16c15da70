"""Keys of the API: what finds each, and a hash of it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.model.key import Key, KeyScope
from publisher.store.reader_tables import keys
from publisher.struct import Struct


class NewKey(Struct, frozen=True):
    """A key to be written down."""

    name: str
    prefix: str
    sha256: str
    scopes: tuple[KeyScope, ...]
    expires_at: datetime | None


def insert(connection: sa.Connection, key: NewKey, now: datetime) -> None:
    """Write a key down."""
    values = {name: getattr(key, name) for name in NewKey.__struct_fields__}
    connection.execute(keys.insert().values(**values | {"scopes": list(key.scopes)}, created_at=now))


def listed(connection: sa.Connection, *, name: str | None = None) -> Sequence[Key]:
    """All there ever were, oldest first; those of a name where one is given."""
    query = sa.select(keys).order_by(keys.c.id)
    if name is not None:
        query = query.where(keys.c.name == name)
    return [_key(row) for row in connection.execute(query)]


def of_prefix(connection: sa.Connection, prefix: str) -> Key | None:
    """The key that begins so."""
    row = connection.execute(sa.select(keys).where(keys.c.prefix == prefix)).first()
    return None if row is None else _key(row)


def use(connection: sa.Connection, key_id: int, now: datetime) -> None:
    """Note that a key was used."""
    connection.execute(keys.update().where(keys.c.id == key_id).values(used_at=now))


def revoke(connection: sa.Connection, name: str, now: datetime) -> int:
    """Let the keys of a name open nothing any more; how many did until now."""
    good = sa.and_(keys.c.name == name, keys.c.revoked_at.is_(None))
    return connection.execute(keys.update().where(good).values(revoked_at=now)).rowcount


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    values = dict(row._mapping)
    values["scopes"] = tuple(map(KeyScope, values["scopes"]))
    return Key(**values)
