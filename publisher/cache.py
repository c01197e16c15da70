"""`cache.db`: what was worked out before, in one disposable SQLite file that is also the lock of a build.

Deleting it costs time and changes no output. Whoever keeps something in it lays out a table; single values are notes.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from publisher.errors import CacheDamaged, StoreBusy, StoreError

FILE_NAME = "cache.db"
BUSY_SECONDS = 60.0
LAYOUT = 12
"""Another number empties every cache: it changes with any table, and with what the rows of one mean."""
_NOTES = "CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
_KILOBYTES = 8192
_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)


def peek(path: Path, *keys: str) -> dict[str, str]:
    """Notes of a cache, without waiting for its lock; empty where there is none, or none that can be read now."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", timeout=0, uri=True)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                return {}
            marks = ", ".join("?" * len(keys))
            return dict(connection.execute(f"SELECT key, value FROM notes WHERE key IN ({marks})", keys))
    except (sqlite3.Error, UnicodeDecodeError):
        return {}


def _reason(error: sqlite3.DatabaseError) -> int:
    # What is no UTF-8 is told by Python's module, without a code of SQLite's.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF


class Cache:
    """The file, locked against other processes for the whole `with`.

    Another layout, a damaged file and another program's are made anew from the statements of `tables`. Entering
    raises StoreBusy where another process holds the file for `busy_seconds`, StoreError where it cannot be opened.
    What was kept stays kept even where an exception leaves. Damage can show as late as in a query: that raises
    CacheDamaged, because posts that cannot be found would look like posts that are gone, and the file is removed at
    the end. StoreError where the disk does not take or give what is asked for.
    """

    def __init__(self, path: Path, tables: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._tables = tables + _NOTES
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self.damaged = False

    def __enter__(self) -> Self:
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            reason = _reason(error)
            if reason in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                self._close()
                raise StoreBusy(f"{self.path}: another build is running", hint="wait for it, or end it") from error
            if reason == sqlite3.SQLITE_CANTOPEN:
                self._close()
                raise StoreError(f"{self.path}: {error}") from error
            self.renew()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A full disk costs the cache and nothing else: SQLite rolls back what it cannot commit.
        with suppress(sqlite3.Error):
            self.connection.execute("COMMIT")
        self._close()
        if self.damaged:
            self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        self._connection = sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None)
        # The journal stays: where it came and went with each build, the folder would look changed after each.
        self._connection.execute("PRAGMA journal_mode = PERSIST")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA cache_size = -{_KILOBYTES}")
        self._connection.execute("BEGIN IMMEDIATE")
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
            self.clear()
        self._connection.execute("SELECT count(*) FROM notes").fetchone()

    def clear(self) -> None:
        """Forget everything."""
        cursor = self.connection.cursor()
        tables = cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in tables:
            cursor.execute(f'DROP TABLE "{name}"')
        for statement in self._tables.split(";"):
            cursor.execute(statement)
        cursor.execute(f"PRAGMA user_version = {LAYOUT}")

    def renew(self) -> None:
        """Begin with a new and empty file; StoreError where that cannot be."""
        self._close()
        self.damaged = False
        try:
            for name in (self.path, self.path.with_name(f"{self.path.name}-journal")):
                name.unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._close()
            raise StoreError(f"{self.path}: {error}") from error

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def connection(self) -> sqlite3.Connection:
        """For statements that may fail and be seen to fail."""
        assert self._connection is not None, "the cache is used outside its with block"
        return self._connection

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def write(self, sql: str, *values: Any) -> None:
        """Change one row."""
        try:
            self.connection.execute(sql, values)
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def write_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Change many rows."""
        try:
            self.connection.executemany(sql, rows)
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.DatabaseError) -> StoreError:
        if _reason(error) in _DISK:
            return StoreError(
                f"{self.path}: {error}", hint="see that the disk has room and can be written, and try again"
            )
        self.damaged = True
        return CacheDamaged(f"{self.path}: {error}", hint="it is removed and will be made anew: try again")

    def note(self, key: str) -> str | None:
        """One value that was kept."""
        found = self.rows("SELECT value FROM notes WHERE key = ?", key)
        return str(found[0][0]) if found else None

    def put_note(self, key: str, value: str) -> None:
        """Keep one value."""
        self.write("INSERT OR REPLACE INTO notes VALUES (?, ?)", key, value)
