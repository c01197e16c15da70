"""The only door to smtplib."""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.replies import Stage, refusal, words

CONNECT_SECONDS = 60.0
"""For greeting and commands; a person may be waiting, so less than the five minutes of RFC 5321 section 4.5.3.2."""
END_SECONDS = 600.0
"""For writing a message and for the answer to it. RFC 5321 section 4.5.3.2.6 has ten minutes; what a server has not
answered by then counts as undecided, so nothing is sent twice for it."""


class SmtpTransport:
    """One SMTP server. Certificates are verified; without TLS only on loopback or where `tls` is False."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        implicit_tls: bool = False,
        user: str | None = None,
        password: str | None = None,
        tls: bool | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        end_seconds: float = END_SECONDS,
    ) -> None:
        self.name = f"{'smtps' if implicit_tls else 'smtp'}://{host}:{port}"
        self._host, self._port = host, port
        self._implicit_tls = implicit_tls
        self._starttls = not implicit_tls and (not _is_loopback(host) if tls is None else tls)
        self._user, self._password = user, password
        self._connect_seconds, self._end_seconds = connect_seconds, end_seconds

    def connect(self) -> "SmtpSession":
        """Greet, encrypt, log in; raises TransportError with the scope SESSION."""
        with _translated(self.name, Stage.OPEN):
            smtp = self._open()
        try:
            self._prepare(smtp)
        except TransportError:
            smtp.close()
            raise
        return SmtpSession(smtp, self.name, self._end_seconds)

    def _open(self) -> smtplib.SMTP:
        if self._implicit_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._connect_seconds, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=self._connect_seconds)

    def _prepare(self, smtp: smtplib.SMTP) -> None:
        if smtp.sock is not None:
            # The final dot is a small packet of its own: Nagle's algorithm would hold it back until the server's
            # delayed acknowledgement of the text, 40 ms for every mail (RFC 1122 section 4.2.3.4).
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with _translated(self.name, Stage.OPEN):
            smtp.ehlo_or_helo_if_needed()
            if self._starttls:
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo_or_helo_if_needed()
        if self._user is not None:
            with _translated(self.name, Stage.LOGIN):
                smtp.login(self._user, self._password or "")


class SmtpSession:
    """One open connection; one message, to one recipient, after another."""

    def __init__(self, smtp: smtplib.SMTP, name: str, end_seconds: float) -> None:
        self._smtp = smtp
        self._name = name
        self._end_seconds = end_seconds

    def send(self, envelope: Envelope, before_end: Callable[[], None]) -> Reply:
        """One message; `before_end` is called just before the final dot leaves. Raises TransportError."""
        self._address(envelope)
        self._command(Stage.DATA, "DATA", 3)
        try:
            with _translated(self._name, Stage.DATA), self._patience():
                self._smtp.send(dot_stuffed(envelope.data))
            before_end()
            with self._patience():
                code, reply = self._end()
        except BaseException:
            # In the middle of a message the server understands nothing but more of it: only hanging up ends it.
            self._smtp.close()
            raise
        if code // 100 != 2:
            raise self._refused(code, reply, Stage.DATA)
        return Reply(code, words(reply))

    def close(self) -> None:
        """QUIT, then hang up."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._smtp.quit()
        self._smtp.close()

    def _address(self, envelope: Envelope) -> None:
        if envelope.utf8 and not self._smtp.has_extn("smtputf8"):
            raise _without_utf8(envelope)
        if not envelope.utf8 and not envelope.recipient.isascii():
            raise _unmailable("the address holds characters outside ASCII")
        if re.search("[\x00-\x1f\x7f]", envelope.recipient):
            raise _unmailable("the address holds control characters")
        # Not SMTP.mail() and rcpt(): they read the address as header text first (email.utils.parseaddr).
        self._smtp.command_encoding = "utf-8" if envelope.utf8 else "ascii"
        options = " SMTPUTF8 BODY=8BITMIME" if envelope.utf8 else ""
        self._command(Stage.MAIL, f"MAIL FROM:<{envelope.sender}>{options}", 2)
        self._command(Stage.RCPT, f"RCPT TO:<{envelope.recipient}>", 2)

    def _command(self, stage: Stage, line: str, wanted: int) -> None:
        with _translated(self._name, stage):
            code, reply = self._smtp.docmd(line)
        if code // 100 != wanted:
            raise self._refused(code, reply, stage)

    @contextlib.contextmanager
    def _patience(self) -> Iterator[None]:
        """The long time-out: it bounds all of one write, and one whole answer."""
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self._end_seconds)
        yield
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self._smtp.timeout)

    def _end(self) -> tuple[int, bytes]:
        """Write the final dot and wait for the answer: from its first byte on, no answer means undecided."""
        try:
            self._smtp.send(b".\r\n")
            code, reply = self._smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise _unanswered(self._name, str(error)) from error
        if code // 100 not in (2, 4, 5):
            raise _unanswered(self._name, f"{code} {words(reply)}")
        return code, reply

    def _refused(self, code: int, reply: bytes, stage: Stage) -> TransportError:
        if not 400 <= code < 600:
            self._smtp.close()
            return _broken(f"{self._name}: {code} {words(reply)!r} makes no sense as an answer to {stage}")
        error = refusal(code, reply, stage)
        if code == 421:
            self._smtp.close()
        elif stage is not Stage.MAIL:
            # So that the next message starts clean; where even this fails, its MAIL FROM will tell.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.rset()
        return error


