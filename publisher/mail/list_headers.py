"""What a mail says of the list it belongs to and of the ways out of it."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, urlsplit

from publisher.errors import UsageError
from publisher.mail import headers
from publisher.mail.address import Address
from publisher.struct import Struct

# What RFC 6068 section 2 lets stand unencoded in an address, as a local part may hold it.
_MAILTO_SAFE = "@!$'*+"
_LONGEST_LIST_ID = 255
_LONGEST_ADDRESS = 998 - len("Archived-At: ")
_LONGEST_WAYS = 998 - len("List-Unsubscribe: ")
_ENCODED = re.compile("%(?:[A-F][0-9A-F]|[0-9][A-F])")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]+@[A-Za-z0-9._~-]+")
"""An address of which RFC 3986 section 2.3 has nothing to encode but its @; almost every one."""
_SENDER_ID = 12
"""Hexadecimal digits; Google wants 5 to 15 characters."""


class Exits(Struct, frozen=True):
    """The ways out of one recipient.

    `mailto` is a whole mailto: address, `post` the https address that takes a one-click POST (RFC 8058), None where
    nothing of ours answers on the web.
    """

    mailto: str
    post: str | None


class List(Struct, frozen=True):
    """A newsletter as mail programs know it: `title` for people, `name` and the sender's `domain` for ever.

    `owner` is who answers for it; `archive_url` where its posts are read, empty where nobody knows.
    """

    title: str
    name: str
    domain: str
    owner: Address
    archive_url: str


def unsubscribe_mailto(sender_email: str, list_name: str | None, email: str) -> str:
    """A mailto: (RFC 6068) to the sender that says what to end and for whom.

    The address stands in the body because a reader may write from another one than the mail came to.
    """
    return f"{_request(sender_email, list_name)}&body={_quoted(email)}"


def mailto(email: str, subject: str, body: str = "") -> str:
    """A mailto: to `email`, all of it percent-encoded; lines of the body end with CRLF (RFC 6068 section 5)."""
    said = f"&body={quote(body.replace(chr(10), chr(13) + chr(10)), safe='')}" if body else ""
    return f"{_mailto(email)}?subject={quote(subject, safe='')}{said}"


def _quoted(email: str) -> str:
    return email.replace("@", "%40") if _UNRESERVED.fullmatch(email) else quote(email, safe="")


@lru_cache(maxsize=16)
def _request(sender_email: str, list_name: str | None) -> str:
    subject = f"unsubscribe {list_name}" if list_name else "unsubscribe"
    return f"{_mailto(sender_email)}?subject={quote(subject, safe='')}"


def list_fields(of: List) -> Iterator[str]:
    """List-Id (RFC 2919) and the fields of RFC 2369; UsageError where one cannot carry its value.

    Nobody can write to a newsletter, which List-Post says; help is a letter to its owner.
    """
    identifier = f"{of.name}.{of.domain}"
    if len(identifier) > _LONGEST_LIST_ID:
        hint = "give the newsletter a shorter name, or a sender at a shorter domain"
        raise UsageError(f"List-Id cannot be {identifier!r}: RFC 2919 allows 255 characters", hint=hint)
    headers.raw("List-Id", identifier)
    owner = _mailto(of.owner.email)
    yield headers.with_phrase("List-Id", of.title, identifier)
    yield headers.raw("List-Help", _bracketed(f"{owner}?subject=help"))
    yield headers.raw("List-Owner", _bracketed(owner))
    if of.archive_url:
        yield headers.raw("List-Archive", _bracketed(of.archive_url))
    yield "List-Post: NO"


def unsubscribe_fields(exits: Exits) -> Iterator[str]:
    """List-Unsubscribe on one raw line, the web first: mail programs take the first they understand (RFC 2369 2).

    Where both do not fit on a line, the web alone: the longest addresses that there may be make one of 1100 characters.
    With a web address also List-Unsubscribe-Post, which RFC 8058 section 3.1 wants beside https and nothing else.
    """
    ways = [_bracketed(way) for way in (exits.post, exits.mailto) if way is not None]
    both = ", ".join(ways)
    yield headers.raw("List-Unsubscribe", both if len(both) <= _LONGEST_WAYS else ways[0])
    if exits.post is not None and exits.post.startswith("https:"):
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def feedback_id(issue: str, list_name: str | None, language: str, site_url: str) -> str:
    """Feedback-ID, by which Google counts complaints: issue, list, language, and a sender that is one for the site.

    Google adds up each field by itself and wants no word in two of them, so each holds a dot that is only its own:
    issue 12 of one newsletter is not issue 12 of another (Google's help, answer 6254652).
    """
    name = list_name or "direct"
    host = urlsplit(site_url).hostname or site_url
    sender = hashlib.sha256(host.encode()).hexdigest()[:_SENDER_ID]
    return headers.raw("Feedback-ID", f"{name}.{issue}:{name}:lang.{language}:{sender}")


def archived_at(url: str) -> Iterator[str]:
    """Archived-At (RFC 5064); none where the address is longer than a line: it may not be folded, and the mail has it
    once more."""
    value = _bracketed(url)
    if len(value) <= _LONGEST_ADDRESS:
        yield headers.raw("Archived-At", value)


def _mailto(email: str) -> str:
    return f"mailto:{quote(email, safe=_MAILTO_SAFE)}"


def _bracketed(url: str) -> str:
    if "<" in url or ">" in url or " " in url:
        raise UsageError(f"{url!r} cannot stand in angle brackets", hint="percent-encode it")
    # RFC 3986 section 6.2.2.1 has both cases mean the same. SpamAssassin takes %EF for a variable that nobody filled in
    # (UNRESOLVED_TEMPLATE), three of the five points that make spam, and every Japanese address has one.
    return "<" + _ENCODED.sub(lambda found: found[0].lower(), url) + ">"
