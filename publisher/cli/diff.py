"""build --diff: what readers would notice, as a table for people or as JSON."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from publisher.cli.talk import problems_json, put, put_json, say
from publisher.core.columns import columns
from publisher.core.words import counted
from publisher.jobs.diff import Change, Diff, FeedDiff
from publisher.model.seen import Noticed, Reader, Seen
from publisher.struct import asdict

_NAMES = {Reader.MINIFLUX: "miniflux", Reader.FRESHRSS: "FreshRSS", Reader.READER: "reader"}
_WORDS = {
    Change.NEW: "new",
    Change.LOST: "changed, but what was written last is not there to compare with",
    Change.GONE: "no longer made",
}
_MOST_ROWS = 20
_WIDEST = 44


def tell(found: Diff, *, as_json: bool) -> None:
    """Print what a build would change; the posts' problems and a summary go to standard error."""
    if as_json:
        feeds = [_feed_json(one) for one in found.feeds]
        put_json({"feeds": feeds, "unchanged": found.unchanged, "problems": problems_json(found.problems)})
    else:
        for problem in found.problems:
            say(problem.told())
        for line in _lines(found.feeds):
            put(line)
    say(_summary(found))


def _summary(found: Diff) -> str:
    counts = {change: sum(one.change is change for one in found.feeds) for change in Change}
    told = [f"{counted(number, 'feed')} {change}" for change, number in counts.items() if number]
    return ", ".join([*told, f"{found.unchanged} unchanged"]) + "; nothing was written"


def _feed_json(one: FeedDiff) -> dict[str, Any]:
    readers = {reader: _seen_json(what) for reader, what in one.seen.items()}
    return {"path": one.path, "format": one.format, "change": one.change, "readers": readers}


def _seen_json(what: Seen) -> dict[str, Any]:
    plain = {
        name: [{"id": entry.id, "title": entry.title} for entry in entries] for name, entries in asdict(what).items()
    }
    return plain | {"updated": [asdict(entry) for entry in what.updated]}


def _lines(feeds: Sequence[FeedDiff]) -> Iterator[str]:
    """Feeds that look the same to their readers, such as one feed in two formats, share a table."""
    tables: dict[tuple[str, ...], list[str]] = {}
    for one in feeds:
        if one.change is Change.CHANGED:
            tables.setdefault(tuple(_table(one.seen)), []).append(one.path)
        else:
            yield f"{one.path}: {_WORDS[one.change]}"
    for table, paths in tables.items():
        yield from (f"{path}: changed" for path in paths)
        yield from table


def _table(seen: dict[Reader, Seen]) -> Iterator[str]:
    rows = _rows(seen)
    head = ["", *(_NAMES[reader] for reader in seen)]
    shown = [[_printable(row[0]), *row[1:]] for row in rows[:_MOST_ROWS]]
    rest = ["unchanged", *(str(len(what.unchanged)) for what in seen.values())]
    yield from _aligned([head, *shown, rest])
    if len(rows) > _MOST_ROWS:
        yield f"  … and {len(rows) - _MOST_ROWS} more, all with --json"
    if back := _back(seen):
        yield f"  {counted(back, 'title')} would come back as new, under another id"


def _rows(seen: dict[Reader, Seen]) -> list[list[str]]:
    """A row for each entry that any reader notices, a cell for each reader."""
    cells: dict[Noticed, dict[Reader, str]] = {}
    for reader, what in seen.items():
        for word, entries in (("new", what.new), ("updated", what.updated), ("gone", what.gone)):
            for entry in entries:
                row = cells.setdefault(Noticed(entry.title, entry.id), {})
                row[reader] = f"updated ({', '.join(entry.changed)})" if entry.changed else word
    return [[entry.title or entry.id, *(row.get(reader, "–") for reader in seen)] for entry, row in cells.items()]


def _back(seen: dict[Reader, Seen]) -> int:
    """How many entries the reader that is worst off would show again, going by their titles."""
    return max(len({one.title for one in what.new} & {one.title for one in what.gone} - {""}) for what in seen.values())


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _printable(title: str) -> str:
    """Without what would move a terminal's cursor or turn its text about, and not too wide."""
    clean = "".join(char for char in title if unicodedata.category(char) not in ("Cc", "Cf"))
    if _width(clean) <= _WIDEST:
        return clean
    while _width(clean) > _WIDEST - 1:
        clean = clean[:-1]
    return f"{clean}…"


def _width(text: str) -> int:
    """Columns on a terminal, which draws what Unicode leaves open in one."""
    return columns(text, 1)
