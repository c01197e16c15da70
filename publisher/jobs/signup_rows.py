"""What a batch of sign-ups leaves in the ledger: the sign-ups, the subscriptions that wait for a yes, the letters."""

import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from publisher.core.sign_ups import Step
from publisher.core.visitors import hashed_ip
from publisher.jobs.door import Door, Request
from publisher.jobs.mailbag import GOOD_FOR, post
from publisher.model.newsletter import Frequency
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import Letter, LetterKind, SignUp, Wanted
from publisher.store import letters, sign_ups, unconfirmed
from publisher.store.unconfirmed import Awaited
from publisher.struct import Struct, replace


class Ask(Struct, frozen=True):
    """All that one address asked for at once, the last word on each newsletter counting."""

    last: Request
    wanted: dict[str, Wanted]


class Batch(Struct, frozen=True):
    """Sign-ups and what follows from each, by address; what was there before: subscriptions, sign-ups that wait, and
    letters by their ids."""

    asks: Mapping[str, Ask]
    steps: Mapping[str, Step]
    held: Mapping[str, Mapping[str, SubscriptionStatus]]
    waiting: Mapping[str, SignUp]
    letters: Mapping[int, Letter]
    now: datetime


def write(connection: sa.Connection, secret: bytes, door: Door, batch: Batch) -> None:
    """Write all that follows."""
    ids = _write_sign_ups(connection, secret, door, batch)
    _write_subscriptions(connection, door, batch)
    _write_letters(connection, door, batch, ids)


def _write_sign_ups(connection: sa.Connection, secret: bytes, door: Door, batch: Batch) -> dict[str, int]:
    """The row of each address that has one now."""
    new: list[SignUp] = []
    changed: list[SignUp] = []
    for key, one in batch.steps.items():
        if one.wishes is None:
            continue
        made, before = _sign_up(secret, door, batch.asks[key].last, one.wishes, batch.now), batch.waiting.get(key)
        if before is None:
            new.append(made)
        else:
            changed.append(replace(made, id=before.id, uid=before.uid, name=made.name or before.name))
    ids = sign_ups.insert(connection, new)
    sign_ups.update(connection, changed)
    return {one.address_key: ids[one.uid] for one in new} | {one.address_key: one.id for one in changed}


def _sign_up(secret: bytes, door: Door, request: Request, wishes: Mapping[str, Wanted], now: datetime) -> SignUp:
    asking = request.asking
    return SignUp(
        id=0,
        uid=secrets.token_hex(16),
        email=request.address.email,
        address_key=request.address.key,
        name=asking.name.strip(),
        language=asking.tongue,
        wishes=wishes,
        source=asking.source,
        wording=asking.wording,
        ip=hashed_ip(secret, asking.ip) if door.rules.ip == "hashed" else "",
        asked_at=now,
        expires_at=now + door.rules.expires,
    )


def _write_subscriptions(connection: sa.Connection, door: Door, batch: Batch) -> None:
    """Who left stays so until they confirm: their row says when they did."""
    defaults = {one.name: next(iter(one.schedules)) for one in door.newsletters}
    of_source: defaultdict[str, list[Awaited]] = defaultdict(list)
    for key, one in batch.steps.items():
        last = batch.asks[key].last
        for name, wanted in (one.wishes or {}).items():
            # One that is configured no more may be in a sign-up that waits.
            if name not in batch.held.get(key, {}) and name in defaults:
                of_source[last.asking.source].append(_awaited(last, name, wanted, defaults[name]))
    for source, awaited in of_source.items():
        unconfirmed.add(connection, awaited, source, batch.now)


def _awaited(request: Request, newsletter: str, wanted: Wanted, default: Frequency) -> Awaited:
    frequency, address = Frequency(wanted.frequency) if wanted.frequency else default, request.address
    return Awaited(address.email, address.key, newsletter, frequency, wanted.language, wanted.categories)


def _write_letters(connection: sa.Connection, door: Door, batch: Batch, ids: Mapping[str, int]) -> None:
    new: list[Letter] = []
    changed: list[Letter] = []
    for key, one in batch.steps.items():
        if one.letter is None or one.at is None:
            continue
        made = _letter(door, batch.asks[key].last, one.letter, ids.get(key), one.at, batch.now)
        if one.instead_of is None:
            new.append(made)
        else:
            changed.append(replace(made, id=one.instead_of, due_at=batch.letters[one.instead_of].due_at))
    post(connection, door, new, batch.now)
    letters.change(connection, changed)


def _letter(
    door: Door, request: Request, kind: LetterKind, sign_up_id: int | None, at: datetime, now: datetime
) -> Letter:
    good_for = door.rules.expires if kind is LetterKind.CONFIRM else GOOD_FOR
    address = request.address
    until = max(at, now) + good_for
    return Letter(0, kind, address.email, address.key, request.asking.tongue, None, sign_up_id, now, until, at)
