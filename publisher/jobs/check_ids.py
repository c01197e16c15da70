"""Whether `ids.json` and the posts agree."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from publisher.core.identity import Record, is_provisional
from publisher.core.words import counted
from publisher.errors import Problem, Severity
from publisher.jobs.ids import FILE_NAME, recall
from publisher.jobs.library import Library
from publisher.jobs.lost_ids import lost_ids
from publisher.struct import Struct, asdict


class Checked(Struct, frozen=True):
    """What was found. `new` posts are not recorded yet; `gone` are recorded files that are no post now."""

    posts: int
    records: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def lines(self) -> list[str]:
        """For people; the problems are told by themselves."""
        return [f"{counted(self.posts, 'post')}, {counted(self.records, 'record')}"] + [
            f"{label}: {source}" for label, sources in (("new", self.new), ("gone", self.gone)) for source in sources
        ]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def check_ids(library: Library) -> Checked:
    """Hold the records against the posts; nothing is written. ConfigError where `ids.json` cannot be read."""
    records = recall(library.config.home).records
    recorded = {record.source for record in records}
    present = {post.source for post in library.posts}
    known = present | set(library.scan.unreadable) | library.known.left_out
    found = [problem for problem in library.problems if problem.code in ("duplicate-id", "looks-renamed")]
    return Checked(
        posts=len(present),
        records=len(records),
        new=tuple(sorted(present - recorded)),
        gone=tuple(sorted(recorded - known)),
        problems=tuple(sorted([*found, *lost_ids(library), *_twice(records), *_provisional(records)])),
    )


def _twice(records: Iterable[Record]) -> Iterator[Problem]:
    """What merging two branches by hand can leave behind."""
    # One id and one file on two lines is no fault: two branches each edited the post.
    pairs = {(record.id, record.source): None for record in records}
    for noun, values in (("id", [id_ for id_, _ in pairs]), ("file", [source for _, source in pairs])):
        for value, number in Counter(values).items():
            if number > 1:
                message = f"the {noun} {value} stands in {number} lines: keep the one that readers know"
                yield Problem(FILE_NAME, 0, 0, Severity.ERROR, "duplicate-id", message)


def _provisional(records: Iterable[Record]) -> Iterator[Problem]:
    number = sum(is_provisional(record.id) for record in records)
    if number:
        them = "it" if number == 1 else "them"
        message = f"{counted(number, 'id')} under a placeholder: the first build with site.url set makes {them} anew"
        yield Problem(FILE_NAME, 0, 0, Severity.WARNING, "provisional-id", message)
