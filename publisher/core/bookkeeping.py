"""Whether what the ledger says of a delivery follows from its attempts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from publisher.model.mailing import DeliveryStatus as D
from publisher.struct import Struct


class Tried(Struct, frozen=True):
    """An attempt as it was written down."""

    number: int
    outcome: D
    ended: bool


class Entry(Struct, frozen=True):
    """A delivery as it was written down, with its attempts as they came."""

    id: int
    email: str
    name: str
    status: D
    reason: str
    attempts: int
    due_at: datetime | None
    attempted_at: datetime | None
    owner: str | None
    lease_until: datetime | None
    settled_by: str | None
    tried: tuple[Tried, ...] = ()


_ENDED_AS_TRIED = frozenset({D.SENT, D.DEFERRED, D.FAILED, D.UNKNOWN})
_NEVER = frozenset({D.SUPPRESSED, D.CANCELLED})


def fault(entry: Entry) -> str | None:
    """What does not hold together, None where all does.

    That an attempt ends after it began is not looked at: a clock may be set back in between.
    """
    # An attempt that is not counted leaves its delivery planned: the next one has its number.
    counted = [one for one in entry.tried if one.outcome is not D.PLANNED]
    return _hold(entry) or _numbers(entry, counted) or _state(entry, counted)


def _hold(entry: Entry) -> str | None:
    """An attempt is under way just where its state says so, and somebody has it in hand."""
    attempting = entry.status is D.ATTEMPTING
    if attempting and not entry.attempts:
        return "attempting without an attempt"
    if attempting and None in (entry.attempted_at, entry.owner, entry.lease_until):
        return "attempting, and nobody has it in hand"
    if not attempting and entry.attempted_at is not None:
        return f"{entry.status}, with an attempt under way"
    if entry.status in _ENDED_AS_TRIED - {D.DEFERRED} | _NEVER and entry.owner is not None:
        return f"{entry.status}, and {entry.owner} has it in hand"
    return None


def _numbers(entry: Entry, counted: Sequence[Tried]) -> str | None:
    """Attempts are numbered from 1 each time a delivery is planned, none twice, and all have ended."""
    if any(not one.ended for one in entry.tried):
        return "an attempt has no end"
    numbers = [0, *(one.number for one in counted)]
    if any(after not in (1, before + 1) for before, after in pairwise(numbers)):
        return f"its attempts are numbered {', '.join(map(str, numbers[1:]))}"
    ended = entry.attempts - 1 if entry.status is D.ATTEMPTING else entry.attempts
    # Planned again by hand it has none, whatever it had before.
    if ended not in (0, numbers[-1]):
        return f"{entry.attempts} attempts, and the last that ended is number {numbers[-1]}"
    return None


def _state(entry: Entry, counted: Sequence[Tried]) -> str | None:
    status = entry.status
    if status in _ENDED_AS_TRIED and entry.settled_by is None:
        if not counted or not entry.attempts:
            return f"{status} without an attempt"
        if counted[-1].outcome is not status:
            return f"{status}, and the last attempt was {counted[-1].outcome}"
    if status is D.DEFERRED and entry.due_at is None:
        return "deferred without a time"
    if status in _NEVER and not entry.reason:
        return f"{status} without a reason"
    return None
