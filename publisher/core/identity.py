"""Which id a post has, and that it keeps it.

An id is a tag URI (RFC 4151) of the site's host, the post's date and its path at first sighting: derived,
so that a checkout without our files gives the same; then recorded, so that it outlives every one of them.
"""

import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publisher.core.quoting import quote_path
from publisher.model.site import PLACEHOLDER_HOST
from publisher.struct import Struct


class Seen(Protocol):
    """A post as far as it is told from others, see model.post.Post."""

    @property
    def source(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def published(self) -> datetime: ...
    @property
    def digest(self) -> str: ...


class Sighting(NamedTuple):
    """A post with nothing but what tells it from others: a hundred thousand of them are held at once."""

    source: str
    path: str
    url: str
    title: str
    published: datetime
    digest: str


class Record(NamedTuple):
    """What is remembered of a post: by any of these it is known again. `published` is ISO 8601, UTC.

    `updated`, likewise, is when its visible text was first seen changed, "" where it never was; `text` stands for that
    text, see core.revision, "" for a post that was in no feed yet.
    """

    id: str
    source: str
    url: str
    published: str
    title: str
    digest: str
    updated: str = ""
    text: str = ""


class Identities(Struct, frozen=True):
    """`ids` by the post's source; `records` for all posts ever seen, sorted by id.

    `clashes` are pairs of files that share one id; `suspects` are new files beside the record of a vanished one
    with the same title or moment: most likely the same post, changed in too many ways to be known again.
    """

    ids: dict[str, str]
    records: tuple[Record, ...]
    clashes: tuple[tuple[str, str], ...]
    suspects: tuple[tuple[str, str], ...] = ()


def derive_id(post: Seen, host: str, timezone: str) -> str:
    """The tag URI that a post seen for the first time gets; the date is local to `timezone`.

    The path keeps its case and its bytes, percent-encoded as RFC 4151 section 2.1 asks of `specific`.
    """
    day = _day(post.published.astimezone(ZoneInfo(timezone)).toordinal())
    return f"tag:{host},{day}:{quote_path(post.path, '!$&*+,;=:@')}"


def text_id(file: str, host: str) -> str:
    """The tag URI of a text that is no post, by its file's path from the site's folder.

    The same whatever is changed in the file, so that it is known who has had it. No post's id is like it: those name a
    day, and a path that begins with a slash.
    """
    return f"tag:{host},2026:mail/{quote_path(unicodedata.normalize('NFC', file), '!$&*+,;=:@')}"


def assign(
    posts: Sequence[Seen],
    records: Iterable[Record],
    *,
    url: str,
    timezone: str,
    unreadable: Collection[str] = (),
    taken: Callable[[str], str | None] = lambda _id: None,
) -> Identities:
    """Each post's id: the recorded one where it is known again, else a derived one.

    Known by its file; else, where a recorded file is gone, by its address, its text, its title and date.
    A file in `unreadable` is there still, so no other post takes its id. `taken` names the file of a post that is
    not among `posts` and has an id.
    What was recorded under the placeholder host was never anyone's: it is derived anew once the host is known.
    """
    host = urlsplit(url).hostname or PLACEHOLDER_HOST
    known = [record for record in records if host == PLACEHOLDER_HOST or not is_provisional(record.id)]
    ids = _recognise(posts, [one for one in known if one.source not in unreadable], host, timezone) if known else {}
    derived, clashes = _derived(posts, ids, lambda post: derive_id(post, host, timezone), taken)
    ids |= derived
    suspects = _suspects(posts, known, ids, unreadable) if known else ()
    return Identities(ids, _merged(posts, known, ids), clashes, suspects)


def _derived(
    posts: Iterable[Seen], ids: Mapping[str, str], derive: Callable[[Seen], str], taken: Callable[[str], str | None]
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """The ids of the posts that are not in `ids`, and the clashes: of two posts that derive one id the first has it."""
    holders = {id_: source for source, id_ in ids.items()}
    found: dict[str, str] = {}
    clashes: list[tuple[str, str]] = []
    for post in posts:
        if post.source in ids:
            continue
        id_ = derive(post)
        holder = holders.get(id_) or taken(id_)
        if holder is None:
            found[post.source] = id_
            holders[id_] = post.source
        else:
            clashes.append((holder, post.source))
    return found, tuple(clashes)


def _merged(posts: Iterable[Seen], known: Iterable[Record], ids: Mapping[str, str]) -> tuple[Record, ...]:
    """All that is remembered, with what the posts are now."""
    merged = {record.id: record for record in known}
    for post in posts:
        if post.source in ids:
            id_ = ids[post.source]
            merged[id_] = record_of(id_, post, merged.get(id_))
    return tuple(merged[key] for key in sorted(merged))


def _suspects(
    posts: Sequence[Seen], known: Sequence[Record], ids: Mapping[str, str], unreadable: Collection[str]
) -> tuple[tuple[str, str], ...]:
    recorded = {record.id for record in known}
    fresh = [post for post in posts if post.source in ids and ids[post.source] not in recorded]
    used = set(ids.values())
    gone = [record for record in known if record.id not in used and record.source not in unreadable]
    titles = {record.title: record.source for record in gone}
    pairs = {post.source: titles[post.title] for post in fresh if post.title in titles}
    return tuple((pairs | _of_one_moment(fresh, gone, pairs)).items())


def _of_one_moment(fresh: Iterable[Seen], gone: Iterable[Record], paired: Mapping[str, str]) -> dict[str, str]:
    """New files beside the only one that is gone and has their moment, where they are the only new one that has it.

    A date without a time is midnight for every post of its day: of two that are gone, or two that are new, it tells
    nothing.
    """
    old = set(paired.values())
    moments = unique((record.published, record.source) for record in gone if record.source not in old)
    wanted = unique((moment_text(post.published), post.source) for post in fresh if post.source not in paired)
    return {source: moments[moment] for moment, source in wanted.items() if moment in moments}


def is_provisional(id_: str) -> bool:
    """Whether an id was made under the placeholder host."""
    return id_.startswith(f"tag:{PLACEHOLDER_HOST},") or f"://{PLACEHOLDER_HOST}/" in id_


def record_of(id_: str, post: Seen, before: Record | None = None) -> Record:
    """What is to be remembered of a post; what was remembered of its text `before` stays."""
    updated, text = (before.updated, before.text) if before else ("", "")
    return Record(id_, post.source, post.url, moment_text(post.published), post.title, post.digest, updated, text)


def moment_text(when: datetime) -> str:
    """A moment as records keep it, so that text sorts as time does."""
    # Put together by hand: isoformat asks an aware moment for its zone, and takes three times as long.
    utc = when.astimezone(UTC)
    return f"{_day(utc.toordinal())}T{_TWO[utc.hour]}:{_TWO[utc.minute]}:{_TWO[utc.second]}Z"


_TWO = tuple(f"{number:02}" for number in range(60))


@lru_cache(maxsize=4096)
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


_Mark = tuple[Callable[[Seen], Hashable], Callable[[Record], Hashable]]


def _recognise(posts: Sequence[Seen], records: Sequence[Record], host: str, timezone: str) -> dict[str, str]:
    by_source = {record.source: record.id for record in records}
    ids = {post.source: by_source[post.source] for post in posts if post.source in by_source}
    marks: tuple[_Mark, ...] = (
        (lambda post: post.url, lambda record: record.url),
        (lambda post: derive_id(post, host, timezone), lambda record: record.id),
        (lambda post: post.digest, lambda record: record.digest),
        (lambda post: (post.title, moment_text(post.published)), lambda record: (record.title, record.published)),
    )
    for of_post, of_record in marks:
        strays = [post for post in posts if post.source not in ids]
        if not strays:
            break
        used = set(ids.values())
        orphans = unique((of_record(record), record.id) for record in records if record.id not in used)
        wanted = unique((of_post(post), post.source) for post in strays)
        ids |= {source: orphans[mark] for mark, source in wanted.items() if mark in orphans}
    return ids


def unique(pairs: Iterable[tuple[Hashable, str]]) -> dict[Hashable, str]:
    """Marks that stand for one thing only: two posts with one title and date prove nothing."""
    found: dict[Hashable, str] = {}
    twice: set[Hashable] = set()
    for mark, value in pairs:
        if mark in found:
            twice.add(mark)
        found[mark] = value
    return {mark: value for mark, value in found.items() if mark not in twice}
