"""The schema's version: what it is, and bringing it up to date through Alembic (its only door)."""

from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

import sqlalchemy as sa

HEAD = "0005"
"""The revision that this version of Publisher works with."""


class State(Enum):
    """How a database stands to this version."""

    EMPTY = auto()
    CURRENT = auto()
    OLD = auto()
    NEW = auto()
    FOREIGN = auto()


def state(connection: sa.Connection) -> State:
    """Look, change nothing."""
    names = set(sa.inspect(connection).get_table_names())
    if not names or names == {"alembic_version"}:
        return State.EMPTY
    if not {"alembic_version", "meta", "deliveries"} <= names:
        return State.FOREIGN
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if revision == HEAD:
        return State.CURRENT
    return State.OLD if str(revision) < HEAD else State.NEW


def upgrade(engine: sa.Engine, then: Callable[[sa.Connection], None]) -> None:
    """Bring the database to HEAD and do `then`, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if engine.dialect.name == "sqlite":
        # WAL lets a reader look while a delivery writes; it is kept in the file, and cannot be set in a transaction.
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("PRAGMA journal_mode = WAL")
            connection.rollback()
    with engine.connect().execution_options(publisher_write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        then(connection)
