"""The posts of the site with their identities: what builds, digests and one-offs all start from."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from publisher import __version__
from publisher.config import Config
from publisher.content import Index, Rendered, Renderer, Scan, scan
from publisher.core.identity import Identities, assign, moment_text
from publisher.core.selection import shared_feeds
from publisher.core.words import counted
from publisher.errors import ContentError, Problem, Severity
from publisher.jobs.ids import Memory, recall, remember
from publisher.jobs.site import Place, resolve, shown_path
from publisher.model.post import Post

Progress = Callable[[int, int], None]
CACHE_NAME = "cache.db"


@dataclass(frozen=True, slots=True)
class Library:
    """One reading of the folder. `posts` have ids, the held ones included; those that clash are left out.

    `recalled` is what `ids.json` said, `memory` what it is to say.

    `fed_unreadable` are the files whose post was out before and that cannot be read now.
    """

    config: Config
    place: Place
    index: Index
    renderer: Renderer
    posts: tuple[Post, ...]
    ids: dict[str, str]
    recalled: Memory
    memory: Memory
    problems: tuple[Problem, ...]
    fed_unreadable: tuple[str, ...]

    def rendered(self, post: Post) -> Rendered | None:
        """The post's whole content and summary, or None where its file is gone and was never rendered."""
        return self.renderer.render(post)

    def keep(self) -> None:
        """Write what was learnt of the posts' identities, where anything was."""
        if self.memory != self.recalled:
            remember(self.config.home, self.memory)


@contextmanager
def open_library(config: Config, *, at: datetime, progress: Progress | None = None) -> Iterator[Library]:
    """Read the folder as of `at` (what has expired is out); while it is open no other process of this site builds."""
    place = resolve(config)
    with Index(config.home / CACHE_NAME, key=repr((__version__, place.rules))) as index:
        before = recall(config.home)
        found = scan(place.rules, index, progress=progress, now=at)
        readable = (*found.posts, *found.held)
        lost = set(found.unreadable) - {post.source for post in found.held}
        site = place.site
        identities = assign(readable, before.records, url=site.url, timezone=site.timezone, unreadable=lost)
        out = {record.source for record in before.records if record.published <= moment_text(at)}
        if out and not readable and not any(_is_there(config, place, source) for source in out):
            raise _all_gone(config, place, len(out))
        yield Library(
            config=config,
            place=place,
            index=index,
            renderer=Renderer(place.rules, index, lambda: readable),
            posts=tuple(post for post in readable if post.source in identities.ids),
            ids=identities.ids,
            recalled=before,
            memory=replace(before, records=identities.records),
            problems=(*_problems(place, found, identities), *_shared(config, readable)),
            fed_unreadable=tuple(source for source in found.unreadable if source in out),
        )


def _is_there(config: Config, place: Place, source: str) -> bool:
    inside = PurePosixPath(source).is_relative_to(PurePosixPath(place.rules.content))
    return inside and (config.folder / source).exists()


def _all_gone(config: Config, place: Place, number: int) -> ContentError:
    """A mistyped content.path, or a folder away for a moment, must not empty feeds that are good."""
    where = shown_path(config, config.folder / place.rules.content)
    message = f"none of the {counted(number, 'post')} that were here can be found: the feeds stay as they are"
    hint = "look at content.path and content.engine; where all posts are meant to be gone, remove ids.json"
    return ContentError([Problem(where, 0, 0, Severity.ERROR, "no-posts", message)], hint=hint)


def _shared(config: Config, posts: Sequence[Post]) -> list[Problem]:
    file = shown_path(config, config.file)
    return [
        Problem(
            file,
            0,
            0,
            Severity.WARNING,
            "shared-feed",
            f"{' and '.join(names)} share the feed category/{slug}: give them paths of their own under 'categories:'",
        )
        for slug, names in shared_feeds(posts, config.settings.categories).items()
    ]


def _problems(place: Place, found: Scan, identities: Identities) -> tuple[Problem, ...]:
    clashes = [
        Problem(
            second, 1, 1, Severity.ERROR, "duplicate-id", f"has the date and address of {first}: change one of them"
        )
        for first, second in identities.clashes
    ]
    suspects = [
        Problem(
            fresh,
            1,
            1,
            Severity.WARNING,
            "looks-renamed",
            f"looks like {gone}, which is gone, changed in several ways at once: readers will see it as new;"
            f" to keep its id, build once under the old file name, with the ids.json of before",
        )
        for fresh, gone in identities.suspects
    ]
    return tuple(sorted([*place.problems, *found.problems, *clashes, *suspects]))
