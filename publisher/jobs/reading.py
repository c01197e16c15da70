"""Work on the posts, done once more where the cache turns out to be damaged."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from publisher.config import Config
from publisher.errors import CacheDamaged
from publisher.jobs.library import Library, Progress, open_library

_T = TypeVar("_T")


def read(
    config: Config,
    work: Callable[[Library], _T],
    *,
    at: datetime,
    progress: Progress | None = None,
    anyway: bool = False,
) -> _T:
    """What `work` makes of the posts as of `at`; meanwhile no other process of this site builds or plans.

    Damage can show as late as in a query. The cache is empty then, and what it held is worked out again: so `work` may
    be begun twice, and what it did the first time must be as if it had not been, or bear being done again.
    ContentError where the engine's own configuration cannot be read, but `anyway`.
    """

    def once() -> _T:
        with open_library(config, at=at, progress=progress, anyway=anyway) as library:
            return work(library)

    try:
        return once()
    except CacheDamaged:
        return once()
