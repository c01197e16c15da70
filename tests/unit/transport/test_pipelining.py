"""RFC 2920: what goes in one write, and every way in which a part of it can be refused."""

import asyncio

import pytest
from support.wire import Peer, Run, Script, scripted, served

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.session import SmtpSession
from publisher.transport.smtp import SmtpTransport

DATA = "Subject: x\r\n\r\n本文\r\n".encode()
TARO = Envelope("news@example.jp", "taro@example.jp", DATA)
HANAKO = Envelope("news@example.jp", "hanako@example.jp", DATA)

HELLO = b"220 hi\r\n"
EHLO = b"250-hi\r\n250 PIPELINING\r\n"
OK = b"250 ok\r\n"
GO = b"354 go\r\n"
BYE = b"221 bye\r\n"
OPENING = b"MAIL FROM:<news@example.jp>\r\nRCPT TO:<%b@example.jp>\r\nDATA\r\n"


async def connect(server: Script) -> SmtpSession:
    return await SmtpTransport("127.0.0.1", server.port).connect()


async def verdict(session: SmtpSession) -> TransportError | Reply:
    """What becomes of the message that is open, nothing following."""
    try:
        await session.body()
        session.finish(None)
        return await session.answer()
    except TransportError as error:
        return error


def both(server: Script, run: Run) -> list[TransportError | Reply]:
    """Taro's message and then, after whatever became of it, Hanako's."""

    async def two() -> list[TransportError | Reply]:
        session = await connect(server)
        session.open(TARO)
        first = await verdict(session)
        session.open(HANAKO)
        found = [first, await verdict(session)]
        await session.close()
        return found

    return run(two())


def fields(found: TransportError | Reply) -> tuple[Scope, bool, int | None, bool]:
    assert isinstance(found, TransportError), found
    return found.scope, found.permanent, found.code, found.undecided


def test_an_opening_is_one_write_and_a_text_another_with_its_end_and_the_next_opening(run: Run) -> None:
    writes: list[bytes] = []

    def play(peer: Peer) -> None:
        for reply in (HELLO, EHLO, OK + OK + GO, OK + OK + OK + GO, OK, BYE):
            peer.say(reply)
            writes.append(peer.socket.recv(65536))

    async def two(server: Script) -> list[Reply]:
        session = await connect(server)
        session.open(TARO)
        replies = []
        for following in (HANAKO, None):
            await session.body()
            session.finish(following)
            replies.append(await session.answer())
        await session.close()
        return replies

    with served(play) as server:
        assert run(two(server)) == [Reply(250, "ok")] * 2
    end_and_opening = b".\r\n" + OPENING % b"hanako"
    assert writes[1:] == [OPENING % b"taro", DATA + end_and_opening, DATA + b".\r\n", b"QUIT\r\n", b""]


def test_without_pipelining_each_command_waits_for_the_reply_before(run: Run) -> None:
    writes: list[bytes] = []

    def play(peer: Peer) -> None:
        for reply in (HELLO, b"250 hi\r\n", OK, OK, GO):
            peer.say(reply)
            writes.append(peer.socket.recv(65536))
        while not writes[-1].endswith(b"\r\n.\r\n"):
            writes[-1] += peer.socket.recv(65536)
        for reply in (OK, OK, OK, BYE):
            peer.say(reply)
            writes.append(peer.socket.recv(65536))

    async def two(server: Script) -> Reply:
        session = await connect(server)
        session.open(TARO)
        await session.body()
        session.finish(HANAKO)
        reply = await session.answer()
        with pytest.raises(TransportError):
            await session.body()  # BYE is no answer to DATA
        await session.close()
        return reply

    with served(play) as server:
        assert run(two(server)) == Reply(250, "ok")
    taro, hanako = ((OPENING % name).splitlines(keepends=True) for name in (b"taro", b"hanako"))
    assert writes[1:] == [*taro, DATA + b".\r\n", *hanako, b""]


REFUSED = b"550 5.1.1 no such person\r\n"


