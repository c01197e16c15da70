"""Check: everything that is wrong with the posts, found without writing a feed or an id."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from urllib.parse import unquote, urlsplit

from publisher.content import Code, Lint, duplicate_addresses, lint
from publisher.errors import Problem, Severity
from publisher.jobs.dead_links import dead_links
from publisher.jobs.entries import standing_entries
from publisher.jobs.library import Library, Progress
from publisher.jobs.lost_ids import lost_ids
from publisher.jobs.moved import moved_posts, moved_problems
from publisher.jobs.site import settings_errors
from publisher.model.post import Post
from publisher.struct import Struct


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


def check(
    library: Library,
    progress: Progress,
    mails: Callable[[Library], Iterable[Problem]] = lambda _library: (),
) -> Findings:
    """Look at every post closely; what was looked at before and is the same is not looked at again.

    `mails` tells what is wrong with the mails that newsletters would send.
    """
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
        *_dead(library, found),
        *mails(library),
    ]
    unreadable = (*library.fed_unreadable, *sorted(moved))
    return Findings(len(posts), tuple(sorted(set(problems))), unreadable, bool(settings_errors(library.place.problems)))


def _twice(library: Library) -> Iterator[Problem]:
    for first, second, url in duplicate_addresses(library.index):
        message = f"has the address of {first}, {url}: only one of them can be served there"
        yield Code.DUPLICATE_ADDRESS.warning(second, 1, 1, message)


def _dead(library: Library, found: Iterable[tuple[Post, Lint]]) -> Iterator[Problem]:
    is_dead = dead_links(library)
    for post, one in found:
        for link in one.links:
            if is_dead(link.url, shown=link.shown):
                code = Code.MISSING_IMAGE if link.shown else Code.DEAD_LINK
                told = unquote(urlsplit(link.url).path)
                where = "the site has no such file" if link.shown else "the site has nothing there"
                yield code.warning(post.source, link.line, link.column, f"{told}: {where}")
