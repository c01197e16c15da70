"""Work on many things, shared among processes."""

import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

_FEW = 1000
_MOST = 4
_CHUNK = 250

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def spread(things: Sequence[Thing], work: Callable[[Thing], Result]) -> Iterator[list[Result]]:
    """The results of `work` on all of `things`, in any order, in handfuls; by as many processes as there are
    processors, where that is worth it.

    What `work` changes is changed in its own process only. Results must be fit to be pickled.
    """
    helpers = _helpers(len(things))
    shares = [things[number :: helpers + 1] for number in range(helpers + 1)]
    pipes = [(_begin(share, work), share) for share in shares[1:]]
    for start in range(0, len(shares[0]), _CHUNK):
        yield [work(thing) for thing in shares[0][start : start + _CHUNK]]
    for (child, pipe), share in pipes:
        results: list[Result] | None = _end(child, pipe)
        yield [work(thing) for thing in share] if results is None else results


def _helpers(number: int) -> int:
    # A fork copies no threads, and a lock that one of them holds would stay locked in the copy for ever.
    if number < _FEW or threading.active_count() > 1 or not hasattr(os, "fork"):
        return 0
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST) - 1


def _begin(share: Sequence[Thing], work: Callable[[Thing], Result]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        data = pickle.dumps([work(thing) for thing in share], protocol=pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)
        os._exit(0)
    finally:
        # Whatever happened: the parent's work must not be done twice, nor its buffers written.
        os._exit(1)


def _end(child: int, pipe: int) -> list[Result] | None:
    """What a helper made; None where it died, for whatever reason: the work is then done here."""
    with os.fdopen(pipe, "rb") as opened:
        data = opened.read()
    status = 1
    with suppress(ChildProcessError):
        status = os.waitpid(child, 0)[1]
    made: list[Result] | None = pickle.loads(data) if status == 0 else None
    return made
