"""Leaving by mail. A plea to stop outranks the risk that somebody else makes it: coming back is one mail."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.jobs.bounce_match import address_key
from publisher.jobs.leave import BY_READER, masked
from publisher.jobs.requests_named import meant
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail import Address, parse_address
from publisher.mail.requests import Request
from publisher.mail.tokens import Signing, read_leave_token
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.store import subscribers, suppressions

BY = "mail"
"""Who ended a subscription, in `left_by`."""


def leave_by_token(
    connection: sa.Connection, secret: bytes, signing: Signing, request: Request, now: datetime
) -> Taken | None:
    """End what the token names, whoever sent it; None where it is none of ours."""
    who = read_leave_token(signing.leaving, request.token)
    if who is None:
        return None
    key = parse_address(who.email).key
    ended = subscribers.unsubscribe(connection, key, who.newsletter, now, by=BY)
    if who.newsletter is None:
        ended += suppressions.add(connection, secret, key, BY_READER, now, kind=SuppressionKind.READER)
    return _taken(request, who.email, (who.newsletter,) if who.newsletter else (), ended)


def leave_by_address(
    connection: sa.Connection, newsletters: Sequence[Newsletter], request: Request, sender: Address, now: datetime
) -> Taken | None:
    """End what the sender has, as far as they say what; None where they have never had anything.

    An address in the body is not believed: one that is another's asks a person.
    """
    held = subscribers.listed(connection, address_key=sender.key)
    if not held or (request.named and address_key(request.named) != sender.key):
        return None
    live = [one for one in held if one.status is not SubscriptionStatus.UNSUBSCRIBED]
    names = meant(connection, request.about, request.answers, live, newsletters) if live else ()
    ended = sum(subscribers.unsubscribe(connection, sender.key, name, now, by=BY) for name in names)
    return _taken(request, sender.email, names, ended)


def _taken(request: Request, email: str, newsletters: tuple[str, ...], ended: int) -> Taken:
    return Taken(request.kind, Outcome.DONE if ended else Outcome.NOTHING, masked(email), newsletters)
