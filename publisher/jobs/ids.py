"""`ids.json`: what every post is called, for version control, and which ledger the site last used.

One sorted line per feed file and per post, each ending in a comma, so that two branches merge line by line.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from publisher.config import Config
from publisher.core.identity import Record, is_provisional
from publisher.errors import ConfigError, Problem, Severity, WrongLedger
from publisher.feeds import replace
from publisher.jobs.feed_records import FeedRecord, feed_line, feed_records, require_moments, texts_of
from publisher.model.site import PLACEHOLDER_HOST
from publisher.struct import Struct, asdict, field

FILE_NAME = "ids.json"
NOTE = "ids"
"""The note of the index that says which file its records are those of, see `mark_of`."""
VERSION = 2
_READ = (1, VERSION)
_ID_STARTS = b'{"id": '
_ID_ENDS = b', "source": '
_OURS = re.compile(rb'(\{"id": "([^"\\\n]*)", "source": [^\n]*)')
# What `json.dumps` would write, in a third of the time. What is remembered of texts is left out where there is nothing.
_SHORT = 6
_LINE, _FULL_LINE = (
    f"{{{', '.join(f'{json.dumps(name)}: %s' for name in names)}}},"
    for names in (Record._fields[:_SHORT], Record._fields)
)
_FEEDS, _POSTS = b'\n"feeds": [\n', b'\n"posts": [\n'
_CONFLICT = b"<<<<<<< "


class Witness(Struct, frozen=True):
    """The ledger that last sent for this site: its uid, and how many issues it had."""

    uid: str
    issues: int


class Memory(Struct, frozen=True):
    """The file's content."""

    records: tuple[Record, ...] = ()
    witness: Witness | None = field(default=None)
    feeds: tuple[FeedRecord, ...] = ()


def ids_bytes(home: Path) -> bytes | None:
    """The file as it is; None where there is none. ConfigError where it cannot be read."""
    try:
        return (home / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(error) from error


def parse(data: bytes | None) -> Memory:
    """What the file says; ConfigError where it is damaged: ids are not guessed anew."""
    if data is None:
        return Memory()
    try:
        # utf-8-sig: editors on Windows put a byte order mark before what they save.
        document = _sound(json.loads(data.decode("utf-8-sig")), data)
        ledger = document["ledger"]
        if document["version"] not in _READ:
            raise ValueError(f"it is of version {document['version']}, and this program writes {VERSION}")
        records = tuple(_record(line) for line in document["posts"] if line is not None)
        feeds = feed_records(line for line in document.get("feeds", []) if line is not None)
        return Memory(records, None if ledger is None else Witness(**ledger), feeds)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unmerged(data) or _damaged(error) from error


def _sound(document: Any, data: bytes) -> Any:
    """The document itself; ValueError where it holds half of a surrogate pair, which no file can be named by."""
    if b"\\u" in data:
        json.dumps(document, ensure_ascii=False).encode()
    return document


def mark_of(data: bytes | None, url: str) -> str:
    """Changes when the file does, or what its ids mean for the site at `url`."""
    mark = hashlib.sha256(url.encode())
    mark.update(data or b"")
    return mark.hexdigest()


def recall(home: Path) -> Memory:
    """Read `ids.json`; empty where there is none. ConfigError where it is damaged."""
    return parse(ids_bytes(home))


def _damaged(error: Exception) -> ConfigError:
    line, column = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
    problem = Problem(FILE_NAME, line, column, Severity.ERROR, "ids", f"cannot be read: {error}")
    hint = "mend it, or restore it from version control; without it readers may see old posts as new"
    return ConfigError([problem], hint=hint)


def _unmerged(data: bytes) -> ConfigError | None:
    """What to do about the markers that a merge leaves where two branches each have a new post; None without any."""
    lines = data.splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(_CONFLICT)), None)
    if line is None:
        return None
    message = "a merge stopped here: both branches changed the same place"
    hint = (
        "keep the lines of both sides and remove those that start with <<<<<<<, ======= or >>>>>>>, or restore the file"
        " from version control; 'publisher ids check' then tells what stands twice"
    )
    return ConfigError([Problem(FILE_NAME, line, 1, Severity.ERROR, "ids", message)], hint=hint)


def _record(line: Any) -> Record:
    record = Record(**texts_of(line))
    if record.updated:
        require_moments(record, record.updated)
    return record


