"""Fresh ledgers, each a copy of one that was made: making one takes a tenth of a second, and tests ask for hundreds.

PostgreSQL takes as long to copy one, in three hundred files: there the ledger of one test is emptied for the next.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from publisher.store import schema
from publisher.store.engine import Store
from publisher.store.tables import metadata

_LEFT = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_USED = f"{_LEFT} AND pg_relation_size(oid) > 0 AND relname NOT IN ('meta', 'alembic_version')"


@contextmanager
def fresh_ledger(file: Path) -> Iterator[Store]:
    """The ledger in `file`, with nothing in it. All of them have one uid and one secret."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(_made())
    store = Store(f"sqlite:///{file}")
    try:
        yield store
    finally:
        store.close()


@lru_cache(maxsize=1)
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "publisher.db"
        Store(f"sqlite:///{file}").close()
        return file.read_bytes()


def emptied(url: str) -> bool:
    """Empty the ledger at `url`, on PostgreSQL; False where a test has left another schema in it, or a lock on it."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("SET lock_timeout = '1s'"))
            if used := connection.scalars(sa.text(_USED)).all():
                connection.execute(sa.text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
            return _is_whole(connection)
    except sa.exc.OperationalError:
        return False


def _is_whole(connection: sa.Connection) -> bool:
    tables = set(connection.scalars(sa.text(_LEFT)))
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    known = connection.scalar(sa.text("SELECT count(*) FROM meta"))
    return (tables, revision, known) == ({*metadata.tables, "alembic_version"}, schema.HEAD, 2)
