"""The words of a mail: its subject, its preheader, its plain text, and variables that nobody filled in."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from publisher.core.columns import columns
from publisher.mail.lint_codes import Fault, LintCode, shortened
from publisher.mail.lint_page import Page

_WIDEST = 70
_LEAST_CAPITALS = 10
# Jinja2, Liquid, Handlebars; Mailchimp; Salesforce and others; [[name]]. Names only: `{{` by itself is prose.
_VARIABLE = re.compile(
    r"\{\{[-{~ ]{0,3}[^\W\d][^{}\n]{0,80}\}\}|\{%[-+ ]{0,3}[a-z][^{}%\n]{0,80}%\}|\*\|[A-Z][A-Z0-9_:]{0,40}\|\*"
    r"|%%[A-Za-z][A-Za-z0-9_. ]{0,40}%%|\[\[[^\W\d][^][\n]{0,40}(?<!\s)\]\]"
)
_IN_ADDRESS = re.compile(r"\{\{[^{}]*\}\}|\*\|[A-Z0-9_:]+\|\*")
_THINNEST = 10


def subject_faults(subject: str, preheader: str) -> Iterator[Fault]:
    """What an inbox shows of a mail before it is opened."""
    words, before = " ".join(subject.split()), " ".join(preheader.split())
    if not words:
        yield LintCode.NO_SUBJECT.error("")
    if columns(words) > _WIDEST:
        yield LintCode.LONG_SUBJECT.warning(f"“{shortened(words)}” is {columns(words)} columns wide")
    if _is_shouted(words):
        yield LintCode.SHOUTED_SUBJECT.warning(f"“{shortened(words)}”")
    if not before:
        yield LintCode.NO_PREHEADER.warning("")
    elif before.casefold() == words.casefold():
        yield LintCode.PREHEADER_REPEATS.warning(f"“{shortened(before)}”")


def _is_shouted(words: str) -> bool:
    """Capitals only, and more than one word; a Japanese title with a few abbreviations is none."""
    letters = [letter for letter in words if letter.isalpha()]
    return len(letters) >= _LEAST_CAPITALS and " " in words and all(map(str.isupper, letters))


def text_faults(page: Page, text: str) -> Iterator[Fault]:
    """A plain text that is missing, or has less than a tenth of what the HTML says."""
    said, plain = len("".join(page.text.split())), len("".join(text.split()))
    if not plain or plain * _THINNEST < said:
        yield LintCode.NO_TEXT.warning("")


def variable_faults(page: Page, subject: str, preheader: str, text: str) -> Iterator[Fault]:
    """Variables as they were written, each once.

    In code they are meant to be seen, in a subject never. The plain text tells code from prose no more, so there
    only what the HTML does not have anywhere counts.
    """
    told = set(_VARIABLE.findall(subject))
    yield from (LintCode.UNRESOLVED_VARIABLE.error(f"{one} in the subject") for one in sorted(told))
    prose = [(found, page.at(at, found)) for run, at in page.runs if not page.is_code(at) for found in _found(run)]
    seen = {found for run, _ in page.runs for found in _found(run)}
    prose += [(found, f"{found} in the preheader") for found in _found(preheader)]
    prose += [(found, f"{found} in the plain text") for found in _found(text) if found not in seen]
    prose += [(found, page.at(at, address)) for at, address in page.links() for found in _in_address(address)]
    for found, place in prose:
        if found not in told:
            told.add(found)
            yield LintCode.UNRESOLVED_VARIABLE.warning(place)


def _found(text: str) -> list[str]:
    return _VARIABLE.findall(text) if "{" in text or "|" in text or "%%" in text or "[[" in text else []


def _in_address(address: str) -> list[str]:
    plain = unquote(address) if "%7b" in address.lower() else address
    return _IN_ADDRESS.findall(plain) if "{{" in plain or "*|" in plain else []
