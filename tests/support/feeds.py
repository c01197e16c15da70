"""What a build wrote, held against the validator."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import feedparser

from support.validator import Fault, faults

FEEDS = (".xml", ".json")


def written(output: Path) -> Iterator[Path]:
    """The feeds and the list of subscriptions below an output folder."""
    yield from sorted(path for path in output.rglob("*") if path.suffix in (*FEEDS, ".opml") and path.is_file())


def address(output: Path, path: Path, root: str) -> str:
    """Where a file is served; `root` is the site's address, percent-encoded, ending in `/`."""
    return root + quote(path.relative_to(output).as_posix())


def found(output: Path, root: str) -> list[str]:
    """Every fault of every file, with the file's path."""
    return [f"{path.relative_to(output)}: {fault}" for path, fault in _faults(output, root)]


def broken(output: Path, root: str) -> set[str]:
    """The rules that are broken anywhere."""
    return {fault.rule for _, fault in _faults(output, root)}


def _faults(output: Path, root: str) -> Iterator[tuple[Path, Fault]]:
    for path in written(output):
        for fault in faults(path.read_bytes(), address(output, path, root)):
            yield path, fault


def parsed(path: Path) -> feedparser.FeedParserDict:
    """The feed as feedparser reads it, which must have nothing to complain of; RSS and Atom alone."""
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo, (path, feed.get("bozo_exception"))
    return feed
