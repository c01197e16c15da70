"""Mailboxes that reports come into: what of them has been looked at."""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from publisher.store.reader_tables import mailboxes

_AT_ONCE = 500


def last_seen(connection: sa.Connection, name: str, validity: str) -> int:
    """The last UID of an IMAP mailbox that was looked at; 0 where none was, or UIDs mean others by now."""
    query = sa.select(mailboxes.c.seen).where(mailboxes.c.name == _key(name), mailboxes.c.validity == validity)
    return connection.scalar(query) or 0


def remember_seen(connection: sa.Connection, name: str, validity: str, uid: int) -> None:
    """Note the last UID that was looked at."""
    connection.execute(mailboxes.delete().where(mailboxes.c.name == _key(name)))
    connection.execute(mailboxes.insert().values(name=_key(name), validity=validity, seen=uid))


def unlooked(connection: sa.Connection, name: str, files: Iterable[str]) -> list[str]:
    """Those files of a Maildir that were not looked at, as they are given; those that are gone are forgotten."""
    keys = {_file_key(name, file): file for file in files}
    query = sa.select(mailboxes.c.name).where(mailboxes.c.name.startswith(_key(name) + ":"))
    known = set(connection.scalars(query))
    _forget(connection, [key for key in known if key not in keys])
    return [file for key, file in keys.items() if key not in known]


def remember_file(connection: sa.Connection, name: str, file: str) -> None:
    """Note that a file was looked at."""
    key = _file_key(name, file)
    connection.execute(mailboxes.delete().where(mailboxes.c.name == key))
    connection.execute(mailboxes.insert().values(name=key, validity="", seen=1))


def _forget(connection: sa.Connection, keys: list[str]) -> None:
    for start in range(0, len(keys), _AT_ONCE):
        connection.execute(mailboxes.delete().where(mailboxes.c.name.in_(keys[start : start + _AT_ONCE])))


def _key(name: str) -> str:
    # A path may be longer than the column, and hold what LIKE takes for more than itself.
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:32]


def _file_key(name: str, file: str) -> str:
    return f"{_key(name)}:{_key(file)}"
