"""What posts were rendered as, and what was written from that: kept in the index."""

import json
from collections.abc import Iterable

from publisher.cache import kept
from publisher.content.index import Index
from publisher.content.needs import Need
from publisher.errors import Problem, Severity
from publisher.model.post import Post
from publisher.struct import Struct, astuple


class Rendered(Struct, frozen=True):
    """A post's content as safe HTML, its summary as plain text, what was wrong with it, and what it depended on."""

    html: str
    summary: str
    problems: tuple[Problem, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an error left the content out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def rendering(index: Index, digest: str, url: str) -> Rendered | None:
    """What was made before of a text at an address."""
    sql = "SELECT html, summary, problems, needs FROM rendered WHERE digest = ? AND url = ?"
    for html, summary, problems, needs in index.rows(sql, digest, url):
        return Rendered(html, summary, load_problems(problems), load_needs(needs))
    return None


def needs_of(index: Index, digest: str, url: str) -> tuple[Need, ...] | None:
    """What a rendering depended on; None where there is none."""
    found = index.rows("SELECT needs FROM rendered WHERE digest = ? AND url = ?", digest, url)
    return load_needs(found[0][0]) if found else None


def all_needs(index: Index) -> set[Need]:
    """All that any rendering depended on."""
    return {need for (text,) in index.rows("SELECT DISTINCT needs FROM rendered") for need in load_needs(text)}


def rendering_problems(index: Index, posts: Iterable[Post]) -> list[Problem]:
    """What was wrong with some posts as they were rendered."""
    sql = "SELECT problems FROM rendered WHERE digest = ? AND url = ?"
    rows = [row for post in posts for row in index.rows(sql, post.digest, post.url)]
    return [problem for (text,) in rows for problem in load_problems(text)]


def put_rendering(index: Index, digest: str, url: str, made: Rendered) -> None:
    """Keep what was made of a text at an address, for as long as that is some post's good reading."""
    problems, needs = (
        json.dumps([astuple(one) for one in many]) if many else "" for many in (made.problems, made.needs)
    )
    index.write(
        "INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?, ?, ?)",
        *(digest, url, made.html, made.summary, problems, needs),
    )


def output(index: Index, path: str) -> tuple[str, int, int] | None:
    """Fingerprint, modification time and size of an output as it was written."""
    found = index.rows("SELECT fingerprint, mtime_ns, size FROM outputs WHERE path = ?", path)
    return (found[0][0], found[0][1], found[0][2]) if found else None


def put_output(index: Index, path: str, fingerprint: str, mtime_ns: int, size: int) -> None:
    """Keep what an output was written as."""
    index.write("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?)", path, fingerprint, mtime_ns, size)


def load_problems(text: str) -> tuple[Problem, ...]:
    """Problems of any files, from JSON; none from an empty text."""
    with kept():
        return tuple(Problem.of(*row) for row in json.loads(text)) if text else ()


def load_needs(text: str) -> tuple[Need, ...]:
    """What a rendering depended on, from JSON."""
    with kept():
        return tuple(Need(*row) for row in json.loads(text)) if text else ()
