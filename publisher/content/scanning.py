"""A folder as posts and problems; files that did not change are not opened."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from zoneinfo import ZoneInfo

from publisher.content.engines import reader_of
from publisher.content.file_text import decode
from publisher.content.index import FileRow, Index, Signs
from publisher.content.nouns import Rules, Scan
from publisher.content.posts import Context, Reader, Reading, read_post
from publisher.content.records import is_settled
from publisher.content.rows import PostRow, pack, pack_problems, unpack_problems
from publisher.content.source import Source
from publisher.content.spread import spread
from publisher.content.values import Fields
from publisher.content.walk import Found, Walk, read_bytes, unreadable, walk
from publisher.errors import ContentError, Problem, Severity
from publisher.struct import Struct

# As many are sooner compared by one query for all than by one for each.
_MANY = 500


def scan(rules: Rules, index: Index, *, progress: Callable[[int, int], None] | None = None) -> Scan:
    """Bring the index up to what the content folder holds; never raises for what is in it, each fault is a Problem.

    `progress` is told how many of how many files are done. Nothing is rendered.
    """
    settled = is_settled(index)
    walked = walk(rules, signs=index.has_files())
    context = _context(walked, rules, index)
    fresh = index.fresh()
    stale = [found for found in walked.found if found not in fresh]
    gone, closed = _gone(walked, [*(path for path, *_ in fresh), *index.doubtful()])
    index.forget(gone)
    digests = index.digests(found.file for found in stale)
    root = os.path.join(rules.folder, "")  # noqa: PTH118
    desk = _Desk(root, rules, context, ZoneInfo(rules.timezone), reader_of(rules.engine), digests, index.now)
    changed = [*_read_all(stale, len(walked.found), desk, index, progress), *gone]
    few = frozenset(changed) if settled and len(changed) < _MANY else None
    return _gathered(walked, index, closed, context, few)


def _gone(walked: Walk, known: Iterable[str]) -> tuple[list[str], list[str]]:
    """Files that are there no more, sorted; and those that may be, but could not be looked at."""
    there = {found.file for found in walked.found}
    missing = [path for path in known if path not in there]
    closed = [path for path in missing if any(_is_in(path, place) for place in walked.closed)]
    return sorted({*missing}.difference(closed)), closed


def _is_in(path: str, closed: str) -> bool:
    return path == closed or not closed or (closed.endswith("/") and path.startswith(closed))


def _gathered(walked: Walk, index: Index, closed: list[str], context: Context, changed: frozenset[str] | None) -> Scan:
    problems = list(walked.problems)
    for path, text in index.problems():
        problems += unpack_problems(path, text)
    bad = {fault.file for fault in problems if fault.severity is Severity.ERROR}
    folders = {place.rstrip("/") or "." for place in walked.closed if not place or place.endswith("/")}
    unread = tuple(sorted((bad - folders).union(closed)))
    return Scan(tuple(sorted(problems)), unread, tuple(walked.folders), context, index.newest_ns(), changed)


_Read: TypeAlias = tuple[FileRow | None, Signs | None, PostRow | None, str | None]
"""What came of looking at one file: its row, or only its new signs where its bytes are the same; its post, if it holds
one, or its name if it held one before."""


class _Desk(Struct, frozen=True):
    """What reading a file needs; `root` is the site's folder with a slash, `digests` are those of files read before."""

    root: str
    rules: Rules
    context: Context
    zone: ZoneInfo
    reader: Reader
    digests: Mapping[str, str]
    now: Callable[[], int]


def _read_all(
    stale: Sequence[Found], total: int, desk: _Desk, index: Index, progress: Callable[[int, int], None] | None
) -> list[str]:
    """Read files; those whose post is new, another or gone, as far as they are few."""
    changed: list[str] = []
    done = total - len(stale)
    for handful in spread(stale, lambda found: _read(found, desk)):
        index.remember([file for file, _, _, _ in handful if file])
        index.touch([signs for _, signs, _, _ in handful if signs])
        posts = [post for _, _, post, _ in handful if post]
        dropped = [path for _, _, _, path in handful if path]
        index.put_posts(posts, new=not desk.digests)
        index.drop_posts(dropped)
        if len(changed) < _MANY:
            changed += [*(post[0] for post in posts), *dropped]
        done += len(handful)
        if progress:
            progress(done, total)
    return changed


def _read(found: Found, desk: _Desk) -> _Read:
    read_ns = desk.now()
    try:
        data, signs = read_bytes(desk.root + found.file)
    except OSError as error:
        # Read at no time: it is tried again at every scan, though its own times may never change.
        fault = pack_problems([unreadable(found.file, error)])
        return (*found, 0, "", fault), None, None, None
    digest = hashlib.sha256(data).hexdigest()
    known = desk.digests.get(found.file)
    if known == digest:
        return None, (*signs, read_ns, found.file), None, None
    reading, problems = _reading(found.file, signs[0], data, digest, desk)
    row = (found.file, *signs, read_ns, digest, pack_problems(problems))
    if reading:
        return row, None, pack(reading), None
    gone = known is not None and not any(fault.severity is Severity.ERROR for fault in problems)
    return row, None, None, found.file if gone else None


def _reading(file: str, mtime_ns: int, data: bytes, digest: str, desk: _Desk) -> tuple[Reading | None, list[Problem]]:
    warnings: list[Problem] = []
    below = file[len(desk.rules.prefix) :]
    try:
        front = desk.reader.split(decode(data, file), file)
        defaults = desk.reader.defaults(desk.rules, below, desk.context)
        source = Source(file, below, front, desk.rules, desk.zone, warnings, defaults, mtime_ns)
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
            data, _signs = read_bytes(os.fspath(rules.folder / found.file))
            mark.update(f"{found.file}\0{len(data)}\0".encode() + data)
            context[found.file[len(rules.prefix) :]] = (
                reader_of(rules.engine).split(decode(data, found.file), found.file).fields
            )
        except OSError as error:
            walked.problems.append(unreadable(found.file, error))
        except ContentError as error:
            walked.problems.extend(error.problems)
    if (index.note("context") or "") != mark.hexdigest():
        index.forget(index.paths())
        index.put_note("context", mark.hexdigest())
    return context
