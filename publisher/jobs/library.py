"""The posts of the site with their identities: what builds, digests and one-offs all start from."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath

from publisher import __version__
from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.config import Config
from publisher.config.load import NOTE as SETTINGS
from publisher.content import (
    Index,
    Rendered,
    Renderer,
    Scan,
    put_records,
    record_named,
    recorded_before,
    recorded_ids,
    scan,
    section_of,
    settle,
)
from publisher.core.grouping import Head
from publisher.core.identity import Record, moment_text
from publisher.core.selection import shared_feeds
from publisher.core.words import counted
from publisher.errors import CacheDamaged, ContentError, Problem, Severity
from publisher.feeds import replace
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.identities import Known, recognise
from publisher.jobs.ids import FILE_NAME, NOTE, Witness, amend, ids_bytes, lines_of, mark_of
from publisher.jobs.site import Place, require_settings, resolve, shown_path
from publisher.model.feed import FeedKind
from publisher.model.post import Post
from publisher.struct import Struct

Progress = Callable[[int, int], None]


class Library(Struct, frozen=True, dict=True):
    """One reading of the folder, as of `at`: what has expired by then is out. Usable while it is open.

    `known` are the identities; posts that clash are left out. `problems` are all that was found. `fed_unreadable` are
    the files whose post was out before and that cannot be read now. `began_ns` is when the first of it all was looked
    at, in nanoseconds since 1970.
    """

    config: Config
    place: Place
    index: Index
    at: datetime
    scan: Scan
    known: Known
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]
    began_ns: int

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """Every post with an id, by (published, path), oldest first; those that cannot be read now, as they were."""
        return tuple(post for post in self.index.posts(self.at) if post.source not in self.known.left_out)

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each post, by file."""
        return recorded_ids(self.index) | self.known.ids

    def id_of(self, source: str) -> str:
        """The id of one post."""
        if source in self.known.ids:
            return self.known.ids[source]
        record = record_named(self.index, source)
        return record.id if record else ""

    @cached_property
    def renderer(self) -> Renderer:
        """What makes HTML of posts."""
        return Renderer(self.place.rules, self.index, lambda: self.posts, self.scan.context, self.at)

    def heads(self, *, wide: bool = False) -> Iterator[Head]:
        """What tells in which feeds the posts stand that are out, newest first; all of it where `wide`, else their
        categories."""
        left_out, rules = self.known.left_out, self.place.rules
        heads = self.index.heads(self.at)
        if wide:
            heads = (head._replace(section=section_of(head.source, rules)) for head in self.index.wide_heads(self.at))
        return (head for head in heads if head.source not in left_out) if left_out else heads

    def count(self) -> int:
        """How many posts are out."""
        return sum(1 for _ in self.heads()) if self.known.left_out else self.index.count(self.at)

    def rendered(self, post: Post) -> Rendered | None:
        """The post's whole content and summary, or None where its file is gone and was never rendered."""
        return self.renderer.render(post)

    def stage(self) -> dict[bytes, bytes]:
        """Have the index know what was learnt of the posts' identities, before `keep` writes it; what it will write."""
        # Until then the index is ahead of the file, and has to be read anew if this goes no further.
        self.index.put_note(NOTE, "")
        put_records(self.index, self.known.changed)
        return lines_of(self.known.changed)

    def keep(
        self,
        witness: Witness | None = None,
        *,
        texts: Sequence[Record] = (),
        feeds: Sequence[FeedRecord] | None = None,
        staged: Mapping[bytes, bytes] | None = None,
    ) -> None:
        """Write what was learnt of the posts' identities and, where given, of their `texts`, of all `feeds`, and which
        ledger the site uses, where any of it is new."""
        witness = witness or self.known.witness
        is_same = feeds is None or tuple(feeds) == self.known.feeds
        if not (self.known.changed or texts or self.known.provisional) and is_same and witness == self.known.witness:
            if staged is not None:
                self.index.put_note(NOTE, self.known.mark)
            self._settle()
            return
        before = ids_bytes(self.config.home)
        lines = lines_of(self.known.changed) if staged is None else staged
        data = amend(before, {**lines, **lines_of(texts)}, witness, provisional=self.known.placeholder, feeds=feeds)
        replace(self.config.home / FILE_NAME, data)
        # Where the cache turns out to be damaged only now: it is emptied at the end, and the file read again.
        with suppress(CacheDamaged):
            self._mirror(before, data, witness, texts if staged is not None else [*self.known.changed, *texts])

    def _mirror(self, before: bytes | None, data: bytes, witness: Witness | None, records: Sequence[Record]) -> None:
        url = self.place.site.url
        put_records(self.index, records)
        # Where somebody wrote the file meanwhile, the records here are not all of it: they are read again.
        is_ours = self.known.mark == mark_of(before, url)
        self.index.put_note(NOTE, mark_of(data, url) if is_ours else "")
        self.index.put_note("provisional", "")
        self.index.put_note("witness", "" if witness is None else f"{witness.uid} {witness.issues}")
        self._settle()

    def _settle(self) -> None:
        # A post that is left out has no record, and may get one when another file goes.
        if not self.known.left_out:
            settle(self.index)


