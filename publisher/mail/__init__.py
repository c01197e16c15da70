"""From posts to the bytes of a mail: rendered once, looked at closely, filled for each recipient, printed.

`render_digest` and its like make of posts and a Frame what is stored: a Rendered, which knows all but its recipient.
A Filling of it gives a Filled for each recipient, and a Press, set up with the Sheet of the variant, prints that as
bytes, which a Signer signs. `lint` looks at what one reader would get.
"""

from publisher.mail.address import Address, Mailbox, parse_address, parse_mailbox
from publisher.mail.blocks import blocks_of, without_title
from publisher.mail.dkim import Signer
from publisher.mail.filled import Filled
from publisher.mail.filling import Filling, asks_for_fields
from publisher.mail.images import Find, Found, MailImage, fit_images, picture
from publisher.mail.lint import LIMIT, Finding, LintCode, Mail, Weight, lint, weigh
from publisher.mail.list_headers import Exits, mailto, unsubscribe_mailto
from publisher.mail.nouns import (
    ByMail,
    Edition,
    Frame,
    Latest,
    Look,
    MailPost,
    Named,
    Note,
    Notice,
    NoticeKind,
    Opening,
)
from publisher.mail.plain import plain_text
from publisher.mail.press import Press, Sheet, message_ids
from publisher.mail.render import render_digest, render_note, render_notice, render_one_off, template_hash
from publisher.mail.utm import tagged, tagged_links

__all__ = [
    "LIMIT",
    "Address",
    "ByMail",
    "Edition",
    "Exits",
    "Filled",
    "Filling",
    "Find",
    "Finding",
    "Found",
    "Frame",
    "Latest",
    "LintCode",
    "Look",
    "Mail",
    "MailImage",
    "MailPost",
    "Mailbox",
    "Named",
    "Note",
    "Notice",
    "NoticeKind",
    "Opening",
    "Press",
    "Sheet",
    "Signer",
    "Weight",
    "asks_for_fields",
    "blocks_of",
    "fit_images",
    "lint",
    "mailto",
    "message_ids",
    "parse_address",
    "parse_mailbox",
    "picture",
    "plain_text",
    "render_digest",
    "render_note",
    "render_notice",
    "render_one_off",
    "tagged",
    "tagged_links",
    "template_hash",
    "unsubscribe_mailto",
    "weigh",
    "without_title",
]
