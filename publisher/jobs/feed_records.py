"""What `ids.json` remembers of each file that a feed is written to: one line for each, as one for each post."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

_SIGNS = 16
_MOMENT = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class FeedRecord(NamedTuple):
    """What is remembered of one file that a feed is written to, or that stands beside the feeds.

    `path` is below the output folder, with `/`; `kind` a FeedKind, `name` what the feed is of, "" for the site's;
    `format` a FeedFormat. Other kinds are those of feed_sheets, `archive` and `copy`, which have the path of their feed
    for a name, and those of feed_plan.PAGES. `changed` is when its bytes last changed, ISO 8601 in UTC, whole seconds;
    `digest` as of digest_of. `gone` is when it ceased to be made, "" where it is; `pinged` the digest that its hub was
    last told of.
    """

    path: str
    kind: str
    name: str
    format: str
    changed: str
    digest: str
    gone: str = ""
    pinged: str = ""

    def is_of(self, data: bytes) -> bool:
        """Whether these are the bytes."""
        return digest_of(data) == self.digest


def digest_of(data: bytes) -> str:
    """The first 16 hex digits of the bytes' SHA-256."""
    return hashlib.sha256(data).hexdigest()[:_SIGNS]


def feed_records(lines: Iterable[Any]) -> tuple[FeedRecord, ...]:
    """What the lines say, one for each path: of two that a merge has left the later, for `changed` must never go back.

    ValueError or TypeError where a line is none.
    """
    kept: dict[str, FeedRecord] = {}
    for line in lines:
        record = FeedRecord(**texts_of(line))
        require_moments(record, record.changed, *filter(None, (record.gone,)))
        if not _is_inside(record.path):
            raise ValueError(f"{record.path!r} is no path below the output folder")
        other = kept.get(record.path)
        if other is None or _age(other) < _age(record):
            kept[record.path] = record
    return tuple(kept[path] for path in sorted(kept))


def _age(record: FeedRecord) -> tuple[str, str]:
    return max(record.changed, record.gone), record.pinged


def _is_inside(path: str) -> bool:
    """What is gone is removed: a line that was written by hand must not reach another folder's files."""
    return bool(path) and path[0] != "/" and "\0" not in path and ".." not in path.split("/")


def require_moments(record: tuple[str, ...], *moments: str) -> None:
    """ValueError where one of the moments in a record is not as identity.moment_text writes it."""
    for moment in moments:
        if not _MOMENT.fullmatch(moment):
            raise ValueError(f"{moment!r} is no moment such as 2026-11-24T03:00:00Z, in {record}")
        datetime.fromisoformat(moment)


def texts_of(line: Any) -> dict[str, str]:
    """A line's values; TypeError where one is no text."""
    if not isinstance(line, dict) or not all(isinstance(value, str) for value in line.values()):
        raise TypeError(f"a value that is no text in {line}")
    return line


def feed_line(record: FeedRecord) -> str:
    """A record as it stands in the file."""
    told = {name: value for name, value in record._asdict().items() if value or name not in ("gone", "pinged")}
    return json.dumps(told, ensure_ascii=False) + ","
