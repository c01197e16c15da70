"""kill -9, again and again: `python -m support.torture MODE POINTS SEED` prints what came of it.

One issue after the other is sent by processes that are killed at random moments or where the faulty server wants it;
after each death the ledger is held against what the server knows.
"""

import contextlib
import ctypes
import gc
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from support import torture_checks as checks
from support import torture_engine as engine
from support.faulty import Faulty, faulty
from support.faulty_faults import Moment, Script
from support.torture_engine import Errand
from support.torture_life import BUSY, PATIENCE, Clock, Death, Fate, Life, born, deaths, locked_at_times

DOMAINS = ("midori.example", "docomo.example", "gmail.example", "例え.jp", "ezweb.example", "posteo.example")
READERS = tuple(f"reader{number}@{DOMAINS[number % len(DOMAINS)]}" for number in range(30))
_MOST_ROUNDS = 150
_ENOUGH = 20
_DISK = 8 << 20
_OWN_MOUNTS = 0x00020000


class Mode(StrEnum):
    """What else goes wrong: another process shares the work, one is frozen beyond its lease, the disk is full, another
    program holds the ledger, the clock jumps."""

    PLAIN = "plain"
    TWO = "two"
    FROZEN = "frozen"
    FULL = "full"
    LOCKED = "locked"
    CLOCK = "clock"


_HELD = (Mode.LOCKED, Mode.FROZEN)
"""Where the ledger may be in another process's hands for longer than one waits."""


@dataclass
class Figures:
    """What came of it. `most_undecided` is at one death; `otherwise` are unknown that no death nor fault explains."""

    mode: str
    seed: int
    issues: int = 0
    kills: int = 0
    others: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    undecided: int = 0
    most_undecided: int = 0
    otherwise: int = 0
    lost: int = 0
    doubles: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


