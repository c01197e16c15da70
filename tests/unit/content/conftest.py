"""A site in a temporary folder, scanned with a fresh index unless one is named."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.content import ContentSource, Engine, Index, Rendered, Renderer, Rules, Scan, scan, survey
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
    language: str = "ja"
    source: ContentSource = ContentSource.MARKDOWN
    ticks: Callable[[], int] = field(default=lambda: 9 * 10**18)

    def write(self, file: str, text: str | bytes) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    @property
    def rules(self) -> Rules:
        found = survey(self.folder, self.engine)
        return Rules(
            engine=self.engine,
            folder=self.folder,
            content=self.content,
            url=self.url,
            timezone=self.timezone,
            permalink=self.permalink or found.permalink,
            exclude=self.exclude,
            title="題",
            language=self.language,
            output=found.output,
            source=self.source,
            settings=found.settings,
        )

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

    def rendered(self, file: str | None = None) -> Rendered:
        """What the post of `file`, or the only one, is rendered as."""
        with self.index() as index:
            posts = scan(self.rules, index).posts
            (post,) = [post for post in posts if file in (None, post.source)]
            made = Renderer(self.rules, index, lambda: posts).render(post)
        assert made is not None
        return made

    def html(self, file: str | None = None) -> str:
        return self.rendered(file).html


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)
