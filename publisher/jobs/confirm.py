"""Confirm: whoever got the mail says that they meant it, by a press of a button, and is a reader from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from publisher.core.visitors import hashed_ip
from publisher.jobs.door import Door
from publisher.jobs.leave import masked
from publisher.jobs.mailbag import GOOD_FOR
from publisher.mail.tokens import Expiring, Signing, read_confirm_token
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.sign_up import Letter, LetterKind, SignUp, Wanted
from publisher.store import letters, sign_ups, subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Joining, Wish
from publisher.struct import Struct, field


class Standing(StrEnum):
    """How a sign-up stands: it waits for its button, was confirmed, or was not in time."""

    WAITS = "waits"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


class SignUpSeen(Struct, frozen=True):
    """What a page may show of a sign-up: `address` masked, `language` that it was asked in, `wishes` by newsletter.

    `name` and wishes are what somebody typed, be it another than who looks: all of it is to be escaped. Of an expired
    one nothing is known but that.
    """

    standing: Standing
    address: str = ""
    language: str = ""
    name: str = ""
    wishes: Mapping[str, Wanted] = field(default_factory=dict)


class Confirmed(Struct, frozen=True):
    """What a press of the button has come to, and the names of the newsletters it was for.

    `is_fresh` where it was this press that did it. `email` is the reader's own, by whose token they may go on to their
    preferences; empty where it expired.
    """

    standing: Standing
    is_fresh: bool = False
    email: str = ""
    newsletters: tuple[str, ...] = ()
    language: str = ""


def visit_sign_up(store: Store, signing: Signing, token: str, now: datetime) -> SignUpSeen | None:
    """Which sign-up `token` is about, None where it is no token of ours; nothing is changed."""
    found = read_confirm_token(signing.known, token)
    if found is None:
        return None
    with store.read() as connection:
        one = sign_ups.of_uid(connection, found.said)
    standing = _standing(one, found, now)
    if one is None or standing is Standing.EXPIRED:
        return SignUpSeen(Standing.EXPIRED)
    return SignUpSeen(standing, masked(one.email), one.language, one.name, one.wishes)


def confirm(
    door: Door, store: Store, signing: Signing, token: str, now: datetime, *, wording: str, ip: str
) -> Confirmed | None:
    """Make a reader of who got `token` in their mail; None where it is no token of ours.

    A second press changes nothing, nor does one that comes too late. Who had left is a reader again; who was suppressed
    by their own hand, or for soft bounces, gets mail again. `wording` is what was shown beside the button.
    """
    found = read_confirm_token(signing.known, token)
    if found is None:
        return None
    with store.write() as connection:
        sign_ups.lock(connection)
        one = sign_ups.of_uid(connection, found.said, for_update=True)
        standing = _standing(one, found, now)
        # Of newsletters that the settings have no more nothing can begin.
        if one is None or standing is Standing.EXPIRED or not any(own.name in one.wishes for own in door.newsletters):
            return Confirmed(Standing.EXPIRED)
        if standing is Standing.WAITS:
            _write(connection, store.secret, door, one, now, wording=wording, ip=ip)
    names = tuple(one.wishes)
    return Confirmed(Standing.CONFIRMED, standing is Standing.WAITS, one.email, names, one.language)


def _standing(one: SignUp | None, token: Expiring, now: datetime) -> Standing:
    if one is not None and one.confirmed_at is not None:
        return Standing.CONFIRMED
    return Standing.WAITS if one is not None and token.expires > now < one.expires_at else Standing.EXPIRED


def _write(
    connection: sa.Connection, secret: bytes, door: Door, one: SignUp, now: datetime, *, wording: str, ip: str
) -> None:
    configured = {newsletter.name: newsletter for newsletter in door.newsletters}
    greeted: list[str] = []
    for name, wanted in one.wishes.items():
        # One that is configured no more is nobody's to read.
        if name in configured:
            wish = wish_of(one, configured[name], wanted)
            joining = subscribers.subscribe(connection, wish, now, revive=True, source=one.source)
            greeted += [name] if joining is Joining.ADDED and configured[name].welcomes else []
    for kind in (SuppressionKind.READER, SuppressionKind.SOFT):
        suppressions.lift(connection, one.address_key, kind)
    sign_ups.confirm(connection, one.id, now, wording, hashed_ip(secret, ip) if door.rules.ip == "hashed" else "")
    letters.insert(connection, welcomes(greeted, one.email, one.address_key, one.language, now))


def welcomes(newsletters: Sequence[str], email: str, address_key: str, language: str, now: datetime) -> list[Letter]:
    """The mails that greet a reader, one for each newsletter."""
    until = now + GOOD_FOR
    return [
        Letter(0, LetterKind.WELCOME, email, address_key, language, name, None, now, until, now) for name in newsletters
    ]


def wish_of(one: SignUp, newsletter: Newsletter, wanted: Wanted) -> Wish:
    """What a confirmed sign-up makes of one wish."""
    is_offered = wanted.frequency is not None and wanted.frequency in newsletter.schedules
    return Wish(
        email=one.email,
        address_key=one.address_key,
        newsletter=newsletter.name,
        default_frequency=next(iter(newsletter.schedules)),
        evidence=f"confirmed sign-up {one.uid}",
        name=one.name,
        frequency=Frequency(wanted.frequency) if is_offered and wanted.frequency else None,
        language=wanted.language,
        categories=wanted.categories,
    )
