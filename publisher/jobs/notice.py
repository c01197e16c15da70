"""Notice: what a newsletter's editor has to know, mailed through the ledger like any other mail."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.config import signing_keys
from publisher.feeds.urls import uri
from publisher.jobs.mailing import Desk, Maker, draft, first_language, local, require_sender
from publisher.jobs.manifest import manifest_of, manifest_of_letter
from publisher.jobs.variants import notice_variant
from publisher.mail import Mailbox, Notice, NoticeKind, asks_for_fields, message_ids, parse_mailbox
from publisher.mail.tokens import approval_token
from publisher.model.mailing import DeliveryStatus, Issue, IssueKind, IssueStatus, Recipient, Variant
from publisher.model.manifest import Manifest
from publisher.model.sign_up import LetterKind
from publisher.store import deliveries, issues, manifests, suppressions
from publisher.store.deliveries import Addressed

AWAITS = "waits for the editor"
"""Why an issue is awaiting that a person has to approve."""

APPROVABLE = timedelta(days=14)
"""For how long the address in the mail to the editor is good: a week longer than most issues wait for the next."""


def notify(connection: sa.Connection, secret: bytes, desk: Desk, notice: Notice, now: datetime) -> Issue:
    """Mail `notice` to the editor, in the transaction that makes what it tells of: so exactly once.

    `secret` is the ledger's. ConfigError where sender or editor is none, TemplateError.
    """
    sender = require_sender(desk.library.config, desk.newsletter)
    to = parse_mailbox(desk.newsletter.editor) if desk.newsletter.editor else sender
    variant = notice_variant(desk, notice, language=first_language(desk))
    recipient = Recipient(to.address.email, to.address.key, to.name)
    return write_letter(connection, secret, desk, recipient, variant, now, template="notice")


def of_missed(desk: Desk, due: datetime, now: datetime) -> Notice:
    """That the issue which was due is too late to be sent."""
    newsletter = desk.newsletter
    moments = {"due": local(due, newsletter.timezone), "now": local(now, newsletter.timezone)}
    return Notice(NoticeKind.MISSED, {"newsletter": newsletter.title, "name": newsletter.name, **moments})


def of_burst(desk: Maker) -> Notice:
    """That sign-ups come in crowds."""
    rules = desk.library.config.settings.web.sign_up
    values = {"newsletter": desk.newsletter.title, "limit": str(rules.burst), "domain": str(rules.per_domain)}
    return Notice(NoticeKind.BURST, values)


def of_approval(connection: sa.Connection, secret: bytes, desk: Desk, issue: Issue, now: datetime) -> Notice:
    """That an issue waits for a person's word; and that those before it of its frequency and zone do, where some do.
    ConfigError where `web.secret_file` cannot be used."""
    newsletter = desk.newsletter
    values = {
        "newsletter": newsletter.title,
        "due": local(issue.at, newsletter.timezone),
        "readers": str(issues.counts(connection)[issue.id][DeliveryStatus.PLANNED]),
        "issue": str(issue.id),
        "number": str(issue.number),
    }
    web_url = desk.library.config.settings.web.url
    key, *_ = (*signing_keys(desk.library.config), secret)
    url = approval_url(web_url, key, issue, now) if web_url else None
    earlier = [one for one in awaiting(connection) if _series(one) == _series(issue) and one.id != issue.id]
    if not earlier:
        return Notice(NoticeKind.APPROVE, values, url)
    return Notice(
        NoticeKind.APPROVE_TOO, values | {"earlier": ", ".join(str(one.number) for one in reversed(earlier))}, url
    )


def _series(issue: Issue) -> str:
    return (issue.period or "").rpartition("/")[0]


def approval_url(web_url: str, secret: bytes, issue: Issue, now: datetime) -> str:
    """The page where the issue is approved, below `web_url`; in ASCII."""
    return f"{uri(web_url).rstrip('/')}/approve/{approval_token(secret, issue.uid, now + APPROVABLE)}"


def awaiting(connection: sa.Connection) -> list[Issue]:
    """The issues that a person has still to say yes to, newest first."""
    found = issues.listed(connection, statuses=(IssueStatus.AWAITING,))
    return [one for one in found if one.starts_at is None]


def write_letter(
    connection: sa.Connection,
    secret: bytes,
    desk: Maker,
    to: Recipient,
    variant: Variant,
    now: datetime,
    *,
    template: str,
    greets: str | None = None,
    letter: LetterKind | None = None,
) -> Issue:
    """An urgent issue of one mail to one address, which is of no newsletter and takes no number.

    Its posts count as carried for the newsletter that it `greets` a reader of, and for no other.
    Who is suppressed gets none: it is recorded as such. ConfigError where there is no sender.
    """
    sender = require_sender(desk.library.config, desk.newsletter)
    made = draft(desk, IssueKind.ONE_OFF, newsletter=None, at=now, urgent=True, greets=greets, letter=letter)
    issue = issues.insert(connection, made, now)
    row = issues.insert_variant(connection, issue.id, variant)
    manifests.insert(connection, issue.id, _manifest(desk, template, variant))
    one = _addressed(connection, secret, issue, sender, to, row, asks=asks_for_fields(variant.rendered))
    return issues.record_recipients(connection, issue.id, deliveries.insert(connection, issue.id, [one]))


def _manifest(desk: Maker, template: str, variant: Variant) -> Manifest:
    if isinstance(desk, Desk):
        return manifest_of(desk, template, [(variant.post_ids, variant.language)])
    return manifest_of_letter(desk, template, [variant.language])


def _addressed(
    connection: sa.Connection,
    secret: bytes,
    issue: Issue,
    sender: Mailbox,
    to: Recipient,
    variant_id: int,
    *,
    asks: bool,
) -> Addressed:
    message_id = message_ids(secret, issue.uid, sender.address.domain)(to.address_key)
    suppressed = suppressions.among(connection, secret, [to.address_key]).get(to.address_key)
    return Addressed(to, variant_id, message_id, suppressed, asks)
