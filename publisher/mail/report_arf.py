"""Complaints: RFC 5965, and what Microsoft sends instead."""

from publisher.mail.report import Action, Report
from publisher.mail.report_mime import Part, addresses, fields_of
from publisher.mail.report_returned import recipients_in

TYPE = "message/feedback-report"

_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
"""`not-spam` is the contrary of one; `auth-failure` (RFC 6591) and `virus` are about the mail, by no reader."""


def complaints(part: Part, returned: str, to: tuple[str, ...]) -> tuple[Report, ...]:
    """One for each recipient of a mail that somebody complained of; of one not named where all names are taken out."""
    fields = fields_of(part.text)
    kind = _first(fields, "feedback-type").lower()
    if kind not in _COMPLAINTS:
        return ()
    named = [value for name, value in fields if name in ("original-rcpt-to", "removal-recipient")]
    told = [one for one in addresses(named) if "redacted" not in one.lower()]
    recipients: list[str | None] = [*(told or recipients_in(returned)[:1])]
    envid = _first(fields, "original-envelope-id")
    return tuple(_complaint(one, kind, returned, to, envid) for one in recipients or [None])


def of_microsoft(mail: Part, returned: str, to: tuple[str, ...]) -> tuple[Report, ...]:
    """Outlook.com's Junk Mail Reporting: the mail with a field that names its recipient, and no feedback report."""
    is_one = mail.get("subject").strip().lower().startswith("complaint about message from")
    if not is_one or "x-hmxmroriginalrecipient:" not in returned.lower():
        return ()
    return (_complaint(next(iter(recipients_in(returned)), None), "abuse", returned, to, ""),)


def _complaint(recipient: str | None, kind: str, returned: str, to: tuple[str, ...], envid: str) -> Report:
    return Report(recipient, Action.COMPLAINT, "", kind, returned, to, envid, "arf")


def _first(fields: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value.strip() for key, value in fields if key == name), "")
