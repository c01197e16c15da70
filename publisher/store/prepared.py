"""Statements that run for every mail: compiled once, and given to the driver as they are.

What SQLAlchemy does for each execution costs three times what SQLite does for it. The statements are SQLAlchemy's all
the same, so both databases understand them, and they run in its transactions.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Row = tuple[object, ...]


class Prepared:
    """One statement for one kind of database; `names` are its parameters in the order that rows give them."""

    def __init__(self, statement: sa.Executable, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self._sql = str(compiled)
        fixed = {name: _plain(bind.value) for name, bind in compiled.binds.items() if name not in names}
        self._fixed = tuple(fixed.values())
        self._all = (*names, *fixed)
        self._order: Callable[[Row], Any] = self._named
        if compiled.positiontup is not None:
            self._order = itemgetter(*(self._all.index(name) for name in compiled.positiontup))

    def run(self, connection: sa.Connection, row: Row) -> Any:
        """The driver's cursor after one execution; moments must be as `instant` gives them."""
        return _cursor(connection).execute(self._sql, self._order(row + self._fixed))

    def run_all(self, connection: sa.Connection, rows: Iterable[Row]) -> int:
        """Execute it for each of `rows`; how many rows of the database that changed."""
        cursor, order, fixed = _cursor(connection), self._order, self._fixed
        cursor.executemany(self._sql, [order(row + fixed) for row in rows])
        return int(cursor.rowcount)

    def _named(self, row: Row) -> Any:
        return dict(zip(self._all, row, strict=True))


def prepared(statement: sa.Executable, *names: str) -> Callable[[sa.Connection], Prepared]:
    """What gives `statement` prepared for a connection's database; it has two parameters at least."""
    made: dict[str, Prepared] = {}

    def get(connection: sa.Connection) -> Prepared:
        dialect = connection.dialect
        if dialect.name not in made:
            made[dialect.name] = Prepared(statement, names, dialect)
        return made[dialect.name]

    return get


def instant(connection: sa.Connection, moment: datetime) -> object:
    """An aware moment as the column type Instant keeps it."""
    if connection.dialect.name != "sqlite":
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _cursor(connection: sa.Connection) -> Any:
    return connection.connection.cursor()


def _plain(value: object) -> object:
    """Drivers know texts, not the enumerations that are made of them."""
    return str(value) if isinstance(value, str) else value
