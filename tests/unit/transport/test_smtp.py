"""SMTP against a real server that keeps the rules."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from support.wire import Run, scripted

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.patience import Patience
from publisher.transport.reach import reach, resolve
from publisher.transport.smtp import SmtpTransport

Start = Callable[..., Any]

DATA = "Subject: =?utf-8?b?5oqV6LOH?=\r\n\r\n本文\r\n.\r\n..点\r\n".encode()
TARO = Envelope("news@example.jp", "taro@example.jp", DATA)
HANAKO = Envelope("news@example.jp", "hanako@example.jp", DATA)


async def sent(port: int, *envelopes: Envelope, host: str = "127.0.0.1", **options: Any) -> list[Reply]:
    session = await SmtpTransport(host, port, **options).connect()
    replies = []
    try:
        session.open(envelopes[0])
        for following in (*envelopes[1:], None):
            await session.body()
            session.finish(following)
            replies.append(await session.answer())
    finally:
        await session.close()
    return replies


def refused(run: Run, port: int, envelope: Envelope = TARO, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        run(sent(port, envelope, **options))
    return caught.value


def verdict(error: TransportError) -> tuple[Scope, bool, int | None, str | None, bool]:
    return error.scope, error.permanent, error.code, error.enhanced, error.undecided


def test_a_message_arrives_as_it_is_and_the_answer_comes_back(start: Start, run: Run) -> None:
    server = start()
    assert run(sent(server.port, TARO)) == [Reply(250, "2.0.0 OK queued")]
    (envelope,) = server.answers.received
    assert envelope.content == DATA
    assert (envelope.mail_from, envelope.rcpt_tos) == ("news@example.jp", ["taro@example.jp"])


def test_messages_follow_each_other_on_one_connection(start: Start, run: Run) -> None:
    server = start()
    assert len(run(sent(server.port, TARO, HANAKO, TARO))) == 3
    addresses = [envelope.rcpt_tos for envelope in server.answers.received]
    assert addresses == [["taro@example.jp"], ["hanako@example.jp"], ["taro@example.jp"]]


def test_the_server_has_no_message_before_finish(start: Start, run: Run) -> None:
    server = start()

    async def body_only() -> None:
        session = await SmtpTransport("127.0.0.1", server.port).connect()
        session.open(TARO)
        await session.body()
        await session.close()

    run(body_only())
    assert server.answers.commands == ["MAIL news@example.jp SIZE=51 BODY=8BITMIME", "RCPT taro@example.jp"]
    assert server.answers.received == []


def test_the_null_sender_and_an_old_mobile_address_pass(start: Start, run: Run) -> None:
    server = start()
    run(sent(server.port, Envelope("", '"a..b"@docomo.ne.jp', DATA)))
    assert server.answers.commands[0].startswith("MAIL <> ")
    assert server.answers.recipients == ['TO:<"a..b"@docomo.ne.jp>']


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 5.1.1 no such person", (Scope.RECIPIENT, True, 550, "5.1.1", False)),
        ("550 no such user", (Scope.RECIPIENT, True, 550, None, False)),
        ("450 4.2.1 greylisted", (Scope.RECIPIENT, False, 450, "4.2.1", False)),
        ("452 4.2.2 mailbox full", (Scope.RECIPIENT, False, 452, "4.2.2", False)),
        ("553 5.1.8 sender rejected", (Scope.SESSION, True, 553, "5.1.8", False)),
        ("421 4.3.2 closing", (Scope.SESSION, False, 421, "4.3.2", False)),
    ],
)
def test_a_refused_recipient(start: Start, run: Run, reply: str, expected: tuple[Any, ...]) -> None:
    server = start(replies={"rcpt": {"taro@example.jp": reply}})
    error = refused(run, server.port)
    assert verdict(error) == expected
    assert error.reply == reply[4:]
    assert server.answers.received == []


def test_a_refused_recipient_leaves_the_session_usable(start: Start, run: Run) -> None:
    server = start(replies={"rcpt": {"taro@example.jp": "550 5.1.1 unknown"}})

    async def two() -> Reply:
        session = await SmtpTransport("127.0.0.1", server.port).connect()
        session.open(TARO)
        with pytest.raises(TransportError):
            await session.body()
        session.open(HANAKO)
        await session.body()
        session.finish(None)
        reply = await session.answer()
        await session.close()
        return reply

    assert run(two()).code == 250
    assert "RSET" in server.answers.commands
    assert [envelope.rcpt_tos for envelope in server.answers.received] == [["hanako@example.jp"]]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 5.7.1 not you", (Scope.SESSION, True, 550, "5.7.1", False)),
        ("451 4.3.0 later", (Scope.SESSION, False, 451, "4.3.0", False)),
        ("421 too many", (Scope.SESSION, False, 421, None, False)),
    ],
)
def test_a_refused_sender_is_about_the_session(start: Start, run: Run, reply: str, expected: tuple[Any, ...]) -> None:
    error = refused(run, start(replies={"mail": reply}).port)
    assert verdict(error) == expected
    assert error.message.startswith("smtp://127.0.0.1:")
    assert error.hint
    assert "from" in error.hint or error.code == 421


AFTER_THE_END = [
    ("552 5.3.4 too big", (Scope.MESSAGE, True, 552, "5.3.4", False)),
    ("554 no", (Scope.MESSAGE, True, 554, None, False)),
    ("550 5.7.26 unauthenticated", (Scope.MESSAGE, True, 550, "5.7.26", False)),
    ("550 5.1.1 gone since", (Scope.RECIPIENT, True, 550, "5.1.1", False)),
    ("451 4.7.1 try later", (Scope.RECIPIENT, False, 451, "4.7.1", False)),
    ("421 4.7.0 slow down", (Scope.SESSION, False, 421, "4.7.0", False)),
]


@pytest.mark.parametrize(("reply", "expected"), AFTER_THE_END)
def test_a_refused_message(start: Start, run: Run, reply: str, expected: tuple[Any, ...]) -> None:
    server = start(replies={"data": reply})
    assert verdict(refused(run, server.port)) == expected
    assert len(server.answers.received) == 1


@pytest.mark.parametrize(("reply", "expected"), AFTER_THE_END)
def test_refused_before_the_text_it_is_the_same_and_nothing_is_undecided(
    start: Start, run: Run, reply: str, expected: tuple[Any, ...]
) -> None:
    server = start(refuse_data=reply)
    assert verdict(refused(run, server.port)) == expected
    assert server.answers.received == []


def test_the_servers_words_are_kept_in_any_language_on_one_line(run: Run) -> None:
    ok = b"250 ok\r\n"
    answer = "550-5.1.1 宛先が\r\n550 5.1.1 ありません\r\n".encode()
    with scripted(b"220 hello\r\n", ok, ok, answer, ok) as server:
        error = refused(run, server.port)
    assert error.reply == "5.1.1 宛先が 5.1.1 ありません"
    assert error.enhanced == "5.1.1"


BROKEN = (Scope.SESSION, False, None, None, False)


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"554 5.7.1 go away\r\n", (Scope.SESSION, True, 554, "5.7.1", False)),
        (b"421 busy\r\n", (Scope.SESSION, False, 421, None, False)),
        (b"SSH-2.0-OpenSSH\r\n", BROKEN),
        (b"354 write\r\n", BROKEN),
        (b"", BROKEN),
        (b"RESET", BROKEN),
    ],
)
def test_an_unfriendly_greeting(run: Run, greeting: bytes, expected: tuple[Any, ...]) -> None:
    with scripted(greeting) as server:
        assert verdict(refused(run, server.port)) == expected


def test_a_server_that_knows_only_helo_gets_one_command_at_a_time(run: Run) -> None:
    ok = b"250 ok\r\n"
    with scripted(b"220 hi\r\n", b"502 what?\r\n", ok, ok, ok, b"354 go\r\n", ok, b"221 bye\r\n") as server:
        assert run(sent(server.port, TARO)) == [Reply(250, "ok")]
    assert server.heard[1].startswith(b"HELO ")
    assert server.heard[2] == b"MAIL FROM:<news@example.jp>\r\n"
    assert server.heard[-1] == b"QUIT\r\n"


def test_a_server_that_is_down_is_named(run: Run, unused_port: int) -> None:
    error = refused(run, unused_port)
    assert verdict(error) == BROKEN
    assert f"smtp://127.0.0.1:{unused_port}" in error.reply


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".example", "a..example"])
def test_a_host_that_does_not_exist_is_a_broken_session(run: Run, host: str) -> None:
    assert verdict(refused(run, 25, host=host, tls=False)) == BROKEN


def test_ipv6_is_spoken(run: Run) -> None:
    ok = b"250 ok\r\n"
    with scripted(b"220 hi\r\n", ok, ok, ok, b"354 go\r\n", ok, ok, host="::1") as server:
        assert run(sent(server.port, TARO, host="::1")) == [Reply(250, "ok")]


def test_every_address_of_a_host_is_tried_in_turn(run: Run) -> None:
    async def reached(port: int) -> None:
        found = [each for host in ("::1", "127.0.0.1") for each in await resolve(host, port, "smtp://x", Patience())]
        dialogue = await reach(found, "smtp://x", Patience())
        assert dialogue.transport.get_extra_info("peername") == ("127.0.0.1", port)
        assert dialogue.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        await dialogue.close()

    with scripted(b"220 hi\r\n") as server:
        run(reached(server.port))


def test_an_address_outside_ascii_needs_smtputf8(start: Start, run: Run) -> None:
    envelope = Envelope("news@example.jp", "太郎@example.jp", DATA, utf8=True)
    willing, unwilling = start(enable_SMTPUTF8=True), start()
    assert run(sent(willing.port, envelope))[0].code == 250
    assert willing.answers.commands == ["MAIL news@example.jp SIZE=51 SMTPUTF8 BODY=8BITMIME", "RCPT 太郎@example.jp"]
    assert verdict(refused(run, unwilling.port, envelope)) == (Scope.RECIPIENT, True, None, None, False)


def test_a_message_over_the_servers_size_is_not_begun(start: Start, run: Run) -> None:
    server = start(data_size_limit=50)
    error = refused(run, server.port)
    assert verdict(error) == (Scope.MESSAGE, True, 552, "5.3.4", False)
    assert server.answers.commands == []


def test_a_size_refused_at_mail_is_about_the_message_and_the_session_goes_on(run: Run) -> None:
    ok = b"250 ok\r\n"
    with scripted(
        b"220 hi\r\n", b"250-x\r\n250 SIZE\r\n", b"552 too big\r\n", ok, ok, ok, b"354 go\r\n", ok, ok
    ) as one:

        async def two() -> Reply:
            session = await SmtpTransport("127.0.0.1", one.port).connect()
            session.open(TARO)
            with pytest.raises(TransportError) as caught:
                await session.body()
            assert verdict(caught.value) == (Scope.MESSAGE, True, 552, None, False)
            session.open(HANAKO)
            await session.body()
            session.finish(None)
            reply = await session.answer()
            await session.close()
            return reply

        assert run(two()) == Reply(250, "ok")
    assert one.heard[1:4] == [b"MAIL FROM:<news@example.jp> SIZE=51\r\n", b"RSET\r\n", one.heard[1]]


def test_plain_text_only_to_the_machine_itself() -> None:
    assert SmtpTransport("mail.example.jp", 25)._starttls
    assert not SmtpTransport("mail.example.jp", 25, tls=False)._starttls
    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        assert not SmtpTransport(host, 25)._starttls


def test_no_time_out_is_shorter_than_the_standard_allows() -> None:
    patience = Patience()
    assert (patience.mail, patience.rcpt, patience.data, patience.block, patience.end) == (300, 300, 120, 180, 600)
