"""subscriber import: readers out of a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from publisher.app import App
from publisher.cli.options import Json, NewsletterName, site
from publisher.cli.talk import agreed, bar, problems_json, put_json, say
from publisher.core.words import counted
from publisher.errors import OutputError, Problem, Refused, Severity

if TYPE_CHECKING:
    from publisher.jobs.importing.work import Imported, Source
    from publisher.store.engine import Store

_SHOWN = 20


class _Teller:
    """Problems as they are met: a few for who watches, all of them into a file or for programs."""

    def __init__(self, report: TextIO | None, *, keeps: bool, shown: int | None) -> None:
        self._report, self._keeps, self._shown = report, keeps, shown
        self.kept: list[Problem] = []
        self._number = 0

    def tell(self, problem: Problem) -> None:
        """Tell one."""
        self._number += 1
        line = f"{problem}" if problem.severity is Severity.ERROR else f"{problem} (warning)"
        if self._keeps:
            self.kept.append(problem)
        if self._report is not None:
            self._report.write(f"{line}\n")
        elif not self._keeps and (self._shown is None or self._number <= self._shown):
            say(line)

    def rest(self) -> None:
        """Say how many were not shown."""
        if self._shown is not None and self._number > self._shown and self._report is None and not self._keeps:
            say(f"… and {self._number - self._shown} more: --report FILE writes them all")


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    program: Annotated[
        str,
        typer.Option(
            "--from", metavar="PROGRAM", help="publisher, mailchimp, listmonk, ghost, substack, buttondown, or auto."
        ),
    ] = "auto",
    newsletter: NewsletterName = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what is wrong with rows there.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Subscribe every reader in a file: CSV or JSON of ours, or as another program exports them. Nobody is mailed."""
    from publisher.jobs.importing.work import Source

    app, source = site(context), Source(file, program, newsletter)
    asks = not (yes or dry_run) and sys.stdin.isatty() and sys.stderr.isatty()
    if asks or dry_run:
        with app.ledger() as store, _teller(report, as_json=as_json and not asks) as teller:
            done = _run(app, store, source, teller, dry_run=True)
            teller.rest()
        _tell(done, teller, as_json=as_json and not asks, dry_run=True)
        if not asks:
            raise typer.Exit(65 if done.wrong else 0)
        if not agreed(f"Import {counted(done.rows, 'row')}?"):
            raise Refused("nothing was imported")
    with app.store() as store, _teller(report, as_json=as_json, silent=asks) as teller:
        done = _run(app, store, source, teller, dry_run=False)
        teller.rest()
    _tell(done, teller, as_json=as_json, dry_run=False)
    raise typer.Exit(65 if done.wrong else 0)


def _run(app: App, store: "Store | None", source: "Source", teller: _Teller, *, dry_run: bool) -> "Imported":
    from publisher.jobs.importing.work import import_file

    with bar("Reading" if dry_run else "Importing") as progress:
        return import_file(
            store,
            source,
            app.newsletters(),
            now=app.clock(),
            fields=app.config.settings.fields,
            dry_run=dry_run,
            progress=progress,
            tell=teller.tell,
        )


@contextmanager
def _teller(report: Path | None, *, as_json: bool, silent: bool = False) -> Iterator[_Teller]:
    # What a person has been shown before they said yes is not shown again.
    shown = 0 if silent else _SHOWN if sys.stderr.isatty() else None
    if report is None:
        yield _Teller(None, keeps=as_json or silent, shown=shown)
        return
    try:
        with report.open("w", encoding="utf-8") as handle:
            yield _Teller(handle, keeps=as_json, shown=shown)
    except OSError as error:
        raise OutputError(str(report), error.strerror or str(error)) from error


def _tell(done: "Imported", teller: _Teller, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        put_json(_as_json(done, teller.kept, dry_run=dry_run))
    for line in _lines(done, dry_run=dry_run):
        say(line)


def _lines(done: "Imported", *, dry_run: bool) -> list[str]:
    lines = []
    if done.program != "publisher":
        lines.append(f"a file of {done.program}")
    if done.note:
        lines.append(done.note)
    if done.encoding not in ("utf-8-sig",):
        lines.append(f"read as {'Shift_JIS' if done.encoding == 'cp932' else 'UTF-16'}")
    if done.resumed:
        lines.append(f"went on behind {counted(done.resumed, 'row')} that had been imported")
    if done.before is not None:
        lines.append(f"this very file was imported before, at {done.before:%Y-%m-%d %H:%M}Z")
    lines.append(done.summary())
    return [*lines, "nothing was imported"] if dry_run else lines


def _as_json(done: "Imported", problems: list[Problem], *, dry_run: bool) -> dict[str, object]:
    from publisher.jobs.importing.nouns import Outcome

    return {
        "program": done.program,
        "encoding": done.encoding,
        "dry_run": dry_run,
        "rows": done.rows,
        "counts": {outcome.value: done.counts.get(outcome, 0) for outcome in Outcome},
        "wrong": done.wrong,
        "resumed": done.resumed,
        "problems": problems_json(problems),
    }
