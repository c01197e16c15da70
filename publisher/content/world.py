"""What a post's text may look at while it is rendered, and a note of all it looked at."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from stat import S_ISREG

from publisher.content.codes import Code
from publisher.content.file_text import MAX_BYTES
from publisher.content.needs import EXISTS, FILE, FOLDER, MEDIA, POST, POSTS, Need, short
from publisher.content.nouns import Rules
from publisher.content.served import inside
from publisher.content.source import Source
from publisher.errors import ContentError, Problem
from publisher.model.post import Post
from publisher.struct import Struct, field


class World(Struct, frozen=True, dict=True):
    """The site around a post: its files and its other posts. Nothing outside the site's folder is ever read.

    Posts that come out after `at` are not yet on the site; None where all of them are.
    """

    rules: Rules
    listing: Callable[[], Sequence[Post]]
    at: datetime | None = None
    _told: dict[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def posts(self) -> Sequence[Post]:
        """Every readable post of the site."""
        return self.listing()

    @cached_property
    def out(self) -> Sequence[Post]:
        """Those of them that are on the site."""
        return [post for post in self.posts if self.at is None or post.published <= self.at]

    @cached_property
    def by_source(self) -> dict[str, Post]:
        """The same by file."""
        return {post.source: post for post in self.posts}

    @cached_property
    def by_stem(self) -> dict[str, list[Post]]:
        """The same by what `stem_of` makes of their files: what a bare name may mean, without a walk over all."""
        stems: dict[str, list[Post]] = {}
        for post in self.posts:
            stems.setdefault(stem_of(post.source), []).append(post)
        return stems

    @cached_property
    def _all(self) -> str:
        parts = [(post.source, post.url, post.title, post.published.isoformat(), post.digest) for post in self.posts]
        return short(json.dumps([len(self.out), *parts]).encode())

    @cached_property
    def _root(self) -> Path:
        return self.rules.folder.resolve()

    def path(self, name: str) -> Path | None:
        """The file of that name below the site's folder, links followed; None where it would lie outside."""
        return inside(self._root, name)

    def bytes_of(self, name: str) -> bytes | None:
        """A file's bytes; None where there is none, or it is over 10 MB."""
        path = self.path(name)
        try:
            if path is None or not path.is_file() or path.stat().st_size > MAX_BYTES:
                return None
            return path.read_bytes()
        except OSError:
            return None

    def names_in(self, folder: str) -> list[str]:
        """Every file below a folder of the site, by its path from the site's folder, sorted."""
        path = self.path(folder)
        if path is None or not path.is_dir():
            return []
        root = self.rules.folder.resolve()
        return sorted(found.relative_to(root).as_posix() for found in path.rglob("*") if found.is_file())

    def now(self, need: Need) -> str:
        """What the thing that a rendering depended on is now; looked at once, however many depend on it."""
        place = (need.kind, need.key)
        if place not in self._told:
            self._told[place] = self._now(need)
        return self._told[place]

    def _now(self, need: Need) -> str:
        if need.kind == EXISTS:
            path = self.path(need.key)
            return "yes" if path is not None and path.is_file() else ""
        if need.kind == FILE:
            data = self.bytes_of(need.key)
            return "" if data is None else short(data)
        if need.kind == MEDIA:
            return self._signs(need.key)
        if need.kind == FOLDER:
            return short("\n".join(self.names_in(need.key)).encode())
        if need.kind == POST:
            post = self.by_source.get(need.key)
            return post.url if post else ""
        return self._all

    def _signs(self, name: str) -> str:
        path = self.path(name)
        try:
            status = path.stat() if path else None
        except OSError:
            return ""
        return f"{status.st_size} {status.st_mtime_ns}" if status and S_ISREG(status.st_mode) else ""


def stem_of(path: str) -> str:
    """A file's name up to its first dot, in lower case, hyphens for spaces; of an `index` the folder's."""
    parts = path.lower().replace(" ", "-").rsplit("/", 2)
    stem = parts[-1].partition(".")[0]
    return parts[-2].partition(".")[0] if stem == "index" and len(parts) > 1 else stem


class Page(Struct, frozen=True, dict=True):
    """A post on its way to become HTML. `needs` and `problems` fill up on the way."""

    post: Post
    source: Source
    world: World
    needs: set[Need] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The text below the header."""
        return self.source.front.body

    def read(self, name: str) -> str | None:
        """A text file of the site, by its path from the site's folder; None where it cannot be read as UTF-8."""
        data = self.world.bytes_of(name)
        self._need(FILE, name)
        try:
            return None if data is None else data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None

    def data(self, name: str) -> bytes | None:
        """The bytes of a file of the site, by its path from the site's folder; None where it cannot be read."""
        self._need(FILE, name)
        return self.world.bytes_of(name)

    def media(self, name: str) -> Path | None:
        """A file of the site that may be too large to read: its size and time of change stand for its bytes."""
        return self.world.path(name) if self._need(MEDIA, name) else None

    def has(self, name: str) -> bool:
        """Whether the site's folder has that file; its content does not matter, its coming and going does."""
        return bool(self._need(EXISTS, name))

    def list(self, folder: str) -> Sequence[str]:
        """Every file below a folder of the site, by its path from the site's folder."""
        self._need(FOLDER, folder)
        return self.world.names_in(folder)

    def post_at(self, source: str) -> Post | None:
        """The post of a file, by its path from the site's folder."""
        self._need(POST, source)
        return self.world.by_source.get(source)

    def posts(self) -> Sequence[Post]:
        """Every post of the site. A rendering that asks for them is made anew whenever any post changes."""
        self._need(POSTS, "")
        return self.world.posts

    def out(self) -> Sequence[Post]:
        """The posts that the site lists beside this one. A list in a post that is out must not tell of one to come."""
        self._need(POSTS, "")
        return self.world.out if self.world.at is None or self.post.published <= self.world.at else self.world.posts

    def warn(self, code: Code, line: int, column: int, message: str) -> None:
        """Note a fault that the post survives; `line` and `column` count from 1 in the file."""
        self.problems.append(code.warning(self.source.file, line, column, message))

    def warn_at(self, code: Code, offset: int, message: str) -> None:
        """Note a fault at an offset into the body."""
        before = self.body[:offset]
        line = self.source.front.body_line + before.count("\n")
        self.warn(code, line, offset - before.rfind("\n"), message)

    def fatal(self, code: Code, message: str) -> ContentError:
        """A fault that leaves the post's text out."""
        return code.fatal(self.source.file, self.source.front.body_line, 1, message)

    def _need(self, kind: str, key: str) -> str:
        value = self.world.now(Need(kind, key, ""))
        self.needs.add(Need(kind, key, value))
        return value
