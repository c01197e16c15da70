"""The board: who makes what, how often, and who is told."""

import asyncio
from threading import Thread

from publisher.jobs.proof import MailKind
from publisher.jobs.trouble import Trouble
from publisher.web.preview_board import Board


class Maker:
    """Counts what it was asked for; each answer says how many there were."""

    def __init__(self) -> None:
        self.asked: list[tuple[MailKind, str]] = []

    def __call__(self, kind: MailKind, language: str) -> Trouble:
        self.asked.append((kind, language))
        return Trouble(str(len(self.asked)), None, ())


def board(maker: Maker) -> Board:
    return Board(maker, (MailKind.DIGEST, "ja"))


def test_a_mail_is_made_once_for_a_version_and_anew_for_the_next() -> None:
    maker = Maker()
    made = board(maker)

    assert made.proof(MailKind.DIGEST, "ja") is made.proof(MailKind.DIGEST, "ja")
    made.turn()
    made.proof(MailKind.DIGEST, "ja")

    assert maker.asked == [(MailKind.DIGEST, "ja")] * 2


def test_what_changes_while_a_mail_is_made_makes_it_old() -> None:
    def make(kind: MailKind, language: str) -> Trouble:
        if made.version == 1:
            made.turn()
        return maker(kind, language)

    maker = Maker()
    made = Board(make, (MailKind.DIGEST, "ja"))
    first, second = made.proof(MailKind.DIGEST, "ja"), made.proof(MailKind.DIGEST, "ja")

    assert (first, second) == (Trouble("1", None, ()), Trouble("2", None, ()))


def test_all_who_wait_are_told_of_the_next_version_from_another_thread() -> None:
    made = board(Maker())

    async def wait() -> list[int]:
        waiting = [asyncio.ensure_future(made.changed(1)) for _ in range(3)]
        await asyncio.sleep(0)
        turner = Thread(target=made.turn)
        turner.start()
        turner.join()
        return await asyncio.gather(*waiting)

    assert asyncio.run(wait()) == [2, 2, 2]


def test_who_knows_an_older_version_does_not_wait() -> None:
    made = board(Maker())
    made.turn()

    assert asyncio.run(made.changed(1)) == 2


def test_one_who_gives_up_takes_nobody_along() -> None:
    made = board(Maker())

    async def wait() -> int:
        gone, stays = (asyncio.ensure_future(made.changed(1)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        made.turn()
        return await stays

    assert asyncio.run(wait()) == 2


def test_at_the_end_all_are_let_go_and_nothing_turns_any_more() -> None:
    made = board(Maker())

    async def wait() -> int:
        waiting = asyncio.ensure_future(made.changed(1))
        await asyncio.sleep(0)
        made.close()
        made.close()
        return await waiting

    assert asyncio.run(wait()) == 1
    made.turn()
    assert made.version == 1
