"""What was read before, in one disposable SQLite file: deleting it costs time and changes no output."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from publisher.content.needs import Need
from publisher.errors import Problem, Severity, StoreBusy, StoreError

BUSY_SECONDS = 60.0
# A file changed this shortly before it was read may be changed again within the same tick of the file
# system's clock, with no sign of it but its bytes: git calls that racy.
_RACY_NS = 2_000_000_000
LAYOUT = 2
_TABLES = """
CREATE TABLE owner (key TEXT NOT NULL);
CREATE TABLE files (
    path TEXT PRIMARY KEY, mtime_ns INTEGER, ctime_ns INTEGER, size INTEGER, read_ns INTEGER,
    digest TEXT, post TEXT, problems TEXT, good TEXT, good_digest TEXT, good_url TEXT
) WITHOUT ROWID;
CREATE TABLE rendered (
    digest TEXT, url TEXT, html TEXT, summary TEXT, problems TEXT, needs TEXT, PRIMARY KEY (digest, url)
) WITHOUT ROWID;
CREATE TABLE outputs (path TEXT PRIMARY KEY, fingerprint TEXT, mtime_ns INTEGER, size INTEGER) WITHOUT ROWID;
"""
_PRUNE = """
DELETE FROM rendered WHERE (digest, url) NOT IN
    (SELECT good_digest, good_url FROM files WHERE good_digest IS NOT NULL)
"""


class Row(NamedTuple):
    """What is known of one file. `post` is a row of `rows.pack`, as JSON, None where the file is no post.

    `problems` is JSON too, empty where there are none. `good` is the last good reading of a file that has an
    error now; `good_digest` and `good_url` are those of `post`, else of `good`.
    """

    path: str
    mtime_ns: int
    ctime_ns: int
    size: int
    read_ns: int
    digest: str
    post: str | None
    problems: str
    good: str | None
    good_digest: str | None
    good_url: str | None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A post's content as safe HTML, its summary as plain text, what was wrong with it, and what it depended on."""

    html: str
    summary: str
    problems: tuple[Problem, ...] = ()
    needs: tuple[Need, ...] = ()


