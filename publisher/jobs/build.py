"""Build: the folder's posts into feed files, of which only those that changed are replaced."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote, urljoin

from publisher import __version__
from publisher.config import Config
from publisher.content import looked_at, output, put_output, rendering_problems
from publisher.core.selection import Group, Head, group, newest_first
from publisher.errors import ConfigError, Problem, Severity
from publisher.feeds import replace, serialise
from publisher.jobs.entries import Desk, entries, feed_path, recover_lost, standing_entries
from publisher.jobs.ids import FILE_NAME as IDS_NAME
from publisher.jobs.library import Library, Progress
from publisher.jobs.lost_ids import require_no_lost_ids
from publisher.jobs.moved import moved_posts, moved_problems
from publisher.jobs.reading import read
from publisher.jobs.report import Report, dump_report
from publisher.jobs.site import shown_path
from publisher.jobs.unchanged import NOTE, Seen, change_of_folder, is_settled, mark_of, mark_of_tree
from publisher.model.feed import Feed, FeedFormat
from publisher.model.post import Post

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def build(config: Config, *, at: datetime, progress: Progress | None = None) -> Report:
    """Write the feeds of the posts whose moment has come at `at`.

    OutputError where a file cannot be written, ContentError where the engine's own configuration cannot be read,
    ConfigError where `ids.json` is lost and readers would see posts as new.
    """
    return read(config, _built, at=at, progress=progress)


def _built(library: Library) -> Report:
    config = library.config
    require_no_lost_ids(library)
    desk = _desk(library)
    groups = _groups(desk)
    posts = library.index.load({source for one in groups for source in one.sources})
    # Identities before feeds: none must ever carry an id that the next build could not find again.
    library.renderer.prepare(posts.values(), meanwhile=library.keep)
    known = posts | {post.source: post for post in desk.recovered}
    jobs = [(one, FeedFormat(name)) for one in groups for name in config.settings.feeds.formats]
    changed = [_write(desk, one, [known[source] for source in one.sources], format_) for one, format_ in jobs]
    report = _report(desk, posts.values(), changed)
    paths = [library.place.output / feed_path(config, format_, one.slug) for one, format_ in jobs]
    library.index.put_note(NOTE, _seen(library, report, paths))
    return report


def _desk(library: Library) -> Desk:
    standing = cache(partial(standing_entries, library))
    moved = moved_posts(library, standing)
    return Desk(library, recover_lost(library, standing, moved.values()), standing, moved)


def _groups(desk: Desk) -> list[Group]:
    """The feeds that there are to be; ConfigError where two of them would lie at one path."""
    config = desk.library.config
    feeds, slugs = config.settings.feeds, config.settings.categories
    heads = _heads(desk.library, desk.recovered)
    groups = group(heads, limit=feeds.limit, by_category="category" in feeds.by, slugs=slugs)
    _check_paths(config, groups)
    return groups


def _report(desk: Desk, posts: Iterable[Post], changed: Sequence[str | None]) -> Report:
    """What was done; `changed` has a path for each feed that was written, and None for each that was not."""
    library = desk.library
    rendering = rendering_problems(library.index, posts)
    written = tuple(path for path in changed if path is not None)
    return Report(
        posts=library.count() + len(desk.recovered),
        written=written,
        unchanged=len(changed) - len(written),
        problems=tuple(sorted({*library.problems, *rendering, *moved_problems(desk.moved)})),
        fed_unreadable=(*library.fed_unreadable, *_unrendered(desk, rendering), *sorted(desk.moved)),
        next_moment=_moment(library.index.next_published(library.at)),
    )


def _unrendered(desk: Desk, problems: Iterable[Problem]) -> list[str]:
    """Files of posts that are out and cannot be rendered now: they stay in the feeds as they were."""
    failed = {problem.file for problem in problems if problem.severity is Severity.ERROR}
    return sorted(file for file in failed if desk.library.id_of(file) in desk.standing())


def _seen(library: Library, report: Report, outputs: Iterable[Path]) -> str:
    """What the next build may go by; empty where something changed meanwhile, or a post's place is not settled."""
    config, index, began_ns = library.config, library.index, library.began_ns
    folders = [(folder, change_of_folder(config, folder)) for folder in library.scan.folders]
    # Told without another look, most often: a post that has just been saved.
    newest_ns = max([library.scan.newest_ns, *(mtime_ns for _, mtime_ns in folders)])
    if not is_settled(newest_ns, began_ns):
        return ""
    missing = set(index.paths())
    tree = mark_of_tree(config, library.scan.folders, missing)
    if tree is None or missing or not is_settled(tree.newest_ns, began_ns) or report.fed_unreadable:
        return ""
    looked = {place: mark_of(config.folder / place) for place in {*looked_at(index), *library.place.looked_at}}
    if not all(is_settled(mark.newest_ns, began_ns) for mark in looked.values()):
        return ""
    # These are as we wrote them just now.
    own = {shown_path(config, path): mark_of(path) for path in (config.home / IDS_NAME, *outputs)}
    since, until = index.moments(library.at)
    return Seen(
        key=config.key,
        folders=folders,
        tree=tree.text,
        newest_ns=tree.newest_ns,
        places=[(place, mark.text) for place, mark in sorted((looked | own).items())],
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


def _write(desk: Desk, one: Group, posts: Sequence[Post], format_: FeedFormat) -> str | None:
    library = desk.library
    path = library.place.output / feed_path(library.config, format_, one.slug)
    shown = shown_path(library.config, path)
    known = output(library.index, shown)
    if known is not None and known == (_fingerprint(library, one, posts, format_), *_stat(path)):
        return None
    data = serialise(_feed(desk, one, posts, format_), format_)
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


def _fingerprint(library: Library, one: Group, posts: Iterable[Post], format_: FeedFormat) -> str:
    """Changes whenever the feed's bytes might."""
    settings = library.config.settings
    told = [(library.id_of(post.source), repr(post), library.renderer.stamp(post)) for post in posts]
    parts = [__version__, format_, one.category, repr((library.place.site, settings.feeds)), told]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def _feed(desk: Desk, one: Group, posts: Iterable[Post], format_: FeedFormat) -> Feed:
    library = desk.library
    site, feeds = library.place.site, library.config.settings.feeds
    told = tuple(entries(desk, posts, full=feeds.content == "full"))
    return Feed(
        id=_address(site.url, feed_path(library.config, FeedFormat.ATOM, one.slug)),
        title=site.title if one.category is None else f"{one.category} – {site.title}",
        description=site.description or site.title,
        page_url=site.url,
        self_url=_address(site.url, feed_path(library.config, format_, one.slug)),
        language=site.language,
        updated=max((entry.updated for entry in told), default=_NEVER),
        entries=told,
        author=site.author,
        icon=site.icon,
        logo=site.logo,
        hub=feeds.hub,
    )


def _address(root: str, path: str) -> str:
    return urljoin(root, quote(path))
