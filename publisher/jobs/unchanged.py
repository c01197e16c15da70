"""Whether a build would do nothing: told from names, times and sizes alone, before any engine or post is read.

A build notes all it looked at; where every bit of that is as it was, so is its result. Anything that changed since the
build began, and any time too close to it to be told apart, makes the note worthless, and the next build looks anew.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from stat import S_ISDIR

from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.cache import peek
from publisher.config import Config
from publisher.jobs.report import Report, load_report
from publisher.struct import Struct, asdict

NOTE = "build"
# See content.index: within this time of its change a file may change again without a sign.
RACY_NS = 2_000_000_000
# Files alone: a folder may hold posts, even one that is called preview in a plain folder.
_OWN = frozenset({"cache.db", "publisher.db", "ids.json", ".gitignore"})
_OWN_STARTS = ("cache.db-", "publisher.db-", ".ids.json.")


class Seen(Struct, frozen=True):
    """What a build looked at, below the site's folder.

    `folders` were searched for posts; each has the time of its last change in nanoseconds since 1970, 0 for the home,
    which our own doing changes. `tree` is their mark, `newest_ns` the last change of a file in them. `places` are other
    files, and folders whose whole content counts, each with its mark. Every selection is the same from `since` until
    `until`, in seconds since 1970; None for ever.
    """

    key: str
    folders: Sequence[tuple[str, int]]
    tree: str
    newest_ns: int
    places: Sequence[tuple[str, str]]
    since: float
    until: float | None
    report: str

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def unchanged(config: Config, at: datetime) -> Report | None:
    """What a build as of `at` would report, where it would write nothing; None where that cannot be told."""
    note = peek(config.home / CACHE_NAME, NOTE).get(NOTE)
    if not note:
        return None
    told = json.loads(note)
    # Before the rest is read: the key changes with the program's version, and what a note holds may, too.
    if told["key"] != config.key:
        return None
    seen = Seen(**told)
    moment = at.timestamp()
    if moment < seen.since or (seen.until is not None and moment >= seen.until):
        return None
    if any(mark_of(config.folder / place).text != mark for place, mark in seen.places):
        return None
    # First, because it takes no time: a file that came or went shows in its folder.
    if any(change_of_folder(config, folder) != mtime_ns for folder, mtime_ns in seen.folders):
        return None
    tree = mark_of_tree(config, [folder for folder, _ in seen.folders], newest_ns=seen.newest_ns)
    return load_report(seen.report) if tree is not None and tree.text == seen.tree else None


class Mark(Struct, frozen=True):
    """What shows that a file or folder changed, and the newest change in it in nanoseconds since 1970."""

    text: str
    newest_ns: int = 0


def is_settled(newest_ns: int, began_ns: int) -> bool:
    """Whether nothing changed since a build began, or too shortly before."""
    return newest_ns < began_ns - RACY_NS


def mark_of_tree(
    config: Config, folders: Sequence[str], missing: set[str] | None = None, *, newest_ns: int | None = None
) -> Mark | None:
    """Names of everything in the folders, and the signs of what is a file; what is ours and changes by our own doing
    is left out.

    None where a folder cannot be read, or anything changed after `newest_ns`. Files that are found are taken out of
    `missing`.
    """
    told = hashlib.sha256()
    newest = 0
    for folder in folders:
        told.update(f"/{folder}\n".encode(errors="surrogateescape"))
        prefix = f"{folder}/" if folder else ""
        try:
            for entry in _entries(config.folder / folder, own=_is_home(config, folder)):
                if entry.is_dir():
                    told.update(f"{entry.name}/\n".encode(errors="surrogateescape"))
                    continue
                status = _status(entry)
                newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
                if newest_ns is not None and newest > newest_ns:
                    return None
                signs = f"{entry.name}\0{status.st_mtime_ns}\0{status.st_ctime_ns}\0{status.st_size}\n"
                told.update(signs.encode(errors="surrogateescape"))
                if missing is not None:
                    missing.discard(prefix + entry.name)
        except OSError:
            return None
    return Mark(told.hexdigest(), newest)


def change_of_folder(config: Config, folder: str) -> int:
    """When a folder's entries last changed, in nanoseconds since 1970; 0 for the home, -1 where there is none."""
    if _is_home(config, folder):
        return 0
    try:
        return (config.folder / folder).stat().st_mtime_ns
    except OSError:
        return -1


def _is_home(config: Config, folder: str) -> bool:
    return config.folder / folder == config.home


def _is_own(name: str) -> bool:
    return name in _OWN or name.startswith(_OWN_STARTS)


def _status(entry: "os.DirEntry[str]") -> os.stat_result:
    try:
        return entry.stat()
    except OSError:
        # A link to nothing, such as an editor's lock: that it is there is all there is to it.
        return entry.stat(follow_symlinks=False)


def _entries(folder: Path, *, own: bool) -> list["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        kept = [entry for entry in entries if not (own and _is_own(entry.name))]
    # From the last name to the first: what was changed since is the newest post, most often.
    kept.sort(key=lambda entry: entry.name, reverse=True)
    return kept


def mark_of(path: Path) -> Mark:
    """The signs of a file; for a folder those of all that is below it; empty where there is neither."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return Mark("")
    newest_ns = max(status.st_mtime_ns, status.st_ctime_ns)
    if not S_ISDIR(status.st_mode):
        return Mark(f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_size}", newest_ns)
    told = hashlib.sha256()
    for place, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            mark = mark_of(Path(place) / name)
            newest_ns = max(newest_ns, mark.newest_ns)
            told.update(f"{place}/{name}\0{mark.text}\n".encode(errors="surrogateescape"))
    return Mark(told.hexdigest(), newest_ns)
