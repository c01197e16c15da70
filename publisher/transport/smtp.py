"""One SMTP server: greet, encrypt, log in."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from publisher.errors import Scope, TransportError
from publisher.lookups import looked_up
from publisher.transport.dialogue import Dialogue, Said
from publisher.transport.features import Features, read_features
from publisher.transport.login import Mechanism, log_in
from publisher.transport.patience import Patience
from publisher.transport.reach import encrypt, reach, resolve
from publisher.transport.replies import Stage, again, broken, refusal, words
from publisher.transport.session import SmtpSession

_NO_ESMTP = frozenset({500, 502})
"""The command is not known, or not there (RFC 5321 section 4.2.4). Any other refusal is about us, now: what a server
without extensions cannot take is not to fail for it."""
_TLS_AT_ONCE = "if this port speaks TLS from the first byte, as 465 does, write smtps:// in mail.transport"
_IN_THE_CLEAR = "if this port begins in plain text, as 587 and 25 do, write smtp:// in mail.transport"


class SmtpTransport:
    """One SMTP server. Certificates are verified; without TLS only on loopback or where `tls` is False.

    `password` is asked at each connect, for a token of XOAUTH2 does not live long; what it raises goes through.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        implicit_tls: bool = False,
        user: str | None = None,
        password: Callable[[], str] | None = None,
        auth: Mechanism | None = None,
        tls: bool | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.name = f"{'smtps' if implicit_tls else 'smtp'}://{host}:{port}"
        self._host, self._port = host, port
        self._implicit_tls = implicit_tls
        self._starttls = not implicit_tls and (not _is_loopback(host) if tls is None else tls)
        self._user, self._password, self._auth = user, password, auth
        self._patience = patience or Patience()
        self._our_name: str | None = None

    async def connect(self) -> SmtpSession:
        """Greet, encrypt, log in; raises TransportError with the scope SESSION."""
        found = await resolve(self._host, self._port, self.name, self._patience)
        dialogue = await reach(found, self.name, self._patience)
        try:
            return SmtpSession(dialogue, await self._prepared(dialogue), self._patience)
        except BaseException:
            dialogue.hang_up(broken(f"{self.name}: the session never stood"))
            raise

    async def _prepared(self, dialogue: Dialogue) -> Features:
        with _perhaps(_IN_THE_CLEAR if self._implicit_tls else _TLS_AT_ONCE):
            if self._implicit_tls:
                await self._encrypt(dialogue)
            await self._wanted(dialogue)
        features = await self._greet(dialogue)
        if self._starttls:
            await self._start_tls(dialogue, features)
            features = await self._greet(dialogue)
        if self._user is not None:
            password = self._password() if self._password is not None else ""
            await log_in(dialogue, features, self._user, password, self._auth, self._patience.connect)
        return features

    async def _greet(self, dialogue: Dialogue) -> Features:
        """EHLO, or HELO for a server that knows no extensions."""
        me = await self._me(dialogue)
        dialogue.say(b"EHLO %b\r\n" % me, 1)
        said = await dialogue.reply(Stage.OPEN, self._patience.connect)
        if said.code // 100 == 2:
            return read_features(said.text)
        if said.code in _NO_ESMTP:
            dialogue.say(b"HELO %b\r\n" % me, 1)
            await self._wanted(dialogue)
            return Features()
        raise _unfriendly(dialogue, said)

    async def _start_tls(self, dialogue: Dialogue, features: Features) -> None:
        if not features.starttls:
            told = f"{self.name}: the server does not offer STARTTLS"
            hint = "use smtps:// where it is encrypted from the first byte; mail.tls: false sends in plain text"
            raise TransportError(told, scope=Scope.SESSION, permanent=True, hint=hint)
        dialogue.say(b"STARTTLS\r\n", 1)
        await self._wanted(dialogue)
        if not dialogue.at_rest:
            # Read in plain text, it would be taken for what the server says under TLS (CVE-2011-0411, NO STARTTLS).
            raise broken(f"{self.name}: the server, or someone between, spoke on after STARTTLS")
        await self._encrypt(dialogue)

    async def _encrypt(self, dialogue: Dialogue) -> None:
        await encrypt(dialogue, self._host, self._context, self._patience.connect)

    async def _wanted(self, dialogue: Dialogue) -> None:
        said = await dialogue.reply(Stage.OPEN, self._patience.connect)
        if said.code // 100 != 2:
            raise _unfriendly(dialogue, said)

    async def _me(self, dialogue: Dialogue) -> bytes:
        """Our name, or our address where this machine has none that the world knows (RFC 5321 section 4.1.4)."""
        if self._our_name is None:
            self._our_name = await looked_up(socket.getfqdn)  # may ask a name server
        if "." in self._our_name and self._our_name.isascii():
            return self._our_name.encode()
        address = str(dialogue.transport.get_extra_info("sockname")[0]).partition("%")[0]
        return f"[IPv6:{address}]".encode() if ":" in address else f"[{address}]".encode()

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Verification on, the name checked, TLS 1.2 or newer: the defaults of Python, said here so that they stay."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


@contextmanager
def _perhaps(hint: str) -> Iterator[None]:
    """A server that cannot be understood may speak otherwise at this port."""
    try:
        yield
    except TransportError as error:
        raise again(error, hint=hint) from error


def _unfriendly(dialogue: Dialogue, said: Said) -> TransportError:
    if 400 <= said.code < 600:
        return refusal(said.code, said.text, Stage.OPEN, dialogue.name)
    return broken(f"{dialogue.name}: {said.code} {words(said.text)!r} makes no sense as a greeting")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
