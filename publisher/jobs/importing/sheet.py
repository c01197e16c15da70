"""The file as a table: its columns, and its rows with their lines, one in memory at once."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from publisher.errors import ContentError
from publisher.jobs.importing.cells import harmless, meant
from publisher.jobs.importing.encodings import recognise
from publisher.jobs.importing.nouns import plain, unreadable
from publisher.jobs.importing.records import is_json, records, text_of
from publisher.struct import Struct

_DELIMITERS = ",;\t"
_LONGEST_CELL = 1 << 20


class Sheet(Struct, frozen=True):
    """A file that was read once: no row of it is broken. `names` are its columns as it writes them, `delimiter` is
    None for JSON, `rows` how many there are; `skipped` how many lines come before the header."""

    file: Path
    sha256: str
    encoding: str
    delimiter: str | None
    names: tuple[str, ...]
    rows: int
    skipped: int = 0

    @property
    def places(self) -> dict[str, int]:
        """Where each column is; of two of one name the first."""
        return {plain(name): place for place, name in reversed(list(enumerate(self.names)))}

    def cells(self) -> Iterator[tuple[int, list[str]]]:
        """The line that each row begins on, and its cells, as many as there are columns."""
        return _json_cells(self) if self.delimiter is None else _csv_cells(self)


def survey(file: Path) -> Sheet:
    """Read a file through; ContentError where it or a row of it cannot be read, before anything is done with it."""
    text = recognise(file)
    with file.open(encoding=text.encoding, newline="") as handle:
        head = handle.read(1 << 16)
    if is_json(head.lstrip()):
        return _surveyed_json(file, text.sha256, text.encoding)
    skipped, delimiter, names = _header(file, head)
    sheet = Sheet(file, text.sha256, text.encoding, delimiter, names, 0, skipped)
    rows = sum(1 for _ in _csv_cells(sheet))
    return Sheet(file, text.sha256, text.encoding, delimiter, names, rows, skipped)


def _header(file: Path, head: str) -> tuple[int, str, tuple[str, ...]]:
    lines = list(StringIO(head, newline=""))
    skipped = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    first = "".join(lines[skipped : skipped + 1]).rstrip("\r\n")
    # Excel writes the delimiter into a line of its own.
    if first[:4] == "sep=" and len(first) == 5:
        return skipped + 1, first[4], _parsed(file, lines[skipped + 1 :], first[4])
    best = max(_DELIMITERS, key=lambda one: _columns(file, lines[skipped:], one))
    return skipped, best, _parsed(file, lines[skipped:], best)


def _columns(file: Path, lines: list[str], delimiter: str) -> int:
    # What divides nothing often breaks quotes: `"Email Address","Name"` is no line that `;` divides.
    try:
        return len(_parsed(file, lines, delimiter))
    except ContentError:
        return 0


def _parsed(file: Path, lines: list[str], delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(lines, delimiter=delimiter, strict=True), []))
    except csv.Error as error:
        raise unreadable(file, 1, str(error)) from error


def _csv_cells(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    width, file = len(sheet.names), sheet.file
    with file.open(encoding=sheet.encoding, newline="") as handle:
        for _ in range(sheet.skipped):
            handle.readline()
        reader = csv.reader(handle, delimiter=sheet.delimiter or ",", strict=True)
        line = sheet.skipped
        try:
            next(reader, None)
            line += reader.line_num
            for cells in reader:
                line, began = reader.line_num + sheet.skipped, line + 1
                if len(cells) != width:
                    if not cells:
                        continue
                    cells = _fitted(file, began, cells, width)
                yield began, cells
        except csv.Error as error:
            raise unreadable(file, line + 1, str(error)) from error


def _fitted(file: Path, line: int, cells: list[str], width: int) -> list[str]:
    if any(cells[width:]):
        raise unreadable(file, line, "more cells than columns: a cell with a comma in it needs quotes")
    return cells[:width] + [""] * (width - len(cells))


def _surveyed_json(file: Path, sha256: str, encoding: str) -> Sheet:
    names: dict[str, None] = {}
    rows = 0
    for _, record in records(file, encoding):
        names.update(dict.fromkeys(record))
        rows += 1
    # A list of nobody names no columns, and is one all the same.
    return Sheet(file, sha256, encoding, None, tuple(names) if rows else ("email",), rows)


def _json_cells(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    for line, record in records(sheet.file, sheet.encoding):
        # Only spreadsheets mark a text, and `tidied` takes each mark for theirs.
        yield line, [harmless(text_of(record.get(name)).strip()) for name in sheet.names]


def tidied(cells: Sequence[str]) -> list[str]:
    """Cells without spaces around them, and without the mark that keeps spreadsheets from running one; behind them an
    empty one, at -1, for columns that are not there."""
    row = [*map(str.strip, cells), ""]
    return [*map(meant, row)] if "'" in "".join(row) else row
