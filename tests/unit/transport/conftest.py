"""Real SMTP servers in threads: aiosmtpd, whose answers each test chooses, and support.wire for bad manners."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from aiosmtpd.smtp import Envelope as Received
from aiosmtpd.smtp import Session as Dialogue
from support.wire import Run, on_asyncio, on_uvloop

CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""A key and its own certificate for localhost, good for a hundred years; nobody trusts it but these tests."""


@dataclass
class Answers:
    """What the server says, and what it got. A reply of "" hangs up without a word."""

    mail: str = "250 OK"
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = "250 2.0.0 OK queued"
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, _dialogue: Dialogue, envelope: Received, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address} {' '.join(options)}".strip())
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self._say(server, self.mail)

    async def handle_RCPT(
        self, server: SMTP, _dialogue: Dialogue, envelope: Received, address: str, _options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        reply = self.rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._say(server, reply)

    async def handle_RSET(self, _server: SMTP, _dialogue: Dialogue, _envelope: Received) -> str:
        self.commands.append("RSET")
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _dialogue: Dialogue, envelope: Received) -> str:
        self.received.append(envelope)
        return self._say(server, self.data)

    @staticmethod
    def _say(server: SMTP, reply: str) -> str:
        if not reply:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return reply or "421 gone"


class FreePort(Controller):
    """aiosmtpd's Controller cannot say which port 0 became."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Plain(SMTP):
    """Knows DATA refusals and recipients as they were written, for which aiosmtpd has no hook."""

    refuse_data = ""

    async def smtp_RCPT(self, arg: str) -> None:
        self.event_handler.recipients.append(arg)
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if self.refuse_data:
            await self.push(self.refuse_data)
        else:
            await super().smtp_DATA(arg)


@dataclass
class Server:
    """A running server."""

    port: int
    answers: Answers


Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Controller] = []

    def begin(*, replies: dict[str, Any] | None = None, refuse_data: str = "", tls: str = "", **options: Any) -> Server:
        answers = Answers(**replies or {})
        context = server_context() if tls else None

        class Chosen(FreePort):
            def factory(self) -> SMTP:
                smtp = Plain(answers, tls_context=context if tls == "starttls" else None, **options)
                smtp.refuse_data = refuse_data
                return smtp

        implicit = context if tls == "implicit" else None
        controller = Chosen(answers, hostname="127.0.0.1", port=0, ssl_context=implicit)
        controller.start()
        running.append(controller)
        return Server(controller.port, answers)

    yield begin
    for controller in running:
        controller.stop()


@pytest.fixture
def authenticate() -> Callable[..., AuthResult]:
    return authenticator


@pytest.fixture
def certificate() -> Path:
    return CERTIFICATE


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def authenticator(_server: SMTP, _dialogue: Dialogue, _envelope: Received, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"taro", b"himitsu"), handled=False)


@pytest.fixture(params=[on_asyncio, on_uvloop])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine to its end, on each loop that we use."""
    chosen: Run = request.param
    return chosen


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
