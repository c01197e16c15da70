"""Compressed copies beside each file, for servers that send them as they lie, such as nginx with gzip_static.

The only door to brotli.
"""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from publisher.feeds.write import Output, remove, replace_many

SUFFIXES = (".gz", ".br")
_NS = 1_000_000_000
# Higher ones take up to a hundred times as long for a tenth less.
_GZIP_LEVEL, _BROTLI_QUALITY = 6, 5


def replace_all(outputs: Sequence[Output]) -> list[bool]:
    """`replace_many` for files and their compressed copies; of each whether it was another before.

    All have one modification time, by which a server tells that they belong together. The copies come first: what is
    new may be seen early, but nothing old after it.
    """
    files = [file for one in outputs for file in (*_copies(one), one)]
    changed = dict(zip((file.path for file in files), replace_many(files), strict=True))
    return [changed[one.path] for one in outputs]


def _copies(output: Output) -> Iterator[Output]:
    changed = output.changed
    for suffix in SUFFIXES:
        path = output.path.with_name(output.path.name + suffix)
        if changed is None or not (_stands(path, changed) and _stands(output.path, changed)):
            yield Output(path, _compressed(output.data, suffix), changed)


def copies_stand(path: Path, changed: int) -> bool:
    """Whether both copies are there, and of this version."""
    return all(_stands(copy, changed) for copy in with_copies(path)[1:])


def with_copies(path: Path) -> list[Path]:
    """A file and its copies."""
    return [path, *(path.with_name(path.name + suffix) for suffix in SUFFIXES)]


def remove_all(path: Path) -> None:
    """Remove a file and its copies, and the file last: as long as it is there, a removal that broke off can be told.

    OutputError where one cannot be removed.
    """
    for file in reversed(with_copies(path)):
        remove(file)


def _stands(path: Path, changed: int) -> bool:
    try:
        return path.stat().st_mtime_ns == changed * _NS
    except OSError:
        return False


def _compressed(data: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        # Without a time in it: the same bytes give the same bytes.
        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    # Here, not above: a build that has nothing to write needs it not.
    import brotli

    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY))
