"""Imports: how far each file has come, so that one that died goes on where it was."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from publisher.store.reader_tables import imports
from publisher.struct import Struct


class Import(Struct, frozen=True):
    """A file on its way in: `done` are its rows that are in the ledger, `counts` what became of them; `ended_at` None
    for one that has not come to its end."""

    sha256: str
    file: str
    done: int
    counts: dict[str, int]
    started_at: datetime
    ended_at: datetime | None


def find(connection: sa.Connection, sha256: str) -> Import | None:
    """What is known of a file, None where it never came in."""
    row = connection.execute(sa.select(imports).where(imports.c.sha256 == sha256)).first()
    return None if row is None else Import(**row._mapping)


def begin(connection: sa.Connection, sha256: str, file: str, now: datetime) -> None:
    """Note that a file begins, also one that came in before."""
    connection.execute(imports.delete().where(imports.c.sha256 == sha256))
    row = {"sha256": sha256, "file": file, "done": 0, "counts": {}, "started_at": now}
    connection.execute(imports.insert().values(**row))


def advance(
    connection: sa.Connection, sha256: str, done: int, counts: Mapping[str, int], ended_at: datetime | None
) -> None:
    """Note how far it has come, in the transaction that brought it there."""
    values = {"done": done, "counts": dict(counts), "ended_at": ended_at}
    connection.execute(imports.update().where(imports.c.sha256 == sha256).values(**values))