class Index:
    """The cache of one site, locked against other processes for the whole `with`.

    `key` names what the readings depend on: another key empties it. A damaged file is made anew.
    Entering raises StoreBusy where another process holds the file for 60 seconds, StoreError where it cannot
    be opened at all. What was read is kept even where an exception leaves. `clock` gives nanoseconds since 1970.
    """

    def __init__(
        self, path: Path, key: str, *, clock: Callable[[], int] = time.time_ns, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._key = key
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._damaged = False
        self._changed = False
        self._files: dict[str, Row] | None = None
        self._unsaved: dict[str, Row] = {}

    def __enter__(self) -> Self:
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._close()
            reason = error.sqlite_errorcode & 0xFF
            if reason in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreBusy(f"{self._path}: another build is running", hint="wait for it, or end it") from error
            if reason == sqlite3.SQLITE_CANTOPEN:
                raise StoreError(f"{self._path}: {error}") from error
            self._anew()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._changed and not self._damaged:
            self._save()
        # A full disk costs the cache and nothing else: SQLite rolls back what it cannot commit.
        with suppress(sqlite3.Error):
            self._cursor().execute("COMMIT")
        self._close()
        if self._damaged:
            self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        marks = ", ".join("?" * len(Row._fields))
        try:
            self._cursor().executemany(f"INSERT OR REPLACE INTO files VALUES ({marks})", self._unsaved.values())
            self._cursor().execute(_PRUNE)
        except sqlite3.DatabaseError:
            self._damaged = True

    def _open(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=self._busy_seconds, isolation_level=None)
        self._cursor().execute("BEGIN IMMEDIATE")
        if self._cursor().execute("PRAGMA user_version").fetchone()[0] != LAYOUT or self._owner() != self._key:
            self._empty()
        self._files = {row.path: row for row in map(Row._make, self._cursor().execute("SELECT * FROM files"))}

    def _owner(self) -> str:
        owner = self._cursor().execute("SELECT key FROM owner").fetchone()
        return str(owner[0]) if owner else ""

    def _empty(self) -> None:
        cursor = self._cursor()
        tables = cursor.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in tables:
            cursor.execute(f'DROP TABLE "{name}"')
        for statement in _TABLES.split(";"):
            cursor.execute(statement)
        cursor.execute("INSERT INTO owner VALUES (?)", (self._key,))
        cursor.execute(f"PRAGMA user_version = {LAYOUT}")

    def _anew(self) -> None:
        try:
            for name in (self._path, self._path.with_name(f"{self._path.name}-journal")):
                name.unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._close()
            raise StoreError(f"{self._path}: {error}") from error

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cursor(self) -> sqlite3.Cursor:
        assert self._connection is not None, "the index is used outside its with block"
        return self._connection.cursor()

    def _read(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        # Damage can show as late as here; the file then counts as empty and is removed at the end.
        try:
            found: tuple[Any, ...] | None = self._cursor().execute(sql, values).fetchone()
            return found
        except sqlite3.DatabaseError:
            self._damaged = True
            return None

    def _write(self, sql: str, *values: Any) -> None:
        try:
            self._cursor().execute(sql, values)
        except sqlite3.DatabaseError:
            self._damaged = True

    @property
    def files(self) -> dict[str, Row]:
        """Every file known, by its path."""
        assert self._files is not None, "the index is used outside its with block"
        return self._files

    def is_fresh(self, row: Row, mtime_ns: int, ctime_ns: int, size: int) -> bool | None:
        """Whether the file is as it was when read; None where only its bytes can tell."""
        if (row.mtime_ns, row.ctime_ns, row.size) != (mtime_ns, ctime_ns, size):
            return False
        return True if max(mtime_ns, ctime_ns) < row.read_ns - _RACY_NS else None

    def now(self) -> int:
        """The clock, in nanoseconds: to be asked before a file is read."""
        return self._clock()

    def remember(self, row: Row) -> None:
        """Keep what a file said."""
        self._changed = True
        self.files[row.path] = row
        self._unsaved[row.path] = row

    def forget(self, path: str) -> None:
        """Drop a file that is there no more."""
        self._changed = True
        del self.files[path]
        self._unsaved.pop(path, None)
        self._write("DELETE FROM files WHERE path = ?", path)

    def rendering(self, digest: str, url: str) -> Rendered | None:
        """What was made before of a text at an address."""
        found = self._read(
            "SELECT html, summary, problems, needs FROM rendered WHERE digest = ? AND url = ?", digest, url
        )
        if not found:
            return None
        problems = tuple(_problem(*row) for row in json.loads(found[2]))
        return Rendered(found[0], found[1], problems, tuple(Need(*row) for row in json.loads(found[3])))

    def put_rendering(self, digest: str, url: str, made: Rendered) -> None:
        """Keep what was made of a text at an address, for as long as that is some post's good reading."""
        problems, needs = (json.dumps([astuple(one) for one in many]) for many in (made.problems, made.needs))
        self._write(
            "INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?, ?, ?)",
            *(digest, url, made.html, made.summary, problems, needs),
        )

    def output(self, path: str) -> tuple[str, int, int] | None:
        """Fingerprint, modification time and size of an output as it was written."""
        found = self._read("SELECT fingerprint, mtime_ns, size FROM outputs WHERE path = ?", path)
        return (found[0], found[1], found[2]) if found else None

    def put_output(self, path: str, fingerprint: str, mtime_ns: int, size: int) -> None:
        """Keep what an output was written as."""
        self._write("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?)", path, fingerprint, mtime_ns, size)


def _problem(file: str, line: int, column: int, severity: str, code: str, message: str) -> Problem:
    return Problem(file, line, column, Severity(severity), code, message)
