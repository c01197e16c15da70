"""The process that writes letters for a delivery run: it has no connections, and writes nothing into the ledger."""

import mmap
import os
import signal
import socket
from contextlib import suppress
from time import perf_counter

from publisher.errors import PublisherError
from publisher.jobs.letter import Letters
from publisher.jobs.office import PostOffice
from publisher.model.mailing import Delivery, Envelope
from publisher.processes import may_fork, processors
from publisher.store import claims
from publisher.struct import Struct, Unpacker, pack

SHELVES = 3
"""Parts of the memory that both processes see: one is read while others are filled."""
SHELF = 512 * 1024
"""Octets of each. A letter that does not fit is written by the run itself."""

Asked = tuple[int, str | None, list[Delivery]]
"""The shelf to lay letters on, a newsletter and some of its deliveries."""
Laid = tuple[int, int, int, str, str, bool, str]
"""A delivery's id, where its message begins and ends on its shelf, and what else an envelope has: sender, recipient,
utf8, envid. It ends at 0 where there is none: the run meets the same fault, and knows what follows from it."""
Made = tuple[int, float, list[Laid]]
"""A shelf, the seconds that it took, and what lies there now."""

LENGTH = 4
"""Octets, in network order, that say how long the word after them is."""

_MANY = 1000
"""Mails that are worth another process."""
_NICE = 10


class Helper(Struct, frozen=True):
    """The number of the process, the wire to it, and the memory it writes to. It lives until the wire is closed."""

    process: int
    wire: socket.socket
    shelves: mmap.mmap

    def end(self) -> None:
        """It has nothing to finish."""
        self.wire.close()
        # Where nobody cares for children (SIGCHLD is ignored) it is gone without being waited for.
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)


def begin(office: PostOffice) -> Helper | None:
    """A process that writes letters of `office`; None where there is too little to write, or it would be no help."""
    if processors() < 2 or not may_fork():
        return None
    with office.store.read() as connection:
        if claims.unclaimed(connection) < _MANY:
            return None
    # SQLite's connections must not be carried into another process.
    office.store.close()
    shelves = mmap.mmap(-1, SHELVES * SHELF)
    try:
        ours, theirs = socket.socketpair()
        process = os.fork()
    except OSError:
        return None
    if process:
        theirs.close()
        return Helper(process, ours, shelves)
    try:
        # Whoever is asked to stop lets go of the wire when it has.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        # The run, and a server on this machine, go first: there are letters ahead.
        os.nice(_NICE)
        ours.close()
        _live(office, theirs, shelves)
    finally:
        # Whatever happened: what its parent has under way is done by that alone.
        os._exit(0)


def packed(word: Asked | Made) -> bytes:
    """A word as it goes over the wire."""
    data = pack(word)
    return len(data).to_bytes(LENGTH) + data


def _live(office: PostOffice, wire: socket.socket, shelves: mmap.mmap) -> None:
    letters, unpacker = Letters(office.store), Unpacker(Asked)
    with wire, wire.makefile("rb") as words:
        while length := words.read(LENGTH):
            shelf, newsletter, deliveries = unpacker.decode(words.read(int.from_bytes(length)))
            began, outgoing, at = perf_counter(), office.ways.of(newsletter).outgoing, 0
            laid: list[Laid] = []
            for one in deliveries:
                try:
                    envelope = letters.write(one, outgoing)
                except PublisherError:
                    laid.append((one.id, 0, 0, "", "", False, ""))
                else:
                    laid.append(_laid(one.id, envelope, shelves, shelf * SHELF, at))
                    at = max(at, laid[-1][2])
            wire.sendall(packed((shelf, perf_counter() - began, laid)))


def _laid(own: int, envelope: Envelope, shelves: mmap.mmap, base: int, start: int) -> Laid:
    end = start + len(envelope.data)
    if end > SHELF:
        return (own, 0, 0, "", "", False, "")
    shelves[base + start : base + end] = envelope.data
    return (own, start, end, envelope.sender, envelope.recipient, envelope.utf8, envelope.envid)
