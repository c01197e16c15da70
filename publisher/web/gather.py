"""Many askers, few transactions: what comes while one is under way goes with the next."""

from asyncio import Future, Task, create_task, get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

_MOST = 1000
"""So many go at once: a thousand sign-ups take a fraction of a second, and the ledger is others' in between."""

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Gathering(Generic[Asked, Told]):
    """Does `work` for many at once, one after the other in a thread of its own; of one event loop.

    `work` gives an answer for each it is given, in their order; what it raises, each of them gets. A transaction for
    each was fifty times slower: a disk takes so many syncs a second, and who waited longest for the lock timed out.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Told]]) -> None:
        self._work = work
        self._waiting: list[tuple[Asked, Future[Told]]] = []
        self._thread = ThreadPoolExecutor(1, "gathering")
        self._task: Task[None] | None = None

    async def ask(self, asked: Asked) -> Told:
        """The answer, when it is there; raises what `work` raises."""
        future: Future[Told] = get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._task is None or self._task.done():
            self._task = create_task(self._go())
        return await future

    async def _go(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                told = await get_running_loop().run_in_executor(self._thread, self._work, [one for one, _ in batch])
            except Exception as error:
                for _, future in batch:
                    _end(future, error)
            else:
                for (_, future), answer in zip(batch, told, strict=True):
                    if not future.done():
                        future.set_result(answer)


def _end(future: Future[Told], error: Exception) -> None:
    # Who has gone meanwhile waits for nothing any more.
    if not future.done():
        future.set_exception(error)
