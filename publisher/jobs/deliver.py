"""Deliver: take what is due, check consent once more, hand it to the transport, record what it answered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import sqlalchemy as sa

from publisher.core.retry import Try, is_trouble, judge
from publisher.errors import PublisherError, Scope, StoreBusy, TemplateError, TransportError, UsageError
from publisher.jobs.letter import Letters, Outgoing
from publisher.jobs.owner import dead_owners, owner_name
from publisher.jobs.tally import Tally
from publisher.model.mailing import Delivery, DeliveryStatus, Envelope, IssueStatus, Reply
from publisher.store import attempts, issues
from publisher.store.attempts import Outcome
from publisher.store.engine import Store
from publisher.struct import Struct
from publisher.transport import Session, Transport

LEASE = timedelta(minutes=15)
"""Longer than an answer may take: RFC 5321 section 4.5.3.2.6 lets a server think ten minutes after a message's end."""

_INSISTENCE = 9

T = TypeVar("T")


class PostOffice(Struct, frozen=True):
    """Where mail is handed over: the ledger, the way out, what the settings say of mail, the clock, whether to stop,
    and who watches."""

    store: Store
    transport: Transport
    outgoing: Outgoing
    clock: Callable[[], datetime]
    stopped: Callable[[], bool]
    progress: Callable[[int], None]


class _LostClaim(Exception):
    """The delivery was taken away before its final dot: it must not leave."""


def deliver(office: PostOffice, *, connections: int) -> Tally:
    """Send every delivery that is due, over `connections` sessions at once, until none is left or `stopped` says so.

    A refused session pauses its issue and spends nobody's attempt. What a dead process was attempting is unknown.
    A mail that cannot be composed fails alone, and says why.
    """
    tally = Tally(office.progress)
    tally.add(DeliveryStatus.UNKNOWN, tidy(office.store, office.clock()))
    try:
        with ThreadPoolExecutor(max_workers=connections) as pool:
            for worker in [pool.submit(_Worker(office, tally, number).run) for number in range(connections)]:
                worker.result()
    finally:
        with office.store.write() as connection:
            issues.finish(connection)
    return tally


def tidy(store: Store, now: datetime) -> int:
    """Take back what dead processes hold and close issues that are done; how many deliveries are unknown thereby."""
    with store.read() as connection:
        dead = dead_owners(attempts.owners(connection))
    with store.write() as connection:
        unknown = attempts.reap(connection, dead, now)
        issues.finish(connection)
    return unknown


class _Worker:
    """One connection's work; a class because session, letters and counts live as long as it."""

    def __init__(self, office: PostOffice, tally: Tally, number: int) -> None:
        self.office = office
        self.tally = tally
        self.owner = owner_name(number)
        self.letters = Letters(office.store, office.outgoing)
        self.session: Session | None = None
        self.taken = 0
        self.in_a_row = 0

    def run(self) -> None:
        """Until nothing is due or it is told to stop; the mail in hand is always finished."""
        try:
            while (delivery := self._take()) is not None:
                self._deliver(delivery)
        finally:
            self._hang_up()

    def _take(self) -> Delivery | None:
        while not self.office.stopped():
            now = self.office.clock()
            with self.office.store.write() as connection:
                delivery = attempts.claim(connection, self.owner, now, now + LEASE)
                objection = None if delivery is None else attempts.objection(connection, delivery)
            if delivery is None or objection is None:
                return delivery
            self._record(delivery, Outcome(DeliveryStatus.SUPPRESSED, objection, "", None, counted=False))
        return None

    def _deliver(self, delivery: Delivery) -> None:
        try:
            self._hand_over(delivery)
        except PublisherError:
            # A key to sign with is gone, or another program holds the ledger. When that is mended this one would still
            # wait for the end of its lease, since `run` lives on.
            self._hang_up()
            self._let_go(delivery)
            raise

    def _hand_over(self, delivery: Delivery) -> None:
        try:
            envelope = self.letters.write(delivery, self.office.clock())
        except (UsageError, TemplateError) as error:
            # Its settings were frozen with its issue: it would stop everyone behind it, today and at every retry.
            self._record(delivery, Outcome(DeliveryStatus.FAILED, error.message, "", None))
            return
        connected = self.session is not None
        try:
            session = self._connected()
            connected = True
            reply = self._send(session, delivery, envelope)
        except TransportError as error:
            self._refused(delivery, error, connected=connected)
        except _LostClaim:
            self._hang_up()
            self._let_go(delivery)
        else:
            self.taken += 1
            self.in_a_row = 0
            self._record(delivery, Outcome(DeliveryStatus.SENT, "", reply.text, reply.code))

    def _connected(self) -> Session:
        if self.session is None:
            self.session = self.office.transport.connect()
        return self.session

    def _send(self, session: Session, delivery: Delivery, envelope: Envelope) -> Reply:
        def before_end() -> None:
            now = self.office.clock()
            with self.office.store.write() as connection:
                if not attempts.begin_attempt(connection, delivery, self.owner, now, now + LEASE):
                    raise _LostClaim

        return session.send(envelope, before_end)

    def _refused(self, delivery: Delivery, error: TransportError, *, connected: bool) -> None:
        now = self.office.clock()
        self.in_a_row = self.in_a_row + 1 if is_trouble(error) else 0
        first = self._insist(partial(attempts.first_attempt_at, delivery_id=delivery.id)) or now
        this = Try(delivery.attempts + 1, first, now, connected, self.taken, self.in_a_row)
        verdict = judge(error, this)
        if error.scope is Scope.SESSION or error.undecided:
            self._hang_up()
        counted = verdict.status is not DeliveryStatus.PLANNED
        outcome = Outcome(verdict.status, verdict.reason, error.reply, error.code, verdict.due_at, counted=counted)
        self._record(delivery, outcome, pause=verdict.reason if verdict.pause else None)

    def _record(self, delivery: Delivery, outcome: Outcome, *, pause: str | None = None) -> None:
        def write(connection: sa.Connection) -> DeliveryStatus:
            stands = attempts.record(connection, delivery, self.owner, outcome, self.office.clock())
            if pause and issues.get(connection, delivery.issue_id).status is IssueStatus.SENDING:
                issues.move(connection, delivery.issue_id, IssueStatus.PAUSED, pause)
                self.tally.paused.add(delivery.issue_id)
            return stands

        stands = self._insist(write)
        if stands is not DeliveryStatus.PLANNED:
            self.tally.add(stands, 1)

    def _let_go(self, delivery: Delivery) -> None:
        self._insist(partial(attempts.let_go, delivery=delivery, owner=self.owner))

    def _insist(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` in the ledger; an answer in hand is not thrown away because another program holds it."""
        for _ in range(_INSISTENCE):
            try:
                with self.office.store.write() as connection:
                    return work(connection)
            except StoreBusy:
                continue
        with self.office.store.write() as connection:
            return work(connection)

    def _hang_up(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session, self.taken = None, 0
