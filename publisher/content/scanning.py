"""A folder as posts and problems; files that did not change are not opened."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from publisher.content.engines import reader_of
from publisher.content.file_text import decode
from publisher.content.index import FileRow, Index, Signs, is_fresh
from publisher.content.nouns import Rules, Scan
from publisher.content.posts import Context, Reader, Reading, read_post
from publisher.content.rows import PostRow, pack, pack_problems, unpack_problems
from publisher.content.source import Source
from publisher.content.spread import spread
from publisher.content.values import Fields
from publisher.content.walk import Found, Walk, read_bytes, unreadable, walk
from publisher.errors import ContentError, Problem, Severity


def scan(rules: Rules, index: Index, *, progress: Callable[[int, int], None] | None = None) -> Scan:
    """Bring the index up to what the content folder holds; never raises for what is in it, each fault is a Problem.

    `progress` is told how many of how many files are done. Nothing is rendered.
    """
    walked = walk(rules)
    context = _context(walked, rules, index)
    known = index.signs()
    stale = [found for found in walked.found if not is_fresh(known.get(found.file), found[1:])]
    closed = _forget_gone(walked, known, index)
    digests = index.digests(found.file for found in stale if found.file in known)
    desk = _Desk(rules, context, ZoneInfo(rules.timezone), reader_of(rules.engine), digests, index.now)
    _read_all(stale, len(walked.found), desk, index, progress)
    return _gathered(walked, index, closed, context)


def _forget_gone(walked: Walk, known: dict[str, Signs], index: Index) -> list[str]:
    """Files that may still be there but could not be looked at; all others that were not found are forgotten."""
    missing = known.keys() - {found.file for found in walked.found}
    closed = [path for path in missing if any(_is_in(path, place) for place in walked.closed)]
    index.forget(sorted(missing.difference(closed)))
    return closed


def _is_in(path: str, closed: str) -> bool:
    return path == closed or not closed or (closed.endswith("/") and path.startswith(closed))


def _gathered(walked: Walk, index: Index, closed: list[str], context: Context) -> Scan:
    problems = list(walked.problems)
    for path, text in index.problems():
        problems += unpack_problems(path, text)
    bad = {fault.file for fault in problems if fault.severity is Severity.ERROR}
    folders = {place.rstrip("/") or "." for place in walked.closed if not place or place.endswith("/")}
    unread = tuple(sorted((bad - folders).union(closed)))
    newest_ns = max((max(found.mtime_ns, found.ctime_ns) for found in walked.found), default=0)
    return Scan(tuple(sorted(problems)), unread, tuple(walked.folders), context, newest_ns)


class _Read(NamedTuple):
    """What came of looking at one file: its row, or only its new signs where its bytes are the same; its post, if it
    holds one, or whether one read before is there no more."""

    file: FileRow | None
    touched: tuple[Signs, str] | None = None
    post: PostRow | None = None
    dropped: str | None = None


@dataclass(frozen=True)
class _Desk:
    """What reading a file needs; `digests` are those of files read before."""

    rules: Rules
    context: Context
    zone: ZoneInfo
    reader: Reader
    digests: Mapping[str, str]
    now: Callable[[], int]


def _read_all(
    stale: Sequence[Found], total: int, desk: _Desk, index: Index, progress: Callable[[int, int], None] | None
) -> None:
    done = total - len(stale)
    for handful in spread(stale, lambda found: _read(found, desk)):
        index.remember([read.file for read in handful if read.file])
        index.touch([read.touched for read in handful if read.touched])
        index.put_posts([read.post for read in handful if read.post], new=not desk.digests)
        index.drop_posts([read.dropped for read in handful if read.dropped])
        done += len(handful)
        if progress:
            progress(done, total)


def _read(found: Found, desk: _Desk) -> _Read:
    read_ns = desk.now()
    try:
        data, signs = read_bytes(desk.rules.folder, found.file)
    except OSError as error:
        # Read at no time: it is tried again at every scan, though its own times may never change.
        fault = pack_problems([unreadable(found.file, error)])
        return _Read(FileRow(found.file, found.mtime_ns, found.ctime_ns, found.size, 0, "", fault))
    digest = hashlib.sha256(data).hexdigest()
    known = desk.digests.get(found.file)
    if known == digest:
        return _Read(None, (Signs(*signs, read_ns), found.file))
    reading, problems = _reading(found, data, digest, desk)
    row = FileRow(found.file, *signs, read_ns, digest, pack_problems(problems))
    if reading:
        return _Read(row, post=pack(reading))
    gone = known is not None and not any(fault.severity is Severity.ERROR for fault in problems)
    return _Read(row, dropped=found.file if gone else None)


def _reading(found: Found, data: bytes, digest: str, desk: _Desk) -> tuple[Reading | None, list[Problem]]:
    warnings: list[Problem] = []
    below = found.file[len(desk.rules.prefix) :]
    try:
        front = desk.reader.split(decode(data, found.file), found.file)
        defaults = desk.reader.defaults(desk.rules, below, desk.context)
        source = Source(found.file, below, front, desk.rules, desk.zone, warnings, defaults, found.mtime_ns)
        return read_post(source, digest, desk.reader), warnings
    except ContentError as error:
        return None, [*warnings, *error.problems]


def _context(walked: Walk, rules: Rules, index: Index) -> dict[str, Fields]:
    """What the files that hold defaults for others say; one that cannot be read says nothing, with a problem.

    Where any of them changed, every post may have: the index is emptied.
    """
    context: dict[str, Fields] = {}
    mark = hashlib.sha256()
    for found in walked.context:
        try:
            data, _signs = read_bytes(rules.folder, found.file)
            mark.update(f"{found.file}\0{len(data)}\0".encode() + data)
            context[found.file[len(rules.prefix) :]] = (
                reader_of(rules.engine).split(decode(data, found.file), found.file).fields
            )
        except OSError as error:
            walked.problems.append(unreadable(found.file, error))
        except ContentError as error:
            walked.problems.extend(error.problems)
    if (index.note("context") or "") != mark.hexdigest():
        index.forget(list(index.signs()))
        index.put_note("context", mark.hexdigest())
    return context
