"""What becomes of a delivery whose message was not taken."""

import re
from datetime import datetime, timedelta

from publisher.core.bounce_policy import classify
from publisher.core.streak import NONE, Streak
from publisher.core.throttles import is_throttle, named_delay
from publisher.errors import Scope, TransportError
from publisher.model.bounce import BounceKind
from publisher.model.mailing import DeliveryStatus
from publisher.struct import Struct

GIVE_UP_AFTER = timedelta(hours=72)
"""RFC 5321 section 4.5.4.1 asks a sender to try for four to five days; a digest is stale after three."""

FIRST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=4)
SHORTEST_DELAY = timedelta(seconds=30)
ANOTHER_SESSION = timedelta(minutes=1)
_SPREAD = 0.25
_DOUBLINGS = 8

FIRST_STOP = timedelta(hours=1)
LONGEST_STOP = timedelta(hours=24)

MOST_IN_A_ROW = 3
"""Troubles one after the other: one may be the reader's, three are ours or the server's."""

_NOT_OUR_RELAY = re.compile(
    r"relay(ing)?\s+(access\s+)?(is\s+)?(denied|not\s+(permitted|allowed))|not\s+permitted\s+to\s+relay|unable\s+to\s+relay"
    r"|(authentication|smtp\s+auth)\s+(is\s+)?required|sender\s+(address\s+)?(is\s+)?not\s+(verified|owned|allowed)",
    re.IGNORECASE,
)
"""Words of the next server about us. Providers give them codes of all kinds, and some none."""


class Try(Struct, frozen=True):
    """One attempt, its `number` from 1, moments aware.

    `connected`: the session was there already. `taken`: mails it had taken before. `streak`: the troubles up to this
    one, it included where it is one, and `stops`: how often its `destination` has been stopped without a mail taken
    since. `jitter` is a random number from 0 to 1.
    """

    number: int
    first_at: datetime
    now: datetime
    connected: bool
    taken: int
    destination: str
    streak: Streak = NONE
    stops: int = 0
    jitter: float = 0.5
    give_up: timedelta = GIVE_UP_AFTER


class Verdict(Struct, frozen=True):
    """The state that follows, and when it is due again (aware).

    `pause`: the issue pauses, for `reason`. `stop_destination`: its destination gets nothing before `due_at`.
    `throttle`: we were too fast. `bounce`: what a delivery that failed says of its reader. The attempt of one that is
    planned again does not count.
    """

    status: DeliveryStatus
    reason: str
    due_at: datetime | None = None
    pause: bool = False
    stop_destination: bool = False
    throttle: bool = False
    bounce: BounceKind | None = None


def is_trouble(error: TransportError, taken: int) -> bool:
    """Whether this may be no fault of the reader's: policy (RFC 3463 X.7.X) against us, or an answer that did not come
    from a session that had not taken a mail.

    One that had is a server that went down: every connection hears of it, and the next ones will be answered.
    """
    if error.undecided:
        return not taken
    if not error.permanent or error.scope is Scope.SESSION:
        return False
    return _is_ours(error) or _kind(error) is BounceKind.POLICY


def judge(error: TransportError, this: Try) -> Verdict:
    """What follows from `error`; the rules are in docs/reference/states.md."""
    if error.undecided:
        pause = sum(this.streak.anywhere.values()) >= MOST_IN_A_ROW and is_trouble(error, this.taken)
        return Verdict(DeliveryStatus.UNKNOWN, f"no answer after the end of the message: {error.reply}", pause=pause)
    if error.scope is Scope.SESSION:
        return _session(error, this)
    return _refused(error, this) if error.permanent else _put_off(error, this)


def _session(error: TransportError, this: Try) -> Verdict:
    """A session that was refused, or broke before the end, says nothing of the reader (listmonk #1629, #2313): the
    delivery is planned again, and the server's health says when it is connected to.

    But what a new session refuses or breaks at with its first mail may be that mail: it waits, for the others to go.
    One that connections break at counts its attempts, so that it does not go round for ever.
    """
    throttle = is_throttle(error)
    if error.permanent or not this.connected or this.taken:
        return Verdict(DeliveryStatus.PLANNED, error.reply, throttle=throttle)
    if error.code is not None:
        due = this.now + _spread(ANOTHER_SESSION, this.jitter)
        return Verdict(DeliveryStatus.PLANNED, error.reply, due_at=due, throttle=throttle)
    return _deferred(error, this, _doubled(ANOTHER_SESSION, this))


