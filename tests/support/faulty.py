"""A mail server that misbehaves as a seed has it: it dies, stalls, refuses, talks nonsense, in every phase.

It runs in a process of its own, keeps up with thousands of mails a second, and writes down what became of every message
whose end it has had, before it answers: the truth that a ledger is held against.
"""

import json
import os
import select
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.faulty_faults import Script
from support.faulty_slots import Slots

_TESTS = Path(__file__).parents[1]


@dataclass
class Truth:
    """What the server did since its script began, by recipient.

    `kept` counts the copies it has; `unheard` those that got no answer that makes sense, kept or not.
    `refusals` are its words about one recipient, or about the session ("").
    """

    kept: Counter[str] = field(default_factory=Counter)
    unheard: Counter[str] = field(default_factory=Counter)
    refusals: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    message_ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, line: bytes) -> None:
        """One line of its record."""
        told = json.loads(line)
        recipient = told["recipient"]
        if told["what"] == "refused":
            self.refusals[recipient].append(told["reply"])
            return
        if told["what"] == "broken":
            self.unheard[recipient] += 1
            return
        self.message_ids[recipient].add(told["message_id"])
        self.kept[recipient] += told["kept"]
        if not told["reply"]:
            self.unheard[recipient] += 1
        elif not told["kept"]:
            self.refusals[recipient].append(told["reply"])


class Faulty:
    """The server as its driver sees it; `ports` are one for each slot."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self._record = process, folder / "truth.jsonl"
        self.ports = tuple(int(word) for word in self._line().split())
        self.slots = Slots(folder / "slots")
        self._read = 0
        self.truth = Truth()

    def begin(self, script: Script) -> None:
        """Behave like this from now on, and forget what was; nobody may be connected."""
        self.go_on(script)
        self._read = self._record.stat().st_size
        self.truth = Truth()

    def go_on(self, script: Script) -> None:
        """Behave like this from now on."""
        self._tell(json.dumps(script.as_dict()))

    def settled(self) -> Truth:
        """The truth, once nobody is connected and all that was under way has come to its end."""
        self._tell("settle")
        with self._record.open("rb") as record:
            record.seek(self._read)
            for line in record:
                self.truth.add(line)
            self._read = record.tell()
        return self.truth

    def _tell(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        assert self._line() == "done\n"

    def _line(self, seconds: float = 30) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        assert ready, "the faulty server does not answer: somebody is connected still"
        return self._process.stdout.readline()


@contextmanager
def faulty(folder: Path, ports: int = 1) -> Iterator[Faulty]:
    """A running server, honest until it is told a script; its record lies in `folder`."""
    Slots(folder / "slots")
    process = subprocess.Popen(
        [sys.executable, "-m", "support.faulty_server", str(folder), str(ports)],
        env=os.environ | {"PYTHONPATH": str(_TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Faulty(process, folder)
    finally:
        process.kill()
        process.communicate()
