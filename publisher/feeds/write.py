"""Onto the disk, whole or not at all."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE
from typing import BinaryIO

from publisher.errors import OutputError

_HINTS = {
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some of this user's quota and try again",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f) and try again",
    errno.EACCES: "let this user write to the folder and to the files in it",
    errno.EPERM: "let this user write to the folder and to the files in it",
    errno.EROFS: "the file system is read-only: make it writable, or let feeds.output name another folder",
    errno.EISDIR: "a folder stands where the file should: move it away, or change feeds.paths",
}


def replace(path: Path, data: bytes) -> bool:
    """Make `data` the content of `path` at once; False, and nothing touched, where it is that already.

    A reader sees the old file or the new one, also after SIGKILL or a power cut. Folders are made, permissions of
    an existing file are kept. Where `path` is a symbolic link the file it points to is replaced and the link stays:
    sites link their output into a served folder, and a link turned into a file would part the two unseen.
    Raises OutputError; then the old file stands, and no temporary one is left.
    """
    target = Path(os.path.realpath(path))
    try:
        if _holds(target, data):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        _swap(target, data)
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error), hint=_hint(target, error)) from error
    return True


def _hint(target: Path, error: OSError) -> str | None:
    """What to do; where a file stands in the way, the path alone does not tell which part of it that is."""
    if error.errno != errno.ENOTDIR:
        return _HINTS.get(error.errno or 0)
    # From the root on: below a file there is nothing to ask.
    inside = next((folder for folder in reversed(target.parents) if not folder.is_dir()), target)
    return f"{inside} is a file and should be a folder: move it away, or change feeds.output or feeds.paths"


def _holds(target: Path, data: bytes) -> bool:
    try:
        return target.stat().st_size == len(data) and target.read_bytes() == data
    except FileNotFoundError:
        return False


def _swap(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.publisher-new")
    with _claimed(temporary) as file:
        try:
            _fill(file, data)
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)


@contextmanager
def _claimed(temporary: Path) -> Iterator[BinaryIO]:
    """The temporary file, empty and ours alone; what a killed run left there is used again.

    Without the lock two builds at once would share the file, and one would put the other's half into place.
    """
    while True:
        with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Whoever held the lock before has by now moved the file into place, or removed it.
            if _is_still(temporary, file):
                file.truncate()
                yield file
                return


def _is_still(temporary: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(temporary.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _fill(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    # Before the name changes: else a power cut leaves the new name with nothing in it.
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # The new file stands already; some network file systems refuse to sync a folder (EINVAL), and then only the
    # old file could come back after a power cut, whole, for the next build to replace again.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
