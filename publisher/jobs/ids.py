"""`ids.json`: what every post is called, for version control, and which ledger the site last used.

One sorted line per post, each ending in a comma, so that two branches merge line by line.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from publisher.config import Config
from publisher.core.identity import Record
from publisher.errors import ConfigError, Problem, Severity, WrongLedger
from publisher.feeds import replace

FILE_NAME = "ids.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Witness:
    """The ledger that last sent for this site: its uid, and how many issues it had."""

    uid: str
    issues: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The file's content."""

    records: tuple[Record, ...] = ()
    witness: Witness | None = field(default=None)


def recall(home: Path) -> Memory:
    """Read `ids.json`; empty where there is none. ConfigError where it is damaged: ids are not guessed anew."""
    path = home / FILE_NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        ledger = document["ledger"]
        if document["version"] != VERSION:
            raise ValueError(f"it is of version {document['version']}, and this program writes {VERSION}")
        records = tuple(_record(line) for line in document["posts"] if line is not None)
        return Memory(records, None if ledger is None else Witness(**ledger))
    except FileNotFoundError:
        return Memory()
    except (OSError, ValueError, KeyError, TypeError) as error:
        line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
        problem = Problem(FILE_NAME, line, column, Severity.ERROR, "ids", f"cannot be read: {error}")
        hint = "mend it, or restore it from version control; without it readers may see old posts as new"
        raise ConfigError([problem], hint=hint) from error


def _record(line: dict[str, str]) -> Record:
    if not all(isinstance(value, str) for value in line.values()):
        raise TypeError(f"a value that is no text in {line}")
    return Record(**line)


def require_no_lost_ledger(config: Config) -> None:
    """WrongLedger where the site has sent before and its ledger is gone: silence would look like nothing to do."""
    if recall(config.home).witness is not None:
        message = "the ledger this site sends with is gone: nobody knows who got what"
        hint = (
            "restore it from a backup; or start anew: 'publisher db check --adopt', then 'publisher subscriber import'"
        )
        raise WrongLedger(message, hint=hint)


def remember(home: Path, memory: Memory) -> bool:
    """Write `ids.json` where it changed; True where it did."""
    return replace(home / FILE_NAME, _serialise(memory.records, memory.witness))


def _serialise(records: Iterable[Record], witness: Witness | None) -> bytes:
    ledger = json.dumps(None if witness is None else asdict(witness))
    lines = [json.dumps(asdict(record), ensure_ascii=False) + "," for record in sorted(records, key=lambda r: r.id)]
    return "\n".join([f'{{"version": {VERSION},', f'"ledger": {ledger},', '"posts": [', *lines, "null]}", ""]).encode()
