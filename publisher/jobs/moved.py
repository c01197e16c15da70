"""Which file that cannot be read is a post that was out under another name: as safe as one that breaks in its place."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from publisher.content import orphans, record_named
from publisher.core.identity import Record, unique
from publisher.errors import Problem, Severity
from publisher.jobs.library import Library
from publisher.model.feed import Entry

_HEAD = 64 * 1024
# Not compiled here: every build imports this, and hardly one needs it.
_TITLE = r"(?im)^\W{0,3}title\W{0,2}?\s*[:：=]\s*(\S.*)$"
_BUNDLES = ("index", "_index")


def moved_posts(library: Library, standing: Callable[[], Mapping[str, Entry]]) -> dict[str, Record]:
    """Files that cannot be read and were never a post, each with the record of the post that it most likely is.

    That is one whose file is gone and which stands in the feeds still; known by the name of its file, else by a line
    that gives its title, and only where one of them fits one file.
    """
    index = library.index
    closed = [file for file in library.scan.unreadable if not record_named(index, file) and not index.has_post(file)]
    gone = list(_gone(library)) if closed else []
    if not gone:
        return {}
    # Only this needs it, and it takes a while to import.
    from publisher.core.addresses import title_of

    out = {record.source: record for record in gone if record.id in standing()}
    found = _fitting(((_name(file), file) for file in closed), ((_name(source), source) for source in out))
    left = [file for file in closed if file not in found]
    titles = ((title_of(out[source].title), source) for source in out.keys() - found.values())
    found |= _fitting(((title_of(_title(library.config.folder / file)), file) for file in left), titles)
    return {file: out[source] for file, source in found.items()}


def moved_problems(moved: Mapping[str, Record]) -> Iterator[Problem]:
    """What to tell of them."""
    for file, record in moved.items():
        message = (
            f"looks like {record.source}, which is gone: the post stays in the feeds as it was until this file can be"
            " read, or is removed"
        )
        yield Problem(file, 1, 1, Severity.WARNING, "looks-renamed", message)


def _gone(library: Library) -> Iterator[Record]:
    """Records whose file is not there and whose post has not been known again in another."""
    there = {*library.scan.unreadable}
    known = {*library.known.ids.values()}
    return (one for one in orphans(library.index) if one.source not in there and one.id not in known)


def _fitting(files: Iterable[tuple[str, str]], records: Iterable[tuple[str, str]]) -> dict[str, str]:
    sources, wanted = unique(records), unique(files)
    return {file: sources[mark] for mark, file in wanted.items() if mark and mark in sources}


def _name(file: str) -> str:
    """What a file is called, whatever its folder and its extension; a bundle is called by its folder."""
    path = PurePosixPath(file)
    return path.parent.name if path.stem in _BUNDLES else path.stem


def _title(path: Path) -> str:
    """The title in the first line that seems to give one; "" where there is none."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode(errors="replace")
    except OSError:
        return ""
    line = re.search(_TITLE, head)
    return line[1].strip().strip(",") if line else ""
