"""Leaving by mail. A plea to stop outranks the risk that somebody else makes it: coming back is one mail."""

from datetime import datetime

import sqlalchemy as sa

from publisher.jobs.bounce_match import address_key
from publisher.jobs.leave import BY_READER, masked
from publisher.jobs.requests_letters import answer
from publisher.jobs.requests_named import meant
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail import Address, parse_address
from publisher.mail.requests import Request
from publisher.mail.tokens import Leave, read_leave_token
from publisher.model.bounce import SuppressionKind
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store import subscribers, suppressions

BY = "mail"
"""Who ended a subscription, in `left_by`."""


def leave_by_mail(room: Room, request: Request, sender: Address, now: datetime) -> Taken | None:
    """End what a token names, whoever sent it; or without one what the sender has, as far as they say what.

    Who leaves gets a last mail that says so, once. None where the token is none of ours, where the sender has never had
    anything, and where an address in the body is another's, which is not believed: that asks a person.
    """
    with room.store.write() as connection:
        if request.token:
            who = read_leave_token(room.signing.leaving, request.token)
            return None if who is None else _by_token(connection, room, request, who, now)
        return _by_address(connection, room, request, sender, now)


def _by_token(connection: sa.Connection, room: Room, request: Request, who: Leave, now: datetime) -> Taken:
    address = parse_address(who.email)
    ended = subscribers.unsubscribe(connection, address.key, who.newsletter, now, by=BY)
    if who.newsletter is not None:
        return _told(connection, room, request, address, (who.newsletter,) if ended else (), now)
    # Who had subscribed to nothing gets no mail at all any more, not even one that says so.
    secret, kind = room.store.secret, SuppressionKind.READER
    is_new = suppressions.add(connection, secret, address.key, BY_READER, now, kind=kind)
    return Taken(request.kind, Outcome.DONE if ended or is_new else Outcome.NOTHING, masked(address.email))


def _by_address(
    connection: sa.Connection, room: Room, request: Request, sender: Address, now: datetime
) -> Taken | None:
    held = subscribers.listed(connection, address_key=sender.key)
    if not held or (request.named and address_key(request.named) != sender.key):
        return None
    live = [one for one in held if one.status is not SubscriptionStatus.UNSUBSCRIBED]
    names = meant(connection, request.about, request.answers, live, room.door.newsletters) if live else ()
    ended = tuple(name for name in names if subscribers.unsubscribe(connection, sender.key, name, now, by=BY))
    return _told(connection, room, request, sender, ended, now)


def _told(
    connection: sa.Connection, room: Room, request: Request, to: Address, ended: tuple[str, ...], now: datetime
) -> Taken:
    """What was ended, and a mail that says so, in the same transaction."""
    if ended:
        only = ended[0] if len(ended) == 1 else None
        answer(connection, room, LetterKind.GOODBYE, request, to, now, only)
    return Taken(request.kind, Outcome.DONE if ended else Outcome.NOTHING, masked(to.email), ended)
