"""What the connections of a delivery run share: the gate, the stock, the servers' lights; and what follows from each
answer."""

import asyncio

from publisher.core import pace as pacing
from publisher.core import streak as streaks
from publisher.core.retry import Verdict, is_trouble, judge
from publisher.core.streak import NONE, Streak
from publisher.core.throttles import is_session_limit
from publisher.errors import ConfigError, PublisherError, Scope, TemplateError, TransportError, UsageError
from publisher.jobs.bounce import Noted
from publisher.jobs.gate import Entry, Gate, Pausing, Stopping
from publisher.jobs.limits import Limiter
from publisher.jobs.office import Letter, PostOffice, Ticket
from publisher.jobs.scribe import Scribe
from publisher.jobs.stock import LOOK_AGAIN, Stock, Way
from publisher.jobs.tally import Tally
from publisher.jobs.traffic import Lights, has_turn
from publisher.jobs.tried import Tried, a_try
from publisher.model.mailing import DeliveryStatus, Reply
from publisher.store.attempts import Ended, Hindered, Hindrance, Outcome

LONGEST_WAIT = 60.0
"""Seconds that a run waits for a server or a destination to take the next mail."""


class Hall:
    """One process's run."""

    def __init__(self, office: PostOffice, tally: Tally, owner: str) -> None:
        self.office, self.tally = office, tally
        self.gate = Gate(office, owner, self._settled)
        self.scribe = Scribe(office, self.ring)
        self.stock = Stock(office, self.gate, self.scribe, owner)
        self.lights = {name: Lights(server, office, self.gate) for name, server in office.ways.servers.items()}
        self.error: Exception | None = None
        self._limiter = Limiter(office, self.gate)
        self._streak: Streak = NONE
        self._in_hand = 0
        self._bell = asyncio.Event()

    def ready(self, server: str, *, connected: bool) -> Letter | None:
        """The next letter that may go by `server` now, or None."""
        now = asyncio.get_running_loop().time()
        while not self.stopping:
            ticket = self._ticket(server, now, connected=connected)
            letter = None if ticket is None else self._written(ticket)
            if ticket is None or letter is not None:
                return letter
        return None

    async def next(self, server: str, *, connected: bool) -> Letter | None:
        """The next letter that may go by `server`, as soon as it may; None where nothing is left to do."""
        while not self.stopping:
            letter = self.ready(server, connected=connected)
            if letter is not None or self._over():
                return letter
            bell = self._bell
            try:
                await asyncio.wait_for(bell.wait(), LOOK_AGAIN)
            except TimeoutError:
                continue
        return None

    def ring(self) -> None:
        """Something may go that could not: who waits looks again."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    @property
    def stopping(self) -> bool:
        """Whether no letter is to be begun any more."""
        return self.error is not None or self.office.stopped()

    def fail(self, error: Exception) -> None:
        """What is in hand is finished, then the run ends with `error`."""
        self.error = self.error or error
        self.ring()

    def put_back(self, *letters: Letter | None) -> None:
        """They could not go, through no fault of their own."""
        for letter in reversed(letters):
            if letter is not None:
                self.stock.put_back(letter.ticket)
                self._in_hand -= 1
        self.ring()

    def took(self, letter: Letter, tried: Tried, reply: Reply) -> None:
        """The server took it."""
        ticket, now = letter.ticket, asyncio.get_running_loop().time()
        self.lights[tried.server].took(now)
        where = ticket.destination
        self.stock.paces[where] = pacing.went_well(self.stock.paces[where], now)
        self._streak = streaks.taken(self._streak, where)
        self.tally.went.add(ticket.issue.issue_id)
        outcome = Outcome(DeliveryStatus.SENT, "", reply.text, reply.code)
        released = where if self.stock.stops.pop(where, None) else None
        self._enter(ticket, tried, outcome, released=released)

    def hindered(self, letter: Letter, by: Hindered) -> None:
        """It must not go: an objection is recorded already."""
        self._is_through()
        if by.by is Hindrance.OBJECTION:
            self.tally.add(DeliveryStatus.SUPPRESSED, 1)
        else:
            self.gate.let_go([letter.ticket.delivery.id])
        if by.by is Hindrance.STANDSTILL:
            self.stock.drop({letter.ticket.issue.issue_id})

    def refused(self, letter: Letter, tried: Tried, error: TransportError) -> None:
        """The server did not take it, or nobody knows."""
        ticket, now = letter.ticket, asyncio.get_running_loop().time()
        if is_trouble(error, tried.taken):
            self._streak = streaks.troubled(self._streak, ticket.destination)
        verdict = judge(
            error, a_try(self.office, ticket, tried, self._streak, self.stock.stops.get(ticket.destination))
        )
        if verdict.status is DeliveryStatus.PLANNED and not (tried.begun or verdict.due_at or verdict.pause):
            # Back first: where its issue is to stand still now, it is given back with all of it.
            self.put_back(letter)
            self._heed(ticket, tried, error, verdict, now)
            return
        # Entered first: whatever becomes of the rest, an answer is not to be lost.
        counted = verdict.status is not DeliveryStatus.PLANNED
        outcome = Outcome(verdict.status, verdict.reason, error.reply, error.code, verdict.due_at, counted=counted)
        self._enter(ticket, tried, outcome, verdict=verdict, error=error)
        self._heed(ticket, tried, error, verdict, now)

    def unreachable(self, letter: Letter, server: str, error: TransportError | ConfigError) -> None:
        """Its server could not be connected to, or the file of its password is gone."""
        self.put_back(letter)
        if isinstance(error, ConfigError):
            self.tally.misconfigured = True
            error = TransportError(error.message, scope=Scope.SESSION, permanent=False, hint=error.hint)
        self._down(server, error)

    def close(self) -> None:
        """Write what is left to write, and give back what is left."""
        try:
            self.gate.flush()
            self._pause(self._limiter.over())
            self.stock.give_back()
            for lights in self.lights.values():
                lights.close()
        finally:
            self.gate.close()

    def _ticket(self, server: str, now: float, *, connected: bool) -> Ticket | None:
        lights = self.lights[server]
        if lights.probing and not connected:
            return None
        if self._limiter.due(now):
            self._pause(self._limiter.over())
        closed = lights.wait(now, urgent=False) > 0
        if closed and lights.wait(now, urgent=True) > 0:
            return None

        def may(way: Way) -> bool:
            urgent, servers = way
            others = [self.lights[name] for name in servers if name != server]
            return (urgent or not closed) and (not others or has_turn(lights, others, now))

        ticket = self.stock.take(server, now, may)
        if ticket is not None:
            self._in_hand += 1
            lights.gave(now, urgent=ticket.issue.urgent)
        return ticket

    def _written(self, ticket: Ticket) -> Letter | None:
        try:
            return Letter(ticket, self.scribe.write(ticket))
        except (UsageError, TemplateError) as error:
            # Its settings were frozen with its issue: it would stop everyone behind it, today and at every retry.
            tried = Tried("", self.office.clock(), begun=False, connected=False, taken=0)
            self._enter(ticket, tried, Outcome(DeliveryStatus.FAILED, error.message, "", None))
        except ConfigError as error:
            self._in_hand -= 1
            self.stock.put_back(ticket)
            self.tally.misconfigured = True
            self._pause([Pausing(ticket.issue.issue_id, error.in_one_line(), passes=True)])
        return None

    def _over(self) -> bool:
        """Whether nothing is left that may go within a while."""
        if self._in_hand:
            return False
        now = asyncio.get_running_loop().time()
        if not self.stock.issues():
            self.stock.look(now)
        return all(self._opens_in(servers, now) >= LONGEST_WAIT for servers in self.stock.issues())

    def _opens_in(self, servers: tuple[str, ...], now: float) -> float:
        """Seconds until one of these may be given a mail, whose turn it can be."""
        lights = [self.lights[name] for name in servers]
        turns = [one for one in lights if one.server.weight or has_turn(one, lights, now)]
        return min((one.wait(now, urgent=False) for one in turns), default=LONGEST_WAIT)

    def _heed(self, ticket: Ticket, tried: Tried, error: TransportError, verdict: Verdict, now: float) -> None:
        """What a refusal says of its server, and of its destination."""
        where = ticket.destination
        if error.scope is Scope.SESSION:
            if error.permanent and error.code is not None:
                # This sender is refused, which says nothing of other newsletters' mail.
                self._pause([Pausing(ticket.issue.issue_id, error.in_one_line())])
            elif not tried.taken and not error.undecided:
                self._down(tried.server, error)
            if verdict.throttle and not (tried.taken and is_session_limit(error)):
                self.lights[tried.server].throttled(now)
        elif verdict.throttle:
            self.stock.paces[where] = pacing.slowed(self.stock.paces[where], now)
        if verdict.stop_destination:
            self._streak = streaks.stopped(self._streak, where)

    def _down(self, server: str, error: TransportError) -> None:
        """A server failed: an issue whose servers are all down stands still."""
        self.lights[server].failed(error, asyncio.get_running_loop().time())
        for servers, issue_ids in self.stock.issues().items():
            lights = [self.lights[name] for name in servers]
            if server in servers and all(one.down for one in lights):
                passes = not all(one.health.fault for one in lights)
                self._pause([Pausing(one, self.lights[server].health.reason, passes) for one in issue_ids])

    def _pause(self, pausings: list[Pausing]) -> None:
        if pausings:
            self.tally.paused |= set(self.gate.pause(pausings))
            self.stock.drop({one.issue_id for one in pausings})

    def _enter(
        self,
        ticket: Ticket,
        tried: Tried,
        outcome: Outcome,
        *,
        verdict: Verdict | None = None,
        error: TransportError | None = None,
        released: str | None = None,
    ) -> None:
        delivery, now = ticket.delivery, self.office.clock()
        number = delivery.attempts + 1
        ended = Ended(delivery.id, number, tried.begun, tried.since, now, tried.server, outcome)
        noted = stopping = pausing = None
        if verdict is not None and error is not None:
            if verdict.bounce is not None:
                key = delivery.recipient.address_key
                noted = Noted(delivery.id, key, number, verdict.bounce, error.enhanced or "", error.reply)
                self._limiter.noted(ticket.issue.issue_id)
            if verdict.stop_destination and verdict.due_at is not None:
                stopping = Stopping(ticket.destination, verdict.reason, verdict.due_at)
            if verdict.pause:
                pausing = Pausing(ticket.issue.issue_id, verdict.reason)
        self._is_through()
        self.gate.write(Entry(ended, noted, stopping, pausing, released))

    def _is_through(self) -> None:
        self._in_hand -= 1
        if not self._in_hand:
            # It may have been the last: who waits for more looks whether all is over.
            self.ring()

    def _settled(self, entry: Entry, status: DeliveryStatus) -> None:
        if status is not DeliveryStatus.PLANNED:
            self.tally.add(status, 1)
        if entry.stopping is not None:
            self._limiter.hold(entry.stopping)
        if entry.pausing is not None:
            self.tally.paused.add(entry.pausing.issue_id)
            try:
                self.stock.drop({entry.pausing.issue_id})
            except PublisherError as error:
                self.fail(error)
