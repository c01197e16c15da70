"""Letters: mails that readers, or people in their name, bring about; each becomes one delivery of the ledger."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN
from publisher.model.mailing import DeliveryStatus
from publisher.model.sign_up import Letter, LetterKind
from publisher.store.reader_tables import letters
from publisher.store.tables import attempts, deliveries
from publisher.struct import Struct, asdict

_REMEMBERED = timedelta(days=8)
"""For how long a letter may be under way: longer than a server is tried (mail.give_up is 72 hours, a week at most)."""


class Sent(Struct, frozen=True):
    """A letter to an address, and how far it has come: when it went, None where it still waits or is under way."""

    letter: Letter
    went_at: datetime | None


def insert(connection: sa.Connection, new: Sequence[Letter]) -> None:
    """Write letters, whose own ids are of no matter."""
    if new:
        rows = [{name: value for name, value in asdict(one).items() if name != "id"} for one in new]
        connection.execute(letters.insert(), rows)


def change(connection: sa.Connection, changed: Sequence[Letter]) -> None:
    """Write what has become of letters that wait."""
    for one in changed:
        values = {name: value for name, value in asdict(one).items() if name != "id"}
        connection.execute(letters.update().where(letters.c.id == one.id).values(**values))


def to(connection: sa.Connection, address_keys: Collection[str], now: datetime) -> dict[str, list[Sent]]:
    """The latest letters to addresses, as they were asked for."""
    ended = sa.select(sa.func.max(attempts.c.ended_at)).where(attempts.c.delivery_id == deliveries.c.id)
    query = (
        sa.select(letters, deliveries.c.status.label("stands"), ended.scalar_subquery().label("ended"))
        .outerjoin(deliveries, deliveries.c.id == letters.c.delivery_id)
        .where(letters.c.address_key.in_(address_keys), letters.c.asked_at > now - _REMEMBERED)
        .order_by(letters.c.id)
    )
    found: defaultdict[str, list[Sent]] = defaultdict(list)
    for row in connection.execute(query):
        one = _letter(row)
        if one.due_at is not None or one.delivery_id is not None:
            found[one.address_key].append(Sent(one, _went(one, row.stands, row.ended)))
    return found


def _went(letter: Letter, stands: str | None, ended: datetime | None) -> datetime | None:
    return None if letter.due_at is not None or stands in OPEN else ended or letter.made_at


def due(connection: sa.Connection, now: datetime, limit: int) -> list[Letter]:
    """Up to `limit` that are to be made now, the longest due first."""
    query = sa.select(letters).where(letters.c.due_at <= now).order_by(letters.c.due_at, letters.c.id)
    return [_letter(row) for row in connection.execute(query.limit(limit))]


def held(connection: sa.Connection, ids: Collection[int]) -> list[Letter]:
    """Those of these that are still to be made; nobody else makes them until the transaction ends."""
    query = sa.select(letters).where(letters.c.id.in_(ids), letters.c.due_at.is_not(None)).order_by(letters.c.id)
    return [_letter(row) for row in connection.execute(query.with_for_update(skip_locked=True))]


def made(connection: sa.Connection, letter: Letter, delivery_id: int | None, now: datetime) -> None:
    """A letter has become a delivery; or None, as there was nothing to be said any more."""
    values = {"due_at": None, "made_at": now, "delivery_id": delivery_id}
    connection.execute(letters.update().where(letters.c.id == letter.id).values(**values))


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next is to be made, None where none waits."""
    moment: datetime | None = connection.scalar(
        sa.select(sa.func.min(letters.c.due_at)).where(letters.c.due_at.is_not(None))
    )
    return moment


def of_delivery(connection: sa.Connection, delivery_id: int) -> Letter | None:
    """The letter that became this delivery."""
    row = connection.execute(sa.select(letters).where(letters.c.delivery_id == delivery_id)).first()
    return None if row is None else _letter(row)


def under_way(connection: sa.Connection, sign_up_ids: Collection[int]) -> set[int]:
    """Of these sign-ups those whose mail is being handed over at this moment."""
    attempting = deliveries.c.status == DeliveryStatus.ATTEMPTING
    query = sa.select(letters.c.sign_up_id).join(deliveries, deliveries.c.id == letters.c.delivery_id)
    return set(connection.scalars(query.where(letters.c.sign_up_id.in_(sign_up_ids), attempting)))


def deliveries_of(connection: sa.Connection, sign_up_ids: Collection[int]) -> list[tuple[int, str]]:
    """The deliveries of the letters about these sign-ups, each with its address key."""
    query = sa.select(deliveries.c.id, deliveries.c.address_key).join(letters, letters.c.delivery_id == deliveries.c.id)
    return [(row.id, row.address_key) for row in connection.execute(query.where(letters.c.sign_up_id.in_(sign_up_ids)))]


def delete_of(connection: sa.Connection, sign_up_ids: Collection[int]) -> None:
    """Delete the letters about these sign-ups."""
    connection.execute(letters.delete().where(letters.c.sign_up_id.in_(sign_up_ids)))


def _letter(row: sa.Row[Any]) -> Letter:
    values = {name: row._mapping[name] for name in Letter.__struct_fields__}
    return Letter(**{**values, "kind": LetterKind(values["kind"])})
