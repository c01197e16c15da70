"""The mailbag: letters that somebody has brought about, until they are made: one an hour to an address, and so many to
a domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.core.sign_ups import Past, told
from publisher.jobs.door import Door
from publisher.mail import Address
from publisher.model.sign_up import Letter, LetterKind
from publisher.store import letters, limits, sign_ups
from publisher.store.letters import Sent
from publisher.struct import replace

_NOTHING: Mapping[str, str] = {}

GOOD_FOR = timedelta(days=30)
"""How long a link to a reader's preferences is good."""


def past_of(sent: Sequence[Sent]) -> tuple[Past, ...]:
    """Letters as it is decided by them. What greets a reader counts for nothing: nobody but they can bring it about."""
    its = [(one.letter, one.went_at) for one in sent if one.letter.kind is not LetterKind.WELCOME]
    return tuple(Past(one.id, one.kind, one.sign_up_id, one.due_at, went_at) for one, went_at in its)


def post(connection: sa.Connection, door: Door, new: Sequence[Letter], now: datetime) -> None:
    """Write letters, not more in an hour than a domain may get: the rest later."""
    of_domain: defaultdict[str, list[Letter]] = defaultdict(list)
    for one in new:
        of_domain[one.address_key.rpartition("@")[2]].append(one)
    spread: list[Letter] = []
    for domain, its in sorted(of_domain.items()):
        at = limits.reserve(connection, f"to:{domain}", len(its), door.rules.per_domain, now)
        spread += [_not_before(one, moment) for one, moment in zip(its, at, strict=True)]
    letters.insert(connection, spread)


def ask(
    connection: sa.Connection,
    door: Door,
    kind: LetterKind,
    address: Address,
    tongue: str,
    now: datetime,
    newsletter: str | None = None,
    said: Mapping[str, str] = _NOTHING,
) -> bool:
    """Have one letter of `kind` go to an address, in which is `said` what is theirs alone; False where one is under way
    that says the same."""
    sign_ups.lock(connection)
    past = past_of(letters.to(connection, [address.key], now).get(address.key, ()))
    found = told(past, kind, None, now)
    if found.at is None:
        return False
    until = found.at + GOOD_FOR
    one = Letter(0, kind, address.email, address.key, tongue, newsletter, None, now, until, found.at, said=said)
    post(connection, door, [one], now)
    return True


def _not_before(letter: Letter, moment: datetime) -> Letter:
    if letter.due_at is None or moment <= letter.due_at:
        return letter
    return replace(letter, due_at=moment, expires_at=letter.expires_at + (moment - letter.due_at))
