"""Export: all subscriptions and suppressions as a file that `import` reads back."""

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TextIO

import sqlalchemy as sa

from publisher.core.fields import written
from publisher.errors import OutputError
from publisher.jobs.importing.cells import harmless, joined
from publisher.jobs.importing.ours import EXPORTED, FIELD
from publisher.store import outflow
from publisher.store.engine import Store
from publisher.store.outflow import Leaving
from publisher.struct import Struct

SUPPRESSED = "suppressed"
"""The state of a row that is no subscription."""

Values = dict[str, Any]


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSON = "json"


class Wanted(Struct, frozen=True):
    """What is to be exported: all, or what is of one newsletter or in one state."""

    newsletter: str | None = None
    status: str | None = None


def export(store: Store, out: TextIO, wanted: Wanted, format_: Format, fields: Sequence[str]) -> int:
    """Write a row for each subscription and suppression; how many. `fields` are the readers' own that are written."""
    with store.read() as connection:
        return (_csv if format_ is Format.CSV else _json)(out, _rows(connection, wanted, fields), fields)


@contextmanager
def atomic(file: Path) -> Iterator[TextIO]:
    """A file that stands in the place of `file`, which nobody else may read, once it is whole. OutputError."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=file.absolute().parent, delete=False) as handle:
            try:
                yield handle  # type: ignore[misc]
                handle.flush()
                os.fsync(handle.fileno())
                Path(handle.name).replace(file)
            except BaseException:
                Path(handle.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise OutputError(str(file), error.strerror or str(error)) from error


def _rows(connection: sa.Connection, wanted: Wanted, fields: Sequence[str]) -> Iterator[Values]:
    if wanted.status != SUPPRESSED:
        for one in outflow.streamed(connection, newsletter=wanted.newsletter, status=wanted.status):
            yield _subscription(one, fields)
    if wanted.newsletter is None and wanted.status in (None, SUPPRESSED):
        for email, kind, reason, at in outflow.suppressed(connection):
            yield {"email": email, "status": SUPPRESSED, "kind": kind, "reason": reason, "created_at": _text(at)}


def _subscription(one: Leaving, fields: Sequence[str]) -> Values:
    own: Mapping[str, Any] = json.loads(one.fields) if one.fields else {}
    return {
        "email": one.email,
        "name": one.name,
        "newsletter": one.newsletter,
        "status": one.status,
        "categories": None if one.categories is None else tuple(json.loads(one.categories)),
        "language": one.language,
        "frequency": one.frequency,
        "timezone": one.timezone,
        "confirmed_at": _text(one.confirmed_at),
        "created_at": _text(one.created_at),
        "unsubscribed_at": _text(one.unsubscribed_at),
        "paused_until": _text(one.paused_until),
        "evidence": one.evidence,
        "left_by": one.left_by,
        **{f"{FIELD}{name}": own.get(name) for name in fields},
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _csv(out: TextIO, rows: Iterator[Values], fields: Sequence[str]) -> int:
    names = [*EXPORTED, *(f"{FIELD}{name}" for name in fields)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    number = 0
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
        number += 1
    return number


def _cell(value: Any) -> str:
    return harmless(joined(value) if isinstance(value, tuple) else written(value))


def _json(out: TextIO, rows: Iterator[Values], _fields: Sequence[str]) -> int:
    number, before = 0, "[\n"
    for row in rows:
        said = {name: value for name, value in row.items() if value is not None and value != ""}
        out.write(before + json.dumps(said, ensure_ascii=False))
        number, before = number + 1, ",\n"
    out.write("\n]\n" if number else "[]\n")
    return number
