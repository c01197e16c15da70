"""Work on many things, shared among processes."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BufferedRandom
from typing import TypeAlias, TypeVar

from publisher.processes import may_fork, processors

_MOST = 4
_MANY = 1000
_NUMBER = 4

_Helper: TypeAlias = tuple[int, BufferedRandom]
Thing = TypeVar("Thing")
Result = TypeVar("Result")


def spread(
    things: Sequence[Thing],
    work: Callable[[Thing], Result],
    *,
    handful: int = 250,
    fewest: int = 1000,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[list[Result]]:
    """The results of `work` on all of `things`, in any order, in handfuls; by as many processes as there are
    processors, where there are at least the `fewest` that are worth it.

    Each process takes the next handful when it is done with one; this one does something else first, `meanwhile`.
    What `work` changes is changed in its own process only. Results must be fit to be pickled.
    """
    size = max(handful, len(things) // _MANY + 1)
    parts = [things[start : start + size] for start in range(0, len(things), size)]
    queue = _queue(len(parts)) if (count := _helpers(len(things), fewest)) else None
    helpers = [helper for _ in range(count) if (helper := _begin(parts, work, queue))] if queue is not None else []
    waiting = set(range(len(parts)))
    try:
        meanwhile()
        for number in _taken(queue) if queue is not None else sorted(waiting):
            yield [work(thing) for thing in parts[number]]
            waiting.discard(number)
        while helpers:
            made: list[Result]
            for number, made in _end(helpers.pop(0)):
                yield made
                waiting.discard(number)
        # Whatever became of a helper, what it took and did not give is done here.
        for number in sorted(waiting):
            yield [work(thing) for thing in parts[number]]
    finally:
        for helper in helpers:
            _dismiss(helper)
        if queue is not None:
            os.close(queue)


def _helpers(number: int, fewest: int) -> int:
    return min(processors(), _MOST) - 1 if number >= fewest and may_fork() else 0


def _queue(length: int) -> int | None:
    """The numbers up to `length` in a pipe, which holds at least 4096 bytes (POSIX), to be read by whoever is free."""
    try:
        reading, writing = os.pipe()
    except OSError:
        return None
    os.write(writing, b"".join(number.to_bytes(_NUMBER, "big") for number in range(length)))
    os.close(writing)
    return reading


def _taken(queue: int) -> Iterator[int]:
    while number := os.read(queue, _NUMBER):
        yield int.from_bytes(number, "big")


def _begin(parts: Sequence[Sequence[Thing]], work: Callable[[Thing], Result], queue: int) -> _Helper | None:
    """A process at work, and the file for its results; None where the system has no room for another."""
    # Here, not above: only the first build of many posts comes by.
    import pickle
    import tempfile

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
        for number in _taken(queue):
            pickle.dump((number, [work(thing) for thing in parts[number]]), kept, protocol=pickle.HIGHEST_PROTOCOL)
        kept.flush()
        os._exit(0)
    finally:
        # Whatever happened: the parent's work must not be done twice, nor its buffers written.
        os._exit(1)


def _end(helper: _Helper) -> Iterator[tuple[int, list[Result]]]:
    """What a helper made, with its numbers; nothing of one that died, for whatever reason."""
    import pickle

    status = _wait(helper)
    with helper[1] as kept:
        kept.seek(0)
        while not status and kept.peek(1):
            yield pickle.load(kept)


def _wait(helper: _Helper) -> int:
    with suppress(ChildProcessError):
        return os.waitpid(helper[0], 0)[1]
    return 1


def _dismiss(helper: _Helper) -> None:
    """End a helper whose results nobody wants."""
    with suppress(ProcessLookupError), helper[1]:
        os.kill(helper[0], signal.SIGKILL)
    _wait(helper)