def dot_stuffed(data: bytes) -> bytes:
    """`data` with every leading dot doubled (RFC 5321 section 4.5.2), ending in CRLF, the final dot not yet there."""
    stuffed = (b"\r\n" + data).replace(b"\r\n.", b"\r\n..")[2:]
    return stuffed if stuffed.endswith(b"\r\n") or not stuffed else stuffed + b"\r\n"


def translate(error: smtplib.SMTPException | OSError | ValueError, name: str, stage: Stage) -> TransportError:
    """What smtplib, the socket or TLS raised at `stage`, before the message's end was written."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()), (550, b"refused"))
        return refusal(code, reply, Stage.RCPT)
    if isinstance(error, smtplib.SMTPResponseException):
        if 400 <= error.smtp_code < 600:
            return refusal(error.smtp_code, error.smtp_error, _stage_of(error, stage))
        return _broken(f"{name}: {error.smtp_code} {words(error.smtp_error)}")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _broken(f"{name}: {error}")
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "the name in mail.transport must be the one in the server's certificate"
        return TransportError(f"{name}: {error}", scope=Scope.SESSION, permanent=True, hint=hint)
    if isinstance(error, smtplib.SMTPException | ValueError):
        # The server lacks STARTTLS or AUTH, or a password or sender cannot be sent: asking again changes nothing.
        return TransportError(f"{name}: {error}", scope=Scope.SESSION, permanent=True)
    return _broken(f"{name}: {error}")


def _stage_of(error: smtplib.SMTPResponseException, stage: Stage) -> Stage:
    match error:
        case smtplib.SMTPSenderRefused():
            return Stage.MAIL
        case smtplib.SMTPDataError():
            return Stage.DATA
        case smtplib.SMTPAuthenticationError():
            return Stage.LOGIN
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Stage.OPEN
        case _:
            return stage


@contextlib.contextmanager
def _translated(name: str, stage: Stage) -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise translate(error, name, stage) from error


def _broken(text: str) -> TransportError:
    return TransportError(text, scope=Scope.SESSION, permanent=False)


def _without_utf8(envelope: Envelope) -> TransportError:
    """About the recipient where their address needs it, else about the sender: then nobody's mail fails for it."""
    if not envelope.recipient.isascii():
        return _unmailable("the server takes no addresses with characters outside ASCII (SMTPUTF8, RFC 6531)")
    told = "the server takes no sender with characters outside ASCII (SMTPUTF8, RFC 6531)"
    hint = "write an address in ASCII into the newsletter's from and mail.return_path"
    return TransportError(told, scope=Scope.SESSION, permanent=True, hint=hint)


def _unmailable(text: str) -> TransportError:
    return TransportError(text, scope=Scope.RECIPIENT, permanent=True)


def _unanswered(name: str, text: str) -> TransportError:
    reply = f"{name}: the message was written to its end, and no answer came: {text}"
    return TransportError(reply, scope=Scope.SESSION, permanent=False, undecided=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
