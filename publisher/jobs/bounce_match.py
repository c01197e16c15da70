"""Which delivery a report is about. What proves it is signed by us, since anybody can mail a report to anybody."""

import re
from email import message_from_string
from email.errors import MessageError
from email.utils import getaddresses

import sqlalchemy as sa

from publisher.errors import UsageError
from publisher.mail import parse_address
from publisher.mail.report import Report
from publisher.mail.verp import find_tokens
from publisher.model.mailing import Delivery
from publisher.store import bounces

_OURS = re.compile(r"<[0-9a-f]{32}@[^<>@\s]+>")
"""A Message-ID as mail.press makes it."""

_MOST_RECIPIENTS = 10
_LONGEST_FIELD = 2000


def find_delivery(connection: sa.Connection, secret: bytes, report: Report) -> Delivery | None:
    """The delivery by the return path the report was sent to, its ENVID, our header or the Message-ID in the mail that
    came back, whichever of them names one first; None where none does.

    The address the report names proves nothing. Where the mail was forwarded, it is not even the reader's
    (listmonk #1229).
    """
    message_id, recipients = _returned(report.returned)
    for said in (*report.to, report.envid, report.returned):
        found = find_tokens([secret], said)
        delivery = None if found is None else bounces.delivery(connection, found)
        if delivery is not None and not _is_another(delivery, message_id):
            return delivery
    keys = {key for text in (report.recipient, *recipients) if (key := address_key(text)) is not None}
    return bounces.by_message_id(connection, message_id, keys) if message_id and keys else None


def address_key(text: str | None) -> str | None:
    """The normal form of an address as somebody reports it; None for what is none."""
    try:
        return None if text is None else parse_address(text).key
    except UsageError:
        return None


def _is_another(delivery: Delivery, message_id: str) -> bool:
    """A ledger that was restored gives out ids again that mails of the lost one still carry, validly signed."""
    return message_id != delivery.message_id and _OURS.fullmatch(message_id) is not None


def _returned(headers: str) -> tuple[str, list[str]]:
    """The Message-ID and the To of a mail that came back, "" and none where it has none that can be read."""
    try:
        message = message_from_string(headers)
        message_id = str(message.get("Message-ID", ""))[:_LONGEST_FIELD].strip()
        to = str(message.get("To", ""))[:_LONGEST_FIELD]
        return message_id, [address for _, address in getaddresses([to])[:_MOST_RECIPIENTS]]
    except (MessageError, ValueError, IndexError, TypeError):
        return "", []
