"""Signing up by mail, and confirming it: the same as on the pages, a mail in the place of each press of a button."""

from datetime import datetime

from publisher.jobs.confirm import Standing, confirm
from publisher.jobs.door import Asking
from publisher.jobs.leave import masked
from publisher.jobs.requests_letters import answer, help_out, is_flood, tongue_of
from publisher.jobs.requests_named import named_in
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.jobs.signup import Outcome as Answered
from publisher.jobs.signup import sign_up
from publisher.mail import Address, parse_address
from publisher.mail.requests import Request, RequestKind
from publisher.mail.tokens import confirm_token
from publisher.model.sign_up import LetterKind
from publisher.store import bounces, letters, sign_ups
from publisher.struct import replace

_SOURCE = "mail"


def join(room: Room, request: Request, sender: Address, now: datetime) -> Taken | None:
    """Sign up the sender for what they name, or for what there is where that is one newsletter.

    None where it is for people: words that name nothing, behind one that may mean something else.
    """
    newsletters = room.door.newsletters
    names = named_in(request.about, newsletters)
    if not names and request.about:
        return None
    if not names and len(newsletters) == 1:
        names = (newsletters[0].name,)
    if not names:
        return help_out(room, replace(request, kind=RequestKind.UNCLEAR), sender, now)
    if is_flood(room, now):
        return Taken(request.kind, Outcome.LIMITED, masked(sender.email), names)
    (answered,) = sign_up(room.door, room.store, [_asking(room, request, sender, names)], now)
    outcome = Outcome.DONE if answered.outcome is Answered.TAKEN else Outcome.NOTHING
    return Taken(request.kind, outcome, masked(sender.email), names)


def accept(room: Room, request: Request, sender: Address, now: datetime) -> Taken | None:
    """Confirm the sign-up whose token came back; or the one whose letter the sender has answered with yes.

    None where it is neither: nothing was proven.
    """
    token = request.token or _answered(room, request, sender)
    proof = evidence(request)
    done = confirm(room.door, room.store, room.signing, token, now, wording=proof, ip="") if token else None
    if done is None:
        return None
    if done.standing is Standing.EXPIRED:
        help_out(room, request, sender, now)
        return Taken(request.kind, Outcome.EXPIRED, masked(sender.email))
    if not done.is_fresh:
        with room.store.write() as connection:
            answer(connection, room, LetterKind.KNOWN, request, parse_address(done.email), now)
    outcome = Outcome.DONE if done.is_fresh else Outcome.NOTHING
    return Taken(request.kind, outcome, masked(done.email), done.newsletters)


def evidence(request: Request) -> str:
    """What is kept of the mail: by it its sender, or their provider, finds it again."""
    return f"mail {request.message_id} of {request.date}"


def _asking(room: Room, request: Request, sender: Address, names: tuple[str, ...]) -> Asking:
    with room.store.read() as connection:
        tongue = tongue_of(connection, room, request, sender)
    return Asking(sender.email, names, name=request.name, tongue=tongue, source=_SOURCE, wording=evidence(request))


def _answered(room: Room, request: Request, sender: Address) -> str:
    """The token of the letter that was answered, if that was sent to who answers; empty for none.

    Nobody but who got it knows its Message-ID, and a program that is away says more than yes.
    """
    with room.store.read() as connection:
        for message_id in request.answers:
            delivery = bounces.by_message_id(connection, message_id, (sender.key,))
            letter = None if delivery is None else letters.of_delivery(connection, delivery.id)
            if letter is not None and letter.sign_up_id is not None:
                found = sign_ups.by_ids(connection, [letter.sign_up_id]).get(letter.sign_up_id)
                return confirm_token(room.signing.key, found.uid, letter.expires_at) if found else ""
    return ""
