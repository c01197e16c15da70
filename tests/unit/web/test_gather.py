"""Many askers, few transactions."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest

from publisher.errors import StoreBusy
from publisher.web.gather import Gathering


def test_what_comes_while_one_is_under_way_goes_with_the_next() -> None:
    seen: list[int] = []
    first_is_there, let_go = Event(), Event()

    def work(asked: Sequence[int]) -> list[int]:
        seen.append(len(asked))
        first_is_there.set()
        assert let_go.wait(20)
        return [2 * one for one in asked]

    async def come() -> list[int]:
        gathering = Gathering(work)
        first = asyncio.create_task(gathering.ask(0))
        await asyncio.to_thread(first_is_there.wait, 20)
        others = [asyncio.create_task(gathering.ask(number)) for number in range(1, 2500)]
        await asyncio.sleep(0)
        let_go.set()
        return [await one for one in (first, *others)]

    assert asyncio.run(come()) == [2 * number for number in range(2500)]
    assert seen == [1, 1000, 1000, 499]


def test_what_fails_is_told_to_each_and_the_next_are_served() -> None:
    def work(asked: Sequence[int]) -> Sequence[int]:
        if 0 in asked:
            raise StoreBusy("the ledger is held", hint="try again")
        return asked

    async def come() -> tuple[list[object], int]:
        gathering = Gathering(work)
        failed = await asyncio.gather(*(gathering.ask(one) for one in (0, 1)), return_exceptions=True)
        return list(failed), await gathering.ask(7)

    failed, served = asyncio.run(come())

    assert [type(one) for one in failed] == [StoreBusy, StoreBusy]
    assert served == 7


def test_who_goes_away_holds_up_nobody() -> None:
    started, let_go = Event(), Event()

    def work(asked: Sequence[int]) -> Sequence[int]:
        started.set()
        assert let_go.wait(20)
        return asked

    async def come() -> int:
        gathering = Gathering(work)
        gone = asyncio.create_task(gathering.ask(1))
        await asyncio.to_thread(started.wait, 20)
        stays = asyncio.create_task(gathering.ask(2))
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        let_go.set()
        return await stays

    assert asyncio.run(come()) == 2
