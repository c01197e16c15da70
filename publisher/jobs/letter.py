"""From a stored variant and one delivery to the message that is handed over."""

from datetime import datetime
from functools import lru_cache

from publisher.mail import Letter, Mailbox, compose, fill, parse_address, parse_mailbox, unsubscribe_mailto
from publisher.model.mailing import Delivery, Envelope, Issue, Variant
from publisher.store import issues
from publisher.store.engine import Store

_KEPT = 64


class Letters:
    """Writes messages; keeps the variants it has read, of which an issue has few and its deliveries many."""

    def __init__(self, store: Store, return_path: str | None) -> None:
        self._return_path = return_path
        self._load = lru_cache(maxsize=_KEPT)(lambda variant_id: _load(store, variant_id))

    def write(self, delivery: Delivery, now: datetime) -> Envelope:
        """The message of a delivery, dated `now`; UsageError or TemplateError where it cannot be composed."""
        issue, variant = self._load(delivery.variant_id)
        letter = _letter(issue, variant, delivery, now)
        return envelope(letter, self._return_path)


def envelope(letter: Letter, return_path: str | None) -> Envelope:
    """A letter's bytes and where they go."""
    return Envelope(
        sender=return_path or letter.sender.address.email,
        recipient=letter.to.address.email,
        data=compose(letter),
        utf8=not (letter.to.address.ascii and letter.sender.address.ascii),
    )


def _load(store: Store, variant_id: int) -> tuple[Issue, Variant]:
    with store.read() as connection:
        return issues.of_variant(connection, variant_id), issues.variant(connection, variant_id)


def _letter(issue: Issue, variant: Variant, delivery: Delivery, now: datetime) -> Letter:
    sender, recipient = parse_mailbox(issue.sender), delivery.recipient
    unsubscribe = unsubscribe_mailto(sender.address.email, issue.newsletter, recipient.email)
    values = {"email": recipient.email, "name": recipient.name, "unsubscribe_url": unsubscribe}
    return Letter(
        sender=sender,
        reply_to=parse_mailbox(issue.reply_to) if issue.reply_to else None,
        to=Mailbox(recipient.name, parse_address(recipient.email)),
        filled=fill(variant.rendered, values),
        message_id=delivery.message_id,
        date=now,
        list_title=issue.list_title,
        list_name=issue.newsletter,
        unsubscribe_mailto=unsubscribe,
        language=variant.language,
    )
