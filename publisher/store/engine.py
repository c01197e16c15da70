"""Opening the ledger: one database, two kinds of transaction."""

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from publisher.errors import StoreBusy, StoreError, WrongDatabase
from publisher.store import schema
from publisher.store.tables import meta

_POOL = 64
"""More than mail.connections may be: a worker that waits for a pooled connection would lose its answer."""

_CHECKPOINT_PAGES = 4000
"""Of the log, after which a pen's commit carries it into the ledger; SQLite's own 1,000 cost a seventh of its time."""

_BUSY = frozenset({"40P01", "40001", "55P03"})
"""PostgreSQL's codes (its appendix A) for a deadlock, for what must be done over, and for a lock that is another's."""

WAIT_SECONDS = 30.0
"""How long a write waits for another program's before the ledger counts as busy."""


class Store:
    """The ledger at `url`. `uid` tells it from every other, `secret` signs what it sends.

    Opening a new file makes it; WrongDatabase where the file is another program's or its schema is
    not this version's, StoreBusy where another program holds it, StoreError where it cannot be opened.
    """

    def __init__(self, url: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self.engine = open_engine(url, wait_seconds)
        self.wait_seconds = wait_seconds
        with _translated(self.engine):
            self._prepare()
            with self.read() as connection:
                values = {row.key: row.value for row in connection.execute(sa.select(meta))}
        self.uid = values["uid"]
        self.secret = bytes.fromhex(values["secret"])

    def _prepare(self) -> None:
        with self.engine.connect() as connection:
            state = schema.state(connection)
            connection.rollback()
        if state is schema.State.FOREIGN:
            raise WrongDatabase("the database is another program's: nothing was changed in it")
        if state is schema.State.OLD:
            raise WrongDatabase("the ledger is of an older version", hint="run 'publisher db migrate'")
        if state is schema.State.NEW:
            raise WrongDatabase("the ledger is of a newer version", hint="use the version of Publisher that made it")
        if state is schema.State.EMPTY:
            create(self.engine)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment of the ledger and writes nothing."""
        # SQLite's reads see one moment by themselves; PostgreSQL's only when asked.
        level = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with _translated(self.engine), self.engine.connect().execution_options(**level) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, *, trusted: bool = False) -> Iterator[sa.Connection]:
        """A connection whose changes are committed together, or not at all.

        What is `trusted` names only rows that were read in the same transaction: SQLite need not look each of them up
        again, which for a million takes as long as to write them.
        """
        with (
            _translated(self.engine),
            self.engine.connect().execution_options(publisher_write=True) as connection,
            _unchecked(connection) if trusted else nullcontext(),
            connection.begin(),
        ):
            yield connection

    def pen(self) -> "Pen":
        """A connection that is kept, for who writes many hundred times a second."""
        with _translated(self.engine):
            return Pen(self.engine.connect().execution_options(publisher_write=True))

    def scrub(self) -> bool:
        """Write SQLite's file anew, so that nothing is left in it, or in its log, of what was deleted; False where
        another program that reads held that up. On PostgreSQL its own VACUUM does that, in its time."""
        if self.engine.dialect.name != "sqlite":
            return True
        with _translated(self.engine), closing(self.engine.raw_connection()) as raw:
            cursor = raw.cursor()
            cursor.execute("PRAGMA secure_delete = ON")
            cursor.execute("VACUUM")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            raw.detach()  # others need not pay for secure_delete
            return not busy

    def close(self) -> None:
        """Let go of the database. What asks for it afterwards opens it anew, which a fork of this process must."""
        self.engine.dispose()


class Pen:
    """Writes as `Store.write` does with what is `trusted`, for a third of what that costs, and without patience."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        _set(connection, "busy_timeout = 0")
        _set(connection, "foreign_keys = OFF")
        # Into the ledger itself goes what a page has come to, and every page comes to something a few times.
        _set(connection, f"wal_autocheckpoint = {_CHECKPOINT_PAGES}")

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """The connection; its changes are committed together, or not at all. StoreBusy at once where another program
        holds SQLite's ledger."""
        with _translated(self._connection.engine), self._connection.begin():
            yield self._connection

    def close(self) -> None:
        """Let go of the connection, which is nobody else's any more."""
        self._connection.invalidate()
        self._connection.close()


@contextmanager
def _unchecked(connection: sa.Connection) -> Iterator[None]:
    # In a transaction it would do nothing.
    _set(connection, "foreign_keys = OFF")
    try:
        yield
    finally:
        _set(connection, "foreign_keys = ON")


def _set(connection: sa.Connection, pragma: str) -> None:
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and raw is not None:
        raw.execute(f"PRAGMA {pragma}")


def migrate(url: str) -> bool:
    """Bring the ledger at `url` to this version's schema; False where it is already, WrongDatabase if not ours."""
    engine = open_engine(url)
    try:
        with _translated(engine):
            with engine.connect() as connection:
                state = schema.state(connection)
                connection.rollback()
            if state in (schema.State.FOREIGN, schema.State.NEW):
                raise WrongDatabase("the database is another program's, or of a newer version: nothing was changed")
            if state is schema.State.CURRENT:
                return False
            create(engine)
            return True
    finally:
        engine.dispose()


def backup(url: str, file: Path) -> None:
    """Copy the SQLite ledger at `url` to `file`, which must not exist; StoreError where it cannot be done."""
    if file.exists():
        raise StoreError(f"{file} is there already", hint="name another file")
    source, _ = _sqlite(url)
    if not source.exists():
        raise StoreError(f"{source}: there is no ledger yet")
    _make_private(file)
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(file)) as copy:
            live.backup(copy)
    except sqlite3.Error as error:
        file.unlink()
        raise StoreError(f"{file}: {error}") from error


