"""A letter as the bytes that go over the wire."""

import hashlib
import hmac
import re
from base64 import encodebytes
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from publisher.mail import headers
from publisher.mail.address import Mailbox
from publisher.mail.slots import Filled
from publisher.struct import Struct

# What RFC 6068 section 2 lets stand unencoded in an address, as a local part may hold it.
_MAILTO_SAFE = "@!$'*+"


class Letter(Struct, frozen=True):
    """All that one mail says.

    `date` is aware. `message_id` stands in its angle brackets. `list_name` is None where no list is mailed;
    `unsubscribe_mailto` is a whole mailto: address. `test` marks a mail as a trial of the writer's.
    `auto_submitted` is for mails that no person wrote (RFC 3834), such as confirmations.
    """

    sender: Mailbox
    reply_to: Mailbox | None
    to: Mailbox
    filled: Filled
    message_id: str
    date: datetime
    list_title: str
    list_name: str | None
    unsubscribe_mailto: str
    language: str
    test: bool = False
    auto_submitted: bool = False


def compose(letter: Letter) -> bytes:
    """CRLF lines, 7-bit unless the recipient's address itself is not ASCII; the same letter gives the same bytes.

    Raises UsageError where a header cannot carry its value.
    """
    boundary = "=_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    lines = [
        *_headers(letter),
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        f"--{boundary}",
        *_part("plain", letter.filled.text),
        f"--{boundary}",
        *_part("html", letter.filled.html),
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode()


def message_id(secret: bytes, issue_uid: str, address_key: str, sender_domain: str) -> str:
    """The same for every attempt at one delivery, and no one else's: `<HMAC-SHA256, half of it, in hex @ domain>`."""
    mac = hmac.new(secret, f"{issue_uid}\0{address_key}".encode(), hashlib.sha256)
    return f"<{mac.hexdigest()[:32]}@{sender_domain}>"


def unsubscribe_mailto(sender_email: str, list_name: str | None, email: str) -> str:
    """A mailto: (RFC 6068) to the sender that says what to end and for whom.

    The address stands in the body because a reader may write from another one than the mail came to.
    """
    subject = f"unsubscribe {list_name}" if list_name else "unsubscribe"
    sender = quote(sender_email, safe=_MAILTO_SAFE)
    return f"mailto:{sender}?subject={quote(subject, safe='')}&body={quote(email, safe='')}"


def _headers(letter: Letter) -> list[str]:
    return [
        headers.mailbox("From", letter.sender),
        *([headers.mailbox("Reply-To", letter.reply_to)] if letter.reply_to else []),
        headers.mailbox("To", letter.to),
        headers.unstructured("Subject", _subject(letter)),
        headers.raw("Date", format_datetime(letter.date)),
        headers.raw("Message-ID", letter.message_id),
        *([headers.list_id(letter.list_title, _list_id(letter))] if letter.list_name else []),
        headers.raw("List-Unsubscribe", f"<{letter.unsubscribe_mailto}>"),
        *([headers.raw("Auto-Submitted", "auto-generated")] if letter.auto_submitted else []),
        *([headers.raw("X-Publisher-Test", "yes")] if letter.test else []),
        headers.raw("Content-Language", letter.language),
        "MIME-Version: 1.0",
    ]


def _subject(letter: Letter) -> str:
    if not letter.test:
        return letter.filled.subject
    mark = "[テスト]" if letter.language.split("-")[0].lower() == "ja" else "[Test]"
    return f"{mark} {letter.filled.subject}"


def _list_id(letter: Letter) -> str:
    return f"{letter.list_name}.{letter.sender.address.domain}"


def _part(subtype: str, text: str) -> list[str]:
    """Base64, also for English: short enough lines always, no `From ` or dot to be stuffed, nothing to down-convert."""
    octets = re.sub("\r\n|\r|\n", "\r\n", text).encode()  # RFC 2045 section 6.8: line breaks are CRLF before encoding
    return [
        f"Content-Type: text/{subtype}; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        *encodebytes(octets).decode().splitlines(),
    ]
