"""Statements that run for every mail: compiled once, and given to the driver as they are.

What SQLAlchemy does for each execution costs three times what SQLite does for it. The statements are SQLAlchemy's all
the same, so both databases understand them, and they run in its transactions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Row = tuple[object, ...]

_SOME = 64
SOME_IDS = tuple(f"id{number}" for number in range(_SOME))
"""Parameters for so many ids at once."""
_DIGITS = len("2026-11-23 00:00:00.000000")


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


def some_ids(column: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether `column` is one of the parameters named by `SOME_IDS`."""
    return column.in_([sa.bindparam(name, type_=sa.Integer) for name in SOME_IDS])


def by_some(ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """`ids` as values of these, the last repeated where there are fewer, so that there is one statement."""
    for start in range(0, len(ids), _SOME):
        some = tuple(ids[start : start + _SOME])
        yield some + some[-1:] * (_SOME - len(some))


def instants(connection: sa.Connection) -> Callable[[datetime], object]:
    """What makes of an aware moment what the column type Instant keeps of it."""
    return _text if connection.dialect.name == "sqlite" else _itself


def instant(connection: sa.Connection, moment: datetime) -> object:
    """An aware moment as the column type Instant keeps it."""
    return instants(connection)(moment)


def moments(connection: sa.Connection) -> Callable[[Any], datetime]:
    """What makes an aware moment, in UTC, of what the driver gives of a column of the type Instant."""
    return _of_text if connection.dialect.name == "sqlite" else _at_utc


@lru_cache(maxsize=64)
def _text(moment: datetime) -> str:
    # What began together began at one moment.
    at_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return at_utc.isoformat(" ", "microseconds")[:_DIGITS]


def _of_text(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _at_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _itself(moment: datetime) -> datetime:
    return moment


def _cursor(connection: sa.Connection) -> Any:
    return connection.connection.cursor()


def _plain(value: object) -> object:
    """Drivers know texts, not the enumerations that are made of them."""
    return str(value) if isinstance(value, str) else value