def create(engine: sa.Engine) -> None:
    """Make the tables of a new ledger with its uid and secret, in one transaction; two processes at once make one."""
    schema.upgrade(engine, _identify)


def _identify(connection: sa.Connection) -> None:
    present = set(connection.scalars(sa.select(meta.c.key)))
    for key, value in {"uid": secrets.token_hex(16), "secret": secrets.token_hex(32)}.items():
        if key not in present:
            connection.execute(meta.insert().values(key=key, value=value))


def open_engine(url: str, wait_seconds: float = WAIT_SECONDS) -> sa.Engine:
    """The database at `url`, set up as the ledger needs it, whatever is in it."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url)
    file, synchronous = _sqlite(url)
    _make_private(file)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
        pool_size=_POOL,
    )
    event.listen(engine, "connect", partial(_on_connect, synchronous))
    event.listen(engine, "begin", _on_begin)
    return engine


def _sqlite(url: str) -> tuple[Path, str]:
    """The file of a URL, and how surely each commit is on the disk: with NORMAL those of the last moments may be gone
    after a loss of power, never after a death of the program."""
    found = re.fullmatch(r"sqlite:///(.+?)(?:\?synchronous=(full|normal))?", url, re.IGNORECASE | re.DOTALL)
    if not found:
        raise StoreError(f"{url} names no ledger", hint="write sqlite:///FILE or sqlite:///FILE?synchronous=NORMAL")
    return Path(found[1]), (found[2] or "FULL").upper()


def _make_private(file: Path) -> None:
    """Addresses and the signing secret are nobody else's; SQLite gives the files beside it the same mode."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error


def _on_connect(synchronous: str, raw: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late for reads and too weak for writes; ours is in _on_begin.
    raw.isolation_level = None
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute(f"PRAGMA synchronous = {synchronous}")


def _on_begin(connection: sa.Connection) -> None:
    # Two writers that begin as readers deadlock into "database is locked" at once: writers say so first. Given to the
    # driver as it is: SQLAlchemy takes ten times as long as SQLite to begin.
    write = connection.get_execution_options().get("publisher_write")
    connection.connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _translated(engine: sa.Engine) -> Iterator[None]:
    # What goes round SQLAlchemy comes as the driver's own.
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except (driver.Error, sa.exc.DBAPIError) as error:
        own = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        words = str(own)
        if "locked" in words or "busy" in words or getattr(own, "sqlstate", None) in _BUSY:
            raise StoreBusy(f"the ledger is held by another program: {words}") from error
        if "not a database" in words or "malformed" in words:
            message, hint = f"the ledger's file is damaged or not a database: {words}", "restore it from a backup"
            raise WrongDatabase(message, hint=hint) from error
        if isinstance(own, (driver.IntegrityError, driver.ProgrammingError, driver.DataError)):
            raise
        raise StoreError(f"the ledger: {words}", hint=_hint(words)) from error


def _hint(words: str) -> str:
    if "full" in words:
        return "make room, then run it again: nothing is lost"
    if "readonly" in words or "unable to open" in words:
        return "let this user write to its file and to the folder it lies in: reading writes there, too"
    return "where the disk is full, make room; else 'publisher db backup' copies what can be read"
