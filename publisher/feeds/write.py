"""Onto the disk, whole or not at all."""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG
from typing import BinaryIO

from publisher.errors import OutputError
from publisher.struct import Struct

_NS = 1_000_000_000
_BATCH = 96
"""So many files are open at once."""
_HINTS = {
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some of this user's quota and try again",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f) and try again",
    errno.EACCES: "let this user write to the folder and to the files in it",
    errno.EPERM: "let this user write to the folder and to the files in it",
    errno.EROFS: "the file system is read-only: make it writable, or let feeds.output name another folder",
    errno.ELOOP: "a symbolic link leads back to itself: remove it",
    errno.ENAMETOOLONG: "shorten feeds.paths, or map the name to a short one under categories",
    errno.EISDIR: "a folder stands where the file should: move it away, or change feeds.paths",
}


class Output(Struct, frozen=True):
    """A file to be. `changed`, in seconds since 1970, is to be its modification time, where given."""

    path: Path
    data: bytes
    changed: int | None = None


def replace(path: Path, data: bytes, changed: int | None = None) -> bool:
    """Make `data` the content of `path` at once; False, and no byte touched, where it is that already.

    `changed`, in seconds since 1970, becomes its modification time, where given: servers tell it as Last-Modified.

    A reader sees the old file or the new one, also after SIGKILL or a power cut. Folders are made, permissions of
    an existing file are kept. Where `path` is a symbolic link the file it points to is replaced and the link stays:
    sites link their output into a served folder, and a link turned into a file would part the two unseen.
    Raises OutputError; then the old file stands, and no temporary one is left.
    """
    return replace_many([Output(path, data, changed)])[0]


def replace_many(outputs: Sequence[Output]) -> list[bool]:
    """`replace` for many files, in their order. All that is new is on the disk before the first is put into place: that
    takes a fraction of the time."""
    done: list[bool] = []
    for batch in _batches(outputs):
        with ExitStack() as stack:
            swaps = [stack.enter_context(_prepared(one, target)) for one, target in batch]
            for swap in swaps:
                swap.sync()
            for swap in swaps:
                swap.put()
        for folder in dict.fromkeys(target.parent for _, target in batch):
            _sync_folder(folder)
        done += [swap.file is not None for swap in swaps]
    return done


def remove(path: Path) -> None:
    """Remove a file, if it is there; OutputError where it cannot be."""
    with _blamed(path, path):
        path.unlink(missing_ok=True)


def _batches(outputs: Iterable[Output]) -> Iterator[list[tuple[Output, Path]]]:
    """Each output with the file it really is; never one file twice in a batch, whose lock would wait for itself."""
    batch: dict[Path, Output] = {}
    for one in outputs:
        target = Path(os.path.realpath(one.path))
        if target in batch or len(batch) == _BATCH:
            yield [(output, target) for target, output in batch.items()]
            batch = {}
        batch[target] = one
    if batch:
        yield [(output, target) for target, output in batch.items()]


class _Swap:
    """A file that waits to be put into place; `file` is None where the target is as it is to be."""

    def __init__(self, output: Output, target: Path, temporary: Path, file: BinaryIO | None) -> None:
        self._output, self._target, self._temporary = output, target, temporary
        self.file = file

    def sync(self) -> None:
        """Have it on the disk before its name changes: else a power cut leaves the new name with nothing in it."""
        if self.file is not None:
            with _blamed(self._output.path, self._target):
                os.fsync(self.file.fileno())

    def put(self) -> None:
        if self.file is not None:
            with _blamed(self._output.path, self._target):
                self._temporary.replace(self._target)


@contextmanager
def _prepared(output: Output, target: Path) -> Iterator[_Swap]:
    """The new file beside its target, filled; no trace is left of one that is not put into place."""
    temporary = target.with_name(f".{target.name}.publisher-new")
    with ExitStack() as stack:
        with _blamed(output.path, target):
            file = None
            if not _stands(target, output):
                target.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(_claimed(temporary))
                stack.callback(_remove_if_there, temporary, os.fstat(file.fileno()))
                _fill(file, target, output)
        yield _Swap(output, target, temporary, file)


def _remove_if_there(temporary: Path, status: os.stat_result) -> None:
    # Put into place it is there no more, and another build may have its own there by now.
    with suppress(OSError):
        if os.path.samestat(temporary.stat(), status):
            temporary.unlink()


@contextmanager
def _blamed(path: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(str(path), error.strerror or str(error), hint=_hint(target, error)) from error


def _hint(target: Path, error: OSError) -> str | None:
    """What to do; where a file stands in the way, the path alone does not tell which part of it that is."""
    if error.errno not in (errno.ENOTDIR, errno.EEXIST):
        return _HINTS.get(error.errno or 0)
    # From the root on: below a file there is nothing to ask.
    inside = next((folder for folder in reversed(target.parents) if not folder.is_dir()), target)
    return f"{inside} is a file and should be a folder: move it away, or change feeds.output or feeds.paths"


def _stands(target: Path, output: Output) -> bool:
    """Whether the target is as it is to be; its time is set where only that is not."""
    try:
        status = target.stat()
        if not (S_ISREG(status.st_mode) or S_ISDIR(status.st_mode)):
            # A feed that is linked to /dev/null would take the place of that.
            hint = "move it away, or change feeds.paths"
            raise OutputError(str(output.path), "is a device, a pipe or a socket", hint=hint)
        if status.st_size != len(output.data) or target.read_bytes() != output.data:
            return False
    except FileNotFoundError:
        return False
    if output.changed is not None and status.st_mtime_ns != output.changed * _NS:
        try:
            os.utime(target, (output.changed, output.changed))
        except PermissionError:
            # Another user's file, in a folder where both may write: it can be replaced, and not be given a time.
            return False
    return True


@contextmanager
def _claimed(temporary: Path) -> Iterator[BinaryIO]:
    """The temporary file, empty and ours alone; what a killed run left there is used again.

    Without the lock two builds at once would share the file, and one would put the other's half into place.
    """
    while True:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        # Unbuffered: on a full disk its closing would write once more, and fail in the place of what is told.
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
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


def _fill(file: BinaryIO, target: Path, output: Output) -> None:
    left = memoryview(output.data)
    while left:
        left = left[file.write(left) :]
    if output.changed is not None:
        os.utime(file.fileno(), (output.changed, output.changed))
    with suppress(FileNotFoundError):
        os.fchmod(file.fileno(), S_IMODE(target.stat().st_mode))


def _sync_folder(folder: Path) -> None:
    # The new file stands already; some network file systems refuse to sync a folder (EINVAL), and then only the
    # old file could come back after a power cut, whole, for the next build to replace again.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
