"""What posts were rendered as, and what was written from that: kept in the index."""

import json
from collections.abc import Iterable

from publisher.cache import kept
from publisher.content.index import Index
from publisher.content.needs import Need
from publisher.errors import Problem, Severity
from publisher.model.feed import Enclosure, Episode
from publisher.model.post import Post
from publisher.struct import Struct, astuple


class Rendered(Struct, frozen=True):
    """A post's content as safe HTML, its summary as plain text, what was wrong with it, and what it depended on.

    `text` stands for all that readers see of title and content, see `visible`. `enclosures` are the files that belong
    to the post, `episode` what it says of itself to podcast directories.
    """

    html: str
    summary: str
    problems: tuple[Problem, ...] = ()
    needs: tuple[Need, ...] = ()
    text: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None

    @property
    def failed(self) -> bool:
        """Whether an error left the content out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def rendering(index: Index, digest: str, url: str) -> Rendered | None:
    """What was made before of a text at an address."""
    sql = "SELECT html, summary, problems, needs, text, media FROM rendered WHERE digest = ? AND url = ?"
    for html, summary, problems, needs, text, media in index.rows(sql, digest, url):
        return Rendered(html, summary, load_problems(problems), load_needs(needs), text, *_load_media(media))
    return None


def needs_of(index: Index, digest: str, url: str) -> tuple[Need, ...] | None:
    """What a rendering depended on; None where there is none."""
    found = index.rows("SELECT needs FROM rendered WHERE digest = ? AND url = ?", digest, url)
    return load_needs(found[0][0]) if found else None


def unrendered(index: Index, posts: Iterable[Post]) -> list[Post]:
    """Those of the posts that were never rendered as they are."""
    known = set(index.rows("SELECT digest, url FROM rendered"))
    return [post for post in posts if (post.digest, post.url) not in known]


def all_needs(index: Index) -> set[Need]:
    """All that any rendering depended on."""
    return {need for (text,) in index.rows("SELECT DISTINCT needs FROM rendered") for need in load_needs(text)}


def rendering_problems(index: Index, posts: Iterable[Post]) -> list[Problem]:
    """What was wrong with some posts as they were rendered."""
    faulty = index.rows("SELECT digest, url, problems FROM rendered WHERE problems != ''")
    wanted = {(post.digest, post.url) for post in posts} if faulty else set()
    return [problem for *key, text in faulty if tuple(key) in wanted for problem in load_problems(text)]


def put_rendering(index: Index, digest: str, url: str, made: Rendered) -> None:
    """Keep what was made of a text at an address, for as long as that is some post's good reading."""
    problems, needs = (
        json.dumps([astuple(one) for one in many]) if many else "" for many in (made.problems, made.needs)
    )
    index.write(
        "INSERT OR REPLACE INTO rendered VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        # The content last: what stands behind it could be read only through it.
        *(digest, url, problems, needs, made.text, _dump_media(made), made.summary, made.html),
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


def _dump_media(made: Rendered) -> str:
    if not made.enclosures and made.episode is None:
        return ""
    episode = astuple(made.episode) if made.episode else None
    return json.dumps([[astuple(one) for one in made.enclosures], episode])


def _load_media(text: str) -> tuple[tuple[Enclosure, ...], Episode | None]:
    if not text:
        return (), None
    with kept():
        enclosures, episode = json.loads(text)
        return tuple(Enclosure(*row) for row in enclosures), Episode(*episode) if episode else None
