"""What a row is to become, or what is wrong with it: nothing is asked of the ledger."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from publisher.core.fields import parse
from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.errors import Problem, PublisherError, Severity, UsageError
from publisher.jobs.importing.cells import moment
from publisher.jobs.importing.choices import Choices
from publisher.jobs.importing.nouns import Entry, Program, Said, Standing, plain, problem
from publisher.jobs.importing.ours import FIELD, PUBLISHER
from publisher.jobs.importing.programs import strange_columns
from publisher.jobs.importing.seen import Seen
from publisher.jobs.importing.sheet import Sheet, tidied
from publisher.mail import parse_address
from publisher.model.field import Field, FieldValue
from publisher.model.newsletter import Newsletter

Fields = Mapping[str, Field]
Tell = Callable[[Problem], None]
_Dates = tuple[datetime | None, datetime | None, datetime | None, datetime | None]
_NO_DATES: _Dates = (None, None, None, None)


class Planner:
    """The rows of a file, one after the other; what is wrong is told as it is met."""

    def __init__(
        self,
        sheet: Sheet,
        program: Program,
        newsletters: Sequence[Newsletter],
        only: str | None,
        fields: Fields,
        now: datetime,
        tell: Tell,
    ) -> None:
        self._sheet, self._program, self._now, self._tell = sheet, program, now, tell
        self._read = program.reading(sheet.places, sheet.file)
        self._choices = Choices(newsletters, only)
        self._from = f"imported from {sheet.file.name}, line "
        self._seen = Seen(sheet.rows)
        self._fields = _columns(sheet, program, fields, tell)
        self.rows = 0
        self.duplicates = 0
        self.wrong = 0

    def entry(self, line: int, cells: list[str]) -> Entry | None:
        """A row that is understood and is not there twice; None for any other."""
        self.rows += 1
        try:
            said = self._read(cells)
            entry = self._understood(line, said, cells)
        except (PublisherError, ValueError) as error:
            self.wrong += 1
            self._tell(problem(self._sheet.file, line, _words(error)))
            return None
        before = self._seen.first(f"{entry.address_key}\0{said.newsletters}\0{said.standing == 'suppressed'}", line)
        # Somebody who says no somewhere in a file is heeded, whatever it says of them elsewhere.
        if before is None or entry.standing in (Standing.LEFT, Standing.SUPPRESSED):
            return entry
        self.duplicates += 1
        self._warn(line, f"{entry.email} is on line {before}, too: this row is left out")
        return None

    def _understood(self, line: int, said: Said, cells: list[str]) -> Entry:
        address = parse_address(said.email)
        choices, dates = self._choices.of(said), self._moments(line, said)
        evidence = said.evidence or self._evidence(line, said)
        return Entry(
            line,
            address.email,
            address.key,
            _name(said.name),
            said.standing,
            choices,
            evidence,
            *dates,
            self._left_by(said, evidence) if said.standing is Standing.LEFT else "",
            said.kind,
            self._reason(line, said) if said.standing is Standing.SUPPRESSED else "",
            self._own(cells) if self._fields else None,
        )

    def _left_by(self, said: Said, evidence: str) -> str:
        # An export has both, and says with an empty one that nobody knows.
        return said.left_by if said.evidence else said.left_by or evidence

    def _evidence(self, line: int, said: Said) -> str:
        if self._program is PUBLISHER:
            return f"{self._from}{line}"
        when = f", confirmed there at {said.confirmed}" if said.confirmed else ""
        return f"{self._from}{line} ({self._program.name}{when})"

    def _reason(self, line: int, said: Said) -> str:
        if self._program is PUBLISHER:
            return said.reason
        return f"{said.reason} at {self._program.name}: {self._sheet.file.name}, line {line}"

    def _moments(self, line: int, said: Said) -> _Dates:
        if not (said.confirmed or said.created or said.left or said.paused):
            return _NO_DATES
        confirmed, created, left = (self._moment(line, text) for text in (said.confirmed, said.created, said.left))
        return confirmed, created, left, self._moment(line, said.paused, later=True)

    def _moment(self, line: int, text: str, *, later: bool = False) -> datetime | None:
        try:
            found = moment(text)
        except (ValueError, OverflowError):
            self._warn(line, f"{text!r} is no date: the row counts without it")
            return None
        if found is not None and found > self._now and not later:
            self._warn(line, f"{text!r} is still to come: the row counts without it")
            return None
        return found

    def _own(self, cells: list[str]) -> str | None:
        row = tidied(cells)
        given = {field.name: parse(row[place], field) for place, field in self._fields}
        return packed({name: value for name, value in given.items() if value is not None})

    def _warn(self, line: int, message: str) -> None:
        self._tell(problem(self._sheet.file, line, message, Severity.WARNING))


def packed(values: Mapping[str, FieldValue]) -> str | None:
    """Values of fields as the ledger keeps them, None where there is none."""
    return json.dumps(dict(sorted(values.items()))) if values else None


def _columns(sheet: Sheet, program: Program, fields: Fields, tell: Tell) -> list[tuple[int, Field]]:
    """The columns that hold readers' own fields; the others that nobody knows are told."""
    named = {plain(word): one for one in fields.values() for word in (one.label, one.name, FIELD + one.name) if word}
    # Substack's `plan` is what somebody pays there, whatever a field of that name is here.
    free = named.keys() - program.taken - program.dropped
    own = {plain(name): named[plain(name)] for name in sheet.names if plain(name) in free}
    for name in strange_columns(sheet, program, own):
        message = f"column {name!r} is left out: it is none of ours, and no field of this name is configured"
        tell(problem(sheet.file, 1 + sheet.skipped, message, Severity.WARNING))
    return _each_once(sheet, own, tell)


def _each_once(sheet: Sheet, own: Mapping[str, Field], tell: Tell) -> list[tuple[int, Field]]:
    """The first column of each field; what stands twice, by its name or by its field, is told."""
    met, found = set[str](), list[tuple[int, Field]]()
    for place, name in enumerate(map(plain, sheet.names)):
        field = own.get(name)
        if (means := f"field {field.name}" if field else name) in met:
            message = f"column {sheet.names[place]!r} is left out: one before it means the same"
            tell(problem(sheet.file, 1 + sheet.skipped, message, Severity.WARNING))
        elif field is not None:
            found.append((place, field))
        met.add(means if name else "")
    return found


def _name(text: str) -> str:
    if text.isprintable() and len(text) <= LONGEST_NAME:
        return text
    if not is_one_line(text) or len(text) > LONGEST_NAME:
        raise UsageError(f"the name {text[:40]!r} is not one line of at most {LONGEST_NAME} characters")
    return text


def _words(error: Exception) -> str:
    return error.in_one_line() if isinstance(error, PublisherError) else str(error)
