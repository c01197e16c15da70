"""The letters that answer what is asked by mail: few, whoever asks and however often."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.jobs.door import Door
from publisher.jobs.mailbag import ask
from publisher.mail import Address
from publisher.mail.requests import Request
from publisher.model.sign_up import LetterKind
from publisher.store import letters, limits, subscribers, suppressions
from publisher.store.engine import Store

DAY = timedelta(days=1)
_BY_MAIL = "requests"


def answer(
    connection: sa.Connection,
    secret: bytes,
    door: Door,
    kind: LetterKind,
    to: Address,
    tongue: str,
    now: datetime,
    newsletter: str | None = None,
) -> bool:
    """Have a letter of `kind` go to an address, not two of them within a day (RFC 3834 section 2 wants no more), none
    where no mail may go; whether one goes."""
    if suppressions.reason_of(connection, secret, to.key) is not None:
        return False
    past = letters.to(connection, [to.key], now).get(to.key, ())
    if any(one.letter.kind is kind and one.letter.asked_at > now - DAY for one in past):
        return False
    return ask(connection, door, kind, to, tongue, now, newsletter)


def is_flood(store: Store, door: Door, now: datetime) -> bool:
    """Whether requests come in crowds that nothing proves the sender of: each brings a mail to an address that somebody
    may have made up. What is asked is counted by this."""
    with store.write() as connection:
        return limits.count(connection, {_BY_MAIL: 1}, now)[_BY_MAIL].number > door.rules.burst


def tongue_of(connection: sa.Connection, door: Door, request: Request, address_key: str) -> str:
    """The language of an answer: that of the request, else the reader's, else the newsletter's, else none in
    particular."""
    if request.japanese is not None:
        return "ja" if request.japanese else "en"
    read = [one.language for one in subscribers.listed(connection, address_key=address_key) if one.language]
    offered = [language for one in door.newsletters for language in one.languages]
    return next(iter([*read, *offered]), "")
