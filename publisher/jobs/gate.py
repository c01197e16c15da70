"""The gate before a message's end: what all connections have to write into the ledger is written together."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import TypeAlias, TypeVar

import sqlalchemy as sa

from publisher.core.setbacks import goes_on_at
from publisher.errors import PublisherError, StoreBusy
from publisher.jobs.bounce import Noted, note
from publisher.jobs.office import LEASE, PostOffice
from publisher.jobs.rhythm import Rhythm
from publisher.model.mailing import Delivery, DeliveryStatus, IssueStatus
from publisher.store import attempts, claims, destinations, holdups, issues, suppressions
from publisher.store.attempts import Ended, Hindered, Hindrance
from publisher.struct import Struct

_INSISTENCE = 9
_TURNS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.05
"""Seconds until a ledger is asked again that another program holds; another process like this one holds it for one or
two thousandths."""

T = TypeVar("T")
_Found: TypeAlias = dict[int, Hindered | None]
_Written: TypeAlias = tuple[list[DeliveryStatus], _Found]


class Stopping(Struct, frozen=True):
    """A destination to be left alone until then, and why."""

    destination: str
    reason: str
    until: datetime


class Pausing(Struct, frozen=True):
    """An issue to be paused, and why. One that `passes` goes on by itself after a while."""

    issue_id: int
    reason: str
    passes: bool = False


class Entry(Struct, frozen=True):
    """What an attempt came to, with what follows from it."""

    ended: Ended
    noted: Noted | None = None
    stopping: Stopping | None = None
    pausing: Pausing | None = None
    released: str | None = None


class _LostOne(Exception):
    """One of the deliveries that were to be recorded together is no longer this process's."""


