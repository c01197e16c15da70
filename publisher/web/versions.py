"""Files as they lie on the disk now. A build may replace one at any moment: what is sent is of one version, whole."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from publisher.struct import Struct, field

CODINGS = {"": "", "gzip": ".gz", "br": ".br"}
"""What each coding adds to a file's name; "" is the file itself."""

_KEPT_LENGTH = 128 * 1024
"""Longer files are read anew for each answer: a thousand readers who take their time hold no more than this each."""

_KEPT_BYTES = 64 * 1024 * 1024
_KEPT_FILES = 20_000
_READ_AT_ONCE = 32 * 1024

Mark = tuple[int, int, int, int]
"""Changes when a file is replaced or written into: device, inode, length, modification time in nanoseconds."""


class Copy(Struct, frozen=True):
    """One coding of one version.

    `digest` is the start of its SHA-256 in hex; `data` None where it is too long to keep.
    """

    file: str
    mark: Mark
    digest: str
    data: bytes | None

    @property
    def length(self) -> int:
        """In bytes."""
        return self.mark[2]


class Version(Struct):
    """A file with its copies by coding, the file itself as ""; `modified` in seconds since 1970, rounded down.

    `heads` are the headers that were made of it, for as long as it is kept.
    """

    marks: tuple[Mark | None, ...]
    modified: int
    copies: dict[str, Copy]
    heads: dict[object, object] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How many bytes it holds."""
        return sum(len(copy.data or b"") for copy in self.copies.values())


class Replaced(Exception):
    """The file is not the one any more that was looked at."""


class Shelf:
    """What was read of the files in a folder, for as long as they stay as they are; the least asked for goes first.

    Nothing outside the folder is read, whatever links lead there. `bytes` is how many it holds.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: OrderedDict[str, Version] = OrderedDict()
        self.bytes = 0

    def version(self, path: str) -> Version | None:
        """What lies at `path` below the folder now; None where there is no file that may be read."""
        file = f"{self._folder}/{path}"
        marks = tuple(_mark_at(file + suffix) for suffix in CODINGS.values())
        kept = self._kept.get(path)
        if kept is not None and kept.marks == marks:
            self._kept.move_to_end(path)
            return kept
        self._forget(path)
        version = self._read(file, marks) if marks[0] else None
        if version is not None:
            self._keep(path, version)
        return version

    def _read(self, file: str, marks: tuple[Mark | None, ...]) -> Version | None:
        copies: dict[str, Copy] = {}
        for (coding, suffix), mark in zip(CODINGS.items(), marks, strict=True):
            # A copy of another moment is a copy of something else.
            if mark is None or (marks[0] and mark[3] != marks[0][3]):
                continue
            copy = self._copy(file + suffix, mark)
            if copy is not None:
                copies[coding] = copy
        if "" not in copies:
            return None
        return Version(marks, copies[""].mark[3] // 1_000_000_000, copies)

    def _copy(self, file: str, mark: Mark) -> Copy | None:
        real = self._inside(file)
        if real is None:
            return None
        try:
            descriptor = opened(real, mark)
        except (OSError, Replaced):
            return None
        try:
            return _read(descriptor, real, mark)
        except (OSError, Replaced):
            return None
        finally:
            os.close(descriptor)

    def _inside(self, file: str) -> str | None:
        """The file itself where links lead to one within the folder."""
        real = os.path.realpath(file)
        return real if real.startswith(os.path.realpath(self._folder) + os.sep) else None

    def _keep(self, path: str, version: Version) -> None:
        self._kept[path] = version
        self.bytes += version.weight
        while self.bytes > _KEPT_BYTES or len(self._kept) > _KEPT_FILES:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        gone = self._kept.pop(path, None)
        self.bytes -= gone.weight if gone else 0


def _read(descriptor: int, file: str, mark: Mark) -> Copy:
    digest, chunks, is_kept = hashlib.sha256(), [], mark[2] <= _KEPT_LENGTH
    for chunk in pieces(descriptor, 0, mark[2]):
        digest.update(chunk)
        if is_kept:
            chunks.append(chunk)
    return Copy(file, mark, digest.hexdigest()[:16], b"".join(chunks) if is_kept else None)


def _mark_at(file: str) -> Mark | None:
    try:
        found = os.stat(file)  # noqa: PTH116 - three for each request: a Path takes longer than the question
    except (OSError, ValueError):
        return None
    return _mark(found) if S_ISREG(found.st_mode) else None


def _mark(found: os.stat_result) -> Mark:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def opened(file: str, mark: Mark) -> int:
    """A descriptor of the very file that has `mark`; Replaced where another lies there now, OSError where none does.

    Without O_NONBLOCK a pipe that was put there in between would hold up everybody.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if _mark(os.fstat(descriptor)) != mark:
        os.close(descriptor)
        raise Replaced
    return descriptor


def pieces(descriptor: int, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` up to `stop`; Replaced where the file became shorter meanwhile."""
    while start < stop:
        piece = os.pread(descriptor, min(_READ_AT_ONCE, stop - start), start)
        if not piece:
            raise Replaced
        yield piece
        start += len(piece)