class Torture:
    """One mode, issue after issue; a class because everything is about the same ledger, server, clock and figures."""

    def __init__(self, mode: Mode, seed: int, folder: Path, server: Faulty) -> None:
        self.figures = Figures(mode, seed)
        self._mode, self._server, self._folder = mode, server, folder
        self._prepared = engine.prepare(folder, READERS)
        self._disk = _small_disk(folder) if mode is Mode.FULL else None
        self._warm_up()

    def _warm_up(self) -> None:
        """Deliver once here: what that imports and sets up, no child need. Threads would be lost to them."""
        ledger = shutil.copyfile(self._prepared, self._folder / "warm.db")
        engine.send_out(Errand(ledger, self._server.ports[0], 1), Clock())
        assert threading.active_count() == 1
        # What is there now is every child's: it is not to be copied because a collector has looked at it.
        gc.freeze()

    def run(self, points: int) -> Figures:
        """Until so many processes were killed."""
        began, seeds = time.monotonic(), random.Random(self.figures.seed)
        while self.figures.kills < points and len(self.figures.violations) < _ENOUGH:
            self._issue(seeds.randrange(1 << 32))
        self.figures.seconds = round(time.monotonic() - began, 1)
        return self.figures

    def _issue(self, seed: int) -> None:
        self._seed, self._chance, self._clock = seed, random.Random(seed), Clock()
        self._explained: set[str] = set()
        self._fresh_ledger()
        self._server.begin(Script(seed, rate=self._chance.choice((0.0, 0.01, 0.03, 0.08))))
        for _ in range(_MOST_ROUNDS):
            if not checks.unfinished(self._ledger) or len(self.figures.violations) >= _ENOUGH:
                break
            self._between()
            self._round()
            self._hold_against_truth()
        self._to_the_end()
        self._count()

    def _fresh_ledger(self) -> None:
        folder = self._disk or self._folder
        self._ledger = folder / "publisher.db"
        for suffix in ("", "-wal", "-shm"):
            (folder / f"publisher.db{suffix}").unlink(missing_ok=True)
        (folder / "ballast").unlink(missing_ok=True)
        shutil.copyfile(self._prepared, self._ledger)

    def _between(self) -> None:
        """A person resumes what has paused; time goes by, so that what was deferred is due."""
        self._clock.step(self._chance.uniform(0, 6 * 3600))
        if self._mode is Mode.CLOCK:
            self._clock.step(self._chance.uniform(-3600, 3600))
        if checks.paused(self._ledger):
            engine.resume(self._ledger, self._clock())

    def _round(self) -> None:
        if self._mode is Mode.FROZEN:
            self._round_with_a_sleeper()
            return
        with self._surroundings():
            lives = [self._birth(slot) for slot in range(2 if self._mode is Mode.TWO else 1)]
            more = self._chance.randrange(3) if len(lives) > 1 else 0
            for death in deaths(lives, self._server.slots):
                self._mourn(death)
                if more and lives:
                    more -= 1
                    lives.append(self._birth(death.life.slot))

    def _round_with_a_sleeper(self) -> None:
        """One process stands still until its lease is over and another has done some of its work; then it goes on."""
        sleeper = self._birth(0)
        sleeper.freeze(self._chance.random() * 0.2)
        self._clock.step(self._chance.uniform(60, 3600))
        others = [*deaths([self._birth(1)], self._server.slots)]
        # One that fell asleep with the ledger in its hands lets nobody look into it.
        sleeper.wake(self._chance.random() * 0.4)
        for death in (*others, *deaths([sleeper], self._server.slots)):
            self._mourn(death)

    def _surroundings(self) -> contextlib.AbstractContextManager[None]:
        if self._mode is Mode.LOCKED:
            return locked_at_times(self._ledger, self._chance.randrange(1 << 32))
        return contextlib.nullcontext()

    def _birth(self, slot: int) -> Life:
        connections = self._chance.choice((1, 2, 3, 6))
        wait = self._chance.uniform(0.01, 0.3) if self._mode in _HELD else 10.0
        errand = Errand(self._ledger, self._server.ports[slot], connections, wait)
        by_server = self._chance.random() < 0.5
        fate = Fate(
            self._chance.choice([*Moment][1:]) if by_server else Moment.NEVER,
            1 + self._chance.randrange(8),
            2.0 if by_server else self._chance.choice((0.05, 0.2, 0.5)) * self._chance.random(),
        )
        clock = self._clock.drunk(self._chance.randrange(1 << 32)) if self._mode is Mode.CLOCK else self._clock
        room = self._fill_up() if self._mode is Mode.FULL else None
        return born(errand, clock, self._server.slots, slot, fate, self._folder / f"told{slot}", room=room)

    def _fill_up(self) -> int | None:
        """Leave little on the disk; or where there is no small one, and now and then, bound the files: how large."""
        room = self._chance.randrange(4096, 300_000)
        if self._disk is None or self._chance.random() < 0.5:
            return self._ledger.stat().st_size + room
        free = os.statvfs(self._disk).f_bavail * os.statvfs(self._disk).f_frsize
        with (self._disk / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, free - room))
        return None

    def _mourn(self, death: Death) -> None:
        self.figures.kills += death.killed
        self.figures.others += not death.killed
        if death.hung:
            self._blame(f"hangs: alive after {PATIENCE:.0f} s")
        if death.code == 1 or (death.code == BUSY and self._mode not in (*_HELD, Mode.FULL)):
            self._blame((self._folder / f"told{death.life.slot}").read_text(encoding="utf-8"))
        # SQLite cannot even be read where there is no room for its index of the log.
        (self._ledger.parent / "ballast").unlink(missing_ok=True)
        # Also of one that ended by itself: a full disk may have kept it from writing down what it heard.
        undecided = checks.undecided(self._ledger, death.life.pid)
        self._explained |= undecided
        self.figures.undecided += len(undecided)
        self.figures.most_undecided = max(self.figures.most_undecided, len(undecided))
        if len(undecided) > death.life.connections:
            self._blame(f"{len(undecided)} undecided at a death with {death.life.connections} connections")

    def _hold_against_truth(self) -> None:
        found, truth = checks.rows(self._ledger), self._server.settled()
        for one in checks.violations(READERS, found, truth):
            self._blame(one)

    def _to_the_end(self) -> None:
        """An honest server, no more deaths: what is left is delivered; then what is unknown is sent again."""
        self._server.go_on(Script(self._seed, rate=0.0, pace=0.0))
        self._drain()
        found, truth = checks.rows(self._ledger), self._server.settled()
        for one in (*checks.violations(READERS, found, truth), *checks.at_last(found, truth)):
            self._blame(one)
        for one in engine.faults(self._ledger):
            self._blame(f"verify: {one}")

    def _drain(self) -> None:
        for _ in range(40):
            if not checks.unfinished(self._ledger):
                return
            self._clock.step(5 * 3600)
            engine.resume(self._ledger, self._clock())
            errand = Errand(self._ledger, self._server.ports[0], 3, patience_seconds=PATIENCE / 2)
            fate = Fate(Moment.NEVER, 0, PATIENCE)
            told = self._folder / "told0"
            lives = [born(errand, self._clock, self._server.slots, 0, fate, told, room=None)]
            for death in deaths(lives, self._server.slots):
                self.figures.kills -= death.killed
                self._mourn(death)

    def _count(self) -> None:
        found, truth = checks.rows(self._ledger), self._server.truth
        unknown = {row.email for row in found if row.status == "unknown"}
        self.figures.issues += 1
        self.figures.sent += sum(row.status == "sent" for row in found)
        self.figures.failed += sum(row.status == "failed" for row in found)
        self.figures.unknown += len(unknown)
        self.figures.otherwise += len(unknown - self._explained - {*truth.unheard})
        self._send_again(unknown)

    def _send_again(self, unknown: set[str]) -> None:
        if not unknown:
            return
        before = {email: self._server.truth.kept[email] for email in unknown}
        count = engine.retry_unknown(self._ledger)
        self._drain()
        found, truth = checks.rows(self._ledger), self._server.settled()
        if count != len(unknown):
            self._blame(f"{count} of {len(unknown)} unknown were planned again")
        for row in found:
            # One who was frozen may have heard a refusal meanwhile that suppresses the reader.
            due = 0 if row.status == "suppressed" and checks.was_refused(row, truth) else 1
            if row.email in unknown and (copies := truth.kept[row.email] - before[row.email]) != due:
                self._blame(f"{row.email} was sent again {copies} times and is {row.status} ({row.reason})")
        for one in checks.violations(READERS, found, truth, copies=2):
            self._blame(f"after the retry: {one}")

    def _blame(self, words: str) -> None:
        told = f"[{self._mode} {self._seed}] {words}"
        if told in self.figures.violations:
            return
        self.figures.lost += words.startswith("lost")
        self.figures.doubles += words.startswith("doubled")
        self.figures.violations.append(told)


def _small_disk(folder: Path) -> Path | None:
    """A file system of its own, gone with this process; None where that is not allowed: files are bounded instead."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or ctypes.CDLL(None).unshare(_OWN_MOUNTS) != 0:
        return None
    words = ["mount", "--make-rprivate", "/"], ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(disk)]
    return disk if all(subprocess.run(one, capture_output=True).returncode == 0 for one in words) else None


def main(mode: str, points: str, seed: str) -> None:
    """Torture, and tell as JSON."""
    with tempfile.TemporaryDirectory(prefix="publisher-torture-") as name:
        folder = Path(name)
        with faulty(folder, ports=2) as server:
            figures = Torture(Mode(mode), int(seed), folder, server).run(int(points))
            subprocess.run(["umount", "--lazy", str(folder / "disk")], capture_output=True)
    print(json.dumps(asdict(figures), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
