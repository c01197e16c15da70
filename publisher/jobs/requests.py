"""Requests: what readers ask by mail is done, as the press of a button on a page would do it."""

from datetime import datetime

from publisher.config import Config, mail_of
from publisher.errors import UsageError
from publisher.jobs.door import Door
from publisher.jobs.requests_address import requests_address
from publisher.jobs.requests_join import accept, join
from publisher.jobs.requests_leave import leave_by_mail
from publisher.jobs.requests_taken import Taken
from publisher.mail import Address, parse_address, parse_mailbox
from publisher.mail.requests import Request, RequestKind, read_request
from publisher.mail.tokens import Signing
from publisher.store.engine import Store
from publisher.struct import Struct


class Clerk(Struct, frozen=True):
    """Who takes requests, of whom a page at `door` would take them, by the keys of `signing`.

    `boxes` are the addresses of the box that is read, `known` all addresses that readers answer to; in lower case.
    """

    door: Door
    store: Store
    signing: Signing
    boxes: frozenset[str]
    known: frozenset[str]


def clerk_of(config: Config, door: Door, store: Store, signing: Signing) -> Clerk | None:
    """Who takes requests as the settings say, None where people read them all; ConfigError."""
    boxes = {found.key for one in door.newsletters if (found := requests_address(config, one.name)) is not None}
    if not boxes:
        return None
    known = door.newsletters
    said = [text for one in known for text in (one.sender, one.reply_to, mail_of(config, one.name).return_path)]
    answered = {parse_mailbox(text).address.key for text in said if text}
    return Clerk(door, store, signing, frozenset(boxes), frozenset(boxes | answered))


def take(clerk: Clerk, data: bytes, now: datetime) -> Taken | None:
    """Do what a mail asks, None where it asks nothing that this program does: then it is for people.

    The same mail once more changes nothing. What a token is signed for is believed whoever sends it; without one the
    sender is believed to be who they say, as far as that harms nobody. StoreBusy where nothing was done.
    """
    request = read_request(data, clerk.boxes)
    if request is None or not (request.token or _is_to_us(clerk, request)):
        return None
    sender = _address(request.sender)
    return None if sender is None else _done(clerk, request, sender, now)


def _done(clerk: Clerk, request: Request, sender: Address, now: datetime) -> Taken | None:
    match request.kind:
        case RequestKind.UNSUBSCRIBE:
            return leave_by_mail(clerk.door, clerk.store, clerk.signing, request, sender, now)
        case RequestKind.SUBSCRIBE:
            return join(clerk.door, clerk.store, request, sender, now)
        case RequestKind.CONFIRM:
            return accept(clerk.door, clerk.store, clerk.signing, request, sender, now)
        case _:
            return None


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
