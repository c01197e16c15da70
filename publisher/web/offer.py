"""What readers can choose: newsletters, and of each how often, in which languages and of which categories."""

import os
from collections.abc import Iterable, Sequence

from publisher.app import App
from publisher.core.slugs import category_slug
from publisher.errors import ConfigError
from publisher.jobs.ids import FILE_NAME, feeds_in, ids_bytes
from publisher.model.feed import FeedKind
from publisher.model.newsletter import Frequency, Newsletter
from publisher.struct import Struct
from publisher.web.files import Say


class Offer(Struct, frozen=True):
    """The choices of one form: what any of its `newsletters` has.

    `usual` is the frequency of who chooses none, None where that is not the same for all.
    """

    newsletters: tuple[Newsletter, ...]
    categories: tuple[str, ...]
    frequencies: tuple[Frequency, ...]
    languages: tuple[str, ...]

    @property
    def usual(self) -> Frequency | None:
        """See the class."""
        first = {next(iter(one.schedules)) for one in self.newsletters}
        return first.pop() if len(first) == 1 else None

    @property
    def names(self) -> tuple[str, ...]:
        """The newsletters' own."""
        return tuple(one.name for one in self.newsletters)


class Menu:
    """The offer as it is now: categories are those with feeds in `ids.json`, for a request must not read all posts."""

    def __init__(self, app: App, say: Say) -> None:
        self._say = say
        self._newsletters = tuple(app.newsletters())
        self._slugs = app.config.settings.categories
        self._home = app.config.home
        self._mark: tuple[int, int, int] | None = None
        self._categories: tuple[str, ...] = ()

    def offer(self, wanted: Iterable[str] = ()) -> Offer:
        """That of the newsletters called `wanted`, of all where none of them is known."""
        names = set(wanted)
        chosen = tuple(one for one in self._newsletters if one.name in names) or self._newsletters
        frequencies = {frequency for one in chosen for frequency in one.schedules}
        return Offer(
            chosen,
            _union(one.categories or self._of(one) for one in chosen),
            tuple(one for one in Frequency if one in frequencies),
            () if any(not one.languages for one in chosen) else _union(one.languages for one in chosen),
        )

    def each(self) -> list[Offer]:
        """Of each newsletter by itself."""
        return [self.offer([one.name]) for one in self._newsletters]

    def _of(self, newsletter: Newsletter) -> tuple[str, ...]:
        """All there are: a newsletter of `categories: all` has those, too, that are still to come."""
        assert newsletter.categories is None
        mark = self._stat()
        if mark != self._mark:
            self._mark, self._categories = mark, self._read()
        return self._categories

    def _read(self) -> tuple[str, ...]:
        try:
            records = feeds_in(ids_bytes(self._home))
        except ConfigError as error:
            self._say(f"{error.told()}\n  the categories that were offered before still are")
            return self._categories
        found = {one.name: None for one in records if one.kind == FeedKind.CATEGORY and not one.gone}
        return tuple({category_slug(name, self._slugs): name for name in found}.values())

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._home / FILE_NAME)  # noqa: PTH116 - at each request
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def _union(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple({one: None for names in lists for one in names})
