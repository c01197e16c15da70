"""Deliver: take what is due, check consent once more, hand it to the transport, record what it answered."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa

from publisher.core.retry import is_trouble, judge
from publisher.errors import Scope, TransportError
from publisher.jobs.owner import dead_owners, owner_name
from publisher.mail import Letter, Mailbox, compose, fill, parse_address, parse_mailbox, unsubscribe_mailto
from publisher.model.mailing import Delivery, DeliveryStatus, Envelope, Issue, IssueStatus, Reply, Variant
from publisher.model.reader import SubscriptionStatus
from publisher.store import deliveries, issues, subscribers, suppressions
from publisher.store.deliveries import Outcome
from publisher.store.engine import Store
from publisher.transport import Session, Transport

LEASE = timedelta(minutes=15)
"""Longer than any one message may take: RFC 5321 section 4.5.3.2.6 lets a server think ten minutes after its end."""


@dataclass(slots=True)
class Tally:
    """What a run came to: how many deliveries ended in which state, and which issues it paused and why."""

    ended: Counter[DeliveryStatus] = field(default_factory=Counter)
    paused: dict[int, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """69 where the server refused the session or every mail, 75 where some are to be tried again, else 0."""
        if self.paused or (self.ended[DeliveryStatus.FAILED] and not self.ended[DeliveryStatus.SENT]):
            return 69
        return 75 if self.ended[DeliveryStatus.DEFERRED] or self.ended[DeliveryStatus.UNKNOWN] else 0

    def lines(self) -> list[str]:
        """How it went, for people, and what to do where it did not go well."""
        words = [f"{number} {status}" for status, number in sorted(self.ended.items())]
        lines = [", ".join(words) or "nothing was sent"]
        if self.ended[DeliveryStatus.UNKNOWN]:
            lines.append("  unknown: the server may have taken them; 'publisher issue show ISSUE' names them")
        return lines


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where mail is handed over: the ledger, the way out, the clock, whether to stop, and who watches."""

    store: Store
    transport: Transport
    return_path: str | None
    clock: Callable[[], datetime]
    stopped: Callable[[], bool]
    progress: Callable[[int], None]


class _LostClaim(Exception):
    """The delivery was taken away before its final dot: it must not leave."""


def deliver(office: PostOffice, *, connections: int) -> Tally:
    """Send every delivery that is due, over `connections` sessions at once, until none is left or `stopped` says so.

    A refused session pauses its issue and spends nobody's attempt. What a dead process was attempting is unknown.
    """
    tally = Tally()
    if unknown := release(office.store, office.clock()):
        tally.ended[DeliveryStatus.UNKNOWN] = unknown
    with ThreadPoolExecutor(max_workers=connections) as pool:
        for worker in [pool.submit(_work, office, tally, number) for number in range(connections)]:
            worker.result()
    with office.store.write() as connection:
        issues.finish(connection)
    return tally


def release(store: Store, now: datetime) -> int:
    """Take back what dead processes hold; how many deliveries are unknown thereby."""
    with store.read() as connection:
        held = deliveries.owners(connection)
    if not held:
        return 0
    dead = dead_owners(held)
    with store.write() as connection:
        return deliveries.reap(connection, dead, now)


def _work(office: PostOffice, tally: Tally, number: int) -> None:
    owner = owner_name(number)
    session: Session | None = None
    in_a_row = 0
    load = lru_cache(maxsize=64)(lambda variant_id: _load_variant(office.store, variant_id))
    try:
        while not office.stopped():
            delivery = _take(office, owner, tally)
            if delivery is None:
                return
            connected = session is not None
            try:
                session = session or office.transport.connect()
                connected = True
                reply = _send(office, session, delivery, load(delivery.variant_id), owner)
            except TransportError as error:
                in_a_row = in_a_row + 1 if is_trouble(error) else 0
                if error.scope is Scope.SESSION or error.undecided:
                    _drop(session)
                    session = None
                _refused(office, tally, delivery, owner, error, in_a_row=in_a_row, connected=connected)
            except _LostClaim:
                _drop(session)
                session = None
                with office.store.write() as connection:
                    deliveries.let_go(connection, delivery, owner)
            else:
                in_a_row = 0
                _record(office, tally, delivery, owner, Outcome(DeliveryStatus.SENT, "", reply.text, reply.code))
    finally:
        _drop(session)


