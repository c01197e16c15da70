"""Which files of a folder may be posts."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from publisher.content.codes import Code
from publisher.content.engines import reader_of
from publisher.content.file_text import MAX_BYTES
from publisher.content.nouns import Rules
from publisher.content.posts import Reader
from publisher.errors import Problem
from publisher.struct import Struct, field

_LATEST = 2**63 - 1
# Dependencies of a site, not its posts: Jekyll excludes them too, and they can hold a hundred thousand files.
_NEVER = frozenset({"node_modules", "vendor", "__pycache__"})
_Entries = dict[str, "os.DirEntry[str]"]


class Found(NamedTuple):
    """A file that may be a post, relative to the site's folder; times in nanoseconds since 1970, 0 if not asked for."""

    file: str
    mtime_ns: int
    ctime_ns: int
    size: int


class Walk(Struct, frozen=True):
    """All that was found, by file; `context` are files that hold defaults for others, `folders` all looked into.

    `closed` are folders (ending in `/`) and files that cannot be entered or opened.
    """

    found: list[Found] = field(default_factory=list)
    context: list[Found] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def walk(rules: Rules, *, signs: bool = True) -> Walk:
    """Look through the content folder, following links but no link twice; without `signs` no file's status is asked."""
    return _Walker(rules, signs).run()


class _Walker:
    def __init__(self, rules: Rules, signs: bool) -> None:
        self._rules = rules
        self._signs = signs
        self._reader: Reader = reader_of(rules.engine)
        self._root = os.path.join(os.fspath(rules.folder), "")  # noqa: PTH118
        self._exclude = frozenset(name.strip("/") for name in rules.exclude)
        self._walk = Walk()
        self._entered: set[tuple[int, int]] = set()

    def run(self) -> Walk:
        pending = [""]
        while pending:
            pending.extend(self._folder(pending.pop()))
        self._walk.found.sort()
        self._walk.context.sort()
        return self._walk

    def _folder(self, folder: str) -> Iterator[str]:
        """Collect the files of one folder below the content folder; the folders to enter next."""
        file = f"{self._rules.prefix}{folder}".rstrip("/")
        try:
            with os.scandir(self._root + file) as entries:
                files, folders = self._sort(file, list(entries))
        except OSError as error:
            self._closed(f"{file}/" if file else "", file or ".", error)
            return
        self._walk.folders.append(file)
        picked, entered = self._reader.choose(self._rules, folder.rstrip("/"), list(files), list(folders))
        self._collect(folder, picked, files)
        for name in sorted(entered, reverse=True):
            if self._may_enter(f"{file}/{name}".lstrip("/"), folders[name]):
                yield f"{folder}{name}/"

    def _collect(self, folder: str, picked: list[str], files: _Entries) -> None:
        place = self._rules.prefix + folder
        self._walk.found.extend(self._files(place, picked, files))
        is_context, rules = self._reader.is_context, self._rules
        context = [name for name in files if is_context(rules, folder + name)]
        self._walk.context.extend(self._files(place, context, files))

    def _sort(self, file: str, entries: list["os.DirEntry[str]"]) -> tuple[_Entries, _Entries]:
        files: _Entries = {}
        folders: _Entries = {}
        for entry in entries:
            name = entry.name
            if not name.isprintable() and not self._is_name(file, name):
                continue
            (folders if _is_folder(entry) else files)[name] = entry
        return files, folders

    def _is_name(self, folder: str, name: str) -> bool:
        # A byte that is not UTF-8 arrives as a lone surrogate, which no address and no database can hold.
        if all(char >= " " and not "\ud800" <= char <= "\udfff" for char in name):
            return True
        shown = "".join(char if char.isprintable() else "\ufffd" for char in name)
        where = f"{folder}/{shown}".lstrip("/")
        if name.endswith((".md", ".markdown")):
            message = "the file's name is not UTF-8 or holds control characters; rename it"
            self._walk.problems.append(Code.BAD_FILE_NAME.error(where, 0, 0, message))
        return False

    def _may_enter(self, file: str, entry: "os.DirEntry[str]") -> bool:
        if file in self._exclude or entry.name in _NEVER:
            return False
        if not entry.is_symlink():
            return True
        # Each target is entered through a link once: a loop ends, and links to links cannot multiply.
        status = entry.stat()
        target = (status.st_dev, status.st_ino)
        above = Path(self._root, file).parent.resolve()
        if target in self._entered or above.is_relative_to(Path(entry.path).resolve()):
            message = "the link leads to a folder that is read already; it is not entered again"
            self._walk.problems.append(Code.LINK_LOOP.warning(file, 0, 0, message))
            return False
        self._entered.add(target)
        return True

    def _files(self, place: str, names: list[str], files: _Entries) -> Iterator[Found]:
        for name in names:
            try:
                if not self._signs and files[name].is_file(follow_symlinks=False):
                    yield Found(place + name, 0, 0, 0)
                    continue
                status = files[name].stat()
            except OSError as error:
                self._closed(place + name, place + name, error)
                continue
            if S_ISREG(status.st_mode):
                yield Found(place + name, *signs(status))

    def _closed(self, closed: str, file: str, error: OSError) -> None:
        self._walk.closed.append(closed)
        self._walk.problems.append(unreadable(file, error))


def signs(status: os.stat_result) -> tuple[int, int, int]:
    """Change times in nanoseconds and size: what shows that a file changed. Past 2262 SQLite has no number for them."""
    mtime_ns, ctime_ns = status.st_mtime_ns, status.st_ctime_ns
    if mtime_ns > _LATEST or ctime_ns > _LATEST:
        mtime_ns, ctime_ns = min(mtime_ns, _LATEST), min(ctime_ns, _LATEST)
    return mtime_ns, ctime_ns, status.st_size


def read_bytes(path: str) -> tuple[bytes, tuple[int, int, int]]:
    """A file's bytes, one more than the longest allowed at most, and its signs; OSError where it cannot be read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # The status first: a change while reading then shows as a change at the next scan.
        status = os.fstat(descriptor)
        data = os.read(descriptor, min(status.st_size, MAX_BYTES) + 1)
        # A file that grows, or of a kind that has no size; short reads are no end.
        while len(data) <= MAX_BYTES and len(data) != status.st_size and (more := os.read(descriptor, MAX_BYTES)):
            data += more
        return data, signs(status)
    finally:
        os.close(descriptor)


def unreadable(file: str, error: OSError) -> Problem:
    """The system's own words on why a file or folder cannot be read."""
    return Code.UNREADABLE_FILE.error(file, 0, 0, f"cannot be read: {error.strerror or error}")


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
