"""What a build did."""

import json
from datetime import datetime

from publisher.core.words import counted
from publisher.errors import Problem, Severity
from publisher.struct import Struct, astuple


class Report(Struct, frozen=True):
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