def feeds_in(data: bytes | None) -> tuple[FeedRecord, ...]:
    """What the file says of feeds, without reading what it says of posts; ConfigError where it is damaged."""
    _, opened, rest = (data or b"").partition(_FEEDS)
    rows, closed, _ = rest.partition(b"null],\n")
    if not (opened and closed):
        return parse(data).feeds
    try:
        return feed_records(_sound(json.loads(b"[%snull]" % rows), rows)[:-1])
    except (ValueError, TypeError):
        return parse(data).feeds


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
    lines = {record.id: _line(record) for record in memory.records}
    return replace(home / FILE_NAME, _document(lines, memory.witness, memory.feeds))


def lines_of(records: Iterable[Record]) -> dict[bytes, bytes]:
    """The lines of posts, by id."""
    return {record.id.encode(): _line(record) for record in records}


def amend(
    data: bytes | None,
    changed: Mapping[bytes, bytes],
    witness: Witness | None,
    *,
    provisional: bool,
    feeds: Iterable[FeedRecord] | None = None,
) -> bytes:
    """The file with some lines new or changed, see `lines_of`; every other stays as it stands, byte for byte.

    Ten thousand lines are carried over in the time that two hundred take to be written anew. What was recorded under
    the placeholder host stays only where `provisional`. `feeds` are all there are; None for those in the file.
    """
    feeds = feeds_in(data) if feeds is None else feeds
    quick: dict[bytes, bytes] | None = {} if data is None else None
    if data and (provisional or PLACEHOLDER_HOST.encode() not in data):
        quick = _quick_lines(data)
    if quick is not None:
        return _file({**quick, **changed}, witness, feeds)
    lines: dict[str, bytes] = {}
    for id_, line in _lines(data or b""):
        # Of two files with one id neither is lost: which line is wrong a person must say. Where both are of one file,
        # because two branches each edited its post, that counts whose text changed last.
        other = lines.get(id_)
        is_other = other is not None and _value(other, "source") != _value(line, "source")
        if other is None or is_other or _value(other, "updated") <= _value(line, "updated"):
            lines[f"{id_}\0{len(lines)}" if is_other else id_] = line
    if not provisional:
        lines = {id_: line for id_, line in lines.items() if not is_provisional(id_)}
    return _document(lines | {id_.decode(): line for id_, line in changed.items()}, witness, feeds)


def _quick_lines(data: bytes) -> dict[bytes, bytes] | None:
    """Lines by id, of a file as it is written here; None for any other, for odd ids and where an id stands twice."""
    body = data.partition(_POSTS)[2].rpartition(b"\nnull]}")[0]
    lines = {id_: line for line, id_ in _OURS.findall(body)}
    is_all = len(body) == sum(map(len, lines.values())) + len(lines) - 1
    return lines if lines and is_all else None


def _lines(data: bytes) -> Iterable[tuple[str, bytes]]:
    _start, opened, rest = data.partition(_POSTS)
    rows = [row for row in rest.split(b"\n") if row.strip()]
    end = rows.pop().strip() if rows else b""
    is_ours = opened and end == b"null]}" and all(row.startswith(_ID_STARTS) and _ID_ENDS in row for row in rows)
    if not is_ours:
        # Valid, but laid out by another program, such as a formatter that runs on every save.
        yield from ((record.id, _line(record)) for record in parse(data).records)
        return
    for row in rows:
        quoted = row[len(_ID_STARTS) : row.index(_ID_ENDS)]
        yield json.loads(quoted) if b"\\" in quoted else quoted[1:-1].decode(), row


def _value(line: bytes, name: str) -> str:
    return str(json.loads(line.strip().rstrip(b",")).get(name, ""))


def _line(record: Record) -> bytes:
    if record.updated or record.text:
        return (_FULL_LINE % tuple(map(encode_basestring, record))).encode()
    return (_LINE % tuple(map(encode_basestring, record[:_SHORT]))).encode()


def _document(lines: dict[str, bytes], witness: Witness | None, feeds: Iterable[FeedRecord]) -> bytes:
    return _file({id_.encode(): line for id_, line in lines.items()}, witness, feeds)


def _file(lines: dict[bytes, bytes], witness: Witness | None, feeds: Iterable[FeedRecord]) -> bytes:
    # By the ids' UTF-8, which sorts as their letters do.
    ledger = json.dumps(None if witness is None else asdict(witness))
    head = [f'{{"version": {VERSION},', f'"ledger": {ledger},', '"feeds": [', *map(feed_line, sorted(feeds)), "null],"]
    rows = [b'"posts": [', *(lines[id_] for id_ in sorted(lines)), b"null]}", b""]
    return b"\n".join([*(line.encode() for line in head), *rows])
