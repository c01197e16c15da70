"""A folder as posts and problems; files that did not change are not opened."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import FileIO
from zoneinfo import ZoneInfo

from publisher.content.engines import READERS
from publisher.content.file_text import MAX_BYTES, decode
from publisher.content.index import Index, Row
from publisher.content.nouns import Rules, Scan
from publisher.content.posts import Context, Reading, read_post
from publisher.content.rows import pack, pack_problems, unpack, unpack_problems
from publisher.content.source import Source
from publisher.content.values import Fields
from publisher.content.walk import Found, Walk, signs, unreadable, walk
from publisher.errors import ContentError, Problem, Severity
from publisher.model.post import Post


def scan(
    rules: Rules,
    index: Index,
    *,
    progress: Callable[[int, int], None] | None = None,
    now: datetime | None = None,
) -> Scan:
    """Read the content folder; never raises for what is in it, each fault is a Problem.

    `progress` is told how many of how many files are done. `now` leaves out what the engine has let expire
    by then (Hugo's `expiryDate`); without it nothing expires. Nothing is rendered.
    """
    walked = walk(rules)
    zone = ZoneInfo(rules.timezone)
    context = _context(walked, rules)
    rows = []
    for done, found in enumerate(walked.found, 1):
        rows.append(_row(found, rules, zone, index, context))
        if progress:
            progress(done, len(walked.found))
    return _gather(rows, walked, _closed_rows(walked, index), now)


def _closed_rows(walked: Walk, index: Index) -> list[Row]:
    """Rows of files that may still be there but could not be looked at; all other rows without a file go."""
    present = {found.file for found in walked.found}
    closed = []
    for path in [path for path in index.files if path not in present]:
        if any(_is_in(path, place) for place in walked.closed):
            closed.append(index.files[path])
        else:
            index.forget(path)
    return closed


def _is_in(path: str, closed: str) -> bool:
    return path == closed or not closed or (closed.endswith("/") and path.startswith(closed))


def _gather(rows: list[Row], walked: Walk, closed: list[Row], now: datetime | None) -> Scan:
    problems = list(walked.problems)
    for row in rows:
        problems += unpack_problems(row.path, row.problems)
    bad = {fault.file for fault in problems if fault.severity is Severity.ERROR}
    unread = [*closed, *(row for row in rows if row.path in bad)]
    posts = unpack(row.post for row in rows if row.post is not None)
    held = unpack(good for row in unread if (good := row.post or row.good) is not None)
    folders = {place.rstrip("/") or "." for place in walked.closed if not place or place.endswith("/")}
    return Scan(
        posts=_sorted(posts, now),
        problems=tuple(sorted(problems)),
        held=_sorted(held, now),
        unreadable=tuple(sorted(bad - folders | {row.path for row in closed})),
    )


def _sorted(readings: list[Reading], now: datetime | None) -> tuple[Post, ...]:
    posts = [each.post for each in readings if not (now and each.expires and each.expires <= now)]
    # By the number of seconds: comparing aware datetimes of many time zone objects is ten times slower.
    return tuple(sorted(posts, key=lambda post: (post.published.timestamp(), post.path)))


def _row(found: Found, rules: Rules, zone: ZoneInfo, index: Index, context: Context) -> Row:
    known = index.files.get(found.file)
    if known and index.is_fresh(known, found.mtime_ns, found.ctime_ns, found.size):
        return known
    read_ns = index.now()
    try:
        data, status = _bytes(found)
    except OSError as error:
        # Read at no time: it is tried again at every scan, though its own times may never change.
        row = _new_row(found, 0, "", None, [unreadable(found.file, error)], known)
        index.remember(row)
        return row
    mtime_ns, ctime_ns, size = signs(status)
    found = replace(found, mtime_ns=mtime_ns, ctime_ns=ctime_ns, size=size)
    digest = hashlib.sha256(data).hexdigest()
    if known and known.digest == digest:
        row = known._replace(mtime_ns=mtime_ns, ctime_ns=ctime_ns, size=size, read_ns=read_ns)
    else:
        row = _new_row(found, read_ns, digest, *_read(found, data, digest, rules, zone, context), known)
    index.remember(row)
    return row


def _context(walked: Walk, rules: Rules) -> dict[str, Fields]:
    """What the files that hold defaults for others say; one that cannot be read says nothing, with a problem."""
    context: dict[str, Fields] = {}
    for found in walked.context:
        try:
            data, _status = _bytes(found)
            context[found.below] = READERS[rules.engine].split(decode(data, found.file), found.file).fields
        except OSError as error:
            walked.problems.append(unreadable(found.file, error))
        except ContentError as error:
            walked.problems.extend(error.problems)
    return context


def _bytes(found: Found) -> tuple[bytes, os.stat_result]:
    with FileIO(found.path) as file:
        # The status first: a change while reading then shows as a change at the next scan.
        status = os.fstat(file.fileno())
        data = file.read(min(status.st_size, MAX_BYTES) + 1)
        while status.st_size < len(data) <= MAX_BYTES and (more := file.read(MAX_BYTES)):
            data += more
        return data, status


def _read(
    found: Found, data: bytes, digest: str, rules: Rules, zone: ZoneInfo, context: Context
) -> tuple[Reading | None, list[Problem]]:
    reader = READERS[rules.engine]
    warnings: list[Problem] = []
    try:
        front = reader.split(decode(data, found.file), found.file)
        defaults = reader.defaults(rules, found.below, context)
        source = Source(found.file, found.below, front, rules, zone, warnings, defaults, found.mtime_ns)
        return read_post(source, digest, reader), warnings
    except ContentError as error:
        return None, [*warnings, *error.problems]


def _new_row(
    found: Found, read_ns: int, digest: str, reading: Reading | None, problems: list[Problem], known: Row | None
) -> Row:
    row = Row(
        *(found.file, found.mtime_ns, found.ctime_ns, found.size, read_ns, digest),
        *(None, pack_problems(problems), None, None, None),
    )
    if reading:
        return row._replace(post=pack(reading), good_digest=digest, good_url=reading.post.url)
    if known and any(fault.severity is Severity.ERROR for fault in problems):
        return row._replace(good=known.post or known.good, good_digest=known.good_digest, good_url=known.good_url)
    return row
