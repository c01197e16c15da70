"""What was read before, of every file and every post: the working store of a scan, in the disposable `cache.db`."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeAlias

from publisher.cache import BROKEN, BUSY_SECONDS, Cache
from publisher.content.codes import Code
from publisher.content.rows import COLUMNS, MARKS, NEVER, PostRow, names, people_of, unpack
from publisher.core.grouping import Head
from publisher.errors import CacheDamaged
from publisher.model.feed import FeedKind
from publisher.model.post import Post

# A file changed this shortly before it was read may be changed again within the same tick of the file
# system's clock, with no sign of it but its bytes: git calls that racy.
RACY_NS = 2_000_000_000
_MANY = 1000
SETTLED = "settled"
_TABLES = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, mtime_ns INTEGER, ctime_ns INTEGER, size INTEGER, read_ns INTEGER, digest TEXT, problems TEXT
) WITHOUT ROWID;
CREATE TABLE posts (
    path TEXT PRIMARY KEY, digest TEXT, url TEXT, published INTEGER, address TEXT, title TEXT, expires INTEGER,
    fed INTEGER, categories TEXT, offset INTEGER, updated TEXT, summary TEXT, tags TEXT, authors TEXT, language TEXT,
    mailed INTEGER, image TEXT, translation TEXT, wishes TEXT
) WITHOUT ROWID;
CREATE TABLE records (
    source TEXT PRIMARY KEY, id TEXT, url TEXT, published TEXT, title TEXT, digest TEXT, updated TEXT, text TEXT,
    standing INTEGER, moment INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX records_by_id ON records (id);
CREATE TABLE rendered (
    digest TEXT, url TEXT, problems TEXT, needs TEXT, text TEXT, media TEXT, summary TEXT, html TEXT,
    PRIMARY KEY (digest, url)
) WITHOUT ROWID;
CREATE TABLE lints (path TEXT PRIMARY KEY, digest TEXT, url TEXT, problems TEXT, links TEXT, needs TEXT) WITHOUT ROWID;
CREATE TABLE outputs (path TEXT PRIMARY KEY, fingerprint TEXT, mtime_ns INTEGER, size INTEGER) WITHOUT ROWID;
"""
_LABELS = {FeedKind.CATEGORY: "categories", FeedKind.TAG: "tags", FeedKind.AUTHOR: "authors"}
_SURE = f"max(mtime_ns, ctime_ns) < read_ns - {RACY_NS}"
_SHOWN = "expires > ?"


FileRow: TypeAlias = tuple[str, int, int, int, int, str, str]
"""One file as it was read: path; times of change in nanoseconds since 1970, size; when it was read, 0 where it never
could be; the digest of its bytes; JSON of `rows.pack_problems`."""
Signs: TypeAlias = tuple[int, int, int, int, str]
"""New signs of a file whose bytes are the same: times of change, size, when it was read, and its path."""


