"""Mail printed for a person to read."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TextIO

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply

_SHOWN = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "X-Publisher-Test")


class ConsoleTransport:
    """Prints to `stream`."""

    name = "console:"

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def connect(self) -> "ConsoleSession":
        """A session on the stream."""
        return ConsoleSession(self._stream)


class ConsoleSession:
    """A stream to print to; nothing is printed before `finish`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._opened: Envelope | None = None
        self._shown = ""

    def open(self, envelope: Envelope) -> None:
        """Remember what `body` is to read."""
        self._opened = envelope

    async def body(self) -> None:
        """Decode headers and plain text."""
        assert self._opened is not None, "body() without open()"
        self._shown = readable(self._opened)

    def finish(self, following: Envelope | None) -> None:
        """From here on it may be printed."""
        self._opened = following

    async def answer(self) -> Reply:
        """Print; raises TransportError, undecided, where the stream is closed."""
        try:
            self._stream.write(self._shown)
            self._stream.flush()
        except OSError as error:
            raise TransportError(str(error), scope=Scope.SESSION, permanent=False, undecided=True) from error
        return Reply(250, "printed")

    async def close(self) -> None:
        """The stream is not ours to close."""


def readable(envelope: Envelope) -> str:
    """Headers and plain text of the mail, decoded."""
    message = message_from_bytes(envelope.data, _class=EmailMessage, policy=default)
    headers = [f"{name}: {message[name]}" for name in _SHOWN if message[name] is not None]
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    rule = "─" * 60
    return "\n".join([rule, *headers, "", text.replace("\r\n", "\n").rstrip("\n"), rule, ""])
