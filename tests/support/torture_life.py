"""The life of one sending process: forked from a parent that has everything imported, and ended before its time.

It sleeps where no other test does: not until something has happened, but so that chance says when something does.
"""

import contextlib
import os
import random
import resource
import select
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

from publisher.errors import StoreError
from support.faulty_faults import Moment
from support.faulty_slots import Slots
from support.torture_engine import BEGIN, Errand, send_out

PATIENCE = 30.0
"""Seconds after which a process counts as hanging."""

BUSY = 75


class Clock:
    """Everybody's clock. It runs, and `step` moves it on or back for all processes; a `drunk` one jumps by itself."""

    def __init__(self) -> None:
        self._began, self._steps = time.monotonic(), RawValue("d", 0.0)

    def step(self, seconds: float) -> None:
        """Move it."""
        self._steps.value += seconds

    def __call__(self) -> datetime:
        """Now."""
        return BEGIN + timedelta(seconds=time.monotonic() - self._began + self._steps.value)

    def drunk(self, seed: int) -> Callable[[], datetime]:
        """One that now and then is up to an hour behind or ahead, until it jumps again."""
        moves, off = random.Random(seed), timedelta()

        def now() -> datetime:
            nonlocal off
            if moves.random() < 0.05:
                off = timedelta(seconds=moves.uniform(-3600, 3600))
            return self() + off

        return now


@dataclass(frozen=True)
class Fate:
    """How a process is to end: at a moment of the server's, or after so many seconds, whichever comes first."""

    moment: Moment
    times: int
    seconds: float


@dataclass
class Life:
    """One process; `seconds` is when it is killed, on the monotonic clock."""

    pid: int
    slot: int
    connections: int
    descriptor: int
    ends_at: float
    hangs_at: float

    def kill(self) -> None:
        """End it; its parent has not let go of it, so that its number is nobody else's."""
        os.kill(self.pid, signal.SIGKILL)

    def freeze(self, seconds: float) -> None:
        """Let it live for so long, then stand still."""
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self, seconds: float) -> None:
        """Let it go on for so long."""
        self.ends_at, self.hangs_at = time.monotonic() + seconds, time.monotonic() + PATIENCE
        os.kill(self.pid, signal.SIGCONT)


@dataclass(frozen=True)
class Death:
    """How a process ended: `killed`, or by itself with a `code`; `hung` where it had to be ended."""

    life: Life
    killed: bool
    code: int
    hung: bool


def born(
    errand: Errand, clock: Callable[[], datetime], slots: Slots, slot: int, fate: Fate, told: Path, *, room: int | None
) -> Life:
    """A new process on an errand; `room` is how many bytes a file of its may have. What it dies of goes into `told`."""
    pid = os.fork()
    if not pid:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        slots.fill(slot, os.getpid(), fate.moment, fate.times)
        os._exit(_live(errand, clock, told))
    now = time.monotonic()
    return Life(pid, slot, errand.connections, os.pidfd_open(pid), now + fate.seconds, now + PATIENCE)


def _live(errand: Errand, clock: Callable[[], datetime], told: Path) -> int:
    try:
        send_out(errand, clock)
    except StoreError as error:
        told.write_text(error.message, encoding="utf-8")
        return BUSY
    except BaseException:
        told.write_text(traceback.format_exc(), encoding="utf-8")
        return 1
    return 0


def deaths(lives: list[Life], slots: Slots) -> Iterator[Death]:
    """Each as it comes; `lives` may get new ones meanwhile."""
    while lives:
        poll = select.poll()
        for life in lives:
            poll.register(life.descriptor, select.POLLIN)
        now = time.monotonic()
        wait = min(min(life.ends_at, life.hangs_at) for life in lives) - now
        ready = {descriptor for descriptor, _ in poll.poll(max(0.0, wait) * 1000)}
        now = time.monotonic()
        for life in [*lives]:
            if life.descriptor in ready:
                lives.remove(life)
                yield _buried(life, slots)
            elif now >= min(life.ends_at, life.hangs_at):
                life.kill()
                life.ends_at = float("inf")


def _buried(life: Life, slots: Slots) -> Death:
    slots.empty(life.slot)
    os.close(life.descriptor)
    _, status = os.waitpid(life.pid, 0)
    hung = time.monotonic() >= life.hangs_at
    return Death(life, os.WIFSIGNALED(status), -1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), hung)


@contextlib.contextmanager
def locked_at_times(ledger: Path, seed: int) -> Iterator[None]:
    """Another program holds the ledger again and again, for up to a tenth of a second."""
    pid = os.fork()
    if not pid:
        _hold(ledger, random.Random(seed))
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _hold(ledger: Path, stretches: random.Random) -> None:
    connection = sqlite3.connect(ledger, timeout=5, isolation_level=None)
    while True:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(stretches.uniform(0, 0.1))
            connection.execute("ROLLBACK")
        time.sleep(stretches.uniform(0, 0.05))
