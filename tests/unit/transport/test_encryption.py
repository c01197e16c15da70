"""TLS: verified, and nothing said before it counts."""

import ssl
import threading
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.wire import Peer, Run, scripted, served

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.patience import Patience
from publisher.transport.smtp import SmtpTransport

Start = Callable[..., Any]
DATA = "Subject: x\r\n\r\n本文\r\n".encode()
TARO = Envelope("news@example.jp", "taro@example.jp", DATA)
LARGE = Envelope("news@example.jp", "taro@example.jp", b"Subject: x\r\n\r\n" + (b"QUJD" * 19 + b"\r\n") * 100_000)
OK = b"250 ok\r\n"


async def one(port: int, envelope: Envelope = TARO, host: str = "127.0.0.1", **options: Any) -> Reply:
    session = await SmtpTransport(host, port, **options).connect()
    try:
        session.open(envelope)
        await session.body()
        session.finish(None)
        return await session.answer()
    finally:
        await session.close()


def refused(run: Run, port: int, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        run(one(port, **options))
    return caught.value


def dated_certificate(folder: Path, since: int, until: int) -> Path:
    """A key and its own certificate for 127.0.0.1, good from and to so many days from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=until))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = folder / "dated.pem"
    pem.write_bytes(secret + made.public_bytes(encoding))
    return pem


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.parametrize(("tls", "options"), [("starttls", {"tls": True}), ("implicit", {"implicit_tls": True})])
def test_a_certificate_of_a_stranger_is_refused(start: Start, run: Run, tls: str, options: dict[str, Any]) -> None:
    error = refused(run, start(tls=tls).port, **options)
    assert (error.scope, error.permanent, error.undecided) == (Scope.SESSION, True, False)
    assert "SSL_CERT_FILE names" in (error.hint or "")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_authorities_that_are_named_and_not_there_are_told(
    start: Start, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    gone = str(tmp_path / "認証局")
    monkeypatch.setenv(variable, gone)
    error = refused(run, start(tls="implicit").port, implicit_tls=True)
    assert f"{variable} is {gone}, which is not there" in (error.hint or "")


@pytest.mark.parametrize(
    ("since", "until", "words"), [(-9, -2, ("renew", "clock")), (2, 9, ("clock",))], ids=["expired", "not yet valid"]
)
def test_a_certificate_out_of_its_time_is_not_taken_for_one_of_another_name(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, since: int, until: int, words: tuple[str, ...]
) -> None:
    pem = dated_certificate(tmp_path, since, until)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    def play(peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.wrap_socket(peer.socket, server_side=True).recv(1)

    with served(play) as server:
        error = refused(run, server.port, implicit_tls=True)
    assert (error.scope, error.permanent) == (Scope.SESSION, True)
    assert all(word in (error.hint or "") for word in words)
    assert "the name in" not in (error.hint or "")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("tls", "options"), [("starttls", {"tls": True}), ("implicit", {"implicit_tls": True})])
def test_a_trusted_certificate_is_taken_under_its_own_name_only(
    start: Start, run: Run, tls: str, options: dict[str, Any]
) -> None:
    server = start(tls=tls)
    assert run(one(server.port, **options)).code == 250
    assert server.answers.received[0].content == DATA
    error = refused(run, server.port, host="127.1", **options)
    assert (error.scope, error.permanent) == (Scope.SESSION, True)
    assert "127.1" in error.reply
    assert "the name in mail.transport" in (error.hint or "")


@pytest.mark.usefixtures("trusted")
def test_a_large_message_goes_through_tls_whole(start: Start, run: Run) -> None:
    server = start(tls="implicit", data_size_limit=0)
    assert run(one(server.port, LARGE, implicit_tls=True)).code == 250
    assert server.answers.received[0].content == LARGE.data


def test_tls_that_is_asked_for_and_not_offered_is_a_permanent_fault(start: Start, run: Run) -> None:
    error = refused(run, start().port, tls=True)
    assert (error.scope, error.permanent) == (Scope.SESSION, True)
    assert "STARTTLS" in error.reply
    assert "smtps://" in (error.hint or "")


@pytest.mark.parametrize("injected", [b"250 PIPELINING\r\n", b"250-half", b"235 welcome\r\n"])
def test_what_is_said_in_plain_text_behind_starttls_breaks_the_session(run: Run, injected: bytes) -> None:
    """CVE-2011-0411 as a client meets it."""
    with scripted(b"220 hi\r\n", b"250-hi\r\n250 STARTTLS\r\n", b"220 go\r\n" + injected, b"SILENCE") as server:
        error = refused(run, server.port, tls=True)
    assert (error.scope, error.permanent, error.undecided) == (Scope.SESSION, False, False)
    assert server.heard[1:] == [b"STARTTLS\r\n"]


def test_verification_is_on_and_old_versions_are_not_spoken() -> None:
    context = SmtpTransport("mail.example.jp", 465, implicit_tls=True)._context
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("greeting", [b"220 in plain text\r\n", b"SILENCE", b"RESET", b""])
def test_a_server_that_knows_nothing_of_tls_is_a_broken_session(run: Run, greeting: bytes) -> None:
    def play(peer: Peer) -> None:
        if greeting == b"RESET":
            peer.reset()
        elif greeting == b"SILENCE":
            while peer.hear():
                pass
        else:
            peer.say(greeting)
            peer.hear()

    with served(play) as server:
        error = refused(run, server.port, implicit_tls=True, patience=Patience(connect=0.3))
    assert (error.scope, error.permanent, error.undecided) == (Scope.SESSION, False, False)
    # A reset is seen while connecting, or after it.
    assert greeting == b"RESET" or "smtp://" in (error.hint or "")


def test_a_port_that_waits_for_tls_and_never_greets_may_want_the_other_scheme(start: Start, run: Run) -> None:
    error = refused(run, start(tls="implicit").port, patience=Patience(connect=0.3))
    assert (error.scope, error.permanent, error.undecided) == (Scope.SESSION, False, False)
    assert "the greeting" in error.reply
    assert "smtps://" in (error.hint or "")


@pytest.mark.usefixtures("trusted")
def test_under_tls_too_hardly_any_text_is_held_for_a_server_that_reads_no_more(run: Run, certificate: Path) -> None:
    given_up = threading.Event()

    def deaf(peer: Peer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with context.wrap_socket(peer.socket, server_side=True) as secret:
            secret.sendall(b"220 hi\r\n")
            for reply in (b"250-hi\r\n250 PIPELINING\r\n", OK + OK + b"354 go\r\n"):
                secret.recv(65536)
                secret.sendall(reply)
            given_up.wait(10)

    with served(deaf) as server:
        tracemalloc.start()
        error = refused(run, server.port, envelope=LARGE, implicit_tls=True, patience=Patience(block=0.3))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        given_up.set()
    assert (error.scope, error.undecided) == (Scope.SESSION, False)
    assert "the text of the message" in error.reply
    assert peak < len(LARGE.data) / 3
