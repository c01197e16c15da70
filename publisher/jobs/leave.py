"""Leave: a reader ends a subscription by the address in a mail; nobody else's hand is needed."""

from datetime import datetime

from publisher.feeds.urls import uri
from publisher.mail import parse_address
from publisher.mail.tokens import Leave, Signing, leave_token, read_leave_token
from publisher.model.bounce import SuppressionKind
from publisher.model.reader import SubscriptionStatus
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.struct import Struct

BY_READER = "left by the link in a mail"
"""Why an address is suppressed that was mailed without having subscribed to anything."""

ONE_CLICK = "/one-click"
"""What the address in a header has at its end, and that of the page has not."""


class Visitor(Struct, frozen=True):
    """Who has come with a token: `language` is that of the subscription, None where any suits.

    `is_gone` where there is nothing left to leave.
    """

    who: Leave
    language: str | None
    is_gone: bool


def exits(web_url: str, secret: bytes, newsletter: str | None, email: str) -> tuple[str, str | None]:
    """The ways out of one reader, below `web_url`: the page with a button, and where a mail program POSTs to.

    In ASCII. They differ, so that programs which follow every link of a mail are told from those which read headers
    (Keila #348 lost 14 % of its readers to the former). The second is None where the web is not reached by HTTPS, which
    RFC 8058 section 3.1 demands.
    """
    page = f"{uri(web_url).rstrip('/')}/unsubscribe/{leave_token(secret, newsletter, email)}"
    return page, page + ONE_CLICK if page.lower().startswith("https:") else None


def visit(store: Store, signing: Signing, token: str) -> Visitor | None:
    """Who has come with `token`, None where none of our keys made it; nothing is changed."""
    who = read_leave_token(signing.leaving, token)
    if who is None:
        return None
    key = parse_address(who.email).key
    with store.read() as connection:
        if who.newsletter is None:
            return Visitor(who, None, suppressions.reason_of(connection, store.secret, key) is not None)
        found = subscribers.listed(connection, newsletter=who.newsletter, address_key=key)
    staying = [one for one in found if one.status is not SubscriptionStatus.UNSUBSCRIBED]
    return Visitor(who, found[0].language if found else None, not staying)


def leave(store: Store, who: Leave, now: datetime, *, everything: bool, by: str = "reader") -> bool:
    """End what the token names, or every subscription of its address; whether there was anything to end: the first time
    counts, further ones do no harm.

    Somebody who had subscribed to nothing gets no mail at all any more.
    """
    key = parse_address(who.email).key
    with store.write() as connection:
        ended = subscribers.unsubscribe(connection, key, None if everything else who.newsletter, now, by=by)
        if who.newsletter is None:
            ended += suppressions.add(connection, store.secret, key, BY_READER, now, kind=SuppressionKind.READER)
    return ended > 0


def masked(email: str) -> str:
    """As much of an address as its owner needs to know it, and nobody can use: `h…@example.com`."""
    local, _, domain = email.rpartition("@")
    first = local.strip('"')[:1]
    return f"{first}…@{_as_read(domain)}"


def _as_read(domain: str) -> str:
    try:
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain
