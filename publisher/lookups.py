"""Names are looked up in threads that nothing waits for at the end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def looked_up(ask: Callable[[], T]) -> T:
    """What `ask` returns or raises. Whoever is cancelled meanwhile, or has waited long enough, goes on at once.

    The executors of event loops are joined as these end: with a name server that never answers, a run that was told to
    stop took 8 seconds.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(say: Callable[[Any], None], what: object) -> None:
        if not answer.done():
            say(what)

    def look() -> None:
        # RuntimeError: the loop is closed, and nobody asks any more.
        with suppress(RuntimeError):
            try:
                found = ask()
            except Exception as error:
                loop.call_soon_threadsafe(tell, answer.set_exception, error)
            else:
                loop.call_soon_threadsafe(tell, answer.set_result, found)

    Thread(target=look, name="lookup", daemon=True).start()
    return await answer
