"""Which server may be given a mail now: its health, its rate and cap, and its share among several."""

from collections.abc import Iterable
from datetime import date, datetime
from math import ceil, inf

from publisher.core import health as healths
from publisher.core import pace as pacing
from publisher.core.caps import cap
from publisher.core.health import WELL, Health
from publisher.core.pace import FREE, Pace
from publisher.errors import TransportError
from publisher.jobs.gate import Gate
from publisher.jobs.office import PostOffice
from publisher.model.server import Server
from publisher.store import usage

PATIENCE = 3
"""Failures in a row, each after a longer rest, until a server counts as down."""

_AT_ONCE = 100


class Lights:
    """The traffic lights of one server. Moments are seconds of the loop's clock, but for the ledger's.

    Until it is `proven` that it can be connected to, one connection at a time tries, which is `probing`: twenty that
    fail at once are no twenty failures.
    """

    def __init__(self, server: Server, office: PostOffice, gate: Gate) -> None:
        self.server = server
        self.health: Health = WELL
        self.pace: Pace = FREE
        self.probing = False
        self.proven = False
        self.given = 0.0
        self._office, self._gate = office, gate
        self._metered = server.rate is not None or server.daily is not None or server.warm_up is not None
        self._granted, self._day = 0, date.min
        self._closed_until = -inf

    def wait(self, now: float, *, urgent: bool) -> float:
        """Seconds until a mail may go by it, 0 where it may now. What is urgent heeds neither rate nor cap."""
        rest = max(self.health.until - now, 0.0)
        if rest or urgent:
            return rest
        slow = pacing.wait(self.pace, now)
        if slow or not self._metered:
            return slow
        if self._granted <= 0 and now >= self._closed_until:
            self._ask(now)
        return 0.0 if self._granted > 0 else max(self._closed_until - now, 0.0)

    def gave(self, now: float, *, urgent: bool) -> None:
        """A mail goes by it."""
        self.given += 1 / max(self.server.weight, 1)
        self.pace = pacing.started(self.pace, now)
        if not urgent:
            self._granted -= 1

    def took(self, now: float) -> None:
        """It took a mail."""
        self.health = healths.worked(self.health)
        self.pace = pacing.went_well(self.pace, now)

    def failed(self, error: TransportError, now: float) -> None:
        """It could not be connected to, or a session ended before it had taken a mail."""
        self.health = healths.failed(self.health, error, now, self._office.chance())

    def throttled(self, now: float) -> None:
        """It said that this is too fast."""
        self.pace = pacing.slowed(self.pace, now)

    @property
    def down(self) -> bool:
        """Whether it is not to be waited for."""
        return self.health.fault or self.health.failures >= PATIENCE

    def close(self) -> None:
        """Give back what was granted and not used."""
        if self._metered and self._granted > 0:
            name, unused = self.server.name, self._granted
            self._granted = 0
            self._gate.insist(lambda connection: usage.give_back(connection, name, self._day, unused))

    def _ask(self, now: float) -> None:
        """Have mails granted by the ledger, where all processes ask: as many as may go within a second."""
        at = self._office.clock()
        day = at.astimezone(self._office.zone).date()
        server, wanted = self.server, _AT_ONCE
        next_at = at
        if server.rate is not None:
            rate, most = server.rate, max(ceil(server.rate), 1)
            wanted, next_at = self._gate.insist(lambda c: usage.slots(c, server.name, rate, most, at))
        bound = cap(server, day)
        granted = wanted
        if bound is not None and wanted:
            granted = self._gate.insist(lambda c: usage.reserve(c, server.name, day, wanted, bound))
        self._granted, self._day = granted, day
        if not granted:
            self._closed_until = now + (self._until_tomorrow(at) if wanted else (next_at - at).total_seconds())

    def _until_tomorrow(self, at: datetime) -> float:
        here = at.astimezone(self._office.zone)
        midnight = datetime.combine(here.date().fromordinal(here.toordinal() + 1), datetime.min.time(), here.tzinfo)
        return max((midnight - at).total_seconds(), 1.0)


def has_turn(mine: Lights, others: Iterable[Lights], now: float) -> bool:
    """Whether it is this server's turn among those of one way, by weight: none gets far ahead of another that may be
    given a mail, too.

    One of weight 0 has its turn only while no other is well, be they at their caps.
    """
    weighted = [one for one in others if one is not mine and one.server.weight]
    if not mine.server.weight:
        return not any(healths.usable(one.health, now) for one in weighted)
    ahead = max(mine.server.connections, 1) / mine.server.weight
    return all(mine.given <= one.given + ahead or one.wait(now, urgent=False) > 0 for one in weighted)
