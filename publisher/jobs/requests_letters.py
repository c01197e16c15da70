"""The letters that answer what is asked by mail: few, whoever asks and however often."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.jobs.leave import masked
from publisher.jobs.mailbag import ask
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail import Address
from publisher.mail.requests import Request, RequestKind
from publisher.model.sign_up import LetterKind
from publisher.store import letters, limits, subscribers, suppressions

_DAY = timedelta(days=1)
_BY_MAIL = "requests"


def answer(
    connection: sa.Connection,
    room: Room,
    kind: LetterKind,
    request: Request,
    to: Address,
    now: datetime,
    newsletter: str | None = None,
) -> bool:
    """Have a letter of `kind` go to an address, not two of them within a day (RFC 3834 section 2 wants no more), none
    where no mail may go; whether one goes."""
    if suppressions.reason_of(connection, room.store.secret, to.key) is not None:
        return False
    past = letters.to(connection, [to.key], now).get(to.key, ())
    if any(one.letter.kind is kind and one.letter.asked_at > now - _DAY for one in past):
        return False
    return ask(connection, room.door, kind, to, tongue_of(connection, room, request, to), now, newsletter)


def help_out(room: Room, request: Request, sender: Address, now: datetime) -> Taken:
    """Tell who asks what may be asked, once a day: also whose request was unclear, or too late."""
    if is_flood(room, now):
        return Taken(request.kind, Outcome.LIMITED, masked(sender.email))
    with room.store.write() as connection:
        answer(connection, room, LetterKind.HELP, request, sender, now)
    outcome = Outcome.DONE if request.kind is RequestKind.HELP else Outcome.UNCLEAR
    return Taken(request.kind, outcome, masked(sender.email))


def is_flood(room: Room, now: datetime) -> bool:
    """Whether requests come in crowds that nothing proves the sender of: each brings a mail to an address that somebody
    may have made up. Each look counts as one."""
    with room.store.write() as connection:
        return limits.count(connection, {_BY_MAIL: 1}, now)[_BY_MAIL].number > room.door.rules.burst


def tongue_of(connection: sa.Connection, room: Room, request: Request, to: Address) -> str:
    """The language of an answer: that of the request, else the reader's, else the first newsletter's, else the
    site's."""
    if request.japanese is not None:
        return "ja" if request.japanese else "en"
    read = [one.language for one in subscribers.listed(connection, address_key=to.key) if one.language]
    offered = [language for one in room.door.newsletters for language in one.languages]
    return next(iter([*read, *offered, room.language]))