def _refused(error: TransportError, this: Try) -> Verdict:
    if is_trouble(error, this.taken):
        if _pauses(error, this):
            return Verdict(DeliveryStatus.PLANNED, error.reply, pause=True)
        stop = stop_for(this.stops)
        if not _is_ours(error) and _stops(this):
            due = this.now + _spread(stop, this.jitter)
            return Verdict(DeliveryStatus.PLANNED, error.reply, due_at=due, stop_destination=True)
    return Verdict(DeliveryStatus.FAILED, error.reply, bounce=_kind(error))


def _pauses(error: TransportError, this: Try) -> bool:
    """Several destinations refuse us, or the next server says itself that it does not take our mail."""
    in_a_row = this.streak.anywhere
    return sum(in_a_row.values()) >= MOST_IN_A_ROW and (_is_ours(error) or len(in_a_row) > 1)


def _stops(this: Try) -> bool:
    """A destination that was stopped before is stopped again by the first refusal, until all its stops together are as
    long as a delivery may take: then its readers fail, so that the issue comes to an end."""
    if sum((stop_for(number) for number in range(this.stops)), timedelta()) >= this.give_up:
        return False
    return this.stops > 0 or this.streak.there.get(this.destination, 0) >= MOST_IN_A_ROW


def stop_for(stops: int) -> timedelta:
    """How long a destination is left alone that was stopped `stops` times before."""
    return min(FIRST_STOP * (1 << min(stops, _DOUBLINGS)), LONGEST_STOP)


def _put_off(error: TransportError, this: Try) -> Verdict:
    """Refused for now: later and later, or when the server's words say (RFC 5321 section 4.5.4.1)."""
    named = named_delay(error.reply)
    if named is None:
        return _deferred(error, this, _doubled(FIRST_DELAY, this))
    # Never before it said, and not all at that moment.
    later = named * (1 + _SPREAD * this.jitter)
    return _deferred(error, this, min(max(later, SHORTEST_DELAY), LONGEST_DELAY))


def _deferred(error: TransportError, this: Try, delay: timedelta) -> Verdict:
    due, throttle = this.now + delay, is_throttle(error)
    if due - this.first_at <= this.give_up:
        return Verdict(DeliveryStatus.DEFERRED, error.reply, due_at=due, throttle=throttle)
    attempts = "1 attempt" if this.number == 1 else f"{this.number} attempts"
    reason = f"given up after {attempts} in {_told(this.now - this.first_at)}: {error.reply}"
    return Verdict(DeliveryStatus.FAILED, reason, throttle=throttle, bounce=_worn_out(error))


def _doubled(first: timedelta, this: Try) -> timedelta:
    longest = LONGEST_DELAY / (1 + _SPREAD)
    return _spread(min(first * (1 << min(this.number - 1, _DOUBLINGS)), longest), this.jitter)


def _spread(delay: timedelta, jitter: float) -> timedelta:
    """A quarter less or more: a hundred thousand that were put off in one minute do not all come back in one."""
    return delay * (1 - _SPREAD + 2 * _SPREAD * jitter)


def _is_ours(error: TransportError) -> bool:
    return bool(_NOT_OUR_RELAY.search(error.reply))


def _kind(error: TransportError) -> BounceKind:
    return classify(error.enhanced or "", error.reply, error.code)


def _worn_out(error: TransportError) -> BounceKind | None:
    """What a delivery that was given up says of its reader: nothing where connections broke at it."""
    if error.scope is Scope.SESSION:
        return None
    return BounceKind.POLICY if _kind(error) is BounceKind.POLICY else BounceKind.SOFT


def _told(stretch: timedelta) -> str:
    hours = round(stretch / timedelta(hours=1))
    return f"{hours} hours" if hours != 1 else "1 hour"
