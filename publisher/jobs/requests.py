"""Requests: what readers ask by mail is done, as the press of a button on a page would do it."""

from datetime import datetime

from publisher.config import Config, mail_of
from publisher.errors import UsageError
from publisher.jobs.requests_address import requests_address
from publisher.jobs.requests_change import change_by_mail, tell
from publisher.jobs.requests_join import accept, join
from publisher.jobs.requests_leave import leave_by_mail
from publisher.jobs.requests_letters import help_out
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Taken
from publisher.mail import Address, parse_address, parse_mailbox
from publisher.mail.requests import Request, RequestKind, read_request
from publisher.struct import Struct


class Clerk(Struct, frozen=True):
    """Who takes requests: `boxes` are the addresses of the box that is read, `known` all addresses that readers answer
    to, in lower case."""

    room: Room
    boxes: frozenset[str]
    known: frozenset[str]


def clerk_of(config: Config, room: Room) -> Clerk | None:
    """Who takes requests as the settings say, None where people read them all; ConfigError."""
    newsletters = room.door.newsletters
    boxes = {found.key for one in newsletters if (found := requests_address(config, one.name)) is not None}
    if not boxes:
        return None
    said = [text for one in newsletters for text in (one.sender, one.reply_to, mail_of(config, one.name).return_path)]
    answered = {parse_mailbox(text).address.key for text in said if text}
    return Clerk(room, frozenset(boxes), frozenset(boxes | answered))


def take(clerk: Clerk, data: bytes, now: datetime) -> Taken | None:
    """Do what a mail asks, None where it asks nothing that this program does: then it is for people.

    The same mail once more changes nothing. What a token is signed for is believed whoever sends it; without one the
    sender is believed to be who they say, as far as that harms nobody. StoreBusy where nothing was done.
    """
    request = read_request(data, clerk.boxes)
    if request is None or not (request.token or _is_to_us(clerk, request)):
        return None
    sender = _address(request.sender)
    return None if sender is None else _done(clerk.room, request, sender, now)


def _done(room: Room, request: Request, sender: Address, now: datetime) -> Taken | None:
    match request.kind:
        case RequestKind.UNSUBSCRIBE:
            return leave_by_mail(room, request, sender, now)
        case RequestKind.SUBSCRIBE:
            return join(room, request, sender, now)
        case RequestKind.CONFIRM:
            return accept(room, request, sender, now)
        case RequestKind.PREFERENCES:
            return tell(room, request, sender, now)
        case RequestKind.CHANGE:
            return change_by_mail(room, request, now)
        case RequestKind.HELP | RequestKind.UNCLEAR:
            return help_out(room, request, sender, now)


def _is_to_us(clerk: Clerk, request: Request) -> bool:
    """The box may be one that somebody reads their own mail in."""
    return any(_without_detail(address) in clerk.known for address in request.to)


def _without_detail(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except UsageError:
        return None
