"""Import: from the file to the ledger, fifty thousand rows in memory at once."""

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from publisher.core.words import counted
from publisher.errors import Problem
from publisher.jobs.importing.deciding import Deciding
from publisher.jobs.importing.nouns import Entry, Outcome
from publisher.jobs.importing.ours import PUBLISHER
from publisher.jobs.importing.planning import Planner
from publisher.jobs.importing.programs import AUTO, program_of, require_program
from publisher.jobs.importing.sheet import Sheet, survey
from publisher.model.field import Field
from publisher.model.newsletter import Newsletter
from publisher.store import imports, intake
from publisher.store.engine import Store
from publisher.store.imports import Import
from publisher.store.intake import Known
from publisher.struct import Struct

AT_ONCE = 50_000
"""Rows in a transaction; what died goes on behind the last one that was committed. They are written in the order of
addresses, and each such round goes through the whole index: ten times as many rounds write four times as much."""

Progress = Callable[[int, int], None]
Tell = Callable[[Problem], None]
_NO_FIELDS: Mapping[str, Field] = {}


class Source(Struct, frozen=True):
    """What is to be imported: which file, from which program (`auto` for what its header says), into which newsletter
    (None for what its rows say, or every one)."""

    file: Path
    program: str = AUTO
    newsletter: str | None = None


class Imported(Struct, frozen=True):
    """What an import came to: how many rows had which outcome, and what was wrong, but for what was told meanwhile.

    `before` is when the very same file had come in, `resumed` how many rows an import that died had done.
    """

    program: str
    encoding: str
    note: str
    rows: int
    counts: dict[Outcome, int]
    wrong: int
    problems: tuple[Problem, ...] = ()
    before: datetime | None = None
    resumed: int = 0

    @property
    def added(self) -> int:
        """Rows that made a subscription."""
        return self.counts.get(Outcome.ADDED, 0)

    @property
    def present(self) -> int:
        """Rows of those who were there already, brought up to date or not."""
        return self.counts.get(Outcome.PRESENT, 0) + self.counts.get(Outcome.UPDATED, 0)

    @property
    def left(self) -> int:
        """Rows of those who had left here, and stay away."""
        return self.counts.get(Outcome.LEFT, 0)

    def summary(self) -> str:
        """For people, in a line."""
        told = [f"{self.added} added", f"{self.present} {'was' if self.present == 1 else 'were'} there already"]
        if updated := self.counts.get(Outcome.UPDATED):
            told[-1] += f" ({updated} brought up to date)"
        told += [f"{number} {words}" for outcome, words in _TOLD.items() if (number := self.counts.get(outcome))]
        return ", ".join([*told, counted(self.wrong, "problem")])


_TOLD = {
    Outcome.LEFT: "unsubscribed before and left so",
    Outcome.UNSUBSCRIBED: "left there and is not mailed here",
    Outcome.BLOCKED: "suppressed as there",
    Outcome.SUPPRESSED: "suppressed here and left out",
    Outcome.UNCONFIRMED: "never confirmed and left out",
    Outcome.DUPLICATE: "in the file twice",
}


def import_file(
    store: Store | None,
    source: Source | Path,
    newsletters: Sequence[Newsletter],
    *,
    now: datetime,
    fields: Mapping[str, Field] = _NO_FIELDS,
    dry_run: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
    at_once: int = AT_ONCE,
) -> Imported:
    """Subscribe every row of a file; wrong rows are told by line and left out, the others are kept.

    Nobody is mailed, and nobody comes back who has left, is suppressed or was forgotten. What was committed before a
    death is not done again. With `dry_run` nothing is written; a ledger need not be there. ContentError where the file
    cannot be read or is no such table: then nothing was done. UsageError where what is asked for does not exist.
    """
    asked = source if isinstance(source, Source) else Source(source)
    require_program(asked.program)
    sheet = survey(asked.file)
    program = program_of(sheet, asked.program)
    problems: list[Problem] = []
    mark = None if dry_run or store is None else _begun(store, _sha256(sheet, asked), asked.file.name, now)
    began = now if mark is None else mark.started_at
    planner = Planner(sheet, program, newsletters, asked.newsletter, fields, began, tell or problems.append)
    run = _Run(store, planner, mark, began, at_once, keeps_unconfirmed=program is PUBLISHER)
    with _uncollected():
        run.go(sheet, now, progress)
    return Imported(
        program.name,
        sheet.encoding,
        program.note,
        sheet.rows,
        {Outcome(name): number for name, number in run.counts.items()},
        planner.wrong,
        tuple(problems),
        None if mark is None else mark.ended_at,
        run.resumed,
    )


class _Run:
    def __init__(
        self,
        store: Store | None,
        planner: Planner,
        mark: Import | None,
        began: datetime,
        at_once: int,
        *,
        keeps_unconfirmed: bool,
    ) -> None:
        self._store, self._planner, self._mark, self._began = store, planner, mark, began
        self._at_once, self._keeps_unconfirmed = at_once, keeps_unconfirmed
        goes_on = mark is not None and mark.ended_at is None
        self.resumed = mark.done if mark is not None and goes_on else 0
        self.counts = Counter(mark.counts if mark is not None and goes_on else {})

    def go(self, sheet: Sheet, now: datetime, progress: Progress | None) -> None:
        done, coming = 0, iter(sheet.cells())
        while True:
            before, start = self._planner.duplicates, done
            entries = list(self._understood(coming))
            done = self._planner.rows
            if done == start:
                break
            if done > self.resumed:
                self.counts[Outcome.DUPLICATE] += self._planner.duplicates - before
                self._commit(entries, done, now if done >= sheet.rows else None)
            if progress is not None:
                progress(done, sheet.rows)
        if not done:
            self._commit([], 0, now)

    def _understood(self, coming: Iterator[tuple[int, list[str]]]) -> Iterator[Entry]:
        """The next rows. Those that are in the ledger are gone through, too: for what is wrong, and who is in them."""
        for line, cells in islice(coming, self._at_once):
            if (entry := self._planner.entry(line, cells)) is not None:
                yield entry

    def _commit(self, entries: Sequence[Entry], done: int, ended_at: datetime | None) -> None:
        keys = [entry.address_key for entry in entries]
        if self._store is None:
            self._decided(entries, Known({}, {}))
        elif self._mark is None:
            with self._store.read() as connection:
                self._decided(entries, intake.known(connection, self._store.secret, keys))
        else:
            with self._store.write(trusted=True) as connection:
                decided = self._decided(entries, intake.known(connection, self._store.secret, keys))
                intake.write(connection, self._store.secret, decided.changes)
                imports.advance(connection, self._mark.sha256, done, self.counts, ended_at)

    def _decided(self, entries: Sequence[Entry], known: Known) -> Deciding:
        decided = Deciding(known, self._began, keeps_unconfirmed=self._keeps_unconfirmed)
        self.counts.update(map(decided.decide, entries))
        return decided


def _begun(store: Store, sha256: str, file: str, now: datetime) -> Import:
    """How far the file has come; one that came in whole begins anew, as the ledger has moved on since."""
    with store.write() as connection:
        found = imports.find(connection, sha256)
        if found is not None and found.ended_at is None:
            return found
        imports.begin(connection, sha256, file, now)
    return Import(sha256, file, 0, {}, now, None if found is None else found.ended_at)


def _sha256(sheet: Sheet, asked: Source) -> str:
    """What makes an import one: the file's bytes, and what was asked of it."""
    return hashlib.sha256(f"{sheet.sha256}\0{asked.program}\0{asked.newsletter or ''}".encode()).hexdigest()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing here is held in a ring, and to look for rings among fifty thousand rows takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
