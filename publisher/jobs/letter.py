"""From a stored variant and one recipient to the message that is handed over."""

from datetime import datetime
from functools import lru_cache

from publisher.mail import Letter, Mailbox, compose, fill, parse_address, parse_mailbox, unsubscribe_mailto
from publisher.model.mailing import Delivery, Envelope, Variant
from publisher.store import issues
from publisher.store.engine import Store
from publisher.struct import Struct

_KEPT = 64


class Masthead(Struct, frozen=True):
    """What all letters of an issue say of where they come from; `name` None where no list is mailed."""

    sender: Mailbox
    reply_to: Mailbox | None
    title: str
    name: str | None


class Letters:
    """Writes messages; keeps the variants it has read, of which an issue has few and its deliveries many."""

    def __init__(self, store: Store, return_path: str | None) -> None:
        self._return_path = return_path
        self._load = lru_cache(maxsize=_KEPT)(lambda variant_id: _load(store, variant_id))

    def write(self, delivery: Delivery, now: datetime) -> Envelope:
        """The message of a delivery, dated `now`; UsageError or TemplateError where it cannot be composed."""
        masthead, variant = self._load(delivery.variant_id)
        to = Mailbox(delivery.recipient.name, parse_address(delivery.recipient.email))
        return envelope(letter(masthead, variant, to, delivery.message_id, now), self._return_path)


def masthead(sender: str, reply_to: str | None, title: str, name: str | None) -> Masthead:
    """From mailboxes as they are written; UsageError where one is none."""
    return Masthead(parse_mailbox(sender), parse_mailbox(reply_to) if reply_to else None, title, name)


def letter(
    top: Masthead, variant: Variant, to: Mailbox, message_id: str, now: datetime, *, test: bool = False
) -> Letter:
    """One recipient's letter; `test` marks it as a trial. UsageError or TemplateError where it cannot be made."""
    unsubscribe = unsubscribe_mailto(top.sender.address.email, top.name, to.address.email)
    values = {"email": to.address.email, "name": to.name, "unsubscribe_url": unsubscribe}
    return Letter(
        sender=top.sender,
        reply_to=top.reply_to,
        to=to,
        filled=fill(variant.rendered, values),
        message_id=message_id,
        date=now,
        list_title=top.title,
        list_name=top.name,
        unsubscribe_mailto=unsubscribe,
        language=variant.language,
        test=test,
    )


def envelope(letter: Letter, return_path: str | None) -> Envelope:
    """A letter's bytes and where they go."""
    return Envelope(
        sender=return_path or letter.sender.address.email,
        recipient=letter.to.address.email,
        data=compose(letter),
        utf8=not (letter.to.address.ascii and letter.sender.address.ascii),
    )


def _load(store: Store, variant_id: int) -> tuple[Masthead, Variant]:
    with store.read() as connection:
        issue, variant = issues.of_variant(connection, variant_id), issues.variant(connection, variant_id)
    return masthead(issue.sender, issue.reply_to, issue.list_title, issue.newsletter), variant
