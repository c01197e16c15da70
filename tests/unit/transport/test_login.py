"""AUTH: what the server sees of a name and a password."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.wire import Run, scripted

from publisher.errors import ConfigError, Scope, TransportError
from publisher.transport.login import Mechanism
from publisher.transport.smtp import SmtpTransport

HELLO, IN, BYE = b"220 hi\r\n", b"235 2.7.0 welcome\r\n", b"221 bye\r\n"


def logged_in(run: Run, port: int, password: Callable[[], str] = lambda: "秘密", auth: Mechanism | None = None) -> None:
    async def in_and_out() -> None:
        transport = SmtpTransport("127.0.0.1", port, user="taro@example.jp", password=password, auth=auth)
        await (await transport.connect()).close()

    run(in_and_out())


def offers(*mechanisms: bytes) -> bytes:
    return b"250-hi\r\n250 AUTH %b\r\n" % b" ".join(mechanisms)


def decoded(line: bytes) -> str:
    return b64decode(line.split()[-1]).decode()


def test_a_real_server_takes_the_right_password_only(
    start: Callable[..., Any], authenticate: Callable[..., Any], run: Run
) -> None:
    server = start(authenticator=authenticate, auth_require_tls=False)

    async def enter(password: str, auth: Mechanism) -> None:
        transport = SmtpTransport("127.0.0.1", server.port, user="taro", password=lambda: password, auth=auth)
        await (await transport.connect()).close()

    ways: tuple[Mechanism, ...] = ("plain", "login")
    for auth in ways:
        run(enter("himitsu", auth))
        for wrong in ("chigau", "秘密"):
            with pytest.raises(TransportError) as caught:
                run(enter(wrong, auth))
            assert (caught.value.scope, caught.value.permanent, caught.value.code) == (Scope.SESSION, True, 535)
            assert "mail.password_file" in (caught.value.hint or "")
            assert caught.value.message == f"smtp://127.0.0.1:{server.port}: {caught.value.reply}"


def test_plain_is_the_best_and_one_command(run: Run) -> None:
    with scripted(HELLO, offers(b"XOAUTH2", b"LOGIN", b"PLAIN"), IN, BYE) as server:
        logged_in(run, server.port)
    assert server.heard[1].startswith(b"AUTH PLAIN ")
    assert decoded(server.heard[1]) == "\0taro@example.jp\0秘密"


def test_plain_is_said_again_where_the_server_overlooks_it(run: Run) -> None:
    with scripted(HELLO, offers(b"PLAIN"), b"334 \r\n", IN, BYE) as server:
        logged_in(run, server.port)
    assert decoded(server.heard[2]) == "\0taro@example.jp\0秘密"


def test_login_answers_name_and_password_in_turn(run: Run) -> None:
    questions = [b"334 " + b64encode(word) + b"\r\n" for word in (b"Username:", b"Password:")]
    with scripted(HELLO, b"250-hi\r\n250 AUTH=LOGIN\r\n", *questions, IN, BYE) as server:
        logged_in(run, server.port)
    assert server.heard[1] == b"AUTH LOGIN\r\n"
    assert [decoded(line) for line in server.heard[2:4]] == ["taro@example.jp", "秘密"]


def test_xoauth2_where_it_is_asked_for_or_nothing_else_is_offered(run: Run) -> None:
    ways: list[tuple[bytes, Mechanism | None]] = [
        (offers(b"PLAIN", b"XOAUTH2"), "xoauth2"),
        (offers(b"XOAUTH2"), None),
    ]
    for offered, auth in ways:
        with scripted(HELLO, offered, IN, BYE) as server:
            logged_in(run, server.port, lambda: "ya29.token", auth)
        assert decoded(server.heard[1]) == "user=taro@example.jp\x01auth=Bearer ya29.token\x01\x01"


def test_the_error_of_xoauth2_is_answered_by_an_empty_line_and_then_told(run: Run) -> None:
    challenge = b"334 " + b64encode(b'{"status":"400","schemes":"Bearer"}') + b"\r\n"
    with (
        scripted(HELLO, offers(b"XOAUTH2"), challenge, b"535 5.7.8 no\r\n") as server,
        pytest.raises(TransportError) as caught,
    ):
        logged_in(run, server.port, auth="xoauth2")
    assert server.heard[2] == b"\r\n"
    assert (caught.value.scope, caught.value.permanent, caught.value.enhanced) == (Scope.SESSION, True, "5.7.8")


def test_the_password_is_asked_for_at_each_connect(run: Run) -> None:
    """A token of XOAUTH2 lives an hour."""
    tokens: Iterator[str] = iter(["一", "二"])

    async def twice() -> None:
        for server in (first, second):
            transport._port = server.port
            await (await transport.connect()).close()

    transport = SmtpTransport("127.0.0.1", 0, user="taro", password=lambda: next(tokens), auth="plain")
    with scripted(HELLO, offers(b"PLAIN"), IN, BYE) as first, scripted(HELLO, offers(b"PLAIN"), IN, BYE) as second:
        run(twice())
    assert [decoded(server.heard[1]) for server in (first, second)] == ["\0taro\0一", "\0taro\0二"]


def test_a_password_that_cannot_be_had_is_told_as_it_is_and_the_connection_closed(run: Run) -> None:
    def missing() -> str:
        raise ConfigError([], hint="mail.password_file")

    with scripted(HELLO, offers(b"PLAIN"), b"SILENCE") as server, pytest.raises(ConfigError):
        logged_in(run, server.port, missing)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("ehlo", "auth"), [(b"250 hi\r\n", None), (offers(b"CRAM-MD5"), None), (offers(b"PLAIN"), "xoauth2")]
)
def test_a_login_that_is_not_offered_is_a_permanent_fault(run: Run, ehlo: bytes, auth: Mechanism | None) -> None:
    with scripted(HELLO, ehlo, b"SILENCE") as server, pytest.raises(TransportError) as caught:
        logged_in(run, server.port, auth=auth)
    assert (caught.value.scope, caught.value.permanent, caught.value.undecided) == (Scope.SESSION, True, False)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ((b"454 4.7.0 later\r\n",), (False, 454)),
        ((b"421 4.7.0 busy\r\n",), (False, 421)),
        ((b"535 5.7.8 no\r\n",), (True, 535)),
        ((b"334 \r\n", b"334 \r\n"), (True, None)),
        ((b"354 go\r\n",), (True, None)),
        ((b"",), (False, None)),
    ],
)
def test_a_refused_login_is_about_the_session(
    run: Run, replies: tuple[bytes, ...], expected: tuple[bool, int | None]
) -> None:
    with scripted(HELLO, offers(b"PLAIN"), *replies) as server, pytest.raises(TransportError) as caught:
        logged_in(run, server.port)
    assert caught.value.scope is Scope.SESSION
    assert (caught.value.permanent, caught.value.code) == expected
