"""Letters that are written before their turn, some at a time, by another process where there is one.

One after the other they take a fifth less than each between other things, and what another processor does need not be
waited for.
"""

import asyncio
import mmap
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from time import perf_counter

from publisher.errors import PublisherError
from publisher.jobs.letter import Letters
from publisher.jobs.office import PostOffice, Ticket
from publisher.jobs.scribe_process import LENGTH, SHELF, SHELVES, Helper, Laid, Made, packed
from publisher.model.mailing import Envelope
from publisher.struct import Unpacker

_FIRST, _MOST = 1, 64
"""Letters that are asked for at once, before it is known how long they are, and where they are short."""
_OCTETS = 192 * 1024
"""Of the letters that are asked for at once, about."""
_SECONDS = 0.005
"""For which this process writes at once: meanwhile it does nothing else."""
_PATIENCE = 10.0
"""Seconds until a helper that says nothing is given up."""
_SHORT, _SLOW = 12_000, 200e-6
"""Octets of a letter, or seconds that it takes, such as to be signed: longer ones that are made of what was made before
take no longer to write than to be carried over."""


class Scribe:
    """Writes the letters of a run. `ring` is called when some have come."""

    def __init__(self, office: PostOffice, ring: Callable[[], None]) -> None:
        self._office, self._ring = office, ring
        self._letters = Letters(office.store)
        self._made: dict[int, Envelope | None] = {}
        self._asked: set[int] = set()
        self._batch, self._heard, self._far = _FIRST, False, True
        self._slow = False
        self._heard_at = 0.0
        self._helper: Helper | None = None
        self._wire: asyncio.StreamWriter | None = None
        self._free: list[int] = []

    @property
    def ahead(self) -> int:
        """How many letters lie there whose turn is still to come."""
        return len(self._made)

    def write(self, ticket: Ticket) -> Envelope:
        """The letter of one whose turn it is; UsageError or TemplateError where it cannot be composed, ConfigError
        where it cannot be signed."""
        own = ticket.delivery.id
        self._asked.discard(own)
        return self._made.pop(own, None) or self._written(ticket)

    def has(self, queue: deque[Ticket]) -> bool:
        """Whether the first of `queue` can be had now; sees to it that it, and those behind it, soon can."""
        first = queue[0].delivery.id
        if first in self._made:
            if self._far and self._free and self.ahead + len(self._asked) <= (SHELVES - 1) * self._batch:
                self._ask(queue)
            return True
        if first in self._asked and perf_counter() - self._heard_at > _PATIENCE:
            self._lose()
        if first not in self._asked:
            self._ask(queue)
        elif self._slow and self.ahead < self._batch:
            # It writes letters at this end meanwhile that nobody has asked for.
            self._write_some(islice(self._unwritten(queue), self._batch))
        # Nothing is waited for before the first has come: the other process has to read all it needs.
        return not self._heard or first not in self._asked

    def forget(self, ticket: Ticket) -> None:
        """Its turn is not soon."""
        self._asked.discard(ticket.delivery.id)
        self._made.pop(ticket.delivery.id, None)

    def forget_all(self) -> None:
        """All that was asked for goes back to the ledger."""
        self._made.clear()
        self._asked.clear()

    async def open(self, helper: Helper) -> None:
        """Let `helper` write, as long as it lives."""
        reader, self._wire = await asyncio.open_connection(sock=helper.wire)
        self._helper, self._free = helper, list(range(SHELVES))
        self._reading = asyncio.create_task(self._read(reader, helper))

    async def close(self) -> None:
        """Let go of the helper."""
        if self._wire is not None:
            self._wire.transport.abort()
            await self._reading

    def _ask(self, queue: deque[Ticket]) -> None:
        batch = list(islice(self._unwritten(queue), self._batch))
        if self._wire is None or self._helper is None or not self._far:
            self._write_some(batch)
        elif batch and self._free:
            if not self._asked:
                self._heard_at = perf_counter()
            self._asked.update(one.delivery.id for one in batch)
            self._wire.write(packed((self._free.pop(), batch[0].issue.newsletter, [one.delivery for one in batch])))

    def _write_some(self, batch: Iterable[Ticket]) -> None:
        octets: list[int] = []
        until = perf_counter() + _SECONDS
        for ticket in batch:
            envelope = self._made[ticket.delivery.id] = self._tried(ticket)
            octets += [len(envelope.data)] if envelope is not None else []
            if sum(octets) > _OCTETS or perf_counter() > until:
                break
        self._learn(octets)

    def _unwritten(self, queue: deque[Ticket]) -> Iterator[Ticket]:
        newsletter = queue[0].issue.newsletter
        for ticket in queue:
            own = ticket.delivery.id
            if own not in self._made and own not in self._asked and ticket.issue.newsletter == newsletter:
                yield ticket

    def _written(self, ticket: Ticket) -> Envelope:
        return self._letters.write(ticket.delivery, ticket.way.outgoing)

    def _tried(self, ticket: Ticket) -> Envelope | None:
        try:
            return self._written(ticket)
        except PublisherError:
            return None  # it is told when its turn has come

    def _learn(self, octets: Sequence[int]) -> None:
        """From how long some letters were, how many to ask for."""
        if octets:
            self._batch = max(min(_OCTETS * len(octets) // sum(octets), _MOST), 1)

    async def _read(self, reader: asyncio.StreamReader, helper: Helper) -> None:
        unpacker = Unpacker(Made)
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(LENGTH))
                shelf, seconds, laid = unpacker.decode(await reader.readexactly(length))
                self._take(laid, helper.shelves, shelf * SHELF)
                self._slow = seconds > _SLOW * len(laid)
                # Of letters that could not be written nothing is learnt.
                if any(end for _, _, end, *_ in laid):
                    self._far = self._slow or self._batch * _SHORT >= _OCTETS
                self._free.append(shelf)
                self._ring()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it is gone
        finally:
            self._lose()

    def _lose(self) -> None:
        """What the helper owes is written here, and all else, too."""
        self._helper = None
        self._asked.clear()
        self._ring()

    def _take(self, laid: list[Laid], shelves: mmap.mmap, base: int) -> None:
        self._heard, self._heard_at = True, perf_counter()
        self._learn([end - start for _, start, end, *_ in laid if end])
        for own, start, end, sender, recipient, utf8, envid in laid:
            if own in self._asked:
                self._asked.discard(own)
                data = shelves[base + start : base + end]
                self._made[own] = Envelope(sender, recipient, data, utf8, envid) if end else None
