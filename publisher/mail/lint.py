"""What readers will stumble over in a mail, found before it goes out: all of it in the finished text, nothing fetched.

What mail programs show, clip and drop was looked up at caniemail.com and in the programs' own documentation.
"""

from collections.abc import Callable, Iterator

from publisher.mail.images import Find
from publisher.mail.lint_codes import Fault, Finding, LintCode, gather
from publisher.mail.lint_contrast import contrast_faults
from publisher.mail.lint_exits import address_faults, unsubscribe_faults
from publisher.mail.lint_images import dropped_faults, image_faults
from publisher.mail.lint_page import Page
from publisher.mail.lint_urls import url_faults
from publisher.mail.lint_weight import LIMIT, Part, Weight, size_faults, weigh
from publisher.mail.lint_words import subject_faults, text_faults, variable_faults
from publisher.struct import Struct

__all__ = ["LIMIT", "Finding", "LintCode", "Mail", "Part", "Weight", "lint", "weigh"]


class Mail(Struct, frozen=True):
    """A mail as one reader gets it: both stages filled, styles inlined, not yet encoded for its way."""

    subject: str
    preheader: str
    html: str
    text: str


def lint(
    mail: Mail,
    *,
    site_url: str,
    address: str | None,
    unsubscribe_url: str,
    find: Find | None,
    missing: Callable[[str], bool] | None,
) -> tuple[Finding, ...]:
    """Each kind of fault once, with how many there are and the first place; errors first. Never raises.

    `address` is the site's postal address. `unsubscribe_url` is the reader's way out as the templates get it, empty
    for a mail that has none, such as the one that asks for a confirmation. `find` tells an image of the site from its
    address, `missing` whether the site has nothing at an address; both are asked for addresses below `site_url` only,
    without their fragment, and None where nobody can tell.
    """
    return gather(_faults(mail, site_url, address, unsubscribe_url, find, missing))


def _faults(
    mail: Mail,
    site_url: str,
    address: str | None,
    leave: str,
    find: Find | None,
    missing: Callable[[str], bool] | None,
) -> Iterator[Fault]:
    page = Page(mail.html)
    yield from size_faults(mail.html)
    yield from subject_faults(mail.subject, mail.preheader)
    yield from variable_faults(page, mail.subject, mail.preheader, mail.text)
    yield from text_faults(page, mail.text)
    if leave:
        yield from unsubscribe_faults(page, mail.text, leave)
    yield from address_faults(page, mail.text, address)
    yield from url_faults(page, site_url, leave, missing)
    yield from image_faults(page, site_url, find, missing)
    yield from dropped_faults(page)
    yield from contrast_faults(page)
