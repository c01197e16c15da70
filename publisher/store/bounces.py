"""Bounces: what came back, of which delivery, and what that says of an address and of an issue."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.core.bounce_policy import Outcome
from publisher.model.bounce import Bounce, BounceKind
from publisher.model.event import EventKind, Happening
from publisher.model.mailing import Delivery, DeliveryStatus, SettledBy
from publisher.store import events
from publisher.store.deliveries import delivery_of
from publisher.store.tables import attempts, bounces, deliveries, issues, meta, unsent
from publisher.struct import Struct

_REMEMBERED = 100
"""How many mails to an address its history goes back: three years of a weekly, three months of a daily."""


class Share(Struct, frozen=True):
    """How an issue fares: of the mails that were `taken` or refused, how many found no such address (`hard`), and of
    how many a reader complained. Each mail counts once, however often it was reported."""

    taken: int
    hard: int
    complaints: int


def insert(connection: sa.Connection, found: Sequence[Bounce]) -> list[Bounce]:
    """Write bounces down; those whose key was not known."""
    first = {bounce.key: bounce for bounce in reversed(found)}
    if not first:
        return []
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(bounces).on_conflict_do_nothing().returning(bounces.c.key)
    values = [{name: getattr(bounce, name) for name in Bounce.__struct_fields__} for bounce in first.values()]
    keys = set(connection.scalars(new, values))
    return [bounce for key, bounce in first.items() if key in keys]


def tell(connection: sa.Connection, found: Sequence[Bounce], suppressed: Collection[str]) -> None:
    """Write an event of each bounce that is about a reader; what they are suppressed for is said of `suppressed`.

    Policy is about the sender. The server's words stay here: they often name the address.
    """
    told = [one for one in found if one.kind is not BounceKind.POLICY and one.delivery_id]
    if not told:
        return
    columns = (deliveries.c.id, deliveries.c.subscriber_id, deliveries.c.issue_id, issues.c.newsletter)
    query = sa.select(*columns).join(issues, issues.c.id == deliveries.c.issue_id)
    rows = connection.execute(query.where(deliveries.c.id.in_({one.delivery_id for one in told})))
    of = {row.id: row for row in rows}
    events.record_all(connection, [_happening(one, of[one.delivery_id], suppressed) for one in told])


def _happening(one: Bounce, delivery: Any, suppressed: Collection[str]) -> Happening:
    data = {"kind": one.kind, "status": one.status, "suppressed": one.address_key in suppressed}
    reader, newsletter, issue_id = delivery.subscriber_id, delivery.newsletter, delivery.issue_id
    return Happening(EventKind.BOUNCED, one.at, reader, newsletter, issue_id, data)


def of_deliveries(connection: sa.Connection, delivery_ids: Collection[int]) -> list[Bounce]:
    """What came back of these deliveries, as it came."""
    query = sa.select(bounces).where(bounces.c.delivery_id.in_(delivery_ids)).order_by(bounces.c.id)
    return [_bounce(row) for row in connection.execute(query)]


def unmatched(connection: sa.Connection) -> list[Bounce]:
    """What nobody knows the delivery of, as it came."""
    query = sa.select(bounces).where(bounces.c.delivery_id.is_(None)).order_by(bounces.c.id)
    return [_bounce(row) for row in connection.execute(query)]


def delivery(connection: sa.Connection, delivery_id: int) -> Delivery | None:
    """One delivery, None where the ledger has none of this id."""
    row = connection.execute(sa.select(deliveries).where(deliveries.c.id == delivery_id)).first()
    return None if row is None else delivery_of(row)


def by_message_id(connection: sa.Connection, message_id: str, address_keys: Collection[str]) -> Delivery | None:
    """The delivery to one of these addresses that has this Message-ID, which no index knows."""
    theirs = deliveries.c.address_key.in_(address_keys)
    query = sa.select(deliveries).where(theirs, deliveries.c.message_id == message_id)
    row = connection.execute(query.limit(1)).first()
    return None if row is None else delivery_of(row)


def was_mailed(connection: sa.Connection, address_key: str) -> bool:
    """Whether any issue had a delivery to this address."""
    query = sa.select(deliveries.c.id).where(deliveries.c.address_key == address_key).limit(1)
    return connection.scalar(query) is not None


def settle(connection: sa.Connection, delivery_id: int) -> bool:
    """Make an unknown delivery a sent one, as a report proves that the server had taken it; False where it was not
    unknown."""
    this = sa.and_(deliveries.c.id == delivery_id, deliveries.c.status == DeliveryStatus.UNKNOWN)
    values = {"status": DeliveryStatus.SENT, "reason": "settled by a report", "settled_by": SettledBy.EVENT}
    return connection.execute(deliveries.update().where(this).values(**values)).rowcount > 0


def history(connection: sa.Connection, address_key: str) -> list[Outcome]:
    """What became of the last mails to an address, oldest first: those that came back soft, and those that were taken
    and did not come back. Days are of UTC."""
    bounced = _first(BounceKind.SOFT)
    ended = sa.select(sa.func.max(attempts.c.ended_at)).where(attempts.c.delivery_id == deliveries.c.id)
    query = (
        sa.select(bounced.label("soft"), ended.scalar_subquery().label("ended"), deliveries.c.status, _came_back())
        .where(deliveries.c.address_key == address_key)
        .order_by(deliveries.c.id.desc())
        .limit(_REMEMBERED)
    )
    rows = reversed(connection.execute(query).all())
    return [outcome for row in rows if (outcome := _outcome(*row)) is not None]


def _outcome(soft: datetime | None, ended: datetime | None, status: str, came_back: bool) -> Outcome | None:
    if soft is not None:
        return Outcome(soft.astimezone(UTC).date(), bounced=True)
    if status == DeliveryStatus.SENT and ended is not None and not came_back:
        return Outcome(ended.astimezone(UTC).date(), bounced=False)
    return None


def _first(kind: BounceKind) -> sa.ScalarSelect[datetime]:
    this = sa.and_(bounces.c.delivery_id == deliveries.c.id, bounces.c.kind == kind)
    return sa.select(sa.func.min(bounces.c.at)).where(this).scalar_subquery()


def _came_back() -> sa.ColumnElement[bool]:
    return sa.exists().where(bounces.c.delivery_id == deliveries.c.id)


def shares(connection: sa.Connection, issue_ids: Iterable[int], fewest: int) -> dict[int, Share]:
    """How these issues fare; those of which fewer than `fewest` mails came back are left out unlooked at."""
    found: dict[int, Share] = {}
    for issue_id in issue_ids:
        counts = _counts(connection, issue_id)
        hard, complaints = counts.get(BounceKind.HARD, 0), counts.get(BounceKind.COMPLAINT, 0)
        if hard + complaints >= fewest:
            found[issue_id] = Share(_taken(connection, issue_id), hard, complaints)
    return found


def _counts(connection: sa.Connection, issue_id: int) -> dict[str, int]:
    of_issue = deliveries.c.issue_id == issue_id
    if connection.dialect.name == "sqlite":
        # It would look through the million deliveries of the issue, for want of a guess at how few came back: it is
        # kept from that, and told from where on these may lie.
        first = sa.select(sa.func.min(deliveries.c.id)).where(of_issue).scalar_subquery()
        of_issue = sa.and_(bounces.c.delivery_id >= first, deliveries.c.issue_id + 0 == issue_id)
    query = (
        sa.select(bounces.c.kind, sa.func.count(bounces.c.delivery_id.distinct()).label("number"))
        .join(deliveries, deliveries.c.id == bounces.c.delivery_id)
        .where(of_issue)
        .group_by(bounces.c.kind)
    )
    return {row.kind: row.number for row in connection.execute(query)}


def _taken(connection: sa.Connection, issue_id: int) -> int:
    """Without counting a million: all but what is not sent, and of that what was refused."""
    of_issue = sa.and_(deliveries.c.issue_id == issue_id, unsent)
    waiting = sa.select(sa.func.count()).where(of_issue, deliveries.c.status != DeliveryStatus.FAILED)
    recipients = sa.select(issues.c.recipients).where(issues.c.id == issue_id)
    return int(connection.execute(recipients).scalar_one() - connection.execute(waiting).scalar_one())


def put_up_with(connection: sa.Connection, issue_id: int) -> None:
    """Note how much has come back of an issue that somebody lets go on: they know of that."""
    counts, key = _counts(connection, issue_id), _key_of(issue_id)
    connection.execute(meta.delete().where(meta.c.key == key))
    if known := counts.get(BounceKind.HARD, 0) + counts.get(BounceKind.COMPLAINT, 0):
        connection.execute(meta.insert().values(key=key, value=str(known)))


def put_up_with_at(connection: sa.Connection, issue_id: int) -> int:
    """How much had come back of an issue when somebody last let it go on; 0 where nobody had to."""
    return int(connection.scalar(sa.select(meta.c.value).where(meta.c.key == _key_of(issue_id))) or 0)


def _key_of(issue_id: int) -> str:
    return f"bounced {issue_id}"


def _bounce(row: sa.Row[tuple[object, ...]]) -> Bounce:
    values = {name: row._mapping[name] for name in Bounce.__struct_fields__}
    return Bounce(**{**values, "kind": BounceKind(values["kind"])})
