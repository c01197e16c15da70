"""What the settings said of mail as it left, each such state once: a mail can be made again after they have changed."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.tables import outgoings


def id_of(connection: sa.Connection, content: str) -> int:
    """The row of this state, made where there is none."""
    found: int | None = connection.scalar(sa.select(outgoings.c.id).where(outgoings.c.content == content))
    if found is None:
        # Two processes may begin with new settings at once: the second finds the row.
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(outgoings).values(content=content).on_conflict_do_nothing())
        return id_of(connection, content)
    return found


def get(connection: sa.Connection, outgoing_id: int) -> str:
    """What was kept of a state."""
    return str(connection.scalars(sa.select(outgoings.c.content).where(outgoings.c.id == outgoing_id)).one())
