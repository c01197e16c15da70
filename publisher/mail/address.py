"""The only door to email-validator: addresses and mailboxes as people type them."""

import re
import unicodedata

from email_validator import EmailNotValidError, EmailUndeliverableError, ValidatedEmail, validate_email

from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.errors import UsageError
from publisher.struct import Struct

# Until 2009 Japanese carriers gave out addresses with dots that RFC 5321 section 4.1.2 has only in quotes;
# their owners still use them (KDDI moved ezweb.ne.jp to au.com, dots and all).
_DOTTED = re.compile(
    r"(?P<local>[\w!#$%&'*+/=?^`{|}~.-]+)@(?P<domain>(?:(?:[\w-]+\.)*(?:docomo|ezweb)\.ne\.jp|au\.com))", re.I | re.A
)
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
