"""Mail printed for a person to read."""

from collections.abc import Callable
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

    def connect(self) -> "ConsoleSession":
        """A session on the stream."""
        return ConsoleSession(self._stream)


class ConsoleSession:
    """A stream to print to."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, envelope: Envelope, before_end: Callable[[], None]) -> Reply:
        """`before_end`, then headers and plain text, decoded; raises TransportError where the stream is closed."""
        shown = readable(envelope)
        before_end()
        try:
            self._stream.write(shown)
            self._stream.flush()
        except OSError as error:
            raise TransportError(str(error), scope=Scope.SESSION, permanent=False, undecided=True) from error
        return Reply(250, "printed")

    def close(self) -> None:
        """The stream is not ours to close."""


def readable(envelope: Envelope) -> str:
    """Headers and plain text of the mail, decoded."""
    message = message_from_bytes(envelope.data, _class=EmailMessage, policy=default)
    headers = [f"{name}: {message[name]}" for name in _SHOWN if message[name] is not None]
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    rule = "─" * 60
    return "\n".join([rule, *headers, "", text.replace("\r\n", "\n").rstrip("\n"), rule, ""])
