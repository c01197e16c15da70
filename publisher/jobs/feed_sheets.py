"""The files that feeds are written to: each feed in each format and, where they are asked for, its archives."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from publisher import __version__
from publisher.core.archives import Member, neighbours, split
from publisher.feeds import serialise
from publisher.jobs.entries import NEVER, Desk, Told, entries, newest_update, updated
from publisher.jobs.feed_plan import Planned, address, archive_path, feed_path
from publisher.jobs.feed_press import Press, Sheet
from publisher.jobs.library import Library
from publisher.model.feed import Archive, Feed, FeedFormat, Podcast
from publisher.model.post import Author
from publisher.struct import Struct

ARCHIVE, COPY = "archive", "copy"
"""What FeedRecord calls an archive document, and a copy at a path of before: the name is the path of their feed."""


class Leaf(Struct, frozen=True):
    """One document of one feed in one format: where it lies, what stands in it, and what it is linked with."""

    feed: Planned
    format: FeedFormat
    path: str
    sources: tuple[str, ...]
    archive: Archive | None = None

    @property
    def is_archive(self) -> bool:
        """Whether it is one of the documents behind the feed that readers subscribe to."""
        return self.archive is not None and self.archive.current is not None


def sheets(desk: Desk, feeds: Sequence[Planned], told: Told) -> Iterator[Sheet]:
    """Every document of every feed, archives before the feed that leads to them."""
    teller = _Teller(desk, told)
    for one in feeds:
        for leaf in _leaves(desk, one, told):
            yield teller.sheet(leaf)


def copies(library: Library, press: Press) -> Iterator[Sheet]:
    """A copy of each feed where it was before: not every server can be told to lead readers on.

    Its self link names the new address.
    """
    return (_copy(press, old, new) for old, new in library.config.settings.feeds.redirects.items())


def _copy(press: Press, old: str, new: str) -> Sheet:
    record = press.record(new)
    return Sheet(
        path=old,
        kind=COPY,
        name=new,
        format=record.format,
        fingerprint=lambda: f"{new} {record.digest}",
        make=lambda: press.data(new),
        updated=lambda: datetime.fromisoformat(record.changed),
    )


def _leaves(desk: Desk, one: Planned, told: Told) -> Iterator[Leaf]:
    place, config = desk.library.place, desk.library.config
    if not config.settings.feeds.archive:
        yield from (Leaf(one, format_, path, one.sources) for format_, path in one.paths)
        return
    shared = split([_member(desk, told, source) for source in one.sources], one.limit)
    for format_, path in one.paths:
        names = [document.name for document in shared.documents]
        places = {name: address(place, archive_path(path, name)) for name in names}
        for (before, name, after), document in zip(neighbours(names), shared.documents, strict=True):
            links = Archive(address(place, path), before and places[before], after and places[after])
            yield Leaf(one, format_, archive_path(path, name), document.sources, links)
        newest = Archive(previous=places[names[-1]]) if names else None
        yield Leaf(one, format_, path, shared.live, newest)


def _member(desk: Desk, told: Told, source: str) -> Member:
    post = told.posts[source]
    id_ = desk.recovered[post].id if post in desk.recovered else told.records[source].id
    return Member(source, id_, post.published.astimezone(UTC).date().isoformat())


class _Teller:
    """Makes sheets of leaves; what it works out of a post once serves every feed that the post stands in."""

    def __init__(self, desk: Desk, told: Told) -> None:
        self._desk, self._told = desk, told
        self._marks: dict[str, bytes] = {}

    def sheet(self, leaf: Leaf) -> Sheet:
        path = next(path for format_, path in leaf.feed.paths if format_ is leaf.format)
        return Sheet(
            path=leaf.path,
            kind=ARCHIVE if leaf.is_archive else leaf.feed.kind,
            name=path if leaf.is_archive else leaf.feed.name,
            format=leaf.format,
            fingerprint=lambda: self._fingerprint(leaf),
            make=lambda: serialise(self._feed(leaf), leaf.format),
            updated=lambda: newest_update(self._desk, self._told, leaf.sources),
        )

    def _fingerprint(self, leaf: Leaf) -> str:
        library = self._desk.library
        settings = library.config.settings
        told = hashlib.sha256(repr((__version__, leaf.format, leaf.path, leaf.feed.kind, leaf.feed.name)).encode())
        told.update(repr((leaf.archive, library.place.site, settings.feeds, settings.categories)).encode())
        for source in leaf.sources:
            told.update(self._mark(source))
        return told.hexdigest()

    def _mark(self, source: str) -> bytes:
        """Some bytes that change whenever the post's entry might."""
        mark = self._marks.get(source)
        if mark is not None:
            return mark
        post, record = self._told.posts[source], self._told.records.get(source)
        stamp = self._desk.library.renderer.stamp(post)
        known = record and (record.id, updated(post, record, self._desk.library.at))
        mark = repr((known, post, stamp)).encode()
        # What looks at other files is rendered anew, where they changed, only when it is asked for.
        if stamp == "-":
            self._marks[source] = mark
        return mark

    def _feed(self, leaf: Leaf) -> Feed:
        library, one = self._desk.library, leaf.feed
        place, feeds = library.place, library.config.settings.feeds
        made = tuple(entries(self._desk, self._told, leaf.sources, full=one.full))
        return Feed(
            id=_id(library, one),
            title=one.title,
            description=one.description,
            page_url=place.site.url,
            self_url=address(place, leaf.path),
            language=one.language,
            updated=max((entry.updated for entry in made), default=NEVER),
            entries=made,
            author=place.site.author,
            icon=place.site.icon,
            logo=place.site.logo,
            hub=None if leaf.is_archive else feeds.hub,
            style=urlsplit(address(place, feeds.paths["style"])).path,
            archive=leaf.archive,
            podcast=_podcast(library) if any(entry.enclosures for entry in made) else None,
        )


def _id(library: Library, one: Planned) -> str:
    """The address of the feed as Atom, the same in every format and every archive."""
    own = dict(one.paths).get(FeedFormat.ATOM) or feed_path(library.config, one.kind, FeedFormat.ATOM, one.slug)
    return address(library.place, own)


def _podcast(library: Library) -> Podcast | None:
    given = library.config.settings.feeds.podcast
    if given is None:
        return None
    return Podcast(
        categories=tuple(
            (main.strip(), sub.strip()) for main, _, sub in (one.partition("/") for one in given.categories)
        ),
        image=given.image,
        explicit=given.explicit,
        kind=given.kind,
        author=given.author,
        owner=Author(given.owner.name, given.owner.email),
    )
