"""Work on many things, shared among processes."""

import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, TypeAlias, TypeVar

_FEW = 1000
_MOST = 4
_HANDFUL = 250

_Helper: TypeAlias = tuple[int, IO[bytes]]
Thing = TypeVar("Thing")
Result = TypeVar("Result")


def spread(things: Sequence[Thing], work: Callable[[Thing], Result]) -> Iterator[list[Result]]:
    """The results of `work` on all of `things`, in any order, in handfuls; by as many processes as there are
    processors, where that is worth it.

    What `work` changes is changed in its own process only. Results must be fit to be pickled.
    """
    helpers = _helpers(len(things))
    each = -(-len(things) // (helpers + 1)) or 1
    # In one piece each: what comes in order is quick to keep in order.
    shares = [things[start : start + each] for start in range(0, len(things), each)] or [things]
    begun = [(_begin(share, work), share) for share in shares[1:]]
    try:
        yield from _handfuls(shares[0], work)
        while begun:
            helper, share = begun.pop(0)
            yield from _end(helper, share, work)
    finally:
        for helper, _share in begun:
            _dismiss(helper)


def _handfuls(share: Sequence[Thing], work: Callable[[Thing], Result]) -> Iterator[list[Result]]:
    for start in range(0, len(share), _HANDFUL):
        yield [work(thing) for thing in share[start : start + _HANDFUL]]


def _helpers(number: int) -> int:
    # A fork copies no threads, and a lock that one of them holds would stay locked in the copy for ever.
    if number < _FEW or threading.active_count() > 1 or not hasattr(os, "fork"):
        return 0
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST) - 1


def _begin(share: Sequence[Thing], work: Callable[[Thing], Result]) -> _Helper | None:
    """A process at work, and the file for its results; None where the system has no room for another."""
    try:
        # A file, not a pipe: a pipe would hold the helper up until its results are fetched, or memory all of them.
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - `_end` closes it
    except OSError:
        return None
    try:
        child = os.fork()
    except OSError:
        kept.close()
        return None
    if child:
        return child, kept
    try:
        for handful in _handfuls(share, work):
            pickle.dump(handful, kept, protocol=pickle.HIGHEST_PROTOCOL)
        kept.flush()
        os._exit(0)
    finally:
        # Whatever happened: the parent's work must not be done twice, nor its buffers written.
        os._exit(1)


def _end(helper: _Helper | None, share: Sequence[Thing], work: Callable[[Thing], Result]) -> Iterator[list[Result]]:
    """What a helper made; where there is none, or it died, for whatever reason, the work is done here."""
    if helper is None:
        yield from _handfuls(share, work)
        return
    status = _wait(helper)
    with helper[1] as kept:
        if status:
            yield from _handfuls(share, work)
            return
        kept.seek(0)
        for _ in range(0, len(share), _HANDFUL):
            yield pickle.load(kept)


def _wait(helper: _Helper) -> int:
    with suppress(ChildProcessError):
        return os.waitpid(helper[0], 0)[1]
    return 1


def _dismiss(helper: _Helper | None) -> None:
    """End a helper whose results nobody wants."""
    if helper is not None:
        with suppress(ProcessLookupError), helper[1]:
            os.kill(helper[0], signal.SIGKILL)
        _wait(helper)
