"""A real SMTP server in a thread that keeps what it gets, and misbehaves as asked."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Event

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Received
from aiosmtpd.smtp import Session as Dialogue


@dataclass
class Server:
    """What came in, by recipient, and how the server is to answer; an answer of "" hangs up.

    `senders` and `options` are what each MAIL FROM named.
    """

    port: int = 0
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    at_mail: str = "250 OK"
    at_end: str = "250 2.0.0 OK queued"
    hold_after: int | None = None
    hold_at_mail: bool = False
    per_session: int | None = None
    pace: float = 0.0
    held: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)
    arrived: Condition = field(default_factory=Condition)

    @property
    def url(self) -> str:
        """For mail.transport."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        """Who got mail, in order, as often as they got it."""
        return [address for address, _ in self.mails]

    def message(self, recipient: str) -> EmailMessage:
        """The one message of a recipient, parsed by the standard library."""
        (place,) = [place for place, (address, _) in enumerate(self.mails) if address == recipient]
        return self.parsed(place)

    def parsed(self, place: int) -> EmailMessage:
        """The message that came in at this place, from 0."""
        return message_from_bytes(self.mails[place][1], policy=policy.default)

    def until(self, recipient: str, words: str = "", seconds: float = 40) -> EmailMessage:
        """The newest message to `recipient` whose plain text holds `words`, as soon as it is there."""
        with self.arrived:
            found = self.arrived.wait_for(lambda: self._newest(recipient, words), seconds)
        assert found is not None, f"no mail to {recipient} with {words!r}: {self.recipients}"
        return found

    def _newest(self, recipient: str, words: str) -> EmailMessage | None:
        for address, data in reversed(self.mails):
            if address == recipient:
                message = message_from_bytes(data, policy=policy.default)
                text = message.get_body(("plain",))
                if words in (text.get_content() if text else ""):
                    return message
        return None

    async def handle_MAIL(
        self, server: SMTP, dialogue: Dialogue, envelope: Received, address: str, options: list[str]
    ) -> str:
        if self.hold_at_mail:
            self.held.set()
            while not self.let_go.is_set():
                await asyncio.sleep(0.01)
        served = dialogue.__dict__.setdefault("served", 0)
        if self.per_session is not None and served >= self.per_session:
            return "421 4.7.0 too many mails in one session"
        if self.at_mail.startswith("250"):
            envelope.mail_from = address
            self.senders.append(address)
            self.options.append(options)
        return _say(server, self.at_mail)

    async def handle_RCPT(
        self, server: SMTP, _dialogue: Dialogue, envelope: Received, address: str, _options: list[str]
    ) -> str:
        reply = self.refuse.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return _say(server, reply)

    async def handle_DATA(self, server: SMTP, dialogue: Dialogue, envelope: Received) -> str:
        await asyncio.sleep(self.pace)
        if self.hold_after is not None and len(self.mails) >= self.hold_after:
            # The message has ended and no answer comes: the one moment that cannot be decided.
            self.held.set()
            while not self.let_go.is_set():
                await asyncio.sleep(0.01)
        assert isinstance(envelope.content, bytes)
        with self.arrived:
            self.mails += [(address, envelope.content) for address in envelope.rcpt_tos]
            self.arrived.notify_all()
        dialogue.__dict__["served"] = dialogue.__dict__.get("served", 0) + 1
        return _say(server, self.at_end)


def _say(server: SMTP, reply: str) -> str:
    if not reply:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
    return reply or "421 gone"


class _FreePort(Controller):
    """aiosmtpd's Controller cannot say which port 0 became."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def smtp_server() -> Iterator[Server]:
    """A running server."""
    server = Server()
    controller = _FreePort(server, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        server.let_go.set()
        controller.stop()
