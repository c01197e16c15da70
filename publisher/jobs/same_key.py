"""A mail that was tried before the keys were rotated is tried again with the same addresses in it."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from publisher.jobs.letter import Outgoing, kept, key_of, key_ring
from publisher.model.mailing import Delivery
from publisher.store import claims, outgoings
from publisher.struct import replace


def with_same_keys(
    connection: sa.Connection, ledger: bytes, found: Sequence[Delivery], outgoing: Outgoing, outgoing_id: int
) -> list[Delivery]:
    """Claimed deliveries, each with the key that signed it before, where that is not what signs now and may still.

    A server that took the first attempt and did not say so would have two mails that differ, under one Message-ID.
    """
    former: dict[int, list[int]] = defaultdict(list)
    for one in found:
        if one.outgoing_id not in (None, outgoing_id):
            former[one.outgoing_id or 0].append(one.id)
    keys: dict[int, str] = {}
    for row, ids in former.items():
        key = key_of(outgoings.get(connection, row))
        if key != outgoing.key and key in key_ring(ledger, outgoing):
            claims.write_as(connection, ids, outgoings.id_of(connection, kept(outgoing, key)))
            keys |= dict.fromkeys(ids, key)
    return [replace(one, key=keys.get(one.id)) for one in found] if keys else list(found)
