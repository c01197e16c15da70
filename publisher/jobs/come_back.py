"""Come back: whoever left by mistake takes it back by one press, for an hour."""

from datetime import datetime, timedelta
from enum import StrEnum

from publisher.jobs.leave import masked
from publisher.mail import parse_address
from publisher.mail.tokens import Leave, Signing, read_return_token, return_token
from publisher.model.bounce import SuppressionKind
from publisher.store import choices, suppressions
from publisher.store.engine import Store
from publisher.struct import Struct

_OPEN = timedelta(hours=1)


class Back(StrEnum):
    """What came of it: they are back; they were not away any more, or have left anew; or it was too late."""

    BACK = "back"
    NOTHING = "nothing"
    EXPIRED = "expired"


class Returned(Struct, frozen=True):
    """What came of it, for whom (masked), and for which newsletters; of one whose leaving stopped single mails none."""

    back: Back
    address: str
    newsletters: tuple[str, ...] = ()


def way_back(signing: Signing, who: Leave, now: datetime, *, everything: bool) -> str:
    """The token by which whoever has left at `now` may take that back, and nothing else."""
    newsletter = "" if everything else who.newsletter or ""
    return return_token(signing.key, newsletter, who.email, now + _OPEN)


def come_back(store: Store, signing: Signing, token: str, now: datetime) -> Returned | None:
    """Take back the leaving that `token` was given for; None where it is no token of ours.

    Who has left again since stays away, and who was suppressed otherwise stays so.
    """
    found = read_return_token(signing.known, token)
    if found is None:
        return None
    address = masked(found.email)
    if found.expires <= now:
        return Returned(Back.EXPIRED, address)
    key, left_at = parse_address(found.email).key, found.expires - _OPEN
    with store.write() as connection:
        names = choices.come_back(connection, key, found.newsletter or None, left_at, now)
        # Single mails are stopped by a token that names no newsletter.
        kind = SuppressionKind.READER
        lifted = not found.newsletter and suppressions.lift(connection, key, kind, since=left_at)
    return Returned(Back.BACK if names or lifted else Back.NOTHING, address, tuple(names))