class Gate:
    """Writes answers, and beginnings of ends, for all connections of a process, in the order they came.

    An answer is in the ledger before its connection's next message can end: both go into the same transaction, the
    answers first. `settled` is told which state each entry's delivery stands in.
    """

    def __init__(self, office: PostOffice, owner: str, settled: Callable[[Entry, DeliveryStatus], None]) -> None:
        self._office, self._owner, self._settled = office, owner, settled
        self._pen = office.store.pen()
        self.heed_forgotten = False
        """Whether anybody asked to be forgotten: only then are addresses looked up by their hashes, too."""
        self.objected = False
        """Whether anybody was left out here. It cost a connection, since the message was under way: then who is still
        to come is looked at before, too."""
        self._entries: list[Entry] = []
        self._waiting: dict[int, tuple[Delivery, asyncio.Future[Hindered | datetime]]] = {}
        self._called = False
        self._rhythm = Rhythm(perf_counter())
        self._pause_seconds = _FIRST_PAUSE
        self._held_since: float | None = None

    def begin(self, delivery: Delivery) -> asyncio.Future[Hindered | datetime]:
        """Ask whether the message of `delivery` may end now; where nothing hinders it, that it does is recorded, and
        the answer is when."""
        asked: asyncio.Future[Hindered | datetime] = asyncio.get_running_loop().create_future()
        if delivery.id in self._waiting:
            asked.set_result(Hindered(Hindrance.LOST))
            return asked
        self._waiting[delivery.id] = (delivery, asked)
        self._call()
        return asked

    def write(self, entry: Entry) -> None:
        """Record an entry, at the latest with the next beginning."""
        self._entries.append(entry)
        self._call()

    def flush(self) -> None:
        """Write what there is. Who waits for a beginning hears where it cannot be written; entries are kept, then."""
        self._flush(patient=True)

    def close(self) -> None:
        """No connection begins or ends anything any more."""
        self._pen.close()

    def pause(self, pausings: Sequence[Pausing]) -> list[int]:
        """Pause issues that are being sent, at once; those that were."""
        if not pausings:
            return []
        return self.insist(lambda connection: [one.issue_id for one in pausings if self._pause(connection, one)])

    def let_go(self, delivery_ids: Sequence[int], due_at: datetime | None = None) -> None:
        """Give back what was not begun."""
        if delivery_ids:
            self.insist(lambda connection: claims.let_go(connection, self._owner, delivery_ids, due_at))

    def _call(self) -> None:
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._flush_soon, 0, _TURNS if self._rhythm.gathers else 0)

    def _flush_soon(self, before: int, turns: int) -> None:
        """As soon as a turn of the loop has brought nothing more, where there is much to do."""
        if not self._called:
            return
        here = len(self._waiting) + len(self._entries)
        if here > before and turns:
            asyncio.get_running_loop().call_soon(self._flush_soon, here, turns - 1)
            return
        try:
            self._flush(patient=False)
        except StoreBusy as error:
            self._flush_later(error)
        except PublisherError:
            # Nobody waits for it: the entries are kept, and whoever comes next, or the end of the run, hears of it.
            return

    def _flush_later(self, error: StoreBusy) -> None:
        """Another program holds the ledger: meanwhile connections go on up to the end of what they have in hand."""
        loop = asyncio.get_running_loop()
        self._held_since = self._held_since or loop.time()
        if self._waiting and loop.time() - self._held_since > _INSISTENCE * self._office.store.wait_seconds:
            self._held_since = None
            self._refuse(error)
            return
        self._called = True
        loop.call_later(self._pause_seconds, self._flush_soon, 0, 0)
        self._pause_seconds = min(self._pause_seconds * 1.5, _LONGEST_PAUSE)

    def _flush(self, *, patient: bool) -> None:
        self._called = False
        if not (self._waiting or self._entries):
            return
        began, mails = perf_counter(), max(len(self._waiting), len(self._entries))
        try:
            now = self._office.clock()
            stands, found = self._written([one for one, _ in self._waiting.values()], now, patient=patient)
        except Exception as error:
            # Of whatever kind: who waits for a beginning would wait for ever.
            if isinstance(error, StoreBusy) and not patient:
                raise
            self._refuse(error)
        else:
            ended = perf_counter()
            self._rhythm.wrote(mails, ended - began, ended)
            self._pause_seconds, self._held_since = _FIRST_PAUSE, None
            self._tell(stands, found, now)

    def _refuse(self, error: Exception) -> None:
        """Who waits hears of it; raises it where nobody does."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            raise error
        for _, asked in waiting.values():
            if not asked.done():
                asked.set_exception(error)

    def _tell(self, stands: Sequence[DeliveryStatus], found: Mapping[int, Hindered | None], now: datetime) -> None:
        waiting, self._waiting = self._waiting, {}
        entries, self._entries = self._entries, []
        for delivery, asked in waiting.values():
            if not asked.done():
                asked.set_result(found[delivery.id] or now)
        for entry, status in zip(entries, stands, strict=True):
            self._settled(entry, status)

    def _written(self, begun: Sequence[Delivery], now: datetime, *, patient: bool) -> _Written:
        def work(connection: sa.Connection, *, together: bool) -> _Written:
            stands = self._recorded(connection, now, together=together)
            return stands, self._begun(connection, begun, now, together=together)

        do: Callable[[Callable[[sa.Connection], _Written]], _Written] = self.insist if patient else self.attempt
        for _ in range(_INSISTENCE):
            try:
                return do(partial(work, together=True))
            except _LostOne:
                with contextlib.suppress(_LostOne):
                    return do(partial(work, together=False))
        return do(partial(work, together=False))

    def _recorded(self, connection: sa.Connection, now: datetime, *, together: bool) -> list[DeliveryStatus]:
        plain = [together and _is_plain(one) for one in self._entries]
        ended = [one.ended for one, is_plain in zip(self._entries, plain, strict=True) if is_plain]
        if ended and not attempts.taken(connection, self._owner, ended):
            raise _LostOne
        return [
            DeliveryStatus.SENT if is_plain else self._recorded_alone(connection, one, now)
            for one, is_plain in zip(self._entries, plain, strict=True)
        ]

    def _recorded_alone(self, connection: sa.Connection, entry: Entry, now: datetime) -> DeliveryStatus:
        status = attempts.record(connection, self._owner, entry.ended)
        if entry.noted is not None:
            note(connection, self._office.store.secret, [entry.noted], now)
        if entry.stopping is not None:
            stop = entry.stopping
            destinations.stop(connection, stop.destination, stop.reason, stop.until, now)
        if entry.released is not None:
            destinations.release(connection, entry.released, now)
        if entry.pausing is not None:
            self._pause(connection, entry.pausing)
        return status

    def _begun(self, connection: sa.Connection, begun: Sequence[Delivery], now: datetime, *, together: bool) -> _Found:
        # Asked here, too: somebody may have been forgotten a moment ago.
        self.heed_forgotten = suppressions.has_forgotten(connection)
        if together and not self._forgotten(connection, begun):
            if not attempts.begin(connection, begun, self._owner, now=now, lease_until=now + LEASE):
                raise _LostOne
            return dict.fromkeys(one.id for one in begun)
        found = self.hindrances(connection, begun, now)
        free = [one for one in begun if found[one.id] is None]
        if not attempts.begin(connection, free, self._owner, now=now, lease_until=now + LEASE):
            raise _LostOne
        self.objected = bool(object_to(connection, self._owner, found)) or self.objected
        return found

    def hindrances(self, connection: sa.Connection, held: Sequence[Delivery], now: datetime) -> _Found:
        """What stands against each delivery's going out at this moment, None where nothing does."""
        found = attempts.hindrances(connection, [one.id for one in held], self._owner, now)
        for own, reason in self._forgotten(connection, held).items():
            found[own] = found[own] or Hindered(Hindrance.OBJECTION, reason)
        return found

    def _forgotten(self, connection: sa.Connection, held: Sequence[Delivery]) -> dict[int, str]:
        """Those whose addresses are suppressed by their hashes alone, and why; of the others the ledger's own query
        knows."""
        if not (self.heed_forgotten and held):
            return {}
        keys = {one.recipient.address_key for one in held}
        found = suppressions.forgotten_among(connection, self._office.store.secret, keys)
        return {one.id: found[key] for one in held if (key := one.recipient.address_key) in found}

    def _pause(self, connection: sa.Connection, pausing: Pausing) -> bool:
        issue = issues.get(connection, pausing.issue_id)
        if issue.status is not IssueStatus.SENDING:
            return False
        again = goes_on_at(self._office.clock(), issue.setbacks, self._office.give_up) if pausing.passes else None
        holdups.hold_up(connection, issue, pausing.reason, again)
        return True

    def attempt(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` in the ledger; StoreBusy at once where another program holds it."""
        with self._pen.write() as connection:
            return work(connection)

    def insist(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` in the ledger; an answer in hand is not thrown away because another program holds it."""
        for _ in range(_INSISTENCE):
            try:
                with self._office.store.write() as connection:
                    return work(connection)
            except StoreBusy:
                continue
        with self._office.store.write() as connection:
            return work(connection)


def _is_plain(entry: Entry) -> bool:
    """The way of almost every mail: its message ended, and it was taken."""
    ended = entry.ended
    return ended.begun and ended.outcome.status is DeliveryStatus.SENT and entry.released is None


def object_to(connection: sa.Connection, owner: str, found: Mapping[int, Hindered | None]) -> list[int]:
    """Suppress what an objection stands against; which these are."""
    objected = {one: why.reason for one, why in found.items() if why is not None and why.by is Hindrance.OBJECTION}
    for one, reason in objected.items():
        attempts.suppress(connection, owner, one, reason)
    return list(objected)
