"""The only door to email-validator: addresses and mailboxes as people type them."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, EmailUndeliverableError, ValidatedEmail, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.errors import UsageError
from publisher.struct import Struct

# Until 2009 Japanese carriers gave out addresses with dots that RFC 5321 section 4.1.2 has only in quotes;
# their owners still use them (KDDI moved ezweb.ne.jp to au.com, dots and all).
_DOTTED = re.compile(
    r"(?P<local>[\w!#$%&'*+/=?^`{|}~.-]+)@(?P<domain>(?:(?:[\w-]+\.)*(?:docomo|ezweb)\.ne\.jp|au\.com))", re.I | re.A
)
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL, _LONGEST = 64, 254
"""In octets (RFC 5321 section 4.5.3.1.1, RFC 3696 erratum 1690)."""
_ROLES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
"""Names that email-validator writes in lower case (RFC 2142)."""
_QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Address(Struct, frozen=True):
    """An address: `email` as it is mailed, domain in its ASCII form; `key` its lower-cased normal form.

    `ascii` is False where the local part needs SMTPUTF8 (RFC 6531).
    """

    email: str
    key: str
    ascii: bool

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.email.rpartition("@")[2]


class Mailbox(Struct, frozen=True):
    """A name, which may be empty, and an address (RFC 5322 section 3.4)."""

    name: str
    address: Address


def parse_address(text: str) -> Address:
    """`text` as an address; full-width input is understood. No DNS is asked. Raises UsageError."""
    return _plain(text.strip()) or parse_any(text)


def parse_any(text: str) -> Address:
    """The same without the quick way for the plainest addresses, which must come to the same."""
    if not is_one_line(text.strip()):
        raise UsageError(f"{text!r} is no address: it holds control characters", hint="type the address anew")
    typed = unicodedata.normalize("NFKC", text).strip()
    try:
        valid = _validate(_quote_dots(typed))
    except (EmailNotValidError, UnicodeError) as error:
        hint = "write it like taro@example.com, or like 山田太郎 <taro@example.com>"
        raise UsageError(f"{text.strip()!r} is no address: {error}", hint=hint) from error
    email = f"{valid.local_part}@{valid.ascii_domain}"
    return Address(email, email.lower(), email.isascii())


def _plain(text: str) -> Address | None:
    """An address of plain letters whose domain has been looked at before: all but a few, in a thirtieth of the time.
    None where it takes more than a look."""
    local, _, domain = text.rpartition("@")
    if len(local) > _LONGEST_LOCAL or not _PLAIN_LOCAL.fullmatch(local) or local.lower() in _ROLES:
        return None
    ascii_domain = _domain(domain)
    email = f"{local}@{ascii_domain}"
    # The same text twice is kept once.
    key = email if email.islower() else email.lower()
    return None if ascii_domain is None or len(email) > _LONGEST else Address(email, key, ascii=True)


@lru_cache(4096)
def _domain(text: str) -> str | None:
    try:
        return parse_any(f"a@{text}").domain
    except UsageError:
        return None


def parse_mailbox(text: str) -> Mailbox:
    """`text` as `Name <address>`, `"Name" <address>` or a bare address. Raises UsageError."""
    typed = text.strip()
    if not is_one_line(typed):
        raise UsageError(f"{text!r} is no sender: it holds control characters", hint="write it on one line")
    if not typed.endswith(">"):
        return Mailbox("", parse_address(typed))
    name, _, address = typed[:-1].rpartition("<")
    return Mailbox(_name(name.strip(), text), parse_address(address))


def _validate(text: str) -> ValidatedEmail:
    try:
        return validate_email(text, check_deliverability=False, allow_quoted_local=True, strict=True)
    except EmailUndeliverableError as error:
        raise EmailNotValidError(str(error)) from error


def _quote_dots(text: str) -> str:
    match = _DOTTED.fullmatch(text)
    if match and (".." in match["local"] or match["local"].startswith(".") or match["local"].endswith(".")):
        return f'"{match["local"]}"@{match["domain"]}'
    return text


def _name(name: str, text: str) -> str:
    if len(name) > LONGEST_NAME:
        message = f"the name {name[:40]!r}… is longer than {LONGEST_NAME} characters"
        raise UsageError(message, hint="shorten it")
    quoted = _QUOTED_NAME.fullmatch(name)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1]).strip()
    if re.search('[<>"@]', name):
        hint = 'write one mailbox, like "山田, 太郎" <taro@example.com>'
        raise UsageError(f'{text.strip()!r} is no mailbox: its name holds < > " or @ outside quotes', hint=hint)
    return name
