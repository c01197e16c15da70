"""Posts as entries of a feed; what cannot be read or rendered now stays as it stands in the feeds on disk."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urljoin

from publisher.content import Rendered, record_named
from publisher.core.identity import Record
from publisher.core.slugs import category_slug
from publisher.feeds import recover
from publisher.jobs.archive_paths import NEWSLETTER
from publisher.jobs.library import Library
from publisher.model.feed import Entry, FeedFormat, FeedKind, Label
from publisher.model.post import Post
from publisher.struct import Struct, replace

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed changed that never had a post: of 1970 a validator says that nobody can have meant it."""


class Desk(Struct, frozen=True):
    """What entries are made from. `recovered` are posts that cannot be read, with their entries; `standing` gives
    what is in the feeds on disk, by id; `moved` are files that cannot be read, see moved.moved."""

    library: Library
    recovered: dict[Post, Entry]
    standing: Callable[[], dict[str, Entry]]
    moved: dict[str, Record]


class Told(Struct, frozen=True):
    """The posts that feeds tell of, by file, with what is remembered of each."""

    posts: Mapping[str, Post]
    records: Mapping[str, Record]


def entries(desk: Desk, told: Told, sources: Iterable[str], *, full: bool) -> Iterable[Entry]:
    """The entries of posts, in their order; with their whole content where `full`.

    A post that cannot be rendered stays as it stood, and waits where it was never out: an empty entry would be read as
    the post.
    """
    library = desk.library
    for source in sources:
        post = told.posts[source]
        if post in desk.recovered:
            yield _as_stood(library, desk.recovered[post], full=full)
            continue
        rendered, record = library.rendered(post), told.records[source]
        if rendered is not None and rendered.failed:
            stood = desk.standing().get(record.id)
            yield from [_as_stood(library, stood, full=full)] if stood else []
        else:
            yield _entry(library, post, rendered, record, full=full)


def _entry(library: Library, post: Post, rendered: Rendered | None, record: Record, *, full: bool) -> Entry:
    site = library.place.site
    return Entry(
        id=record.id,
        url=post.url,
        title=post.title,
        published=post.published.replace(microsecond=0),
        updated=updated(post, record, library.at),
        summary=rendered.summary if rendered else post.summary,
        html=rendered.html if rendered and full else None,
        categories=_categories(library, post.categories),
        tags=_tags(library, post.tags),
        authors=post.authors or ((site.author,) if site.author else ()),
        language=post.language,
        image=post.image,
        enclosures=rendered.enclosures if rendered else (),
        episode=rendered.episode if rendered else None,
    )


def _as_stood(library: Library, entry: Entry, *, full: bool) -> Entry:
    """An entry that was read back: only Atom holds what stands for a category in paths, and the feed that it comes from
    may have more of it than this one."""
    categories, tags = ([one.name for one in labels] for labels in (entry.categories, entry.tags))
    labels = {"categories": _categories(library, categories), "tags": _tags(library, tags)}
    return replace(entry, html=entry.html if full else None, **labels)


def _categories(library: Library, names: Iterable[str]) -> tuple[Label, ...]:
    scheme, slugs = urljoin(library.place.site.url, "category/"), library.config.settings.categories
    return tuple(Label(category_slug(name, slugs), name, scheme) for name in names)


def _tags(library: Library, names: Iterable[str]) -> tuple[Label, ...]:
    scheme = urljoin(library.place.site.url, "tag/")
    return tuple(Label(category_slug(name, {}), name, scheme) for name in names)


def updated(post: Post, record: Record, at: datetime) -> datetime:
    """When the post was last changed for its readers, whole seconds: as it says itself, else as is remembered.

    What it says of a day to come does not hold before: a reader that sorts by it would have the post on top for ever.
    """
    remembered = datetime.fromisoformat(record.updated) if record.updated else post.published
    said = post.updated if post.updated and post.updated <= at else None
    return max(said or remembered, post.published).replace(microsecond=0)


def newest_update(desk: Desk, told: Told, sources: Iterable[str]) -> datetime:
    """When any of the posts was last changed; NEVER where there is none."""
    recovered, at = desk.recovered, desk.library.at

    def moment(post: Post) -> datetime:
        return recovered[post].updated if post in recovered else updated(post, told.records[post.source], at)

    return max((moment(told.posts[source]) for source in sources), default=NEVER)


def recover_lost(
    library: Library, standing: Callable[[], dict[str, Entry]], moved: Iterable[Record]
) -> dict[Post, Entry]:
    """Posts that were fed, cannot be read now, and are unknown to the index, as those that `moved` are: as they stand
    in the feeds on disk."""
    lost = [source for source in library.fed_unreadable if not library.index.has_post(source)]
    kept = [*moved, *(record for source in lost if (record := record_named(library.index, source)))]
    found = [(record, standing().get(record.id)) for record in kept]
    return {_revived(record, entry, library.place.site.url): entry for record, entry in found if entry is not None}


def standing_entries(library: Library) -> dict[str, Entry]:
    """Every entry of our own feeds on disk, by id; whole where any of them has it whole."""
    found: dict[str, Entry] = {}
    for _, one in standing_feeds(library):
        for id_, entry in one.items():
            known = found.setdefault(id_, entry)
            if known.html is None and entry.html is not None:
                found[id_] = replace(known, html=entry.html)
    return found


def standing_feeds(library: Library) -> Iterator[tuple[Path, dict[str, Entry]]]:
    """Our own feeds on disk, those of the whole site first, each with its entries by id; archives too, where `ids.json`
    knows of them."""
    patterns, output = library.config.settings.feeds.paths, library.place.output
    for name in library.config.settings.feeds.formats:
        kinds = [kind for kind in FeedKind if f"{kind}_{name}" in patterns]
        below = [
            path for kind in kinds for path in sorted(output.glob(patterns[f"{kind}_{name}"].replace("{slug}", "*")))
        ]
        feeds = (one for one in library.known.feeds if one.format == name and not one.gone)
        # The entries of a newsletter's feed are issues.
        known = [output / one.path for one in feeds if one.kind != NEWSLETTER]
        for path in dict.fromkeys((output / patterns[name], *below, *known)):
            if path.is_file():
                yield path, recover(path.read_bytes(), FeedFormat(name))


def _revived(record: Record, entry: Entry, root: str) -> Post:
    return Post(
        source=record.source,
        # As its engine gave it: posts of one moment are ordered by it.
        path=unquote(entry.url.removeprefix(root.rstrip("/"))),
        url=entry.url,
        title=entry.title,
        published=entry.published,
        digest=record.digest,
        categories=tuple(one.name for one in entry.categories),
        tags=tuple(one.name for one in entry.tags),
        authors=entry.authors,
        language=entry.language,
    )