def test_a_refused_recipient_whose_text_is_refused_too_costs_a_reset(run: Run) -> None:
    replies = (HELLO, EHLO, OK, REFUSED, b"503 5.5.1 no recipients\r\n", OK, OK, OK, GO, OK, BYE)
    with scripted(*replies) as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.RECIPIENT, True, 550, False)
    assert second == Reply(250, "ok")
    assert server.heard[4:6] == [b"RSET\r\n", b"MAIL FROM:<news@example.jp>\r\n"]


def test_a_text_wanted_for_nobody_is_an_empty_one(run: Run) -> None:
    """RFC 2920 section 3.1."""
    with scripted(HELLO, EHLO, OK, REFUSED, GO, b"554 nobody\r\n", OK, OK, OK, GO, OK, BYE) as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.RECIPIENT, True, 550, False)
    assert second == Reply(250, "ok")
    assert server.heard[4:6] == [b".\r\n", b"RSET\r\n"]


def test_a_message_refused_at_data_costs_a_reset(run: Run) -> None:
    """listmonk #1629: "503 Sender already specified" for each that came after."""
    with scripted(HELLO, EHLO, OK, OK, b"451 4.3.0 later\r\n", OK, OK, OK, GO, OK, BYE) as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.RECIPIENT, False, 451, False)
    assert second == Reply(250, "ok")
    assert server.heard[4] == b"RSET\r\n"


def test_a_message_too_large_for_mail_leaves_the_session_usable(run: Run) -> None:
    no = b"503 5.5.1 not now\r\n"
    with scripted(HELLO, EHLO, b"552 5.3.4 too big\r\n", no, no, OK, OK, OK, GO, OK, BYE) as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.MESSAGE, True, 552, False)
    assert second == Reply(250, "ok")


def test_a_server_that_refuses_the_message_and_wants_it_gets_nothing(run: Run) -> None:
    with scripted(HELLO, EHLO, b"552 5.3.4 too big\r\n", OK, b"354 go\r\n", OK) as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.MESSAGE, True, 552, False)
    assert fields(second) == (Scope.SESSION, False, None, False)
    assert b".\r\n" not in server.heard


@pytest.mark.parametrize("behind", [(OK, GO), (b"503 no\r\n", b"503 no\r\n"), (b"503 no\r\n", GO), (OK, OK)])
def test_a_refused_sender_ends_the_session_whatever_comes_behind(run: Run, behind: tuple[bytes, bytes]) -> None:
    with scripted(HELLO, EHLO, b"550 5.7.1 not you\r\n", *behind, b"SILENCE") as server:

        async def one() -> TransportError | Reply:
            session = await connect(server)
            session.open(TARO)
            found = await verdict(session)
            await session.close()
            return found

        assert fields(run(one())) == (Scope.SESSION, True, 550, False)
    assert b"." not in [line.strip() for line in server.heard]


@pytest.mark.parametrize("said", [0, 1, 2])
def test_421_in_an_opening_ends_the_session_with_its_code(run: Run, said: int) -> None:
    with scripted(HELLO, EHLO, *(OK, OK)[:said], b"421 4.3.2 closing\r\n") as server:
        first, second = both(server, run)
    assert fields(first) == (Scope.SESSION, False, 421, False)
    assert fields(second) == (Scope.SESSION, False, 421, False)


def followed(server: Script, run: Run) -> list[TransportError | Reply]:
    """Taro's message with Hanako's opened by its end."""

    async def two() -> list[TransportError | Reply]:
        session = await connect(server)
        session.open(TARO)
        await session.body()
        session.finish(HANAKO)
        try:
            found: list[TransportError | Reply] = [await session.answer()]
        except TransportError as error:
            found = [error]
        found.append(await verdict(session))
        await session.close()
        return found

    return run(two())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"552 5.3.4 too big\r\n", (Scope.MESSAGE, True, 552, False)),
        (b"550 5.1.1 gone\r\n", (Scope.RECIPIENT, True, 550, False)),
        (b"451 4.3.0 later\r\n", (Scope.RECIPIENT, False, 451, False)),
    ],
)
def test_what_was_opened_behind_a_refused_message_still_stands(
    run: Run, answer: bytes, expected: tuple[Scope, bool, int, bool]
) -> None:
    with scripted(HELLO, EHLO, OK, OK, GO, answer, OK, OK, GO, OK, BYE) as server:
        first, second = followed(server, run)
    assert fields(first) == expected
    assert second == Reply(250, "ok")
    assert server.heard.count(DATA + b".\r\n") == 2


