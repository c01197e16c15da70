"""Which post each entry of a feed that another program made is, so that the post keeps the entry's id."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from publisher.core.addresses import page_of, path_of, title_of
from publisher.core.identity import Record
from publisher.model.foreign import ForeignEntry, ForeignFeed
from publisher.model.post import Post
from publisher.struct import Struct, field, replace

_Thing = TypeVar("_Thing")


class Mark(StrEnum):
    """By what an entry was known as a post, the surest first; `rule` is the engine's own, for posts in no feed."""

    LINK = "link"
    TITLE_AND_DAY = "title and day"
    TITLE = "title"
    MOMENT = "moment"
    RULE = "rule"


class Match(Struct, frozen=True):
    """The id that a post is to have."""

    id: str
    mark: Mark


class Dispute(Struct, frozen=True):
    """Entries and posts of which each could be the other; `ids` are the entries', `sources` the posts' files."""

    ids: tuple[str, ...]
    sources: tuple[str, ...]


class Adoption(Struct, frozen=True):
    """What came of it. `matches` by the post's source; `unmatched` are entries that are no post of the folder.

    `disputed`: nothing is adopted for these, or, where two feeds call one post differently, the first feed's id.
    `clashes`: an id and two files that both would have it; neither is in `matches`.
    """

    matches: Mapping[str, Match] = field(default_factory=dict)
    unmatched: tuple[ForeignEntry, ...] = ()
    disputed: tuple[Dispute, ...] = ()
    clashes: tuple[tuple[str, str, str], ...] = ()

    @property
    def ids(self) -> dict[str, str]:
        """The id to be, by the post's source."""
        return {source: match.id for source, match in self.matches.items()}

    def counts(self) -> dict[Mark, int]:
        """How many posts were known by each mark."""
        marks = [match.mark for match in self.matches.values()]
        return {mark: marks.count(mark) for mark in Mark}


def adopt(feeds: Iterable[ForeignFeed], posts: Sequence[Post], ids: Mapping[str, str], timezone: str) -> Adoption:
    """Match the entries of each feed with posts: by link, by title and day, by title, by moment, one to one.

    `ids` are those that the posts have now, by source. The day is local to `timezone`. Where feeds differ, the first
    one counts.
    """
    matches: dict[str, Match] = {}
    disputed: list[Dispute] = []
    left: dict[str, ForeignEntry] = {}
    for feed in feeds:
        found = _Pairing(feed, posts, ZoneInfo(timezone))
        for source, match in found.matches.items():
            first = matches.setdefault(source, match)
            if first.id != match.id:
                disputed.append(Dispute((first.id, match.id), (source,)))
        disputed += found.disputed
        left |= {entry.id: entry for entry in found.entries}
    known = {match.id for match in matches.values()}
    unmatched = tuple(entry for id_, entry in left.items() if id_ not in known)
    return _settled(Adoption(matches, unmatched, tuple(dict.fromkeys(disputed))), ids)


def follows(adoption: Adoption, native: Mapping[str, str]) -> bool:
    """Whether an engine's rule, as the ids that it gives by source, gives every matched post the id its entry has."""
    return bool(adoption.matches) and all(native.get(source) == id_ for source, id_ in adoption.ids.items())


def extended(adoption: Adoption, native: Mapping[str, str], ids: Mapping[str, str]) -> Adoption:
    """The same, and posts in none of the feeds have the id that their engine's rule gives them."""
    matched = set(adoption.ids.values())
    by_rule = {source: Match(id_, Mark.RULE) for source, id_ in native.items() if id_ not in matched}
    return _settled(replace(adoption, matches={**by_rule, **adoption.matches}), ids)


def renamed(records: Iterable[Record], ids: Mapping[str, str]) -> tuple[Record, ...]:
    """The records with the adopted ids; that of a file which is gone gives its id up to the post that has it now."""
    taken = set(ids.values())
    kept = [one for one in records if one.source in ids or one.id not in taken]
    return tuple(one._replace(id=ids.get(one.source, one.id)) for one in kept)


