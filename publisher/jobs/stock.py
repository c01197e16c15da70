"""The stock: deliveries that this process has claimed and no connection has taken yet."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.core import pace as pacing
from publisher.core.destinations import destination
from publisher.core.pace import FREE, Pace
from publisher.errors import ConfigError, StoreBusy
from publisher.jobs.gate import Gate, Pausing, object_to
from publisher.jobs.letter import Outgoing, kept
from publisher.jobs.office import LEASE, PostOffice, Ticket
from publisher.jobs.same_key import with_same_keys
from publisher.jobs.scribe import Scribe
from publisher.model.mailing import Delivery
from publisher.store import claims, destinations, outgoings, suppressions
from publisher.store.destinations import Stop

_SOON = 0.01
"""Seconds until the ledger is asked anew for more where another program held it."""
LOOK_AGAIN = 0.25
"""Seconds after which the ledger is asked anew where it had nothing, or for what is urgent."""

_BATCH = 1000
_LOW = 200
_LONGEST_WAIT = 60.0
"""Seconds that a mail waits here for a slow destination or server; what would wait longer waits in the ledger."""
_STALE = LEASE / 3

Way = tuple[bool, tuple[str, ...]]
"""What mails queue up by: whether they are urgent, and the servers they may leave by."""


class Stock:
    """Claims what is due, in batches, for each way by itself: a slow server keeps no other waiting.

    `stops` are destinations that were stopped and have taken nothing since. Moments are seconds of the loop's clock,
    but for the ledger's.
    """

    def __init__(self, office: PostOffice, gate: Gate, scribe: Scribe, owner: str) -> None:
        self.stops: dict[str, Stop] = {}
        self.paces: defaultdict[str, Pace] = defaultdict(lambda: FREE)
        self._office, self._gate, self._scribe, self._owner = office, gate, scribe, owner
        self._queues: defaultdict[Way, deque[Ticket]] = defaultdict(deque)
        self._held: defaultdict[str, deque[Ticket]] = defaultdict(deque)
        self._more: set[Way] = set()
        self._looked_at = float("-inf")
        self._fresh_at = office.clock()

    def take(self, server: str, now: float, may: Callable[[Way], bool]) -> Ticket | None:
        """The next mail that may go by `server` at this moment, or None; `may` says by which ways it may."""
        if now - self._looked_at >= LOOK_AGAIN:
            self.look(now, patient=False)
        return self._held_for(server, now, may) or self._queued_for(server, now, may)

    def put_back(self, ticket: Ticket) -> None:
        """It could not go after all, through no fault of its own: it is the next again."""
        self._queues[ticket.issue.urgent, ticket.way.servers].appendleft(ticket)

    def drop(self, issue_ids: Collection[int]) -> None:
        """Give back what these issues have here."""
        here = list(self._all())
        self._empty()
        for ticket in here:
            if ticket.issue.issue_id not in issue_ids:
                self._queues[ticket.issue.urgent, ticket.way.servers].append(ticket)
        self._gate.let_go([one.delivery.id for one in here if one.issue.issue_id in issue_ids])

    def give_back(self) -> None:
        """Give everything back."""
        here = [one.delivery.id for one in self._all()]
        self._empty()
        self._gate.let_go(here)

    def issues(self) -> dict[tuple[str, ...], set[int]]:
        """The issues that have something here, by the servers of their way."""
        found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for ticket in self._all():
            found[ticket.way.servers].add(ticket.issue.issue_id)
        return found

    def _held_for(self, server: str, now: float, may: Callable[[Way], bool]) -> Ticket | None:
        for name, queue in self._held.items():
            if not queue or server not in queue[0].way.servers or not may((False, queue[0].way.servers)):
                continue
            if not pacing.wait(self.paces[name], now):
                return self._started(queue.popleft(), now)
        return None

    def _queued_for(self, server: str, now: float, may: Callable[[Way], bool]) -> Ticket | None:
        ways = sorted(self._queues, reverse=True) if len(self._queues) > 1 else list(self._queues)
        for way in ways:
            queue = self._queues[way]
            if server not in way[1] or not may(way):
                continue
            while queue or way in self._more:
                if len(queue) < _LOW and way in self._more and (not queue or now - self._looked_at > _SOON):
                    self.look(now, patient=not queue)
                    continue
                ticket = queue[0]
                if not ticket.issue.urgent and pacing.wait(self.paces[ticket.destination], now):
                    self._hold(queue.popleft())
                elif self._scribe.has(queue):
                    return self._started(queue.popleft(), now)
                else:
                    break
        return None

    def _started(self, ticket: Ticket, now: float) -> Ticket:
        pace = self.paces[ticket.destination]
        if pace.rate is not None:
            self.paces[ticket.destination] = pacing.started(pace, now)
        return ticket

    def _hold(self, ticket: Ticket) -> None:
        """Its destination takes mails slowly: it waits here, or where it would wait too long, in the ledger."""
        self._scribe.forget(ticket)
        queue, rate = self._held[ticket.destination], self.paces[ticket.destination].rate or 0.0
        if len(queue) < max(rate * _LONGEST_WAIT, 1):
            queue.append(ticket)
        else:
            later = self._office.clock() + timedelta(seconds=_LONGEST_WAIT * (1 + self._office.chance()))
            self._gate.let_go([ticket.delivery.id], later)

    def look(self, now: float, *, patient: bool = True) -> None:
        """Ask the ledger for what there is room for. Who is not patient does without where another program holds it."""
        self._looked_at = now
        at = self._office.clock()
        if at - self._fresh_at > _STALE:
            self._fresh_at = at
            self.give_back()
        ask = self._gate.insist if patient else self._gate.attempt
        with suppress(StoreBusy) if not patient else nullcontext():
            self._gate.pause(ask(lambda connection: self._claimed(connection, at)))

    def _claimed(self, connection: sa.Connection, at: datetime) -> list[Pausing]:
        wrong: list[Pausing] = []
        asked: set[Way] = set()
        more: set[Way] = set()
        taken: list[tuple[Way, list[Ticket]]] = []
        self.stops = destinations.known(connection)
        self._gate.heed_forgotten = suppressions.has_forgotten(connection)
        for issue in claims.sending(connection, urgent_only=self._office.urgent_only):
            try:
                way = self._office.ways.of(issue.newsletter)
            except ConfigError as error:
                wrong.append(Pausing(issue.issue_id, error.in_one_line(), passes=True))
                continue
            key = (issue.urgent, way.servers)
            room = self._room(key) - sum(len(tickets) for other, tickets in taken if other == key)
            if room > 0:
                asked.add(key)
                found = self._claim(connection, issue.issue_id, way.outgoing, at, room)
                fit = self._fit(connection, found, at)
                taken.append((key, [Ticket(one, issue, way, where) for one, where in fit]))
                more |= {key} if len(found) == room else set()
        # Only now: where the transaction is done over, nothing is here twice.
        for key, tickets in taken:
            self._queues[key].extend(tickets)
        self._more = (self._more - asked) | more
        return wrong

    def _claim(
        self, connection: sa.Connection, issue_id: int, outgoing: Outgoing, at: datetime, room: int
    ) -> list[Delivery]:
        row, until = outgoings.id_of(connection, kept(outgoing)), at + LEASE
        found = claims.claim(connection, issue_id, self._owner, now=at, lease_until=until, limit=room, outgoing_id=row)
        return with_same_keys(connection, self._office.store.secret, found, outgoing, row)

    def _room(self, key: Way) -> int:
        servers = [self._office.ways.servers[name] for name in key[1]]
        if any(server.rate is None for server in servers):
            most = float(_BATCH)
        else:
            most = min(sum(server.rate or 0.0 for server in servers) * _LONGEST_WAIT, _BATCH)
        here = len(self._queues[key])
        return 0 if here >= min(most, _LOW) else max(int(most), 1) - here

    def _fit(self, connection: sa.Connection, found: list[Delivery], at: datetime) -> list[tuple[Delivery, str]]:
        """Those that may go, with their destinations. The others are dealt with here, where they cost no connection."""
        objected: set[int] = set()
        if self._gate.objected or self._gate.heed_forgotten:
            objected = set(object_to(connection, self._owner, self._gate.hindrances(connection, found, at)))
        fit: list[tuple[Delivery, str]] = []
        for one in found:
            where = destination(one.recipient.address_key)
            stop = self.stops.get(where)
            if stop is not None and stop.until > at:
                claims.let_go(connection, self._owner, [one.id], stop.until)
            elif one.id not in objected:
                fit.append((one, where))
        return fit

    def _all(self) -> Iterator[Ticket]:
        for queue in (*self._queues.values(), *self._held.values()):
            yield from queue

    def _empty(self) -> None:
        for queue in (*self._queues.values(), *self._held.values()):
            queue.clear()
        self._more.clear()
        self._scribe.forget_all()
