"""The ways mail leaves: SMTP, a Maildir, the console."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import SplitResult, urlsplit

from publisher.errors import UsageError
from publisher.model.mailing import Envelope, Reply


class Session(Protocol):
    """One open connection, used by one task: for each message `open`, `body`, `finish`, `answer`.

    After a TransportError of scope RECIPIENT or MESSAGE the next message may be opened, and one that `finish` opened
    still stands: its `body` comes next. After scope SESSION, and after `undecided`, only `close` may follow.
    """

    def open(self, envelope: Envelope) -> None:
        """Begin a message; waits for nothing and raises nothing."""

    async def body(self) -> None:
        """Hand over all but the end of the message; raises TransportError, never `undecided`."""

    def finish(self, following: Envelope | None) -> None:
        """The end of the message: what comes after cannot be taken back.

        `following` is opened with it, in the same write where the server lets us.
        """

    async def answer(self) -> Reply:
        """What became of the message; raises TransportError: refused, or `undecided` where no answer came."""

    async def close(self) -> None:
        """Say goodbye; in the midst of a message hang up, so that it cannot be taken for whole. Never raises."""


class Transport(Protocol):
    """One way mail leaves."""

    @property
    def name(self) -> str:
        """As configured, without secrets."""

    async def connect(self) -> Session:
        """Open a session; raises TransportError with the scope SESSION."""


def make_transport(
    url: str,
    *,
    user: str | None,
    password: Callable[[], str] | None,
    auth: Literal["plain", "login", "xoauth2"] | None,
    tls: bool | None,
    home: Path,
) -> Transport:
    """The transport that `url` names.

    `smtp://host:port` uses STARTTLS except on loopback or with `tls` False; `smtps://host:port` is encrypted from
    the first byte; `maildir:PATH` is relative to `home`; `console:` prints. `password` is asked at each connect;
    without `auth` the server's offer decides. Raises UsageError.
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
        return SmtpTransport(
            host, port, implicit_tls=scheme == "smtps", user=user, password=password, auth=auth, tls=tls
        )
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
