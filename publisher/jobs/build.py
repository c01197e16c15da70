"""Build: the folder's posts into feed files, of which only those that changed are replaced."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urljoin

from publisher import __version__
from publisher.config import Config
from publisher.content import looked_at, output, put_output, record_named
from publisher.core.identity import Record
from publisher.core.selection import Group, Head, group, newest_first
from publisher.errors import ConfigError, Problem, Severity
from publisher.feeds import recover, replace, serialise
from publisher.jobs.ids import FILE_NAME as IDS_NAME
from publisher.jobs.library import Library, Progress, open_library
from publisher.jobs.report import Report, dump_report
from publisher.jobs.site import shown_path
from publisher.jobs.unchanged import NOTE, RACY_NS, Seen, change_of_folder, mark_of, mark_of_tree
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.post import Post

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def build(config: Config, *, at: datetime, progress: Progress | None = None) -> Report:
    """Write the feeds of the posts whose moment has come at `at`; OutputError where a file cannot be written."""
    with open_library(config, at=at, progress=progress) as library:
        began_ns = library.index.now()
        recovered = _recover(library)
        feeds = config.settings.feeds
        groups = group(
            _heads(library, recovered),
            limit=feeds.limit,
            by_category="category" in feeds.by,
            slugs=config.settings.categories,
        )
        _check_paths(config, groups)
        # Identities first: a feed must never carry an id that the next build could not find again.
        library.keep()
        jobs = [(one, FeedFormat(name)) for one in groups for name in feeds.formats]
        changed = [_write(library, one, format_, recovered) for one, format_ in jobs]
        written = tuple(path for path in changed if path is not None)
        report = Report(
            posts=library.count() + len(recovered),
            written=written,
            unchanged=len(jobs) - len(written),
            problems=library.problems,
            fed_unreadable=library.fed_unreadable,
            next_moment=_moment(library.index.next_published(at)),
        )
        paths = [library.place.output / feed_path(config, format_, one.slug) for one, format_ in jobs]
        library.index.put_note(NOTE, _seen(library, report, paths, began_ns))
        return report


def _seen(library: Library, report: Report, outputs: Iterable[Path], began_ns: int) -> str:
    """What the next build may go by; empty where something changed meanwhile, or a post's place is not settled."""
    config, index = library.config, library.index
    missing = set(index.paths())
    folders = [(folder, change_of_folder(config, folder)) for folder in library.scan.folders]
    # Told by its folder alone, most often: a post that has just been saved.
    settled = all(mtime_ns < began_ns - RACY_NS for _, mtime_ns in folders)
    tree = mark_of_tree(config, library.scan.folders, missing) if settled else None
    if tree is None or missing or not tree.is_settled(began_ns) or report.fed_unreadable:
        return ""
    outside = [config.home / IDS_NAME, *outputs]
    places = {*looked_at(index), *library.place.looked_at, *(shown_path(config, path) for path in outside)}
    since, until = index.moments(library.at)
    return Seen(
        key=config.key,
        folders=folders,
        tree=tree.mark,
        places=[(place, mark_of(config.folder / place)) for place in sorted(places)],
        since=since,
        until=until,
        report=dump_report(report),
    ).dump()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _heads(library: Library, recovered: Iterable[Post]) -> Iterable[Head]:
    """The posts that are out, newest first, those recovered from the feeds on disk in their places."""
    revived = newest_first(post for post in recovered if post.published <= library.at)
    if not revived:
        return library.heads()
    known = [*library.index.load(head.source for head in library.heads()).values(), *revived]
    return [Head(post.source, post.categories) for post in newest_first(known)]


def _check_paths(config: Config, groups: Iterable[Group]) -> None:
    """ConfigError where two feeds would lie at one path: each build would write both, and readers see them in turn."""
    taken: dict[str, Group] = {}
    for one in groups:
        for name in config.settings.feeds.formats:
            path = feed_path(config, FeedFormat(name), one.slug)
            if path in taken:
                names = [group.category or "the whole site" for group in (taken[path], one)]
                message = f"feeds.paths: the feeds of {names[0]} and of {names[1]} would both be {path}"
                raise ConfigError([Problem(config.shown, 0, 0, Severity.ERROR, "config", message)])
            taken[path] = one


