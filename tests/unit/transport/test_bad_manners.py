"""Servers that die, stall, babble or never stop: no hang, no crash, and no doubt before the end of a message."""

import asyncio
import socket
import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wire import Peer, Run, Script, on_asyncio, scripted, served

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.patience import Patience
from publisher.transport.smtp import SmtpTransport

DATA = "Subject: x\r\n\r\n本文\r\n".encode()
TARO = Envelope("news@example.jp", "taro@example.jp", DATA)
LARGE = Envelope("news@example.jp", "taro@example.jp", b"Subject: x\r\n\r\n" + (b"QUJD" * 19 + b"\r\n") * 120_000)

HELLO = b"220 hi\r\n"
EHLO = b"250-hi\r\n250 PIPELINING\r\n"
OK = b"250 ok\r\n"
GO = b"354 go\r\n"
OPENED = (HELLO, EHLO, OK, OK, GO)
SLOWLY = (HELLO, b"250 hi\r\n", OK, OK, GO)
HASTE = Patience(connect=0.2, mail=0.2, rcpt=0.2, data=0.2, block=0.2, end=0.2)


async def one(server: Script, envelope: Envelope = TARO, patience: Patience | None = None) -> Reply:
    session = await SmtpTransport("127.0.0.1", server.port, patience=patience).connect()
    try:
        session.open(envelope)
        await session.body()
        session.finish(None)
        return await session.answer()
    finally:
        await session.close()


def refused(run: Run, server: Script, envelope: Envelope = TARO, patience: Patience | None = None) -> TransportError:
    with pytest.raises(TransportError) as caught:
        run(one(server, envelope, patience))
    return caught.value


def verdict(error: TransportError) -> tuple[Scope, bool, int | None, bool]:
    return error.scope, error.permanent, error.code, error.undecided


BROKEN = (Scope.SESSION, False, None, False)
UNDECIDED = (Scope.SESSION, False, None, True)
BAD = {
    "hangs up": b"",
    "resets": b"RESET",
    "babbles": "こんにちは\r\n".encode(),
    "half a line": b"250 o",
    "half a reply": b"250-ok\r\n",
    "no code": b"25\r\n",
    "no such code": b"650 ok\r\n",
    "glued": b"250ok\r\n",
    "NUL": b"250 o\0k\r\n",
    "two codes": b"250-ok\r\n550 no\r\n",
    "a line without an end": b"2" * 5000,
    "a reply without an end": b"250-ok\r\n" * 200,
    "1xx": b"150 wait\r\n",
}


