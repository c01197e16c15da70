"""Posts as entries of a feed; what cannot be read or rendered now stays as it stands in the feeds on disk."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from publisher.config import Config
from publisher.content import Rendered, record_named
from publisher.core.identity import Record
from publisher.feeds import recover
from publisher.jobs.library import Library
from publisher.model.feed import Entry, FeedFormat
from publisher.model.post import Post
from publisher.struct import Struct


class Desk(Struct, frozen=True):
    """What entries are made from. `recovered` are posts that cannot be read, with their entries; `standing` gives
    what is in the feeds on disk, by id; `moved` are files that cannot be read, see moved.moved."""

    library: Library
    recovered: dict[Post, Entry]
    standing: Callable[[], dict[str, Entry]]
    moved: dict[str, Record]


def feed_path(config: Config, format_: FeedFormat, slug: str | None) -> str:
    """Where a feed lies below the output folder, with `/`."""
    patterns = config.settings.feeds.paths
    if slug is None:
        return str(patterns[format_])
    return str(patterns[f"category_{format_}"]).replace("{slug}", slug)


def entries(desk: Desk, posts: Iterable[Post], *, full: bool) -> Iterable[Entry]:
    """The entries of posts, in their order; with their whole content where `full`.

    A post that cannot be rendered stays as it stood, and waits where it was never out: an empty entry would be read as
    the post.
    """
    library = desk.library
    for post in posts:
        rendered = None if post in desk.recovered else library.rendered(post)
        if post in desk.recovered:
            yield desk.recovered[post]
        elif rendered is not None and rendered.failed:
            yield from filter(None, [desk.standing().get(library.id_of(post.source))])
        else:
            yield _entry(library, post, rendered, full=full)


def _entry(library: Library, post: Post, rendered: Rendered | None, *, full: bool) -> Entry:
    author = library.place.site.author
    return Entry(
        id=library.id_of(post.source),
        url=post.url,
        title=post.title,
        published=post.published.replace(microsecond=0),
        updated=max(post.updated or post.published, post.published).replace(microsecond=0),
        summary=rendered.summary if rendered else post.summary,
        html=rendered.html if rendered and full else None,
        categories=post.categories,
        authors=post.authors or ((author,) if author else ()),
        language=post.language,
    )


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
    """Every entry of our own feeds on disk, by id."""
    found: dict[str, Entry] = {}
    for _, one in standing_feeds(library):
        found = one | found
    return found


def standing_feeds(library: Library) -> Iterator[tuple[Path, dict[str, Entry]]]:
    """Our own feeds on disk, those of the whole site first, each with its entries by id."""
    for name in library.config.settings.feeds.formats:
        pattern = feed_path(library.config, FeedFormat(name), "*")
        site_feed = library.place.output / feed_path(library.config, FeedFormat(name), None)
        for path in (site_feed, *sorted(library.place.output.glob(pattern))):
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
        categories=entry.categories,
    )
