"""Files of feeds onto the disk: only those that are new, after `ids.json` has what it must remember of them.

Each file's time of change is remembered there, so that a fresh checkout serves it with the Last-Modified of before,
and what a reader asks for on condition stays unsent.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from publisher.content import output, put_output
from publisher.core.identity import moment_text
from publisher.errors import OutputError
from publisher.feeds import Output, copies_stand, remove_all, replace_all, with_copies
from publisher.jobs.entries import NEVER
from publisher.jobs.feed_records import FeedRecord, digest_of
from publisher.jobs.library import Library
from publisher.jobs.site import shown_path
from publisher.struct import Struct

_MOST_BYTES = 64 * 1024 * 1024
"""So much waits in memory for `ids.json` to be written."""


class Sheet(Struct, frozen=True):
    """One file to be: its path below the output folder; what it is, as FeedRecord says it; a text that changes whenever
    its bytes might; and what makes them.

    `updated` is when what it tells of last changed, for a file of which nothing is remembered.
    """

    path: str
    kind: str
    name: str
    format: str
    fingerprint: Callable[[], str]
    make: Callable[[], bytes]
    updated: Callable[[], datetime]


Keep: TypeAlias = Callable[[list[FeedRecord]], None]
Notice: TypeAlias = Callable[[Sheet | FeedRecord, bytes, bytes | None], None]


class Press:
    """Takes sheets, in any number, and writes those that changed; `keep` is called with what is to be remembered before
    any of them is written, `notice` with the bytes that stood and those that took their place, None for none.

    `standing` is what is remembered, where it is more than was known when the posts were read.
    """

    def __init__(
        self,
        library: Library,
        now: datetime,
        keep: Keep,
        notice: Notice,
        standing: Sequence[FeedRecord] | None = None,
    ) -> None:
        self._library, self._now, self._keep, self._notice = library, now, keep, notice
        feeds = library.known.feeds if standing is None else standing
        self._before: Mapping[str, FeedRecord] = {record.path: record for record in feeds}
        self._records: dict[str, FeedRecord] = {}
        self._waiting: list[tuple[Sheet, bytes]] = []
        self._bytes = 0
        self.written: list[str] = []
        self.count = 0

    def put(self, sheet: Sheet) -> None:
        """Write a file, soon, if it is another than the one that stands."""
        if not self.stands(sheet):
            self.add(sheet, sheet.make())

    def stands(self, sheet: Sheet) -> bool:
        """Whether a file stands as it is to be; then that is all there is to it."""
        self.count += 1
        before, path = self._before.get(sheet.path), self._place(sheet.path)
        if before is None or before.gone or not self._is_same(sheet, before, path):
            return False
        self._records[sheet.path] = before
        return True

    def add(self, sheet: Sheet, data: bytes) -> None:
        """Write a file that does not stand as it is to be, soon."""
        self._records[sheet.path] = self._record(sheet, self._before.get(sheet.path), data)
        self._waiting.append((sheet, data))
        self._bytes += len(data)
        if self._bytes > _MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        self._keep(self._remembered())
        self._write(self._waiting)
        self._waiting, self._bytes = [], 0

    def leave(self, path: str) -> None:
        """Let a file stand as it does, or be missing: nobody can say now what it is to be."""
        if path in self._before:
            self._records[path] = self._before[path]

    def end(self, within: Callable[[FeedRecord], bool] = lambda _record: True) -> list[FeedRecord]:
        """Write what waits, and remove what is made no more, of the files that are `within`; what is gone now."""
        left = (record for path, record in self._before.items() if path not in self._records)
        unwanted = [record for record in left if within(record)]
        for record in unwanted:
            self._records[record.path] = record._replace(gone=record.gone or self._after(record), pinged="")
        self.flush()
        # Those of before, too: a run that was killed here has remembered them as gone, and not removed them.
        return [record for record in unwanted if self._remove(record) or not record.gone]

    def record(self, path: str) -> FeedRecord:
        """What is to be remembered of a file that was put."""
        return self._records[path]

    def data(self, path: str) -> bytes:
        """The bytes of a file that was put; OSError where it cannot be read any more."""
        waiting = (data for sheet, data in self._waiting if sheet.path == path)
        return next(waiting, None) or self._place(path).read_bytes()

    def outputs(self) -> list[Path]:
        """Every file that was put, with its copies, where it lies."""
        paths = (self._place(path) for path, record in self._records.items() if not record.gone)
        return [file for path in paths for file in with_copies(path)]

    def _remembered(self) -> list[FeedRecord]:
        return sorted({**self._before, **self._records}.values())

    def _place(self, path: str) -> Path:
        return self._library.place.output / path

    def _is_same(self, sheet: Sheet, before: FeedRecord, path: Path) -> bool:
        shown = shown_path(self._library.config, path)
        known = output(self._library.index, shown)
        if known is None or known[1:] != _stat(path) or known[0] != sheet.fingerprint():
            return False
        return copies_stand(path, _seconds(before.changed))

    def _record(self, sheet: Sheet, before: FeedRecord | None, data: bytes) -> FeedRecord:
        digest = digest_of(data)
        if before and not before.gone and before.digest == digest:
            changed = before.changed
        elif before:
            changed = self._after(before)
        else:
            changed = moment_text(self._first(sheet, data))
        pinged = before.pinged if before else ""
        return FeedRecord(sheet.path, sheet.kind, sheet.name, sheet.format, changed, digest, pinged=pinged)

    def _first(self, sheet: Sheet, data: bytes) -> datetime:
        """When a file changed of which nothing is remembered: now, where it takes the place of another, which readers
        may have with a later time than that of any post."""
        old = _bytes_of(self._place(sheet.path))
        # A post may be of a year that no file system knows.
        return self._now if old is not None and old != data else min(max(sheet.updated(), NEVER), self._now)

    def _after(self, record: FeedRecord) -> str:
        """Now, but a second after its last change at least, also where the clock went back: or whoever has the file of
        before is told that it still holds."""
        last = datetime.fromisoformat(max(record.changed, record.gone))
        return moment_text(max(self._now, last + timedelta(seconds=1)))

    def _require_own_files(self, paths: Iterable[str]) -> None:
        """OutputError where a file is linked to that of another feed: each build would replace one by the other."""
        output = self._library.place.output
        root = os.path.realpath(output)
        for path in paths:
            target = os.path.realpath(output / path)
            if target != f"{root}/{path}" and (other := self._at(target, path)):
                hint = "remove the link: feeds.redirects can lead the readers of one to the other"
                raise OutputError(str(output / path), f"is linked to the file of {other}", hint=hint)

    def _at(self, target: str, path: str) -> str | None:
        """The other feed whose file this is; that its own copy is linked to it does no harm."""
        own = self._records[path].digest
        others = (record for record in self._remembered() if not record.gone and record.digest != own)
        return next((one.path for one in others if os.path.realpath(self._place(one.path)) == target), None)

    def _write(self, waiting: Sequence[tuple[Sheet, bytes]]) -> None:
        self._require_own_files(sheet.path for sheet, _ in waiting)
        olds = [_bytes_of(self._place(sheet.path)) for sheet, _ in waiting]
        is_new = replace_all(
            [Output(self._place(one.path), data, _seconds(self._records[one.path].changed)) for one, data in waiting]
        )
        for (sheet, data), old, changed in zip(waiting, olds, is_new, strict=True):
            path = self._place(sheet.path)
            shown = shown_path(self._library.config, path)
            if changed:
                self.written.append(shown)
                if old is not None:
                    self._notice(sheet, old, data)
            # Anew: what a post's rendering depends on is known only now.
            put_output(self._library.index, shown, sheet.fingerprint(), *_stat(path))

    def _is_known(self, path: Path) -> bool:
        """Whether a file is one of ours, though another was to take its place: a run that was killed did not get to
        that."""
        known = output(self._library.index, shown_path(self._library.config, path))
        return known is not None and known[1:] == _stat(path)

    def _remove(self, record: FeedRecord) -> bool:
        """Remove a file that is as we wrote it; another program's in its place stays. Whether it was there."""
        path = self._place(record.path)
        data = _bytes_of(path)
        if data is None or not (record.is_of(data) or self._is_known(path)):
            return False
        remove_all(path)
        self._notice(record, data, None)
        return True


def _bytes_of(path: Path) -> bytes | None:
    try:
        # To read a pipe would take for ever.
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


def _stat(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_mtime_ns, stat.st_size)
