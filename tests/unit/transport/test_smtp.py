"""SMTP against real servers."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.replies import Stage
from publisher.transport.smtp import SmtpTransport, dot_stuffed, translate

Start = Callable[..., Any]
Script = Callable[..., AbstractContextManager[int]]

DATA = "Subject: =?utf-8?b?5oqV6LOH?=\r\n\r\n本文\r\n.\r\n..点\r\n".encode()
ENVELOPE = Envelope("news@example.jp", "taro@example.jp", DATA)
HANAKO = Envelope("news@example.jp", "hanako@example.jp", DATA)


def transport(port: int, **options: Any) -> SmtpTransport:
    return SmtpTransport(options.pop("host", "127.0.0.1"), port, **options)


def send(port: int, envelope: Envelope = ENVELOPE, ended: list[str] | None = None, **options: Any) -> Reply:
    session = transport(port, **options).connect()
    try:
        return session.send(envelope, lambda: (ended if ended is not None else []).append(envelope.recipient))
    finally:
        session.close()


def refused(port: int, ended: list[str] | None = None, envelope: Envelope = ENVELOPE, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        send(port, envelope, ended, **options)
    return caught.value


def verdict(error: TransportError) -> tuple[Scope, bool, int | None, str | None, bool]:
    return error.scope, error.permanent, error.code, error.enhanced, error.undecided


def test_a_message_arrives_as_it_is_and_the_answer_comes_back(start: Start) -> None:
    server, ended = start(), list[str]()
    reply = send(server.port, ended=ended)
    assert reply == Reply(250, "2.0.0 OK queued")
    assert ended == ["taro@example.jp"]
    (envelope,) = server.answers.received
    assert envelope.content == DATA
    assert (envelope.mail_from, envelope.rcpt_tos) == ("news@example.jp", ["taro@example.jp"])


def test_the_final_dot_does_not_wait_for_the_servers_acknowledgement(start: Start) -> None:
    session = transport(start().port).connect()
    try:
        assert session._smtp.sock is not None
        assert session._smtp.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    finally:
        session.close()


def test_the_server_has_nothing_when_before_end_is_called(start: Start) -> None:
    server = start()
    session = transport(server.port).connect()
    seen: list[int] = []
    session.send(ENVELOPE, lambda: seen.append(len(server.answers.received)))
    session.close()
    assert seen == [0]
    assert len(server.answers.received) == 1


def test_where_before_end_raises_nothing_is_sent_and_the_session_is_over(start: Start) -> None:
    server = start()
    session = transport(server.port).connect()

    def full_disk() -> None:
        raise OSError("空きがありません")

    with pytest.raises(OSError, match="空き"):
        session.send(ENVELOPE, full_disk)
    with pytest.raises(TransportError) as caught:
        session.send(ENVELOPE, lambda: None)
    session.close()
    assert verdict(caught.value) == (Scope.SESSION, False, None, None, False)
    assert server.answers.received == []


def test_the_null_sender_and_an_old_mobile_address_pass(start: Start) -> None:
    server = start()
    send(server.port, Envelope("", '"a..b"@docomo.ne.jp', DATA))
    assert server.answers.commands[0] == "MAIL <>"
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
def test_a_refused_recipient(start: Start, reply: str, expected: tuple[Any, ...]) -> None:
    server, ended = start(replies={"rcpt": {"taro@example.jp": reply}}), list[str]()
    error = refused(server.port, ended)
    assert verdict(error) == expected
    assert error.reply == reply[4:]
    assert ended == []


def test_after_a_refused_recipient_the_session_goes_on(start: Start) -> None:
    server = start(replies={"rcpt": {"taro@example.jp": "550 5.1.1 unknown"}})
    session = transport(server.port).connect()
    with pytest.raises(TransportError):
        session.send(ENVELOPE, lambda: None)
    assert session.send(HANAKO, lambda: None).code == 250
    session.close()
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
def test_a_refused_sender_is_about_the_session(start: Start, reply: str, expected: tuple[Any, ...]) -> None:
    server = start(replies={"mail": reply})
    error = refused(server.port)
    assert verdict(error) == expected
    assert error.hint
    assert "from" in error.hint or error.code == 421


AFTER_THE_DOT = [
    ("552 5.3.4 too big", (Scope.MESSAGE, True, 552, "5.3.4", False)),
    ("554 no", (Scope.MESSAGE, True, 554, None, False)),
    ("550 5.7.26 unauthenticated", (Scope.SESSION, True, 550, "5.7.26", False)),
    ("550 5.1.1 gone since", (Scope.RECIPIENT, True, 550, "5.1.1", False)),
    ("451 4.7.1 try later", (Scope.RECIPIENT, False, 451, "4.7.1", False)),
    ("421 4.7.0 slow down", (Scope.SESSION, False, 421, "4.7.0", False)),
]


@pytest.mark.parametrize(("reply", "expected"), AFTER_THE_DOT)
def test_a_refused_message(start: Start, reply: str, expected: tuple[Any, ...]) -> None:
    server, ended = start(replies={"data": reply}), list[str]()
    assert verdict(refused(server.port, ended)) == expected
    assert ended == ["taro@example.jp"]


@pytest.mark.parametrize(("reply", "expected"), AFTER_THE_DOT)
def test_refused_before_the_text_it_is_the_same_and_nothing_is_undecided(
    start: Start, reply: str, expected: tuple[Any, ...]
) -> None:
    server, ended = start(refuse_data=reply), list[str]()
    assert verdict(refused(server.port, ended)) == expected
    assert ended == []


def test_the_servers_words_are_kept_in_any_language_on_one_line(script: Script) -> None:
    ok = b"250 ok\r\n"
    answer = "550-5.1.1 宛先が\r\n550 5.1.1 ありません\r\n".encode()
    with script(b"220 hello\r\n", ok, ok, answer, ok) as port:
        error = refused(port)
    assert error.reply == "5.1.1 宛先が 5.1.1 ありません"
    assert error.enhanced == "5.1.1"


BROKEN = (Scope.SESSION, False, None, None, False)
UNDECIDED = (Scope.SESSION, False, None, None, True)


def test_a_server_that_hangs_up_before_the_dot_has_taken_nothing(start: Start) -> None:
    ended = list[str]()
    assert verdict(refused(start(replies={"rcpt": {"taro@example.jp": ""}}).port, ended)) == BROKEN
    assert verdict(refused(start(replies={"mail": ""}).port, ended)) == BROKEN
    assert ended == []


def test_a_server_that_hangs_up_after_the_dot_leaves_it_undecided(start: Start) -> None:
    server, ended = start(replies={"data": ""}), list[str]()
    assert verdict(refused(server.port, ended)) == UNDECIDED
    assert ended == ["taro@example.jp"]
    assert len(server.answers.received) == 1


@pytest.mark.parametrize("answer", [b"SILENCE", b"gibberish\r\n", b"354 once more\r\n", b"2" * 9000 + b"\r\n"])
def test_silence_or_nonsense_after_the_dot_is_undecided(script: Script, answer: bytes) -> None:
    ok = b"250 ok\r\n"
    with script(b"220 hello\r\n", ok, ok, ok, b"354 go\r\n", answer) as port:
        assert verdict(refused(port, end_seconds=0.2)) == UNDECIDED


@pytest.mark.parametrize("said", [1, 2, 3, 4])
def test_silence_before_the_dot_is_a_broken_session(script: Script, said: int) -> None:
    replies = [b"220 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"][:said]
    with script(*replies, b"SILENCE") as port:
        assert verdict(refused(port, connect_seconds=0.2)) == BROKEN


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"554 5.7.1 go away\r\n", (Scope.SESSION, True, 554, "5.7.1", False)),
        (b"421 busy\r\n", (Scope.SESSION, False, 421, None, False)),
        (b"SSH-2.0-OpenSSH\r\n", BROKEN),
        (b"", BROKEN),
    ],
)
def test_an_unfriendly_greeting(script: Script, greeting: bytes, expected: tuple[Any, ...]) -> None:
    with script(greeting) as port:
        assert verdict(refused(port)) == expected


def test_a_server_that_is_down_is_named(unused_port: int) -> None:
    error = refused(unused_port)
    assert verdict(error) == BROKEN
    assert f"smtp://127.0.0.1:{unused_port}" in error.reply


def test_a_host_that_does_not_exist_is_a_broken_session() -> None:
    assert verdict(refused(25, host="no-such-host.invalid", tls=False)) == BROKEN


def test_login_takes_the_right_password_only(start: Start, authenticate: Callable[..., Any]) -> None:
    server = start(authenticator=authenticate, auth_require_tls=False)
    assert send(server.port, user="taro", password="himitsu").code == 250
    for wrong in ("chigau", "秘密"):
        error = refused(server.port, user="taro", password=wrong)
        assert (error.scope, error.permanent) == (Scope.SESSION, True)


def test_login_at_a_server_without_it_is_a_permanent_fault(start: Start) -> None:
    error = refused(start().port, user="taro", password="himitsu")
    assert (error.scope, error.permanent, error.undecided) == (Scope.SESSION, True, False)


def test_tls_is_verified(start: Start, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starttls, implicit = start(tls="starttls", require_starttls=True), start(tls="implicit")
    ways: list[tuple[int, dict[str, Any]]] = [(starttls.port, {"tls": True}), (implicit.port, {"implicit_tls": True})]
    for port, options in ways:
        stranger = refused(port, **options)
        assert (stranger.scope, stranger.permanent) == (Scope.SESSION, True)
        assert stranger.hint
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(certificate))
            assert send(port, **options).code == 250


def test_tls_that_is_asked_for_and_not_offered_is_a_permanent_fault(start: Start) -> None:
    error = refused(start().port, tls=True)
    assert (error.scope, error.permanent) == (Scope.SESSION, True)
    assert "STARTTLS" in error.reply


def test_an_address_outside_ascii_needs_smtputf8(start: Start) -> None:
    envelope = Envelope("news@example.jp", "太郎@example.jp", DATA, utf8=True)
    willing, unwilling = start(enable_SMTPUTF8=True), start()
    assert send(willing.port, envelope).code == 250
    assert willing.answers.commands == ["MAIL news@example.jp SMTPUTF8 BODY=8BITMIME", "RCPT 太郎@example.jp"]
    for address, utf8 in (("太郎@example.jp", True), ("太郎@example.jp", False), ("a\r\nRCPT TO:<b>", False)):
        error = refused(unwilling.port, envelope=Envelope("news@example.jp", address, DATA, utf8=utf8))
        assert verdict(error) == (Scope.RECIPIENT, True, None, None, False)


def test_a_sender_outside_ascii_is_refused_for_all_and_nobodys_mail_fails(start: Start) -> None:
    unwilling = start()

    error = refused(unwilling.port, envelope=Envelope("札@example.jp", "taro@example.jp", DATA, utf8=True))

    assert verdict(error) == (Scope.SESSION, True, None, None, False)
    assert "mail.return_path" in (error.hint or "")


def test_plain_text_only_to_the_machine_itself() -> None:
    assert transport(25, host="mail.example.jp")._starttls
    assert not transport(25, host="mail.example.jp", tls=False)._starttls
    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        assert not transport(25, host=host)._starttls


def exceptions_of(module: Any, root: type[Exception]) -> list[type[Exception]]:
    return [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, root)]


SAMPLES: dict[type[Exception], tuple[Any, ...]] = {
    smtplib.SMTPResponseException: (550, b"5.0.0 no"),
    smtplib.SMTPSenderRefused: (550, b"5.7.1 no", "news@example.jp"),
    smtplib.SMTPRecipientsRefused: ({"taro@example.jp": (451, b"4.7.1 later")},),
    smtplib.SMTPDataError: (554, b"5.6.0 no"),
    smtplib.SMTPConnectError: (554, b"no"),
    smtplib.SMTPHeloError: (504, b"who?"),
    smtplib.SMTPAuthenticationError: (535, b"5.7.8 wrong"),
}
EXPECTED: dict[type[Exception], tuple[Scope, bool]] = {
    smtplib.SMTPException: (Scope.SESSION, True),
    smtplib.SMTPNotSupportedError: (Scope.SESSION, True),
    smtplib.SMTPServerDisconnected: (Scope.SESSION, False),
    smtplib.SMTPResponseException: (Scope.SESSION, True),
    smtplib.SMTPSenderRefused: (Scope.SESSION, True),
    smtplib.SMTPRecipientsRefused: (Scope.RECIPIENT, False),
    smtplib.SMTPDataError: (Scope.MESSAGE, True),
    smtplib.SMTPConnectError: (Scope.SESSION, True),
    smtplib.SMTPHeloError: (Scope.SESSION, True),
    smtplib.SMTPAuthenticationError: (Scope.SESSION, True),
}


@pytest.mark.parametrize("kind", exceptions_of(smtplib, smtplib.SMTPException))
def test_every_smtplib_exception_is_mapped(kind: type[smtplib.SMTPException]) -> None:
    error = translate(kind(*SAMPLES.get(kind, ("あ",))), "smtp://h:25", Stage.OPEN)
    assert (error.scope, error.permanent) == EXPECTED[kind]
    assert not error.undecided


@pytest.mark.parametrize("kind", [*exceptions_of(ssl, ssl.SSLError), TimeoutError, ConnectionResetError])
def test_every_tls_and_socket_error_is_about_the_session(kind: type[OSError]) -> None:
    error = translate(kind(1, "だめ"), "smtp://h:25", Stage.OPEN)
    assert error.scope is Scope.SESSION
    assert error.permanent is (kind is ssl.SSLCertVerificationError)


@given(st.lists(st.sampled_from([b".", b"\r\n", "投".encode(), b"a"])).map(b"".join))
def test_dot_stuffing_can_be_undone_and_never_ends_a_message(data: bytes) -> None:
    stuffed = dot_stuffed(data)
    assert b"\r\n.\r\n" not in b"\r\n" + stuffed
    undone = (b"\r\n" + stuffed).replace(b"\r\n.", b"\r\n")[2:]
    assert undone.removesuffix(b"\r\n") == data.removesuffix(b"\r\n")
