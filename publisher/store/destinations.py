"""Destinations that are left alone for a while, because they refused us."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.core.destinations import domains
from publisher.core.lifecycle import READY
from publisher.model.mailing import IssueStatus
from publisher.store.tables import deliveries, destinations, issues, unsent
from publisher.struct import Struct

_RUNNING = (IssueStatus.SENDING, IssueStatus.PAUSED)


class Stop(Struct, frozen=True):
    """A destination that was stopped, until when (UTC), why in its server's words, and how often in a row."""

    name: str
    reason: str
    until: datetime
    stops: int


def stop(connection: sa.Connection, name: str, reason: str, until: datetime, now: datetime) -> Stop:
    """Leave a destination alone until then. One that is stopped already stays as it is: several connections hear the
    same refusal."""
    _lock(connection, name, now)
    table = destinations.c
    over = sa.and_(table.name == name, table.stopped_until <= now)
    values = {"reason": reason, "stopped_until": until, "stops": table.stops + 1}
    connection.execute(destinations.update().where(over).values(**values))
    return known(connection)[name]


def known(connection: sa.Connection) -> dict[str, Stop]:
    """Every destination that was stopped and has taken no mail since, by name: those, too, whose time is over."""
    rows = connection.execute(sa.select(destinations).order_by(destinations.c.name))
    return {row.name: Stop(row.name, row.reason, row.stopped_until, row.stops) for row in rows}


def stopped(connection: sa.Connection, now: datetime) -> dict[str, Stop]:
    """Those that get nothing now."""
    return {name: one for name, one in known(connection).items() if one.until > now}


def hold(connection: sa.Connection, name: str, until: datetime, most: int = 20_000) -> int:
    """Put off what running issues have for a stopped destination until then; how many, `most` at once: where so many
    were held, there may be more.
    """
    early = sa.or_(deliveries.c.due_at.is_(None), deliveries.c.due_at < until)
    free = deliveries.c.owner.is_(None)
    return connection.execute(_of(connection, name, early, free, most).values(due_at=until)).rowcount


def release(connection: sa.Connection, name: str, now: datetime) -> None:
    """Forget that a destination was stopped: it took a mail, or a person says so. What was held is due at once."""
    until = connection.scalar(sa.select(destinations.c.stopped_until).where(destinations.c.name == name))
    connection.execute(destinations.delete().where(destinations.c.name == name))
    if until is not None and until > now:
        held = deliveries.c.due_at == until
        connection.execute(_of(connection, name, held, sa.true(), None).values(due_at=now))


def _of(
    connection: sa.Connection, name: str, when: sa.ColumnElement[bool], free: sa.ColumnElement[bool], most: int | None
) -> sa.Update:
    running = sa.select(issues.c.id).where(issues.c.status.in_(_RUNNING))
    query = sa.select(deliveries.c.id).where(unsent, deliveries.c.issue_id.in_(running))
    ready = query.where(deliveries.c.status.in_([*READY]), when, free, _goes_to(connection, name))
    return deliveries.update().where(deliveries.c.id.in_(ready.limit(most)))


def _goes_to(connection: sa.Connection, name: str) -> sa.ColumnElement[bool]:
    """By the domain after the first @: an address with another in quotes is found when its turn comes."""
    places = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    key = deliveries.c.address_key
    domain = sa.func.substr(key, places(key, "@") + 1)
    below = [domain.like(f"%{one}") for one in domains(name) if one.startswith(".")]
    return sa.or_(domain.in_([one for one in domains(name) if not one.startswith(".")]), *below)


def _lock(connection: sa.Connection, name: str, now: datetime) -> None:
    """Make the row where there is none, its stop over, so that of two that stop it at once the second finds it."""
    row = {"name": name, "reason": "", "stopped_until": now, "stops": 0}
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(destinations).values(**row).on_conflict_do_nothing())
    connection.execute(sa.select(destinations.c.name).where(destinations.c.name == name).with_for_update())
