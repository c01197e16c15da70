"""Letters to print, and two readers that know nothing of each other: the standard library, and one written in Rust."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_string
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

from fast_mail_parser import parse_email

from publisher.mail.address import Mailbox, parse_mailbox
from publisher.mail.filled import Filled
from publisher.mail.list_headers import Exits, unsubscribe_mailto
from publisher.mail.press import Press, Sheet

SENDER = parse_mailbox("週刊 技術 <news@example.jp>")
TO = parse_mailbox("山田太郎 <taro@example.jp>")
SHEET = Sheet(
    sender=SENDER,
    reply_to=None,
    list_title="週刊 技術",
    list_name="weekly",
    language="ja",
    issue="12",
    archive_url="https://example.jp/",
    page_url=None,
    auto_submitted=False,
)
FILLED = Filled("第3号：500億ドルの真意", ("<p>本文 {{ x }}</p>\n",), ("本文\n.\nFrom 山田\n",))
EXITS = Exits(
    mailto=unsubscribe_mailto("news@example.jp", "weekly", "taro@example.jp"),
    post="https://example.jp/unsubscribe/eyJ0YXJvIn0.Zm9v?one-click",
)
MESSAGE_ID = "<0123456789abcdef0123456789abcdef@example.jp>"
DATE = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)

_STRICT = default.clone(raise_on_defect=True, utf8=True)


@dataclass(frozen=True)
class Read:
    """What a reader makes of a letter; mailboxes as (name, address)."""

    subject: str
    sender: tuple[str, str]
    to: tuple[str, str]
    text: str
    html: str


def printed(
    sheet: Sheet = SHEET,
    to: Mailbox = TO,
    filled: Filled = FILLED,
    message_id: str = MESSAGE_ID,
    exits: Exits | None = EXITS,
) -> bytes:
    """A letter."""
    return Press(sheet, None).print(to, filled, message_id=message_id, date=DATE, exits=exits)


def parsed(data: bytes) -> EmailMessage:
    """By the standard library, which raises where anything is wrong."""
    return message_from_string(data.decode(), _class=EmailMessage, policy=_STRICT)


def content(message: EmailMessage, subtype: str) -> str:
    """The text or the HTML."""
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def by_standard(data: bytes) -> Read:
    """As the standard library reads it."""
    message = parsed(data)
    return Read(
        str(message["Subject"]),
        _mailbox(data, message, "From"),
        _mailbox(data, message, "To"),
        content(message, "plain"),
        content(message, "html"),
    )


def by_rust(data: bytes) -> Read:
    """As fast_mail_parser reads it, which raises where it would have to mend anything."""
    mail = parse_email(data, strict=True)
    (text,), (html,) = mail.text_plain, mail.text_html
    assert mail.from_ is not None
    (to,) = mail.to
    sender = mail.from_
    return Read(
        mail.subject,
        (sender.display_name or "", sender.address or ""),
        (to.display_name or "", to.address or ""),
        text,
        html,
    )


def field_lines(data: bytes) -> list[str]:
    """The lines of the header as they are, folded."""
    return data.split(b"\r\n\r\n")[0].decode().split("\r\n")


def field_names(data: bytes) -> list[str]:
    """The names of the header's fields, in order."""
    return [line.split(":")[0] for line in field_lines(data) if not line.startswith(" ")]


def _mailbox(data: bytes, message: EmailMessage, name: str) -> tuple[str, str]:
    """The name by the older half of the standard library: the newer in Python 3.11 keeps the space between two
    encoded words, which RFC 2047 section 6.2 has no reader show."""
    (box,) = message[name].addresses
    phrase = str(message_from_string(data.decode())[name]).rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1]), box.addr_spec
    return str(make_header(decode_header(phrase))), box.addr_spec
