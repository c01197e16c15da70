"""Build: the folder's posts into feed files, of which only those that changed are replaced."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from publisher.config import Config
from publisher.content import looked_at, records_of, rendering_problems, section_of
from publisher.content.spread import spread
from publisher.core.grouping import Head
from publisher.core.identity import Record
from publisher.core.revision import Looked, is_known, revised
from publisher.core.selection import newest_first
from publisher.errors import Problem, Severity, TemplateError
from publisher.jobs.archive import archive, is_page, put, with_pages
from publisher.jobs.archive_sheets import own_templates as own_issue_templates
from publisher.jobs.entries import Desk, Told, recover_lost, standing_entries
from publisher.jobs.feed_pages import own_templates, pages
from publisher.jobs.feed_paths import check_paths, require_free, require_no_other_page, require_own_pages
from publisher.jobs.feed_plan import Planned, files, is_wide, plan
from publisher.jobs.feed_press import Press, Sheet
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.feed_sheets import ARCHIVE, copies, sheets
from publisher.jobs.ids import FILE_NAME as IDS_NAME
from publisher.jobs.library import Library, Progress
from publisher.jobs.lost_ids import require_no_lost_ids
from publisher.jobs.moved import moved_posts, moved_problems
from publisher.jobs.reading import read
from publisher.jobs.report import Report, dump_report
from publisher.jobs.site import shown_path
from publisher.jobs.unchanged import NOTE, Seen, change_of_folder, is_settled, mark_of, mark_of_tree
from publisher.jobs.withdrawn import Farewells
from publisher.model.feed import FeedFormat
from publisher.model.post import Post
from publisher.struct import Struct


class Work(Struct, frozen=True):
    """All that feeds are made from: what is to be told, and the feeds that tell it; and what is to be remembered."""

    desk: Desk
    feeds: Sequence[Planned]
    told: Told
    texts: Sequence[Record]
    staged: Mapping[bytes, bytes]


def build(config: Config, *, at: datetime, now: datetime | None = None, progress: Progress | None = None) -> Report:
    """Write the feeds of the posts whose moment has come at `at`; what changed is recorded as of `now`, else `at`.

    OutputError where a file cannot be written, ContentError where the engine's own configuration cannot be read,
    ConfigError where `ids.json` is lost and readers would see posts as new, or where two feeds would lie at one path.
    """
    return read(config, partial(_built, now=now or at), at=at, progress=progress)


def _built(library: Library, now: datetime) -> Report:
    issues = archive(library)
    work = prepare(library, now, issues.sheets if issues else ())

    def keep(feeds: list[FeedRecord]) -> None:
        library.keep(texts=work.texts, feeds=feeds, staged=work.staged)

    farewells = Farewells(library)
    press = Press(library, now, keep, farewells.notice)
    _fill(press, work, with_pages(library, issues))
    for copy in copies(library, press):
        press.put(copy)
    unmade = put(library, press, issues) if issues else ()
    # What nobody can tell now stays as it stands.
    gone = press.end(lambda record: (issues is not None and not unmade) or not is_page(record))
    report = _report(work, press, farewells, gone, unmade)
    library.index.put_note(NOTE, _seen(library, report, press.outputs()))
    return report


def _fill(press: Press, work: Work, newsletters: Collection[str]) -> None:
    """Put the feeds, and what stands beside them, which another process makes meanwhile: to import what makes pages
    takes a while."""

    def feeds() -> None:
        for sheet in sheets(work.desk, work.feeds, work.told):
            press.put(sheet)

    wanted = [sheet for sheet in pages(work.desk, work.feeds, work.told, newsletters) if not press.stands(sheet)]
    try:
        _beside(press, wanted, feeds)
    except TemplateError:
        # The page is for people; what is broken in it must not keep feeds from their readers.
        press.flush()
        raise


def _beside(press: Press, wanted: Sequence[Sheet], feeds: Callable[[], None]) -> None:
    made = spread(
        range(len(wanted)), lambda number: (number, wanted[number].make()), handful=1, fewest=1, meanwhile=feeds
    )
    # In their order, whichever process made which.
    for number, data in sorted(one for handful in made for one in handful):
        press.add(wanted[number], data)


def would_write(work: Work) -> Iterator[tuple[str, FeedFormat, bytes | None, bytes]]:
    """Each feed as a build would write it, archives left out: its path below the output folder, its format, what stands
    there, None for nothing, and what would. Nothing is written."""
    for sheet in sheets(work.desk, work.feeds, work.told):
        if sheet.kind != ARCHIVE:
            path = work.desk.library.place.output / sheet.path
            yield sheet.path, FeedFormat(sheet.format), path.read_bytes() if path.is_file() else None, sheet.make()


def prepare(library: Library, now: datetime, issues: Sequence[Sheet] = ()) -> Work:
    """Decide which feeds there are, and have every post in them rendered and known; `issues` lie beside them."""
    require_no_lost_ids(library)
    desk = _desk(library)
    feeds = plan(library.config, library.place, _heads(library, desk.recovered), library.known.feeds)
    _require_room(library, feeds, issues)
    posts = library.index.load({source for one in feeds for source in one.sources})
    # Identities before feeds: none must ever carry an id that the next build could not find again.
    staged: dict[bytes, bytes] = {}
    library.renderer.prepare(posts.values(), meanwhile=lambda: staged.update(library.stage()))
    records = records_of(library.index, posts.keys())
    texts = list(revised(_looked_at(library, posts.values(), records), now))
    records |= {record.source: record for record in texts}
    known = posts | {post.source: post for post in desk.recovered}
    return Work(desk, feeds, Told(known, records), texts, staged)


def _require_room(library: Library, feeds: Sequence[Planned], pages: Sequence[Sheet]) -> None:
    """ConfigError where something else lies where files are to be, or two of them at one path."""
    config = library.config
    made = [*files(config, feeds), *((f"the {one.kind} {one.path}", one.path) for one in pages)]
    if pages:
        check_paths(config, made)
    require_free(library, [*(path for _, path in made), *config.settings.feeds.redirects])
    require_no_other_page(library)
    require_own_pages(library, [one.path for one in pages if one.format == "html"])


def _desk(library: Library) -> Desk:
    standing = cache(partial(standing_entries, library))
    moved = moved_posts(library, standing)
    return Desk(library, recover_lost(library, standing, moved.values()), standing, moved)


def _looked_at(library: Library, posts: Iterable[Post], records: dict[str, Record]) -> Iterable[Looked]:
    """The posts whose file is another than when their text was last looked at; not those that cannot be rendered."""
    for post in posts:
        record = records[post.source]
        if is_known(record, post.digest):
            continue
        rendered = library.rendered(post)
        if rendered is not None and not rendered.failed:
            yield Looked(record, post.digest, rendered.text)


def _heads(library: Library, recovered: Iterable[Post]) -> Iterable[Head]:
    """The posts that are out, newest first, those recovered from the feeds on disk in their places."""
    wide = is_wide(library.config)
    revived = newest_first(post for post in recovered if post.published <= library.at)
    if not revived:
        return library.heads(wide=wide)
    heads = {head.source: head for head in library.heads(wide=wide)}
    heads |= {post.source: _head(library, post) for post in revived}
    known = [*library.index.load(heads).values(), *revived]
    return [heads[post.source] for post in newest_first(known)]


def _head(library: Library, post: Post) -> Head:
    people = tuple(author.name for author in post.authors)
    section = section_of(post.source, library.place.rules)
    return Head(post.source, post.categories, post.tags, people, post.language, section)


def _report(
    work: Work, press: Press, farewells: Farewells, gone: Iterable[FeedRecord], untold: Iterable[Problem]
) -> Report:
    """What was done."""
    desk, library = work.desk, work.desk.library

    def shown(path: str) -> str:
        return shown_path(library.config, library.place.output / path)

    problems, fed_unreadable = faults(work)
    return Report(
        posts=library.count() + len(desk.recovered),
        written=tuple(press.written),
        unchanged=press.count - len(press.written),
        problems=tuple(sorted([*problems, *untold])),
        fed_unreadable=fed_unreadable,
        next_moment=_moment(library.index.next_published(library.at)),
        withdrawn=tuple(farewells.posts),
        emptied=tuple(shown(path) for path in farewells.emptied),
        gone=tuple(shown(record.path) for record in gone if record.kind != ARCHIVE),
    )


def faults(work: Work) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """All that is wrong, once the feeds are made; and the files of posts that were fed and cannot be told anew."""
    desk, library = work.desk, work.desk.library
    rendering = rendering_problems(library.index, work.told.posts.values())
    problems = sorted({*library.problems, *rendering, *moved_problems(desk.moved)})
    return tuple(problems), (*library.fed_unreadable, *_unrendered(desk, rendering), *sorted(desk.moved))


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
    own_folders = (shown_path(config, folder(config)) for folder in (own_templates, own_issue_templates))
    places = {*looked_at(index), *library.place.looked_at, *own_folders}
    looked = {place: mark_of(config.folder / place) for place in places}
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
