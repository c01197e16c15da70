"""One person: all that is held of an address, for who asks what that is, and the end of it, for who asks to be
forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from publisher.errors import NotFound, StoreBusy
from publisher.mail import parse_address
from publisher.model.reader import Subscriber, Subscription
from publisher.store import forgetting, received, subscribers, suppressions, traces
from publisher.store.engine import Store
from publisher.store.received import Received
from publisher.struct import Struct

_LATEST = 20
_UNKNOWN = "the ledger holds nothing of this address"


class Person(Struct, frozen=True):
    """What matters of somebody to who looks: who they are, what they read, why they get no mail, and their latest
    mails, newest first."""

    email: str
    reader: Subscriber | None
    subscriptions: Sequence[Subscription]
    suppressed: str | None
    mails: Sequence[Received]


def person(store: Store, email: str) -> Person:
    """Who has an address; NotFound where the ledger holds nothing of it."""
    address = parse_address(email)
    with store.read() as connection:
        found = Person(
            address.email,
            subscribers.find(connection, address.key),
            subscribers.listed(connection, address_key=address.key),
            suppressions.reason_of(connection, store.secret, address.key),
            received.latest(connection, address.key, _LATEST),
        )
    if found.reader is None and found.suppressed is None and not found.mails:
        held(store, email)
    return found


def held(store: Store, email: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that is held of an address: by table, each row with all of its columns, and each delivery with what
    its mail was. NotFound where that is nothing."""
    address = parse_address(email)
    with store.read() as connection:
        found = traces.held(connection, address.key, suppressions.hashed(store.secret, address.key))
        mails = received.by_delivery(connection, address.key)
    if not any(found.values()):
        raise NotFound("trace of", address.email, hint=_UNKNOWN)
    for row in found["deliveries"]:
        row["issue"] = mails.get(row["id"])
    return found


class Forgotten(Struct, frozen=True):
    """What forgetting came to: how many rows were erased or emptied, 0 where it was done before; whether the file is
    rid of them."""

    rows: int
    clean: bool


def forget(store: Store, email: str, now: datetime) -> Forgotten:
    """Erase what is known of an address, and keep the hash that suppresses it; the second time changes nothing.

    StoreBusy where a mail to it is being handed over at this moment: its answer would bring the address back.
    """
    address = parse_address(email)
    with store.write() as connection:
        if forgetting.is_under_way(connection, address.key, now):
            raise StoreBusy(
                f"a mail to {address.email} is being handed over: nothing was forgotten", hint="try again in a minute"
            )
        rows = forgetting.erase(connection, store.secret, address.key, now)
    return Forgotten(rows, store.scrub())
