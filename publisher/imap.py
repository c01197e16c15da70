"""The only door to imaplib: mails that come into a mailbox on a server (RFC 3501)."""

import base64
import imaplib
import ipaddress
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from publisher.errors import FetchError
from publisher.struct import Struct

LIMIT_BYTES = 1 << 20
"""As much of a mail as is fetched: what a report says stands before the mail that it returns."""

_PORTS = {"imaps": 993, "imap": 143}
_TIMEOUT_SECONDS = 60.0
_UID = re.compile(rb"\bUID (\d+)")
_BEYOND_ASCII = re.compile(r"[^ -~]+")


class Mailbox(Struct, frozen=True):
    """Where mails come in: `url` is `imaps://host:993`, or `imap://host:143`, which is encrypted by STARTTLS except on
    loopback. `password` is asked at each login."""

    url: str
    user: str
    password: Callable[[], str]
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """Which it is, without secrets."""
        return f"{self.url}/{self.user}/{self.folder}"


class Message(Struct, frozen=True):
    """The beginning of a mail, as many bytes as LIMIT_BYTES."""

    uid: int
    data: bytes


class Session:
    """An open mailbox. `validity` tells whether UIDs mean what they meant before (RFC 3501 section 2.3.1.1)."""

    def __init__(self, connection: imaplib.IMAP4, url: str) -> None:
        self._connection = connection
        self._url = url
        self.validity = _validity(connection)

    def uids(self, after: int) -> list[int]:
        """The UIDs of the mails that came after the one with `after`, in order; FetchError."""
        # FETCH and not SEARCH, whose answer is a single line, longer than imaplib takes where there are many mails.
        # A range with * holds the last mail also where that lies before its beginning (section 6.4.8).
        found = self._command("FETCH", f"{after + 1}:*", "(UID)")
        uids = {int(match[1]) for line in found if isinstance(line, bytes) and (match := _UID.search(line))}
        return sorted(uid for uid in uids if uid > after)

    def fetch(self, uids: Sequence[int]) -> list[Message]:
        """These mails, unmarked, without those that are gone; FetchError."""
        found = self._command("FETCH", _set(uids), f"(UID BODY.PEEK[]<0.{LIMIT_BYTES}>)")
        return [message for place, item in enumerate(found) if (message := _message(item, found[place + 1 :]))]

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark these as read; FetchError."""
        self._command("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)")

    def _command(self, name: str, *words: str) -> list[bytes | tuple[bytes, bytes]]:
        with _told(self._url):
            kind, found = self._connection.uid(name, *words)
            if kind != "OK":
                raise FetchError(self._url, f"{name}: {_text(found)}")
            return [item for item in found if item is not None]


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Session]:
    """Log in and open the folder; FetchError where that cannot be done. Certificates are verified."""
    with _told(mailbox.url):
        connection = _connect(mailbox.url)
    try:
        with _told(mailbox.url):
            _encrypt(connection, mailbox.url)
            _log_in(connection, mailbox)
            kind, found = connection.select(f'"{_in_modified_utf7(mailbox.folder)}"')
        if kind != "OK":
            raise FetchError(mailbox.url, f"the folder {mailbox.folder!r} cannot be opened: {_text(found)}")
        yield Session(connection, mailbox.url)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()
        with suppress(OSError):
            # Which a server that hangs up at once leaves undone.
            connection.shutdown()


def _connect(url: str) -> imaplib.IMAP4:
    split = urlsplit(url)
    host, port = split.hostname or "", split.port or _PORTS[split.scheme]
    if split.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT_SECONDS)
    return imaplib.IMAP4(host, port, timeout=_TIMEOUT_SECONDS)


def _encrypt(connection: imaplib.IMAP4, url: str) -> None:
    split = urlsplit(url)
    if split.scheme == "imap" and not _is_loopback(split.hostname or ""):
        connection.starttls(ssl.create_default_context())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log_in(connection: imaplib.IMAP4, mailbox: Mailbox) -> None:
    if "AUTH=PLAIN" not in connection.capabilities:
        connection.login(mailbox.user, mailbox.password())
        return
    # LOGIN is for ASCII only.
    plain = f"\0{mailbox.user}\0{mailbox.password()}".encode()
    connection.authenticate("PLAIN", lambda _challenge: plain)


def _validity(connection: imaplib.IMAP4) -> str:
    value = connection.response("UIDVALIDITY")[1][-1]
    return "" if value is None else str(int(value))


def _message(item: bytes | tuple[bytes, bytes], following: Sequence[bytes | tuple[bytes, bytes]]) -> Message | None:
    """Of an answer to FETCH only what has a literal: the rest is other programs' news of flags."""
    if not isinstance(item, tuple):
        return None
    after = following[0] if following and isinstance(following[0], bytes) else b""
    uid = _UID.search(item[0]) or _UID.search(after)
    return Message(int(uid[1]), item[1]) if uid else None


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _in_modified_utf7(name: str) -> str:
    """RFC 3501 section 5.1.3, and quoted."""

    def encoded(match: re.Match[str]) -> str:
        coded = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    coded = _BEYOND_ASCII.sub(encoded, name.replace("&", "&-"))
    return coded.replace("\\", "\\\\").replace('"', '\\"')


def _text(found: Sequence[object]) -> str:
    words = [item.decode(errors="replace") for item in found if isinstance(item, bytes)]
    return " ".join(words) or "no reason given"


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        # An `error` holds what the server said, as bytes or as the text of them.
        raise FetchError(url, str(error)) from error
