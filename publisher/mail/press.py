"""A letter as the bytes that go over the wire, printed again and again for a variant's recipients."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from publisher.core.mac import maker
from publisher.mail import headers
from publisher.mail.address import Mailbox
from publisher.mail.dkim import Signer
from publisher.mail.encoding import Encoder, base64_lines
from publisher.mail.filled import Filled
from publisher.mail.list_headers import Exits, List, archived_at, feedback_id, list_fields, unsubscribe_fields
from publisher.model.mailing import Picture
from publisher.struct import Struct

_SUBJECTS = 16
_SECONDS = 4
_TEXT = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
_HTML = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"


class Sheet(Struct, frozen=True):
    """What all letters of one variant of an issue share.

    `list_name` is None where no list is mailed: a one-off to strangers, a confirmation. `issue` is its number or uid,
    ASCII. `archive_url` is where all that was published is read, `page_url` where this is (RFC 5064); both absolute and
    percent-encoded. `auto_submitted` is for mails that no person sent (RFC 3834), `test` for trials of the writer's.
    """

    sender: Mailbox
    reply_to: Mailbox | None
    list_title: str
    list_name: str | None
    language: str
    issue: str
    archive_url: str
    page_url: str | None
    auto_submitted: bool
    pictures: tuple[Picture, ...] = ()
    test: bool = False


class Press:
    """Prints letters. What a sheet says is set once; what letters have in common is encoded once.

    With a `signer` every letter is signed (RFC 6376). Threads may share a press. Raises UsageError where a header
    cannot carry what the sheet says.
    """

    def __init__(self, sheet: Sheet, signer: Signer | None) -> None:
        self._signer = signer
        self._before = [field.encode() for field in _senders(sheet)]
        self._after = [field.encode() for field in _about(sheet)]
        self._pictures = [_picture(one) for one in sheet.pictures]
        self._encoder = Encoder()
        self._subject = lru_cache(maxsize=_SUBJECTS)(lambda text: _subject(sheet, text).encode())

    def print(
        self,
        to: Mailbox,
        filled: Filled,
        *,
        message_id: str,
        date: datetime,
        exits: Exits | None,
        more: Iterable[str] = (),
    ) -> bytes:
        """One letter: CRLF lines, 7-bit but for an address that itself is not; the same letter gives the same bytes.

        `message_id` stands in its angle brackets, `date` is aware, `more` are whole fields. UsageError where a header
        cannot carry its value.
        """
        seed = hashlib.sha256(message_id.encode()).hexdigest()[:32].encode()
        fields = [
            *self._before,
            headers.mailbox("To", to).encode(),
            self._subject(filled.subject),
            _dated(date.isoformat(timespec="seconds")),
            headers.raw("Message-ID", message_id).encode(),
            *(field.encode() for field in (unsubscribe_fields(exits) if exits else ())),
            *self._after,
            *(field.encode() for field in more),
            self._type(seed),
        ]
        body = self._body(filled, seed)
        signatures = self._signer.sign(fields, body) if self._signer else b""
        return b"".join([signatures, b"\r\n".join(fields), b"\r\n\r\n", body])

    # A boundary cannot come up in a body: base64 has neither `-` nor `_` nor, at a line's start, `=`.
    def _type(self, seed: bytes) -> bytes:
        return _related(seed) if self._pictures else _alternative(seed)

    def _body(self, filled: Filled, seed: bytes) -> bytes:
        edge = b"--=_1" + seed
        text, html = self._encoder.encode(filled.text_pieces), self._encoder.encode(filled.html_pieces)
        both = [edge, b"\r\n", _TEXT, text, edge, b"\r\n", _HTML, html, edge, b"--\r\n"]
        if not self._pictures:
            return b"".join(both)
        edge = b"--=_2" + seed
        parts = [part for picture in self._pictures for part in (edge, b"\r\n", picture)]
        return b"".join([edge, b"\r\n", _alternative(seed), b"\r\n\r\n", *both, *parts, edge, b"--\r\n"])


def message_ids(secret: bytes, issue_uid: str, sender_domain: str) -> Callable[[str], str]:
    """What makes the Message-ID of an address key: `<HMAC-SHA256, half of it, in hex @ domain>`.

    The same for every attempt at one delivery, and no one else's.
    """
    mac, end = maker(secret, f"{issue_uid}\0".encode()), f"@{sender_domain}>"
    return lambda address_key: f"<{mac(address_key.encode())[:32]}{end}"


@lru_cache(maxsize=_SECONDS)
def _dated(second: str) -> bytes:
    return headers.raw("Date", format_datetime(datetime.fromisoformat(second))).encode()


def _senders(sheet: Sheet) -> Iterator[str]:
    yield headers.mailbox("From", sheet.sender)
    if sheet.reply_to:
        yield headers.mailbox("Reply-To", sheet.reply_to)


def _about(sheet: Sheet) -> Iterator[str]:
    """What follows the fields that are the recipient's own."""
    if sheet.list_name is not None:
        owner = (sheet.reply_to or sheet.sender).address
        domain = sheet.sender.address.domain
        yield from list_fields(List(sheet.list_title, sheet.list_name, domain, owner, sheet.archive_url))
    # An issue that was planned before migration 0002 knows no address of its site.
    site = sheet.archive_url or sheet.sender.address.domain
    yield feedback_id(sheet.issue, sheet.list_name, sheet.language, site)
    if sheet.page_url is not None:
        yield from archived_at(sheet.page_url)
    if sheet.auto_submitted:
        yield "Auto-Submitted: auto-generated"
    if sheet.test:
        yield "X-Publisher-Test: yes"
    yield headers.raw("Content-Language", sheet.language)
    yield "MIME-Version: 1.0"


def _subject(sheet: Sheet, text: str) -> str:
    mark = "[テスト] " if sheet.language.split("-")[0].lower() == "ja" else "[Test] "
    return headers.unstructured("Subject", f"{mark}{text}" if sheet.test else text)


def _alternative(seed: bytes) -> bytes:
    return b'Content-Type: multipart/alternative;\r\n boundary="=_1%b"' % seed


def _related(seed: bytes) -> bytes:
    return b'Content-Type: multipart/related; type="multipart/alternative";\r\n boundary="=_2%b"' % seed


def _picture(picture: Picture) -> bytes:
    """A whole part (RFC 2387, RFC 2392), without its edges."""
    fields = [
        headers.raw("Content-Type", picture.type),
        "Content-Transfer-Encoding: base64",
        headers.raw("Content-ID", f"<{picture.cid}>"),
        "Content-Disposition: inline" + headers.parameter("filename", picture.name),
    ]
    return b"\r\n".join([*(field.encode() for field in fields), b"", base64_lines(picture.data)])