def _settled(adoption: Adoption, ids: Mapping[str, str]) -> Adoption:
    """Without the posts that would share an id with each other, or with a post that keeps the one it has."""
    matches, clashes = dict(adoption.matches), set(adoption.clashes)
    # Again and again: a post that is left out keeps its old id, which another was to have.
    while shared := _shared({**ids, **{source: match.id for source, match in matches.items()}}):
        clashes |= {(id_, first, second) for id_, (first, second, *_) in shared.items()}
        kept = {source: match for source, match in matches.items() if match.id not in shared}
        if len(kept) == len(matches):
            break
        matches = kept
    return replace(adoption, matches=matches, clashes=tuple(sorted(clashes)))


def _shared(ids: Mapping[str, str]) -> dict[str, list[str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for source, id_ in ids.items():
        holders[id_].append(source)
    return {id_: sorted(sources) for id_, sources in holders.items() if len(sources) > 1}


class _Pairing:
    """The entries and posts of one feed, those that are not paired yet, and the pairs."""

    def __init__(self, feed: ForeignFeed, posts: Sequence[Post], zone: ZoneInfo) -> None:
        self.entries = list(dict.fromkeys(feed.entries))
        self.matches: dict[str, Match] = {}
        self._posts = list(posts)
        self._open: dict[Dispute, None] = {}
        self._zone = zone
        self._pair(Mark.LINK, lambda entry: page_of(entry.link), lambda post: page_of(post.url))
        self._pair(Mark.LINK, lambda entry: path_of(entry.link, feed.home), lambda post: path_of(post.path))
        self._pair(Mark.LINK, lambda entry: path_of(_link(entry.id), feed.home), lambda post: path_of(post.path))
        self._pair(Mark.TITLE_AND_DAY, lambda entry: self._day(entry.title, _moment(entry)), self._post_day)
        self._pair(Mark.TITLE, lambda entry: title_of(entry.title), lambda post: title_of(post.title))
        self._pair(Mark.MOMENT, lambda entry: self._telling(_moment(entry)), lambda post: self._telling(post.published))

    @property
    def disputed(self) -> list[Dispute]:
        """Those that no later mark has decided."""
        left = {entry.id for entry in self.entries}
        return [one for one in self._open if left.intersection(one.ids)]

    def _pair(
        self, mark: Mark, of_entry: Callable[[ForeignEntry], Hashable], of_post: Callable[[Post], Hashable]
    ) -> None:
        entries, posts = _by_key(self.entries, of_entry), _by_key(self._posts, of_post)
        for key in filter(posts.__contains__, entries):
            ids = tuple(dict.fromkeys(entry.id for entry in entries[key]))
            if len(ids) == len(posts[key]) == 1:
                self.matches[posts[key][0].source] = Match(ids[0], mark)
            else:
                self._open[Dispute(ids, tuple(post.source for post in posts[key]))] = None
        paired = {match.id for match in self.matches.values()}
        self.entries = [entry for entry in self.entries if entry.id not in paired]
        self._posts = [post for post in self._posts if post.source not in self.matches]

    def _post_day(self, post: Post) -> Hashable:
        return self._day(post.title, post.published)

    def _day(self, title: str, when: datetime | None) -> Hashable:
        folded = title_of(title)
        return (folded, when.astimezone(self._zone).date()) if folded and when else None

    def _telling(self, when: datetime | None) -> datetime | None:
        """A date without a time is midnight, here or in UTC, for every post of its day: it tells nothing."""
        if when is None or time.min in (when.astimezone(self._zone).time(), when.astimezone(UTC).time()):
            return None
        return when.replace(microsecond=0)


def _by_key(things: Iterable[_Thing], key: Callable[[_Thing], Hashable]) -> dict[Hashable, list[_Thing]]:
    """The things by a key, those without one left out."""
    found: dict[Hashable, list[_Thing]] = {}
    for thing in things:
        mark = key(thing)
        if mark:
            found.setdefault(mark, []).append(thing)
    return found


def _moment(entry: ForeignEntry) -> datetime | None:
    return entry.published or entry.updated


def _link(id_: str) -> str:
    """An id that is an address: jekyll-feed's are the posts', without an extension."""
    return id_ if id_.startswith(("http://", "https://")) else ""