def _drop(session: Session | None) -> None:
    if session is not None:
        session.close()


def _take(office: PostOffice, owner: str, tally: Tally) -> Delivery | None:
    while True:
        now = office.clock()
        with office.store.write() as connection:
            delivery = deliveries.claim(connection, owner, now, now + LEASE)
            if delivery is None:
                return None
            objection = _objection(connection, delivery)
            if objection is None:
                return delivery
            outcome = Outcome(DeliveryStatus.SUPPRESSED, objection, "", None, counted=False)
            deliveries.record(connection, delivery, owner, outcome, now)
        tally.ended[DeliveryStatus.SUPPRESSED] += 1
        office.progress(1)


def _objection(connection: sa.Connection, delivery: Delivery) -> str | None:
    """Why this delivery must not go out after all."""
    recipient = delivery.recipient
    suppressed = suppressions.reason_of(connection, recipient.address_key)
    if suppressed is not None:
        return suppressed
    newsletter = issues.get(connection, delivery.issue_id).newsletter
    if newsletter is None:
        return None
    held = subscribers.listed(connection, newsletter=newsletter, address_key=recipient.address_key)
    confirmed = any(one.status is SubscriptionStatus.CONFIRMED for one in held)
    return None if confirmed else "no longer subscribed"


def _load_variant(store: Store, variant_id: int) -> tuple[Issue, Variant]:
    with store.read() as connection:
        return issues.of_variant(connection, variant_id), issues.variant(connection, variant_id)


def _send(office: PostOffice, session: Session, delivery: Delivery, stored: tuple[Issue, Variant], owner: str) -> Reply:
    envelope = _envelope(office, delivery, *stored)

    def before_end() -> None:
        with office.store.write() as connection:
            if not deliveries.begin_attempt(connection, delivery, owner, office.clock()):
                raise _LostClaim

    return session.send(envelope, before_end)


def _envelope(office: PostOffice, delivery: Delivery, issue: Issue, variant: Variant) -> Envelope:
    sender = parse_mailbox(issue.sender)
    recipient = delivery.recipient
    unsubscribe = unsubscribe_mailto(sender.address.email, issue.newsletter, recipient.email)
    filled = fill(
        variant.rendered,
        {"email": recipient.email, "name": recipient.name, "unsubscribe_url": unsubscribe},
    )
    to = Mailbox(recipient.name, parse_address(recipient.email))
    letter = Letter(
        sender=sender,
        reply_to=parse_mailbox(issue.reply_to) if issue.reply_to else None,
        to=to,
        filled=filled,
        message_id=delivery.message_id,
        date=office.clock(),
        list_title=issue.list_title,
        list_name=issue.newsletter,
        unsubscribe_mailto=unsubscribe,
        language=variant.language,
    )
    return Envelope(
        sender=office.return_path or sender.address.email,
        recipient=to.address.email,
        data=compose(letter),
        utf8=not (to.address.ascii and sender.address.ascii),
    )


def _refused(
    office: PostOffice,
    tally: Tally,
    delivery: Delivery,
    owner: str,
    error: TransportError,
    *,
    in_a_row: int,
    connected: bool,
) -> None:
    now = office.clock()
    with office.store.write() as connection:
        first = deliveries.first_attempt_at(connection, delivery.id) or now
        number = delivery.attempts + 1
        verdict = judge(error, attempts=number, first_attempt_at=first, now=now, in_a_row=in_a_row, connected=connected)
        outcome = Outcome(
            verdict.status,
            verdict.reason,
            error.reply,
            error.code,
            due_at=verdict.due_at,
            counted=verdict.status is not DeliveryStatus.PLANNED,
        )
        deliveries.record(connection, delivery, owner, outcome, now)
        if verdict.pause and issues.get(connection, delivery.issue_id).status is IssueStatus.SENDING:
            issues.move(connection, delivery.issue_id, IssueStatus.PAUSED, verdict.reason)
            tally.paused[delivery.issue_id] = verdict.reason
    if verdict.status is not DeliveryStatus.PLANNED:
        tally.ended[verdict.status] += 1
        office.progress(1)


def _record(office: PostOffice, tally: Tally, delivery: Delivery, owner: str, outcome: Outcome) -> None:
    with office.store.write() as connection:
        deliveries.record(connection, delivery, owner, outcome, office.clock())
    tally.ended[outcome.status] += 1
    office.progress(1)
