"""Sweep: a sign-up that nobody confirmed in time is forgotten, and whoever made it."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.model.sign_up import SignUp
from publisher.store import forgetting, letters, limits, sign_ups, unconfirmed
from publisher.store.engine import Store

_AT_ONCE = 1000
_COUNTED = timedelta(days=2)
"""Longer than any limit counts, but for one that a crowd has filled for days ahead."""


def sweep(store: Store, now: datetime) -> int:
    """Delete what is over; how many sign-ups. What is under way to their addresses is waited for."""
    with store.read() as connection:
        if not sign_ups.expired(connection, now, 1) and not limits.any_before(connection, now - _COUNTED):
            return 0
    with store.write() as connection:
        sign_ups.lock(connection)
        over = sign_ups.expired(connection, now, _AT_ONCE)
        busy = letters.under_way(connection, [one.id for one in over])
        gone = [one for one in over if one.id not in busy]
        if gone:
            _forget(connection, store.secret, gone, now)
        limits.sweep(connection, now - _COUNTED)
    return len(gone)


def _forget(connection: sa.Connection, secret: bytes, gone: list[SignUp], now: datetime) -> None:
    """Also what the mail that asked them is known by: nothing but its place in the sums of its issue stays."""
    ids = [one.id for one in gone]
    for delivery_id, key in letters.deliveries_of(connection, ids):
        forgetting.erase_delivery(connection, secret, delivery_id, key, now)
    letters.delete_of(connection, ids)
    keys = {one.address_key for one in gone}
    unconfirmed.drop(connection, keys - sign_ups.waiting(connection, keys, now).keys())
    sign_ups.delete(connection, ids)
