"""Build: the folder's posts into feed files, of which only those that changed are replaced."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urljoin

from publisher import __version__
from publisher.config import Config
from publisher.core.identity import Record
from publisher.core.selection import Group, group, next_moment, published
from publisher.core.words import counted
from publisher.errors import ConfigError, Problem, Severity
from publisher.feeds import recover, replace, serialise
from publisher.jobs.library import Library, Progress, open_library
from publisher.jobs.site import shown_path
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.post import Post

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did: `written` relative to the site's folder; `next_moment` when a future post comes due."""

    posts: int
    written: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]
    next_moment: datetime | None

    def summary(self) -> str:
        """In a line, for people."""
        written = f"{counted(len(self.written), 'file')} written, {self.unchanged} unchanged"
        return f"{counted(self.posts, 'post')}; {written}"

    def exit_code(self, *, strict: bool) -> int:
        """65 where a post that was fed cannot be read now, or with `strict` where any cannot; else 0."""
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return 65 if self.fed_unreadable or (strict and errors) else 0


def build(config: Config, *, at: datetime, progress: Progress | None = None) -> Report:
    """Write the feeds of the posts whose moment has come at `at`; OutputError where a file cannot be written."""
    with open_library(config, at=at, progress=progress) as library:
        recovered = _recover(library)
        posts = [*library.posts, *recovered]
        chosen = published(posts, at)
        feeds = config.settings.feeds
        groups = group(chosen, limit=feeds.limit, by_category="category" in feeds.by, slugs=config.settings.categories)
        _check_paths(config, groups)
        # Identities first: a feed must never carry an id that the next build could not find again.
        library.keep()
        jobs = [(one, FeedFormat(name)) for one in groups for name in feeds.formats]
        changed = [_write(library, one, format_, recovered) for one, format_ in jobs]
        written = tuple(path for path in changed if path is not None)
        return Report(
            posts=sum(post.in_feeds for post in chosen),
            written=written,
            unchanged=len(jobs) - len(written),
            problems=library.problems,
            fed_unreadable=library.fed_unreadable,
            next_moment=next_moment(posts, at),
        )


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
    fingerprint = _fingerprint(library, one, format_)
    known = library.index.output(shown)
    if known is not None and known == (fingerprint, *_stat(path)):
        return None
    data = serialise(_feed(library, one, format_, recovered), format_)
    changed = replace(path, data)
    library.index.put_output(shown, fingerprint, *_stat(path))
    return shown if changed else None


def _stat(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_mtime_ns, stat.st_size)


def _fingerprint(library: Library, one: Group, format_: FeedFormat) -> str:
    """Changes whenever the feed's bytes might."""
    settings = library.config.settings.model_dump(mode="json", include={"site", "feeds", "categories"})
    posts = [(library.ids.get(post.source), repr(post), library.renderer.stamp(post)) for post in one.posts]
    parts = [__version__, format_, one.category, asdict(library.place.site), settings, posts]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def feed_path(config: Config, format_: FeedFormat, slug: str | None) -> str:
    """Where a feed lies below the output folder, with `/`."""
    patterns = config.settings.feeds.paths.model_dump(by_alias=True)
    if slug is None:
        return str(patterns[format_])
    return str(patterns[f"category_{format_}"]).replace("{slug}", slug)


def _feed(library: Library, one: Group, format_: FeedFormat, recovered: dict[Post, Entry]) -> Feed:
    site, feeds = library.place.site, library.config.settings.feeds
    entries = tuple(_entries(library, one.posts, recovered, full=feeds.content == "full"))
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
            id=library.ids[post.source],
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
    readable = {post.source for post in library.posts}
    lost = [source for source in library.fed_unreadable if source not in readable]
    if not lost:
        return {}
    standing = _standing(library)
    records = {record.source: record for record in library.memory.records}
    # A record of the placeholder's days is gone once the site's address is known; nothing was fed under it.
    kept = [records[source] for source in lost if source in records]
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
