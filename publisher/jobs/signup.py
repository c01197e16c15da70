"""Sign up: somebody asks to become a reader. Whoever they are, they are told the same; which mail goes, differs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from publisher.core.sign_ups import Bar, Standing, step
from publisher.core.visitors import counted_as
from publisher.jobs.door import Asking, Door, Fault, Refused, Request, understood
from publisher.jobs.mailbag import GOOD_FOR, past_of
from publisher.jobs.signup_rows import Ask, Batch, write
from publisher.mail import parse_mailbox
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import Letter, LetterKind
from publisher.store import letters, limits, sign_ups, suppressions, unconfirmed
from publisher.store.engine import Store
from publisher.store.limits import HOUR
from publisher.struct import Struct

__all__ = ["Answer", "Asking", "Door", "Fault", "Outcome", "sign_up"]

_AT_ONCE = 1000
_LIFTED = (SuppressionKind.READER, SuppressionKind.SOFT)
_ALL, _BURST = "sign-ups", "burst"


class Outcome(StrEnum):
    """How a sign-up is answered: taken, the same for who is new, known or suppressed; too many came from there; or
    something was typed wrong."""

    TAKEN = "taken"
    LIMITED = "limited"
    REFUSED = "refused"


class Answer(Struct, frozen=True):
    """What somebody is told: `fault` where it is refused, `retry_after` seconds where it is limited."""

    outcome: Outcome
    fault: Fault | None = None
    retry_after: int | None = None

    @property
    def reason(self) -> str:
        """What is wrong, in a word for programs; empty where nothing is."""
        return self.fault or ""


_TAKEN = Answer(Outcome.TAKEN)


def sign_up(door: Door, store: Store, asked: Sequence[Asking], now: datetime) -> list[Answer]:
    """Take many sign-ups in one transaction; an answer for each, in their order. StoreError where the ledger cannot be
    written, ConfigError where no mail could leave: then none is taken.

    The letters that follow from them are made by `jobs.letters.make_letters`.
    """
    door.require()
    found = _understood(door, asked)
    with store.write(trusted=True) as connection:
        sign_ups.lock(connection)
        answers = _limited(connection, store.secret, door, found, now)
        taken = [one for one, answer in zip(found, answers, strict=True) if answer is _TAKEN]
        asks = _by_address(one for one in taken if isinstance(one, Request))
        keys = list(asks)
        for start in range(0, len(keys), _AT_ONCE):
            _take(connection, store.secret, door, {key: asks[key] for key in keys[start : start + _AT_ONCE]}, now)
        if taken:
            _heed_burst(connection, door, len(taken), now)
    return answers


def _understood(door: Door, asked: Sequence[Asking]) -> list[Request | Answer]:
    found: list[Request | Answer] = []
    for one in asked:
        try:
            found.append(understood(door, one))
        except Refused as refused:
            found.append(Answer(Outcome.REFUSED, refused.fault))
    dead = door.unmailable({one.address.domain for one in found if isinstance(one, Request)})
    wrong = Answer(Outcome.REFUSED, Fault.DOMAIN)
    return [wrong if isinstance(one, Request) and one.address.domain in dead else one for one in found]


def _limited(
    connection: sa.Connection, secret: bytes, door: Door, found: Sequence[Request | Answer], now: datetime
) -> list[Answer]:
    """An answer for each; those that are taken are `_TAKEN`."""
    keys = [counted_as(secret, one.asking.ip) if isinstance(one, Request) else "" for one in found]
    counts = limits.count(connection, Counter(f"ip:{key}" for key in keys if key), now)
    came = Counter(key for key in keys if key)
    left = {key: door.rules.per_ip - (counts[f"ip:{key}"].number - came[key]) for key in came}
    answers: list[Answer] = []
    for one, key in zip(found, keys, strict=True):
        if not isinstance(one, Request):
            answers.append(one)
        elif key and left[key] <= 0:
            again = counts[f"ip:{key}"].since + HOUR - now
            answers.append(Answer(Outcome.LIMITED, retry_after=max(int(again.total_seconds()), 1)))
        else:
            if key:
                left[key] -= 1
            answers.append(_TAKEN)
    return answers


def _by_address(requests: Iterable[Request]) -> dict[str, Ask]:
    asks: dict[str, Ask] = {}
    for one in requests:
        key = one.address.key
        before = asks[key].wanted if key in asks else {}
        asks[key] = Ask(one, before | one.wanted)
    return asks


def _take(connection: sa.Connection, secret: bytes, door: Door, asks: Mapping[str, Ask], now: datetime) -> None:
    kinds = suppressions.kinds(connection, secret, asks)
    held = unconfirmed.subscriptions_of(connection, asks)
    waiting = sign_ups.waiting(connection, asks, now)
    past = letters.to(connection, asks, now)
    steps = {}
    for key, ask in asks.items():
        reads = frozenset(name for name, one in held.get(key, {}).items() if one is SubscriptionStatus.CONFIRMED)
        standing = Standing(_bar(kinds.get(key)), reads, waiting.get(key), past_of(past.get(key, ())))
        steps[key] = step(standing, ask.wanted, now)
    waits = {one.letter.id: one.letter for sent in past.values() for one in sent}
    write(connection, secret, door, Batch(asks, steps, held, waiting, waits, now))


def _bar(kind: SuppressionKind | None) -> Bar:
    if kind is None:
        return Bar.NONE
    return Bar.LIFTS if kind in _LIFTED else Bar.SHUT


def _heed_burst(connection: sa.Connection, door: Door, taken: int, now: datetime) -> None:
    """Where sign-ups come in crowds the operator hears of it, once for as long as it lasts."""
    come = limits.count(connection, {_ALL: taken}, now)[_ALL]
    if come.number <= door.rules.burst:
        return
    before = limits.touch(connection, _BURST, now)
    if before is None or now - before > 2 * HOUR:
        letters.insert(connection, [one for one in [_burst_letter(door, now)] if one is not None])


def _burst_letter(door: Door, now: datetime) -> Letter | None:
    told: Newsletter | None = next((one for one in door.newsletters if one.editor or one.sender), None)
    if told is None:
        return None
    to = parse_mailbox(told.editor or told.sender or "").address
    language = told.languages[0] if told.languages else ""
    return Letter(0, LetterKind.BURST, to.email, to.key, language, told.name, None, now, now + GOOD_FOR, now)
