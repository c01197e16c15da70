"""By what one sees that no person wrote a mail, or wrote it to somebody else."""

import re

from publisher.mail.report_mime import Part
from publisher.mail.report_signs import AWAY_FIELDS, LIST_FIELDS, is_away, is_by_daemon
from publisher.mail.verp import HEADER

_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|回复|回覆|答复|返信)\s*(?:\[\d{1,3}\])?\s*[:：]", re.IGNORECASE)
_MACHINES = (
    *AWAY_FIELDS,
    *LIST_FIELDS,
    *("list-help", "list-owner", "list-subscribe", "list-archive", "mailing-list", "x-mailing-list", "x-ml-name"),
    *("x-loop", "feedback-id", "x-cron-env", HEADER.lower()),
)
_BULK = ("bulk", "list", "junk", "auto_reply")


def without_reply(subject: str) -> tuple[str, bool]:
    """A subject without the `Re:` before it, and whether there was one; of a forwarded mail nothing is taken off."""
    bare, is_reply = subject, False
    while (match := _REPLY.match(bare)) is not None:
        bare, is_reply = bare[match.end() :], True
    return bare.strip(), is_reply


def is_automatic(mail: Part) -> bool:
    """Whether a program wrote it, or a list passes it on (RFC 3834 section 2): nothing in it is anybody's wish.

    Our own mails that come back are of these, by their list's fields.
    """
    submitted = mail.get("auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or mail.has(*_MACHINES):
        return True
    if mail.get("precedence").strip().lower() in _BULK or mail.type == "multipart/report":
        return True
    empty = any(value.replace(" ", "") == "<>" for value in mail.all("return-path"))
    subject, is_reply = without_reply(mail.get("subject")[:500])
    # Of a reply the subject is ours, which may speak of holidays.
    return empty or is_by_daemon(mail) or (not is_reply and is_away(subject))
