"""Diff: what a build would change in the feeds that stand, and what their readers would notice of it."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial

from publisher.config import Config
from publisher.errors import Problem
from publisher.feeds.readers import seen
from publisher.jobs.archive_paths import NEWSLETTER
from publisher.jobs.build import Work, faults, prepare, would_write
from publisher.jobs.feed_records import digest_of
from publisher.jobs.feed_sheets import ARCHIVE
from publisher.jobs.library import Library, Progress
from publisher.jobs.reading import read
from publisher.jobs.report import code_of
from publisher.jobs.site import shown_path
from publisher.model.feed import FeedFormat
from publisher.model.seen import Reader, Seen
from publisher.struct import Struct


class Change(StrEnum):
    """What would become of a feed's file; `lost` is one that was written before and does not stand to compare with."""

    NEW = "new"
    CHANGED = "changed"
    LOST = "lost"
    GONE = "gone"


class FeedDiff(Struct, frozen=True):
    """One feed that would not stay as it is; `path` is relative to the site's folder. Of a lost one nothing is seen."""

    path: str
    format: FeedFormat
    change: Change
    seen: dict[Reader, Seen]


class Diff(Struct, frozen=True):
    """The feeds that would not stay as they are, how many would, and all that is wrong with the posts."""

    feeds: tuple[FeedDiff, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]

    def exit_code(self, *, strict: bool) -> int:
        """That of the build; see report.code_of."""
        return code_of(self.problems, self.fed_unreadable, strict=strict)


def diff(config: Config, *, at: datetime, now: datetime, progress: Progress | None = None) -> Diff:
    """What a build of the posts as of `at` would change. Nothing is written but the cache.

    Errors as of `build`.
    """
    return read(config, partial(_compared, now=now), at=at, progress=progress)


def _compared(library: Library, now: datetime) -> Diff:
    work = prepare(library, now)
    written = {record.path: record.digest for record in library.known.feeds if not record.gone}
    stays = 0
    changed: list[FeedDiff] = []
    for path, format_, old, new in _versions(work):
        change = _change(old, new, written.get(path))
        if change is None:
            stays += 1
            continue
        shown = shown_path(library.config, library.place.output / path)
        changed.append(FeedDiff(shown, format_, change, {} if change is Change.LOST else seen(old, new)))
    return Diff(tuple(changed), stays, *faults(work))


def _change(old: bytes | None, new: bytes | None, digest: str | None) -> Change | None:
    """None where the feed stays as it is; `digest` is that of what was last written."""
    if new is None:
        return Change.GONE
    if old is None and digest:
        # Jekyll removes it at each build; readers have it all the same.
        return None if digest_of(new) == digest else Change.LOST
    return None if old == new else Change.CHANGED if old is not None else Change.NEW


def _versions(work: Work) -> Iterator[tuple[str, FeedFormat, bytes | None, bytes | None]]:
    """Each feed before and after, None where it is not there; last those that are made no more."""
    library = work.desk.library
    made: set[str] = {*library.config.settings.feeds.redirects}
    for path, format_, old, new in would_write(work):
        made.add(path)
        yield path, format_, old, new
    for record in library.known.feeds:
        file = library.place.output / record.path
        is_feed = record.kind not in (ARCHIVE, NEWSLETTER) and record.format in {*FeedFormat}
        if is_feed and not record.gone and record.path not in made and file.is_file():
            yield record.path, FeedFormat(record.format), file.read_bytes(), None
