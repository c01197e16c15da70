"""A site in a temporary folder, scanned with a fresh index unless one is named."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.content import Engine, Index, Rules, Scan, render, scan
from publisher.model.post import Post


@dataclass
class Site:
    """Writes files, scans them. `ticks` is the clock of the index, far from any file's change time."""

    folder: Path
    engine: Engine = Engine.JEKYLL
    content: str = "."
    url: str = "https://example.com/"
    timezone: str = "Asia/Tokyo"
    permalink: str | None = None
    exclude: tuple[str, ...] = ("_publisher", "_site")
    key: str = "key"
    ticks: Callable[[], int] = field(default=lambda: 9 * 10**18)

    def write(self, file: str, text: str | bytes) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    @property
    def rules(self) -> Rules:
        return Rules(self.engine, self.folder, self.content, self.url, self.timezone, self.permalink, self.exclude)

    def index(self) -> Index:
        return Index(self.folder.parent / "cache.db", self.key, clock=self.ticks)

    def scan(self) -> Scan:
        with self.index() as index:
            return scan(self.rules, index)

    def post(self) -> Post:
        (post,) = self.scan().posts
        return post

    def places(self) -> list[tuple[str, int, int, str]]:
        return [(fault.file, fault.line, fault.column, fault.code) for fault in self.scan().problems]

    def html(self) -> str:
        with self.index() as index:
            (post,) = scan(self.rules, index).posts
            html = render(self.rules, post, index)
        assert html is not None
        return html


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)
