"""Lookups that nobody waits for any more."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from publisher.lookups import looked_up


@pytest.fixture
def silent() -> Iterator[Callable[[], str]]:
    """A name server that answers when the test is over."""
    over = threading.Event()

    def ask() -> str:
        over.wait()
        return "192.0.2.1"

    yield ask
    over.set()


def test_what_was_found_is_told() -> None:
    assert asyncio.run(looked_up(lambda: "192.0.2.1")) == "192.0.2.1"


def test_what_went_wrong_is_raised() -> None:
    def ask() -> str:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(OSError, match="Name or service not known"):
        asyncio.run(looked_up(ask))


def test_a_loop_ends_while_a_name_server_is_silent(silent: Callable[[], str]) -> None:
    async def briefly() -> None:
        async with asyncio.timeout(0.01):
            await looked_up(silent)

    with pytest.raises(TimeoutError):
        asyncio.run(briefly())


def test_an_answer_that_comes_when_the_loop_is_over_is_nobodys() -> None:
    """It is said by a thread, and what goes wrong in a thread pytest makes a fault of the test."""
    over, threads = threading.Event(), SimpleQueue[threading.Thread]()

    def ask() -> str:
        threads.put(threading.current_thread())
        over.wait()
        return "192.0.2.1"

    async def briefly() -> None:
        asking = asyncio.create_task(looked_up(ask))
        await asyncio.sleep(0)
        asking.cancel()

    asyncio.run(briefly())
    thread = threads.get()
    over.set()
    thread.join()
    assert not thread.is_alive()