def test_421_after_the_end_is_no_doubt_and_what_was_opened_behind_it_was_not_sent(run: Run) -> None:
    with scripted(HELLO, EHLO, OK, OK, GO, b"421 4.7.0 slow down\r\n", OK, OK, GO) as server:
        first, second = followed(server, run)
    assert fields(first) == (Scope.SESSION, False, 421, False)
    assert fields(second) == (Scope.SESSION, False, 421, False)


@pytest.mark.parametrize("death", [b"", b"RESET", b"gibberish\r\n", b"421 bye\r\n", b"25"])
def test_a_message_that_was_answered_is_sent_though_the_session_dies_behind_it(run: Run, death: bytes) -> None:
    def play(peer: Peer) -> None:
        for reply in (HELLO, EHLO):
            peer.say(reply)
            peer.hear()
        for _ in range(2):
            peer.hear()
        peer.say(OK + OK + GO)
        peer.hear_text()
        peer.say(OK + death.replace(b"RESET", b""))
        for _ in range(3):
            peer.hear()
        if death == b"RESET":
            peer.reset()

    with served(play) as server:
        first, second = followed(server, run)
    assert first == Reply(250, "ok")
    assert fields(second) == (Scope.SESSION, False, 421 if death.startswith(b"421") else None, False)


def test_an_address_that_cannot_be_mailed_is_told_at_its_own_turn(run: Run) -> None:
    bad = Envelope("news@example.jp", "太郎@example.jp", DATA)

    async def three() -> list[TransportError | Reply]:
        session = await connect(server)
        session.open(TARO)
        await session.body()
        session.finish(bad)
        found: list[TransportError | Reply] = [await session.answer(), await verdict(session)]
        session.open(HANAKO)
        found.append(await verdict(session))
        await session.close()
        return found

    with scripted(HELLO, EHLO, OK, OK, GO, OK, OK, OK, GO, OK, BYE) as server:
        first, second, third = run(three())
    assert (first, third) == (Reply(250, "ok"), Reply(250, "ok"))
    assert (fields(second), server.heard[-1]) == ((Scope.RECIPIENT, True, None, False), b"QUIT\r\n")


@pytest.mark.parametrize("when", ["opened", "in the text", "ended", "following opened"])
def test_closed_in_the_midst_of_a_message_it_hangs_up_and_implies_no_end(run: Run, when: str) -> None:
    async def leave() -> None:
        session = await connect(server)
        session.open(TARO)
        if when != "opened":
            await session.body()
        if when == "ended":
            session.finish(None)
        if when == "following opened":
            session.finish(HANAKO)
            await session.answer()
        await session.close()

    answers = (OK, OK, OK) if when == "following opened" else (b"SILENCE",)
    with scripted(HELLO, EHLO, OK, OK, GO, *answers) as server:
        run(leave())
    assert b"QUIT\r\n" not in server.heard
    if when in ("opened", "in the text"):
        assert not any(line.endswith(b"\r\n.\r\n") for line in server.heard)


def test_at_rest_it_says_goodbye_and_does_not_wait_long_for_the_answer(run: Run) -> None:
    async def timed() -> float:
        session = await connect(server)
        before = asyncio.get_running_loop().time()
        await session.close()
        return asyncio.get_running_loop().time() - before

    with scripted(HELLO, EHLO, b"SILENCE") as server:
        assert run(timed()) < 5
    assert b"QUIT\r\n" in server.heard
