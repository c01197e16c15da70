"""`cache.db`: what was worked out before, in one disposable SQLite file that is also the lock of a build.

Deleting it costs time and changes no output. Whoever keeps something in it lays out a table; single values are notes.
"""

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from publisher.errors import CacheDamaged, StoreBusy, StoreError

FILE_NAME = "cache.db"
BUSY_SECONDS = 60.0
LAYOUT = 17
"""Another number empties every cache: it changes with any table, and with what the rows of one mean."""
_NOTES = "CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
_KILOBYTES = 8192
_EMPTIED = "it is emptied now: try again"
_UNWRITABLE = "let this user write to it and to the folder it lies in; it can be deleted, too"
_HINTS = {
    sqlite3.SQLITE_FULL: "free some space and try again",
    sqlite3.SQLITE_IOERR: "see that the disk is sound and has room, and try again",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
}
"""What the disk may refuse, which is no damage."""
BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a statement may raise; the second where SQLite's own message quotes bytes of a damaged schema."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_LOCK_BYTES = (512, 2**30)
"""How many bytes SQLite's locks are on, and where they begin: its file format, "The Lock-Byte Page"."""
_LOCK_STEP = 0.05


def peek(path: Path, *keys: str) -> dict[str, str]:
    """Notes of a cache, without waiting for its lock; empty where there is none, or none that can be read now."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", timeout=0, uri=True)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                return {}
            marks = ", ".join("?" * len(keys))
            rows = connection.execute(f"SELECT key, value FROM notes WHERE key IN ({marks})", keys).fetchall()
            return {key: value for key, sealed in rows if (value := _opened(sealed)) is not None}
    except BROKEN:
        return {}


def _sealed(value: str) -> str:
    """A value with its checksum. SQLite has none, and what a note says is followed before damage elsewhere shows."""
    return f"{crc32(value.encode()):08x}{value}"


def _opened(sealed: Any) -> str | None:
    value = sealed[8:] if isinstance(sealed, str) else ""
    return value if _sealed(value) == sealed else None


def _reason(error: Exception) -> int:
    # What is no UTF-8 is told by Python's module, without a code of SQLite's.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF


@contextmanager
def kept() -> Iterator[None]:
    """For making sense of what was kept: CacheDamaged where it makes none, as bytes that flipped within a text do not,
    of which SQLite knows nothing."""
    try:
        yield
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
        raise CacheDamaged(f"{FILE_NAME}: {error}", hint=_EMPTIED) from error


class WrongProcess(BaseException):
    """A fork of the process that opened the cache asks for something, which SQLite's connections do not allow.

    Whoever forks catches it; nothing else may take it for a fault of a post.
    """


class Cache:
    """The file, locked against other processes for the whole `with`.

    Another layout, a damaged file and another program's are made anew from the statements of `tables`. Entering
    raises StoreBusy where another process holds the file for `busy_seconds`, StoreError where it cannot be opened.
    What was kept stays kept even where an exception leaves. Damage can show as late as in a query: that raises
    CacheDamaged, because posts that cannot be found would look like posts that are gone, and the file is emptied at
    the end. StoreError where the disk does not take or give what is asked for.
    """

    def __init__(self, path: Path, tables: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._tables = tables + _NOTES
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._signs: tuple[int, int] | None = None
        self.damaged = False

    def __enter__(self) -> Self:
        try:
            self._open()
        except BROKEN as error:
            if _reason(error) in (*_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL):
                self._close()
                raise self._fault(error) from error
            self.renew()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A full disk costs the cache and nothing else: SQLite rolls back what it cannot commit.
        with suppress(*BROKEN):
            self.connection.execute("COMMIT")
        self._close()
        if self.damaged or isinstance(error, CacheDamaged):
            with suppress(OSError, StoreBusy):
                self._empty()

    def _open(self) -> None:
        self._signs = self._signs_now()
        self._connection = sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None)
        # The journal stays: where it came and went with each build, the folder would look changed after each.
        self._connection.execute("PRAGMA journal_mode = PERSIST")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(f"PRAGMA cache_size = -{_KILOBYTES}")
        self._connection.execute("BEGIN IMMEDIATE")
        self._signs = None
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
            self.clear()
        self._connection.execute("SELECT count(*) FROM notes").fetchone()

    def clear(self) -> None:
        """Forget everything."""
        execute = self.connection.execute
        tables = execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in tables:
            execute(f'DROP TABLE "{name}"')
        for statement in self._tables.split(";"):
            execute(statement)
        execute(f"PRAGMA user_version = {LAYOUT}")

    def renew(self) -> None:
        """Begin with nothing; StoreError where that cannot be."""
        self._close()
        self.damaged = False
        try:
            self._empty()
            self._open()
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", hint=_UNWRITABLE) from error
        except BROKEN as error:
            self._close()
            raise self._fault(error) from error

    def _empty(self) -> None:
        """Cut the file to nothing, which is an empty database, while nobody uses it.

        It must not be removed: of two builds that met the same damage the later one would remove what the earlier one
        had just made, and both would go on at once. Nor is it cut where it changed since: another build made it anew.
        """
        journal = self.path.with_name(f"{self.path.name}-journal")
        try:
            file = self.path.open("r+b")
        except FileNotFoundError:
            return
        except PermissionError:
            # Another user's, in a folder of ours.
            self.path.unlink()
            journal.unlink(missing_ok=True)
            return
        with file:
            self._lock(file.fileno())
            if self._signs in (None, self._signs_now()):
                # The journal first: what a dead build left in it would be put back.
                with suppress(FileNotFoundError):
                    os.truncate(journal, 0)
                file.truncate()

    def _lock(self, descriptor: int) -> None:
        """Take SQLite's own lock; StoreBusy where another process holds it for too long."""
        until = time.monotonic() + self._busy_seconds
        while True:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, *_LOCK_BYTES)
                return
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EAGAIN):
                    raise
                if time.monotonic() > until:
                    raise self._busy() from error
            time.sleep(_LOCK_STEP)

    def _busy(self) -> StoreBusy:
        return StoreBusy(f"{self.path}: another build is running", hint="wait for it, or end it")

    def _signs_now(self) -> tuple[int, int] | None:
        with suppress(OSError):
            status = self.path.stat()
            return (status.st_mtime_ns, status.st_size)
        return None

    def _close(self) -> None:
        if self._connection is not None:
            # A statement that an exception's frames still hold would keep a closed connection's lock.
            with suppress(*BROKEN):
                self._connection.rollback()
            self._connection.close()
            self._connection = None

    @property
    def connection(self) -> sqlite3.Connection:
        """For statements that may fail and be seen to fail."""
        assert self._connection is not None, "the cache is used outside its with block"
        if self._process != os.getpid():
            raise WrongProcess
        return self._connection

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except BROKEN as error:
            raise self._fault(error) from error

    def write(self, sql: str, *values: Any) -> None:
        """Change one row."""
        try:
            self.connection.execute(sql, values)
        except BROKEN as error:
            raise self._fault(error) from error

    def write_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Change many rows."""
        try:
            self.connection.executemany(sql, rows)
        except BROKEN as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> StoreError:
        reason = _reason(error)
        if reason in _BUSY:
            return self._busy()
        if reason in _HINTS:
            return StoreError(f"{self.path}: {error}", hint=_HINTS[reason])
        self.damaged = True
        return CacheDamaged(f"{self.path}: {error}", hint=_EMPTIED)

    def note(self, key: str) -> str | None:
        """One value that was kept."""
        found = self.rows("SELECT value FROM notes WHERE key = ?", key)
        return _opened(found[0][0]) if found else None

    def put_note(self, key: str, value: str) -> None:
        """Keep one value."""
        self.write("INSERT OR REPLACE INTO notes VALUES (?, ?)", key, _sealed(value))
