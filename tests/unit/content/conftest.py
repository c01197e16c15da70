"""A site in a temporary folder, scanned with a fresh index unless one is named."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from publisher.content import ContentSource, Engine, Index, Rendered, Renderer, Rules, scan, survey
from publisher.errors import Problem
from publisher.model.post import Post


@dataclass(frozen=True)
class Found:
    """What a scan found: posts, those held though their file cannot be read now, and what is wrong."""

    posts: tuple[Post, ...]
    problems: tuple[Problem, ...]
    held: tuple[Post, ...]
    unreadable: tuple[str, ...]


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

    def scan(self, now: datetime | None = None) -> Found:
        with self.index() as index:
            return self.found(index, now)

    def found(self, index: Index, now: datetime | None = None) -> Found:
        """Scan with an open index."""
        scanned = scan(self.rules, index)
        posts = index.posts(now)
        return Found(
            posts=tuple(post for post in posts if post.source not in scanned.unreadable),
            problems=scanned.problems,
            held=tuple(post for post in posts if post.source in scanned.unreadable),
            unreadable=scanned.unreadable,
        )

    def post(self) -> Post:
        (post,) = self.scan().posts
        return post

    def places(self) -> list[tuple[str, int, int, str]]:
        return [(fault.file, fault.line, fault.column, fault.code) for fault in self.scan().problems]

    def rendered(self, file: str | None = None) -> Rendered:
        """What the post of `file`, or the only one, is rendered as."""
        with self.index() as index:
            context = scan(self.rules, index).context
            posts = index.posts()
            (post,) = [post for post in posts if file in (None, post.source)]
            made = Renderer(self.rules, index, lambda: posts, context).render(post)
        assert made is not None
        return made

    def html(self, file: str | None = None) -> str:
        return self.rendered(file).html


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)