class Index(Cache):
    """The cache of one site, locked against other processes for the whole `with`, see Cache.

    `key` names what the readings depend on: another key empties it. `clock` gives nanoseconds since 1970.
    """

    def __init__(
        self, path: Path, key: str, *, clock: Callable[[], int] = time.time_ns, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        super().__init__(path, _TABLES, busy_seconds=busy_seconds)
        self._key = key
        self._clock = clock

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            if self.note("key") != self._key:
                self.clear()
        except (CacheDamaged, *BROKEN):
            self.renew()
        self.put_note("key", self._key)
        return self

    def now(self) -> int:
        """The clock, in nanoseconds: to be asked before a file is read."""
        return self._clock()

    def fresh(self) -> set[tuple[str, int, int, int]]:
        """Path, times and size of every file that surely is as it was read while it has them: its bytes need not be
        asked."""
        return set(self.rows(f"SELECT path, mtime_ns, ctime_ns, size FROM files WHERE {_SURE}"))

    def doubtful(self) -> list[str]:
        """Every other file known."""
        return [row[0] for row in self.rows(f"SELECT path FROM files WHERE NOT {_SURE}")]

    def has_files(self) -> bool:
        """Whether any file is known."""
        return bool(self.rows("SELECT 1 FROM files LIMIT 1"))

    def newest_ns(self) -> int:
        """The last change of any file known, in nanoseconds since 1970; 0 where there is none."""
        found = self.rows("SELECT max(mtime_ns), max(ctime_ns) FROM files")[0]
        return max(found[0] or 0, found[1] or 0)

    def paths(self) -> list[str]:
        """Every file known."""
        return [row[0] for row in self.rows("SELECT path FROM files")]

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """The digests of files' bytes when they were read; empty where one never was, or where its time counts too."""
        dated = f'%"{Code.DATE_OF_FILE.value}"%'
        sql = "SELECT path, CASE WHEN problems LIKE ? THEN '' ELSE digest END FROM files"
        wanted = set(paths)
        if len(wanted) > _MANY:
            return {path: digest for path, digest in self.rows(sql, dated) if path in wanted}
        return dict(row for path in wanted for row in self.rows(f"{sql} WHERE path = ?", dated, path))

    def remember(self, files: Sequence[FileRow]) -> None:
        """Keep what was learnt of some files."""
        self.write_many("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", list(files))

    def touch(self, signs: Sequence[Signs]) -> None:
        """Keep new signs of files whose bytes are the same."""
        sql = "UPDATE files SET mtime_ns = ?, ctime_ns = ?, size = ?, read_ns = ? WHERE path = ?"
        self.write_many(sql, list(signs))

    def put_posts(self, posts: Sequence[PostRow], *, new: bool = False) -> None:
        """Keep readings, each in the place of the one before, whose rendering goes; `new` where there are none."""
        if not new:
            self._drop_renderings([path for path, *_ in posts], [(digest, url) for _, digest, url, *_ in posts])
        if posts:
            self.put_note(SETTLED, "")
        self.write_many(f"INSERT OR REPLACE INTO posts ({COLUMNS}) VALUES ({MARKS})", list(posts))

    def drop_posts(self, paths: Sequence[str]) -> None:
        """Files that hold no post any more."""
        self._drop_renderings(paths, [])
        if paths:
            self.put_note(SETTLED, "")
        self.write_many("DELETE FROM posts WHERE path = ?", [(path,) for path in paths])

    def forget(self, paths: Sequence[str]) -> None:
        """Drop files that are there no more."""
        self.drop_posts(paths)
        for table in ("files", "lints"):
            self.write_many(f"DELETE FROM {table} WHERE path = ?", [(path,) for path in paths])

    def _drop_renderings(self, paths: Sequence[str], kept: Sequence[tuple[str, str]]) -> None:
        keep = set(kept)
        for path in paths:
            for digest, url in self.rows("SELECT digest, url FROM posts WHERE path = ?", path):
                if (digest, url) not in keep:
                    self.write("DELETE FROM rendered WHERE digest = ? AND url = ?", digest, url)

    def problems(self) -> list[tuple[str, str]]:
        """Files with problems, and these as JSON."""
        return [(row[0], row[1]) for row in self.rows("SELECT path, problems FROM files WHERE problems != ''")]

    def has_posts(self) -> bool:
        """Whether any file holds a post."""
        return bool(self.rows("SELECT 1 FROM posts LIMIT 1"))

    def has_post(self, path: str) -> bool:
        """Whether a reading of the file is kept."""
        return bool(self.rows("SELECT 1 FROM posts WHERE path = ?", path))

    def posts(self, now: datetime | None = None) -> list[Post]:
        """Every post, by (published, path), oldest first; without those whose engine has let them expire by `now`."""
        moment = now.timestamp() if now else -(2**62)
        rows = self.rows(f"SELECT {COLUMNS} FROM posts WHERE {_SHOWN} ORDER BY published, address", moment)
        return [unpack(row) for row in rows]

    def load(self, paths: Iterable[str]) -> dict[str, Post]:
        """The posts of some files."""
        sql = f"SELECT {COLUMNS} FROM posts WHERE path = ?"
        return {path: unpack(row) for path in paths for row in self.rows(sql, path)}

    def heads(self, at: datetime) -> Iterator[Head]:
        """Which categories every post has that is out at `at` and wants to be fed, newest first."""
        known: dict[str, tuple[str, ...]] = {}
        for path, text in self._out("path, categories", at):
            categories = known.get(text)
            if categories is None:
                categories = known[text] = names(text)
            yield Head(path, categories)

    def wide_heads(self, at: datetime) -> Iterator[Head]:
        """The same, with tags, authors and language."""
        for path, categories, tags, authors, language in self._out("path, categories, tags, authors, language", at):
            people = tuple(author.name for author in people_of(authors))
            yield Head(path, names(categories), names(tags), people, language or None)

    def _out(self, columns: str, at: datetime) -> list[tuple[Any, ...]]:
        sql = f"SELECT {columns} FROM posts WHERE fed AND published <= ? AND {_SHOWN}"
        return self.rows(f"{sql} ORDER BY published DESC, address DESC", at.timestamp(), at.timestamp())

    def labels(self, kind: FeedKind) -> Iterator[tuple[str, ...]]:
        """Each set of categories, of tags or of authors that any post has, once."""
        column = _LABELS[kind]
        for (text,) in self.rows(f"SELECT DISTINCT {column} FROM posts WHERE {column} != ''"):
            yield tuple(one.name for one in people_of(text)) if kind is FeedKind.AUTHOR else names(text)

    def moments(self, at: datetime) -> tuple[float, float | None]:
        """The last moment up to `at` and the first one after it at which a post came out or expired; None for never.

        Seconds since 1970. Between the two every selection is the same.
        """
        moment = at.timestamp()
        before = self.rows(
            "SELECT max(coalesce(max(published), 0), coalesce((SELECT max(expires) FROM posts WHERE expires <= ?), 0))"
            " FROM posts WHERE published <= ?",
            *(moment, moment),
        )
        after = self.rows(
            "SELECT min(moment) FROM (SELECT min(published) moment FROM posts WHERE published > ?"
            f" UNION ALL SELECT min(expires) FROM posts WHERE expires > ? AND expires < {NEVER})",
            *(moment, moment),
        )
        return (float(before[0][0] or 0) if before else 0.0, after[0][0] if after else None)

    def next_published(self, at: datetime) -> float | None:
        """When the next future-dated post comes due, in seconds since 1970."""
        found = self.rows("SELECT min(published) FROM posts WHERE published > ?", at.timestamp())
        return found[0][0] if found else None

    def is_out(self, path: str, at: datetime) -> bool:
        """Whether a file's post is out at `at` and wants to be fed."""
        moment = at.timestamp()
        sql = f"SELECT 1 FROM posts WHERE path = ? AND fed AND published <= ? AND {_SHOWN}"
        return bool(self.rows(sql, path, moment, moment))

    def count(self, at: datetime) -> int:
        """How many posts are out by then, and fed."""
        moment = at.timestamp()
        return int(
            self.rows(f"SELECT count(*) FROM posts WHERE fed AND published <= ? AND {_SHOWN}", moment, moment)[0][0]
        )


def duplicate_addresses(index: Index) -> Iterator[tuple[str, str, str]]:
    """Pairs of files whose posts have one address, and that address; each file after the first stands once."""
    sql = "SELECT min(path), url FROM posts GROUP BY url HAVING count(*) > 1"
    for first, url in index.rows(sql):
        for (second,) in index.rows("SELECT path FROM posts WHERE url = ? AND path > ? ORDER BY path", url, first):
            yield first, second, url
