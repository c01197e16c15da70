"""Whether a server can be used. Moments are seconds of any one clock."""

from math import inf

from publisher.errors import Scope, TransportError
from publisher.struct import Struct

FIRST_REST = 1.0
LONGEST_REST = 300.0
_DOUBLINGS = 9


class Health(Struct, frozen=True):
    """`failures` in a row, and not to be tried before `until`; `reason` is the last one's, with the way out.

    A `fault` is mended by nobody but a person: the login was refused, or the certificate is wrong.
    """

    failures: int = 0
    until: float = -inf
    fault: bool = False
    reason: str = ""


WELL = Health()


def failed(health: Health, error: TransportError, now: float, jitter: float) -> Health:
    """A connection could not be made, or ended before it had taken a mail. `jitter` is a random number from 0 to 1.

    It rests for a second, then twice as long each time, up to five minutes; the half of it by chance, so that the
    connections do not come back all at once.
    """
    if error.permanent and error.scope is Scope.SESSION:
        return Health(health.failures + 1, inf, fault=True, reason=error.in_one_line())
    rest = min(FIRST_REST * (1 << min(health.failures, _DOUBLINGS)), LONGEST_REST)
    # Of several connections that fail together the one that failed first must not be made to count for less.
    until = max(health.until, now + rest * (1 + jitter) / 2)
    return Health(health.failures + 1, until, reason=error.in_one_line())


def worked(health: Health) -> Health:
    """A mail was taken."""
    return health if health is WELL else WELL


def usable(health: Health, now: float) -> bool:
    """Whether it may be connected to now."""
    return health.until <= now
