"""What a mail in the bounce box says of our mails."""

from publisher.mail import report_arf, report_dsn
from publisher.mail.report import Action, Report
from publisher.mail.report_dsn import Status
from publisher.mail.report_mime import Part, addresses, leaves, read_mail, sent_to
from publisher.mail.report_returned import cut, header_of
from publisher.mail.report_signs import is_answer, is_by_daemon
from publisher.mail.report_text import statuses_in, words_beside

__all__ = ["Action", "Report", "read_report"]

_ELSE = ("disposition-notification", "tlsrpt")


def read_report(data: bytes) -> tuple[Report, ...]:
    """A report for each recipient that a mail, as its bytes, is about.

    None for what is no report of a failure, a delay, a delivery or a complaint: a vacation reply, a read receipt
    (RFC 8098), a newsletter, spam, a report that somebody forwards. Never fails, and looks at the first MiB only.
    """
    mail = read_mail(data)
    parts = list(leaves(mail)) or [mail]
    to = sent_to(mail)
    returned = header_of(parts)
    feedback = next((part for part in parts if part.type == report_arf.TYPE), None)
    if feedback:
        return report_arf.complaints(feedback, returned or cut(_text(parts))[1], to)
    return (
        report_arf.of_microsoft(mail, returned, to)
        or _notified(mail, parts, returned, to)
        or _told(mail, parts, returned, to)
    )


def _notified(mail: Part, parts: list[Part], returned: str, to: tuple[str, ...]) -> tuple[Report, ...]:
    """By the fields of RFC 3464, which count in a mail of this type, or in another that a mail system wrote."""
    if mail.type != "multipart/report" and not is_by_daemon(mail):
        return ()
    found = [status for part in parts if part.type in report_dsn.TYPES for status in report_dsn.statuses(part)]
    head, quoted = cut(_text(parts)) if found else ("", "")
    return tuple(_report(status, head, returned or quoted, to) for status in found)


def _told(mail: Part, parts: list[Part], returned: str, to: tuple[str, ...]) -> tuple[Report, ...]:
    """By words, where a mail system wrote them."""
    if mail.parameter("report-type").lower() in _ELSE or not is_by_daemon(mail):
        return ()
    head, quoted = cut(_text(parts))
    if is_answer(mail, head):
        return ()
    own = (*to, *addresses(mail.all("from")))
    found = statuses_in(mail, head, returned or quoted, own)
    return tuple(_report(status, head, returned or quoted, to) for status in found)


def _report(status: Status, head: str, returned: str, to: tuple[str, ...]) -> Report:
    diagnostic = status.diagnostic or words_beside(head, status.recipient)
    return Report(status.recipient, status.action, status.status, diagnostic, returned, to, status.envid, "dsn")


def _text(parts: list[Part]) -> str:
    """What is for people to read: plain text, else what there is of HTML."""
    plain = [part.text for part in parts if part.type == "text/plain"]
    return "\n".join(plain or [part.text for part in parts if part.type == "text/html"])
