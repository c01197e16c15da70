"""The ways mail leaves: SMTP, a Maildir, the console."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from publisher.errors import UsageError
from publisher.model.mailing import Envelope, Reply


class Session(Protocol):
    """One open connection, used by one thread."""

    def send(self, envelope: Envelope, before_end: Callable[[], None]) -> Reply:
        """Hand over one message; raises TransportError.

        `before_end` is called when all but the message's end has been handed over, immediately before what cannot
        be taken back. Where it raises, the message is not sent and the session is closed.
        """

    def close(self) -> None:
        """Say goodbye; never raises."""


class Transport(Protocol):
    """One way mail leaves."""

    @property
    def name(self) -> str:
        """As configured, without secrets."""

    def connect(self) -> Session:
        """Open a session; raises TransportError with the scope SESSION."""


def make_transport(url: str, *, user: str | None, password: str | None, tls: bool | None, home: Path) -> Transport:
    """The transport that `mail.transport` names.

    `smtp://host:port` uses STARTTLS except on loopback or with `tls` False; `smtps://host:port` is encrypted from
    the first byte; `maildir:PATH` is relative to `home`; `console:` prints. Raises UsageError.
    """
    from publisher.transport.console import ConsoleTransport
    from publisher.transport.maildir import MaildirTransport
    from publisher.transport.smtp import SmtpTransport

    scheme, _, rest = url.partition(":")
    if scheme == "maildir" and rest:
        return MaildirTransport(home / rest)
    if scheme == "console" and not rest:
        return ConsoleTransport(sys.stdout)
    if scheme in ("smtp", "smtps"):
        host, port = _host_and_port(urlsplit(url), url)
        return SmtpTransport(host, port, implicit_tls=scheme == "smtps", user=user, password=password, tls=tls)
    raise _unusable(url)


def _host_and_port(parts: SplitResult, url: str) -> tuple[str, int]:
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
    except ValueError as error:
        raise _unusable(url) from error
    if not parts.hostname or parts.username is not None:
        raise _unusable(url)
    return parts.hostname, port


def _unusable(url: str) -> UsageError:
    hint = "use smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH or console:"
    return UsageError(f"{url!r} names no transport", hint=hint)