@pytest.mark.parametrize("start", [OPENED, SLOWLY], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("said", range(5))
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_before_the_end_bad_manners_break_the_session_and_nothing_is_in_doubt(
    run: Run, start: tuple[bytes, ...], said: int, bad: bytes
) -> None:
    with scripted(*start[:said], bad) as server:
        assert verdict(refused(run, server)) == BROKEN


@pytest.mark.parametrize("start", [OPENED, SLOWLY], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("bad", [*BAD.values(), GO], ids=[*BAD.keys(), "3xx"])
def test_after_the_end_they_leave_the_message_undecided(run: Run, start: tuple[bytes, ...], bad: bytes) -> None:
    with scripted(*start, bad) as server:
        assert verdict(refused(run, server)) == UNDECIDED


@pytest.mark.parametrize("wrong", [b"250 ok\r\n", b"220 ok\r\n"])
def test_success_where_the_text_should_be_asked_for_breaks_the_session(run: Run, wrong: bytes) -> None:
    with scripted(HELLO, EHLO, OK, OK, wrong) as server:
        assert verdict(refused(run, server)) == BROKEN


@pytest.mark.parametrize("extra", [OK, b"250-ok\r\n", b"25"], ids=["a reply", "a line", "half a line"])
def test_a_reply_too_many_is_never_the_answer_to_the_end(run: Run, extra: bytes) -> None:
    """Counted as the answer, it would make a message `sent` that nobody has taken."""
    with scripted(HELLO, EHLO, OK, OK, GO + extra, OK) as server:
        assert verdict(refused(run, server)) == BROKEN
    assert not any(line.endswith(b"\r\n.\r\n") for line in server.heard)


def test_421_that_comes_unasked_gives_its_code_to_the_next_message(run: Run) -> None:
    idle = threading.Event()

    def play(peer: Peer) -> None:
        for reply in (HELLO, EHLO):
            peer.say(reply)
            peer.hear() if reply is HELLO else idle.wait(10)
        peer.say(b"421 4.4.2 idle\r\n")

    async def late() -> None:
        session = await SmtpTransport("127.0.0.1", server.port).connect()
        idle.set()
        await asyncio.to_thread(server.over.wait)
        session.open(TARO)
        try:
            await session.body()
        finally:
            await session.close()

    with served(play) as server, pytest.raises(TransportError) as caught:
        run(late())
    assert verdict(caught.value) == (Scope.SESSION, False, 421, False)


@pytest.mark.parametrize("start", [OPENED, SLOWLY], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("said", range(5))
def test_silence_before_the_end_is_a_broken_session(run: Run, start: tuple[bytes, ...], said: int) -> None:
    with scripted(*start[:said], b"SILENCE") as server:
        error = refused(run, server, patience=HASTE)
    assert verdict(error) == BROKEN
    assert "0.2 s" in error.reply


def test_silence_after_the_end_is_undecided(run: Run) -> None:
    with scripted(*OPENED, b"SILENCE") as server:
        assert verdict(refused(run, server, patience=HASTE)) == UNDECIDED


def test_a_reply_that_drips_and_never_ends_is_silence(run: Run) -> None:
    def play(peer: Peer) -> None:
        for reply in OPENED[:2]:
            peer.say(reply)
            peer.hear()
        peer.socket.settimeout(0.02)
        while True:
            peer.socket.sendall(b"250-ok\r\n")
            try:
                if not peer.socket.recv(1000):
                    return
            except TimeoutError:
                continue

    with served(play) as server:
        assert verdict(refused(run, server, patience=HASTE)) == BROKEN


def test_a_server_that_reads_nothing_more_breaks_the_session_and_hardly_any_text_is_held(run: Run) -> None:
    given_up = threading.Event()

    def deaf(peer: Peer) -> None:
        for reply in (HELLO, EHLO):
            peer.say(reply)
            peer.hear()
        for _ in range(2):
            peer.hear()
        peer.say(OK + OK + GO)
        given_up.wait(10)

    with served(deaf) as server:
        tracemalloc.start()
        error = refused(run, server, LARGE, HASTE)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        given_up.set()
    assert verdict(error) == BROKEN
    assert peak < len(LARGE.data) / 4


def test_a_server_that_reads_slowly_is_not_cut(run: Run) -> None:
    """It takes longer than the patience, and no moment of it is without progress."""
    arrived: list[int] = []

    def play(peer: Peer) -> None:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        for reply in (HELLO, EHLO):
            peer.say(reply)
            peer.hear()
        for _ in range(2):
            peer.hear()
        peer.say(OK + OK + GO)
        whole, tail, pause = 0, b"", threading.Event()
        while not tail.endswith(b"\r\n.\r\n"):
            block = peer.socket.recv(100_000)
            whole, tail = whole + len(block), (tail + block)[-5:]
            pause.wait(0.02)
        arrived.append(whole)
        peer.say(OK)
        peer.hear()

    patience = Patience(block=1.0, end=1.0)

    async def timed() -> float:
        before = asyncio.get_running_loop().time()
        assert await one(server, LARGE, patience) == Reply(250, "ok")
        return asyncio.get_running_loop().time() - before

    with served(play) as server:
        assert run(timed()) > patience.block
    assert arrived == [len(LARGE.data) + 3]


@given(st.lists(st.integers(1, 400), max_size=40))
@settings(max_examples=60, deadline=None)
def test_however_the_servers_octets_are_cut_the_result_is_the_same(cuts: list[int]) -> None:
    said = "250-2.0.0 受け取り\r\n250 ました\r\n250 ok\r\n550-5.1.1 宛先\r\n550 不明\r\n503 no\r\n".encode()
    pieces, start = [], 0
    for cut in sorted(cuts):
        pieces.append(said[start:cut])
        start = max(start, cut)
    pieces.append(said[start:])

    def play(peer: Peer) -> None:
        for reply in (HELLO, EHLO):
            peer.say(reply)
            peer.hear()
        for _ in range(2):
            peer.hear()
        peer.say(OK + OK + GO)
        peer.hear_text()
        for _ in range(3):
            peer.hear()
        for piece in pieces:
            peer.say(piece)
        peer.hear()

    async def two() -> tuple[Reply, TransportError]:
        session = await SmtpTransport("127.0.0.1", server.port).connect()
        session.open(TARO)
        await session.body()
        session.finish(TARO)
        reply = await session.answer()
        with pytest.raises(TransportError) as caught:
            await session.body()
        await session.close()
        return reply, caught.value

    with served(play) as server:
        reply, error = on_asyncio(two())
    assert reply == Reply(250, "2.0.0 受け取り ました")
    assert (error.scope, error.reply, error.enhanced) == (Scope.RECIPIENT, "5.1.1 宛先 不明", "5.1.1")


@pytest.mark.parametrize("start", [(), (HELLO,), (HELLO, b"250-hi\r\n250 AUTH PLAIN\r\n"), None])
def test_a_connection_that_is_given_up_while_it_is_opened_is_closed(run: Run, start: tuple[bytes, ...] | None) -> None:
    tls, silent = start is None, threading.Event()

    def mute(peer: Peer) -> None:
        for reply in start or ():
            peer.say(reply)
            peer.hear()
        if tls:
            peer.socket.recv(65536)
        silent.set()
        while peer.socket.recv(65536):
            pass

    async def give_up(server: Script) -> bool:
        transport = SmtpTransport("127.0.0.1", server.port, implicit_tls=tls, user="taro", password=lambda: "秘密")
        opening = asyncio.create_task(transport.connect())
        await asyncio.to_thread(silent.wait, 10)
        opening.cancel()
        await asyncio.wait([opening])
        return opening.cancelled() and await asyncio.to_thread(server.over.wait, 10)

    with served(mute) as server:
        assert run(give_up(server))


def test_an_answer_that_came_while_nobody_could_look_counts(run: Run) -> None:
    """The loop stands still for a ledger that another program holds: what lies there unread is no silence."""

    async def stood_still(server: Script) -> Reply:
        loop = asyncio.get_running_loop()
        session = await SmtpTransport("127.0.0.1", server.port, patience=HASTE).connect()
        session.open(TARO)
        await session.body()
        session.finish(None)
        answer = asyncio.ensure_future(session.answer())
        await asyncio.sleep(0)
        until = loop.time() + 3 * HASTE.end
        while loop.time() < until:
            pass
        try:
            return await answer
        finally:
            await session.close()

    with scripted(*OPENED, OK, b"221 bye\r\n") as server:
        assert run(stood_still(server)) == Reply(250, "ok")
