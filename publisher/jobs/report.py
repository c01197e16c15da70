"""What a build did."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from publisher.core.words import counted
from publisher.errors import Problem, Severity
from publisher.struct import Struct, astuple


class Withdrawn(Struct, frozen=True, order=True):
    """A post that was in a feed and is not any more."""

    id: str
    title: str


class Report(Struct, frozen=True):
    """What a build did; paths are relative to the site's folder.

    `next_moment` is when a future post comes due. `withdrawn` are posts that have left the feeds, other than for newer
    ones; `emptied` feeds that lost their last post and stay, without any; `gone` feeds that are made no more.
    """

    posts: int
    written: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]
    next_moment: datetime | None
    withdrawn: tuple[Withdrawn, ...] = ()
    emptied: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def summary(self) -> str:
        """In a line, for people."""
        written = f"{counted(len(self.written), 'file')} written, {self.unchanged} unchanged"
        return f"{counted(self.posts, 'post')}; {written}"

    def farewells(self) -> Iterator[str]:
        """What readers lose, in a line each."""
        for post in self.withdrawn:
            yield f"withdrawn from the feeds: {post.title} ({post.id})"
        for path in self.emptied:
            yield f"{path}: has lost its last post, and stays as an empty feed"
        for path in self.gone:
            yield f"{path}: is made no more, and was removed; feeds.redirects can lead its readers to another"

    def exit_code(self, *, strict: bool) -> int:
        """See `code_of`."""
        return code_of(self.problems, self.fed_unreadable, strict=strict)


def code_of(problems: Iterable[Problem], fed_unreadable: Sequence[str], *, strict: bool) -> int:
    """65 where a post that was fed cannot be read now, or with `strict` where any cannot; else 0."""
    errors = any(problem.severity is Severity.ERROR for problem in problems)
    return 65 if fed_unreadable or (strict and errors) else 0


def dump_report(report: Report) -> str:
    """The report of a build that did the same again and so wrote nothing, as JSON."""
    moment = report.next_moment.isoformat() if report.next_moment else None
    files = report.unchanged + len(report.written)
    problems = [astuple(problem) for problem in report.problems]
    return json.dumps([report.posts, files, problems, report.fed_unreadable, moment], ensure_ascii=False)


def load_report(text: str) -> Report:
    """What `dump_report` wrote."""
    posts, files, problems, fed_unreadable, moment = json.loads(text)
    return Report(
        posts=posts,
        written=(),
        unchanged=files,
        problems=tuple(Problem.of(*row) for row in problems),
        fed_unreadable=tuple(fed_unreadable),
        next_moment=datetime.fromisoformat(moment) if moment else None,
    )
