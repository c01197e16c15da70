"""The ledger held against what the server knows."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from support.faulty import Truth

_OPEN = ("planned", "attempting", "deferred")
_QUERY = "SELECT email, status, reason, last_reply, message_id, owner FROM deliveries"


@dataclass(frozen=True)
class Row:
    """A delivery as it stands; read without any code of ours."""

    email: str
    status: str
    reason: str
    last_reply: str
    message_id: str
    owner: str | None


def rows(ledger: Path) -> list[Row]:
    """All deliveries."""
    with _looking(ledger) as connection:
        return [Row(*values) for values in connection.execute(_QUERY)]


def undecided(ledger: Path, pid: int) -> set[str]:
    """Whom a process that has just died was attempting."""
    return {row.email for row in rows(ledger) if row.status == "attempting" and f"/{pid}/" in (row.owner or "")}


def unfinished(ledger: Path) -> bool:
    """Whether anything is left to do."""
    return any(row.status in _OPEN for row in rows(ledger))


def paused(ledger: Path) -> bool:
    """Whether an issue waits for a person."""
    with _looking(ledger) as connection:
        return bool(connection.execute("SELECT 1 FROM issues WHERE status = 'paused'").fetchall())


def _looking(ledger: Path) -> closing[sqlite3.Connection]:
    """What only reads leaves the log as a death left it, for the next process to recover."""
    return closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=20))


def violations(readers: Sequence[str], found: Sequence[Row], truth: Truth, *, copies: int = 1) -> Iterator[str]:
    """What is wrong while nobody sends: lost, doubled, or told otherwise than it was.

    `copies` is how many a reader may have whose unknown delivery was sent again by hand.
    """
    if Counter(row.email for row in found) != Counter(readers):
        yield "not one delivery for each reader"
    for row in found:
        kept = truth.kept[row.email]
        if kept > copies:
            yield f"doubled: {row.email} is {row.status} and has {kept}"
        if row.status == "sent" and not kept:
            yield f"lost: {row.email} is sent and has nothing ({row.last_reply})"
        if row.status in ("planned", "deferred", "failed", "suppressed", "cancelled") and kept and copies == 1:
            yield f"doubled: {row.email} is {row.status} ({row.reason}) and has it"
        if truth.message_ids[row.email] - {row.message_id}:
            yield f"renamed: {row.email} got {truth.message_ids[row.email]}, the ledger has {row.message_id}"


def at_last(found: Sequence[Row], truth: Truth) -> Iterator[str]:
    """What is wrong when nothing is left to do."""
    for row in found:
        if row.status not in ("sent", "failed", "unknown"):
            yield f"lost: {row.email} is {row.status} ({row.reason}) in the end"
        if row.status == "failed" and not was_refused(row, truth):
            yield f"lost: {row.email} failed for what the server never said: {row.reason}, {row.last_reply}"


def was_refused(row: Row, truth: Truth) -> bool:
    """Whether the server said what stands there of the reader."""
    words = [one[4:] for one in (*truth.refusals[row.email], *truth.refusals[""])]
    told = f"{row.reason} {row.last_reply}"
    return row.reason.startswith("given up") or any(one in told for one in words)
