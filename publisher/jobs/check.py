"""Check: everything that is wrong with the posts, found without writing a feed or an id."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publisher.content import Code, Link, Lint, duplicate_addresses, lint
from publisher.errors import Problem, Severity
from publisher.jobs.entries import standing_entries
from publisher.jobs.feed_plan import PAGES, is_wide, plan
from publisher.jobs.library import Library, Progress
from publisher.jobs.lost_ids import lost_ids
from publisher.jobs.moved import moved_posts, moved_problems
from publisher.jobs.site import settings_errors
from publisher.model.post import Post
from publisher.struct import Struct

# Where engines take files from that they serve as they are: Jekyll and Eleventy, Hugo and Zola, Pelican.
_STATIC = ("", "static", "assets", "content", "src", "src/static", "public")


class Findings(Struct, frozen=True):
    """All problems, sorted, and how many posts could be read; `stops` where a build would do nothing at all."""

    posts: int
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]
    stops: bool

    def exit_code(self, *, strict: bool) -> int:
        """65 where a build ends so: the engine's configuration or a post that was fed cannot be read now.

        With `strict` where anything is wrong; else 0.
        """
        failed = any(problem.severity is Severity.ERROR for problem in self.problems)
        return 65 if self.stops or self.fed_unreadable or (strict and failed) else 0


def check(library: Library, progress: Progress) -> Findings:
    """Look at every post closely; what was looked at before and is the same is not looked at again."""
    posts = library.posts
    found: list[tuple[Post, Lint]] = []
    for done, post in enumerate(posts, 1):
        found.append((post, lint(library.renderer, post)))
        progress(done, len(posts))
    moved = moved_posts(library, partial(standing_entries, library))
    problems = [
        *library.problems,
        *lost_ids(library),
        *moved_problems(moved),
        *(problem for _, one in found for problem in one.problems),
        *_twice(library),
        *_dead(library, posts, found),
    ]
    unreadable = (*library.fed_unreadable, *sorted(moved))
    return Findings(len(posts), tuple(sorted(set(problems))), unreadable, bool(settings_errors(library.place.problems)))


def _twice(library: Library) -> Iterator[Problem]:
    for first, second, url in duplicate_addresses(library.index):
        message = f"has the address of {first}, {url}: only one of them can be served there"
        yield Code.DUPLICATE_ADDRESS.warning(second, 1, 1, message)


def _dead(library: Library, posts: Iterable[Post], found: Iterable[tuple[Post, Lint]]) -> Iterator[Problem]:
    known = _addresses(library, posts)
    output = library.place.output
    built = any(_is_served(output, post.path) for post in posts)
    for post, one in found:
        for link in one.links:
            if _is_dead(library, link, known, built=built):
                code = Code.MISSING_IMAGE if link.shown else Code.DEAD_LINK
                told = unquote(urlsplit(link.url).path)
                where = "the site has no such file" if link.shown else "the site has nothing there"
                yield code.warning(post.source, link.line, link.column, f"{told}: {where}")


def _is_dead(library: Library, link: Link, known: set[str], *, built: bool) -> bool:
    """Where the engine has not run, only files can be missed: which pages it will make nobody knows."""
    path = unquote(urlsplit(link.url).path)
    if path.rstrip("/") in known:
        return False
    below = path.removeprefix(unquote(urlsplit(library.place.site.url).path))
    if _is_served(library.place.output, below):
        return False
    roots = {library.place.rules.content, *_STATIC}
    if any(_is_file(library.config.folder / root / below) for root in roots):
        return False
    return built or link.shown or Path(below).suffix not in ("", ".html", ".htm", ".xml", ".json")


def _addresses(library: Library, posts: Iterable[Post]) -> set[str]:
    """The paths of what the site is known to serve: its posts, its front page and our feeds."""
    config, base = library.config, unquote(urlsplit(library.place.site.url).path)
    heads = library.heads(wide=is_wide(config))
    feeds = [path for one in plan(config, library.place, heads, library.known.feeds) for _, path in one.paths]
    feeds += [config.settings.feeds.paths[name] for name in PAGES]
    paths = [unquote(urlsplit(post.url).path) for post in posts]
    return {path.rstrip("/") for path in [base, *(base + feed for feed in feeds), *paths]}


def _is_served(output: Path, below: str) -> bool:
    target = output / below.lstrip("/")
    return _is_file(target) or _is_file(target / "index.html") or _is_file(target.with_name(f"{target.name}.html"))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
