"""How fast a destination, or a server, may be mailed: as fast as it takes it, until it says that this is too fast.

Additive increase, multiplicative decrease, as TCP finds the capacity of a line nobody told it (RFC 5681 section 3.1).
Moments are seconds of any one clock.
"""

from math import inf

from publisher.struct import Struct, replace

SLOWEST = 1 / 30
"""Mails a second. Who shuts us out altogether is asked again every half minute."""

ASSUMED = 2.0
"""Mails a second that are taken for what was too much where a throttle is the first that is heard: of a destination
that took one mail and says "slow down" to the second nothing is known, least of all that it wants one in a minute."""

ONE_THROTTLE = 5.0
"""Seconds in which what many connections hear is one throttle: each was under way before the first of them was told."""

RECOVERY = 60.0
"""Seconds of mailing at the limit until it is where the throttle came."""

WINDOW = 10.0
"""Seconds over which it is counted how fast mails are taken."""

BURST = 0.1
"""Seconds' worth of mails that may go at once: a process is not woken to the millisecond."""


class Pace(Struct, frozen=True):
    """`rate` in mails a second, None without limit; the next mail may go at `free_at`.

    `top` is the rate at which it was too much, 0 before; the last throttle came at `slowed_at`. `taken` mails were
    taken since `since`, and `seen` a second in the window before that.
    """

    rate: float | None = None
    free_at: float = -inf
    top: float = 0.0
    slowed_at: float = -inf
    taken: int = 0
    since: float = -inf
    seen: float = 0.0


FREE = Pace()


def wait(pace: Pace, now: float) -> float:
    """Seconds until the next mail may go, 0 where it may now."""
    if pace.rate is None or pace.free_at <= now:
        return 0.0
    return pace.free_at - now


def started(pace: Pace, now: float) -> Pace:
    """A mail goes now: the one after it has its turn later."""
    if pace.rate is None:
        return pace
    return replace(pace, free_at=max(pace.free_at, now - BURST) + 1 / pace.rate)


def went_well(pace: Pace, now: float) -> Pace:
    """A mail was taken: the limit rises to where the throttle came within `RECOVERY`, then twice as far in each.

    Beyond what was too much once nothing is known: a provider that lets us in again after an hour must not be climbed
    up to in steps made for a mail every half minute. A limit that is twice what is sent is none.
    """
    counted = _counted(pace, now)
    if counted.rate is None:
        return counted
    rate = counted.rate + counted.top / (2 * RECOVERY * counted.rate)
    if rate < counted.top:
        return replace(counted, rate=rate)
    if counted.seen and rate > 2 * counted.seen:
        return replace(counted, rate=None, top=0.0, free_at=-inf)
    return replace(counted, rate=rate, top=2 * counted.top)


def slowed(pace: Pace, now: float) -> Pace:
    """A throttle came: half the limit, or half of what was sent where there was none, but never below `SLOWEST`."""
    if now - pace.slowed_at < ONE_THROTTLE:
        return pace
    before = max(_seen(pace, now), ASSUMED) if pace.rate is None else max(pace.rate, SLOWEST)
    rate = max(before / 2, SLOWEST)
    return replace(pace, rate=rate, top=before, slowed_at=now, free_at=now + 1 / rate)


def _counted(pace: Pace, now: float) -> Pace:
    if now - pace.since < WINDOW:
        # Not `replace`: this is the way of every mail that no limit holds.
        return Pace(pace.rate, pace.free_at, pace.top, pace.slowed_at, pace.taken + 1, pace.since, pace.seen)
    seen = pace.taken / (now - pace.since) if pace.taken else 0.0
    return Pace(pace.rate, pace.free_at, pace.top, pace.slowed_at, 1, now, seen)


def _seen(pace: Pace, now: float) -> float:
    """Mails a second of late; what came in less than a second counts as a second's."""
    return max(pace.seen, pace.taken / max(now - pace.since, 1.0)) if pace.taken else 0.0
