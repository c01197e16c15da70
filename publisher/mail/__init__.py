"""From posts to the bytes of a mail: rendered once, filled for each recipient, composed."""

from publisher.mail.address import Address, Mailbox, parse_address, parse_mailbox
from publisher.mail.compose import Letter, compose, message_id, unsubscribe_mailto
from publisher.mail.lines import is_one_line
from publisher.mail.render import MailPost, render_digest, render_one_off, template_hash
from publisher.mail.slots import Filled, fill

__all__ = [
    "Address",
    "Filled",
    "Letter",
    "MailPost",
    "Mailbox",
    "compose",
    "fill",
    "is_one_line",
    "message_id",
    "parse_address",
    "parse_mailbox",
    "render_digest",
    "render_one_off",
    "template_hash",
    "unsubscribe_mailto",
]
