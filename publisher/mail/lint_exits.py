"""What a reader of a newsletter must find in each mail: who sends it, and the way out."""

from collections.abc import Iterator
from urllib.parse import unquote

from publisher.mail.lint_codes import Fault, LintCode
from publisher.mail.lint_page import Page
from publisher.mail.lint_urls import judge


def address_faults(page: Page, text: str, address: str | None) -> Iterator[Fault]:
    """A postal address that is not set, or that a part of the mail does not show."""
    wanted = _bare(address or "")
    if not wanted:
        yield LintCode.NO_ADDRESS.warning("")
        return
    if parts := _parts(wanted not in _bare(page.text), wanted not in _bare(text)):
        yield LintCode.NO_ADDRESS.warning(parts)


def unsubscribe_faults(page: Page, text: str, unsubscribe_url: str) -> Iterator[Fault]:
    """A way out that a part of the mail does not have, or that readers cannot take."""
    if judge(unsubscribe_url):
        yield LintCode.BAD_UNSUBSCRIBE.error(unsubscribe_url)
    wanted = unquote(unsubscribe_url)
    linked = any(unquote(address) == wanted for _, address in page.links())
    if parts := _parts(not linked, _bare(unsubscribe_url) not in _bare(text)):
        yield LintCode.NO_UNSUBSCRIBE.error(parts)


def _parts(html: bool, text: bool) -> str:
    """The parts of the mail that lack something, in words; empty where none does."""
    return " and ".join(["the HTML"] * html + ["the plain text"] * text)


def _bare(text: str) -> str:
    """Without white space, for lines are broken elsewhere in each part."""
    return "".join(text.split())