def _write(library: Library, one: Group, format_: FeedFormat, recovered: dict[Post, Entry]) -> str | None:
    path = library.place.output / feed_path(library.config, format_, one.slug)
    shown = shown_path(library.config, path)
    posts = _posts(library, one, recovered)
    known = output(library.index, shown)
    if known is not None and known == (_fingerprint(library, one, posts, format_), *_stat(path)):
        return None
    data = serialise(_feed(library, one, posts, format_, recovered), format_)
    changed = replace(path, data)
    # Anew: what a post's rendering depends on is known only now.
    put_output(library.index, shown, _fingerprint(library, one, posts, format_), *_stat(path))
    return shown if changed else None


def _stat(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_mtime_ns, stat.st_size)


def _posts(library: Library, one: Group, recovered: Iterable[Post]) -> list[Post]:
    found = library.index.load(one.sources) | {post.source: post for post in recovered}
    return [found[source] for source in one.sources]


def _fingerprint(library: Library, one: Group, posts: Iterable[Post], format_: FeedFormat) -> str:
    """Changes whenever the feed's bytes might."""
    settings = library.config.settings
    told = [(library.id_of(post.source), repr(post), library.renderer.stamp(post)) for post in posts]
    parts = [__version__, format_, one.category, repr((library.place.site, settings.feeds)), told]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def feed_path(config: Config, format_: FeedFormat, slug: str | None) -> str:
    """Where a feed lies below the output folder, with `/`."""
    patterns = config.settings.feeds.paths
    if slug is None:
        return str(patterns[format_])
    return str(patterns[f"category_{format_}"]).replace("{slug}", slug)


def _feed(
    library: Library, one: Group, posts: Iterable[Post], format_: FeedFormat, recovered: dict[Post, Entry]
) -> Feed:
    site, feeds = library.place.site, library.config.settings.feeds
    entries = tuple(_entries(library, posts, recovered, full=feeds.content == "full"))
    return Feed(
        id=_address(site.url, feed_path(library.config, FeedFormat.ATOM, one.slug)),
        title=site.title if one.category is None else f"{one.category} – {site.title}",
        description=site.description or site.title,
        page_url=site.url,
        self_url=_address(site.url, feed_path(library.config, format_, one.slug)),
        language=site.language,
        updated=max((entry.updated for entry in entries), default=_NEVER),
        entries=entries,
        author=site.author,
        icon=site.icon,
        logo=site.logo,
        hub=feeds.hub,
    )


def _address(root: str, path: str) -> str:
    return urljoin(root, quote(path))


def _entries(library: Library, posts: Iterable[Post], recovered: dict[Post, Entry], *, full: bool) -> Iterable[Entry]:
    for post in posts:
        if post in recovered:
            yield recovered[post]
            continue
        rendered = library.rendered(post)
        yield Entry(
            id=library.id_of(post.source),
            url=post.url,
            title=post.title,
            published=post.published.replace(microsecond=0),
            updated=max(post.updated or post.published, post.published).replace(microsecond=0),
            summary=rendered.summary if rendered else post.summary,
            html=rendered.html if rendered and full else None,
            categories=post.categories,
            authors=post.authors or ((library.place.site.author,) if library.place.site.author else ()),
            language=post.language,
        )


def _recover(library: Library) -> dict[Post, Entry]:
    """Posts that were fed, cannot be read now, and are unknown to the index: as they stand in the feeds on disk."""
    lost = [source for source in library.fed_unreadable if not library.index.has_post(source)]
    if not lost:
        return {}
    standing = _standing(library)
    kept = [record for source in lost if (record := record_named(library.index, source))]
    found = [(record, standing.get(record.id)) for record in kept]
    return {_revived(record, entry): entry for record, entry in found if entry is not None}


def _standing(library: Library) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name in library.config.settings.feeds.formats:
        pattern = feed_path(library.config, FeedFormat(name), "*")
        site_feed = library.place.output / feed_path(library.config, FeedFormat(name), None)
        for path in (site_feed, *sorted(library.place.output.glob(pattern))):
            if path.is_file():
                found = recover(path.read_bytes(), FeedFormat(name)) | found
    return found


def _revived(record: Record, entry: Entry) -> Post:
    return Post(
        source=record.source,
        path=entry.url,
        url=entry.url,
        title=entry.title,
        published=entry.published,
        digest=record.digest,
        categories=entry.categories,
    )