@contextmanager
def open_library(
    config: Config, *, at: datetime, progress: Progress | None = None, anyway: bool = False
) -> Iterator[Library]:
    """Read the folder as of `at`; while it is open no other process of this site builds.

    ContentError where the engine's own configuration cannot be read, but `anyway`, to tell what else is wrong.
    """
    began_ns = time.time_ns()
    place = resolve(config)
    if not anyway:
        require_settings(place.problems, until="nothing is built or mailed")
    with Index(config.home / CACHE_NAME, key=repr((__version__, place.rules))) as index:
        if index.note(SETTINGS) != config.note:
            index.put_note(SETTINGS, config.note)
        scanned = scan(place.rules, index, progress=progress)
        known = recognise(config, place.site, index, unreadable=scanned.unreadable, changed=scanned.changed)
        out = recorded_before(index, moment_text(at)) if scanned.unreadable or not index.has_posts() else []
        if out and not index.has_posts() and not any(_is_there(config, place, source) for source in out):
            raise _all_gone(config, place, len(out), scanned.problems)
        fed = set(out)
        yield Library(
            config=config,
            place=place,
            index=index,
            at=at,
            scan=scanned,
            known=known,
            problems=tuple(
                sorted([*place.problems, *scanned.problems, *known.problems, *_shared(config, place, index)])
            ),
            fed_unreadable=tuple(source for source in scanned.unreadable if source in fed),
            began_ns=began_ns,
        )


def _is_there(config: Config, place: Place, source: str) -> bool:
    inside = PurePosixPath(source).is_relative_to(PurePosixPath(place.rules.content))
    return inside and (config.folder / source).exists()


def _all_gone(config: Config, place: Place, number: int, found: Iterable[Problem]) -> ContentError:
    """A mistyped content.path, or a folder away for a moment, must not empty feeds that are good.

    Told beside it is what cannot be read: it may be what was moved and broke.
    """
    where = shown_path(config, config.folder / place.rules.content)
    message = f"none of what was here can be found ({counted(number, 'post')}): the feeds stay as they are"
    hint = "look at content.path and content.engine; where all posts are meant to be gone, remove ids.json"
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    return ContentError([Problem(where, 0, 0, Severity.ERROR, "no-posts", message), *errors], hint=hint)


def _shared(config: Config, place: Place, index: Index) -> Iterator[Problem]:
    """Different names that have one feed: those of categories, which readers of mail choose by, too, and of what feeds
    are asked for."""
    file = shown_path(config, config.file)
    for kind in dict.fromkeys((FeedKind.CATEGORY, *map(FeedKind, config.settings.feeds.by))):
        slugs = config.settings.categories if kind is FeedKind.CATEGORY else {}
        mend = "give them paths of their own under 'categories:'" if kind is FeedKind.CATEGORY else "rename one of them"
        for slug, names in shared_feeds(_labels(kind, place, index), slugs).items():
            told = " and ".join(" ".join(name.split()) for name in names)
            yield Problem(file, 0, 0, Severity.WARNING, "shared-feed", f"{told} share the feed {kind}/{slug}: {mend}")


def _labels(kind: FeedKind, place: Place, index: Index) -> Iterable[Sequence[str]]:
    match kind:
        case FeedKind.SECTION:
            return ((section_of(path, place.rules),) for path in index.paths())
        case FeedKind.LANGUAGE:
            return ()
        case _:
            return index.labels(kind)
