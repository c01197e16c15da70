"""The only door to itsdangerous: tokens in mails and pages, each of which is good for one thing."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from publisher.struct import Struct

_PURPOSE, _APPROVAL = b"publisher: leave, 1", b"publisher: approve, 1"
_CONFIRM, _PREFERENCES = b"publisher: confirm, 1", b"publisher: preferences, 1"
_RETURN, _STAMP = b"publisher: return, 1", b"publisher: form, 1"
"""Part of the key: what is signed for one purpose is no token for the other."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")
_LONGEST = 1000
"""In characters. The longest address (254 octets) and newsletter (64) make one of 469."""


class Leave(Struct, frozen=True):
    """Who leaves what; `newsletter` None is for who was mailed without having subscribed to anything."""

    newsletter: str | None
    email: str


class Signing(Struct, frozen=True):
    """The keys of tokens: `key` makes them, all of `known` are believed.

    `leaving` are believed of who leaves: that way must stay open by keys that are good for nothing else any more.
    """

    key: bytes
    known: tuple[bytes, ...]
    leaving: tuple[bytes, ...]


def fingerprint(key: bytes) -> str:
    """What names a key and tells nothing of it: the start of a SHA-256, in hex."""
    return hashlib.sha256(b"publisher: key, 1" + key).hexdigest()[:16]


class Expiring(Struct, frozen=True):
    """What an expiring token was told, and until when it is good."""

    said: str
    expires: datetime


class Return(Struct, frozen=True):
    """Who has just left what, and may come back by one press until it expires."""

    newsletter: str
    email: str
    expires: datetime


class Approval(Struct, frozen=True):
    """Which issue may be approved, and until when."""

    issue_uid: str
    expires: datetime


def leave_token(secret: bytes, newsletter: str | None, email: str) -> str:
    """What lets the reader at `email` leave, for an address of the web: of letters, digits, `-`, `_` and one dot.

    The same for the same reader at any time, as every attempt at a delivery has the same bytes. It never expires, as
    the way out of an old mail must still be open. All it means is inside, so that it is good for a ledger that was
    restored from before it was made. It ends in a letter or a digit: mail programs leave a `-` or `_` at the end out of
    a link.
    """
    said = base64_encode(f"{newsletter or ''}:{email}")
    return _signer([secret], _PURPOSE).sign(said).decode()


def read_leave_token(secrets: Sequence[bytes], token: str) -> Leave | None:
    """What `leave_token` was told, by any of `secrets`; None for anything that it did not make.

    The signature is compared in constant time, before anything in the token is believed.
    """
    said = _unsigned(secrets, _PURPOSE, token)
    if said is None:
        return None
    newsletter, _, email = said.partition(":")
    return Leave(newsletter or None, email)


def approval_token(secret: bytes, issue_uid: str, expires: datetime) -> str:
    """What lets its holder say whether an issue is sent, until it `expires`: whole seconds, of the same form as the
    others."""
    return _expiring(secret, _APPROVAL, issue_uid, expires)


def read_approval_token(secrets: Sequence[bytes], token: str) -> Approval | None:
    """What `approval_token` was told, expired or not; None for anything that it did not make."""
    found = _read_expiring(secrets, _APPROVAL, token)
    return Approval(found.said, found.expires) if found else None


def confirm_token(secret: bytes, sign_up_uid: str, expires: datetime) -> str:
    """What lets the reader who got it say yes to a sign-up."""
    return _expiring(secret, _CONFIRM, sign_up_uid, expires)


def read_confirm_token(secrets: Sequence[bytes], token: str) -> Expiring | None:
    """The sign-up's uid, expired or not; None for anything that `confirm_token` did not make."""
    return _read_expiring(secrets, _CONFIRM, token)


def preferences_token(secret: bytes, email: str, expires: datetime) -> str:
    """What lets the reader at `email` see and change what they get."""
    return _expiring(secret, _PREFERENCES, email, expires)


def read_preferences_token(secrets: Sequence[bytes], token: str) -> Expiring | None:
    """The reader's address, expired or not; None for anything that `preferences_token` did not make."""
    return _read_expiring(secrets, _PREFERENCES, token)


def return_token(secret: bytes, newsletter: str, email: str, expires: datetime) -> str:
    """What lets the reader who has just left a newsletter come back to it."""
    return _expiring(secret, _RETURN, f"{newsletter}:{email}", expires)


def read_return_token(secrets: Sequence[bytes], token: str) -> Return | None:
    """What `return_token` was told, expired or not; None for anything that it did not make."""
    found = _read_expiring(secrets, _RETURN, token)
    if found is None:
        return None
    newsletter, _, email = found.said.partition(":")
    return Return(newsletter, email, found.expires)


def stamp(secret: bytes, now: datetime) -> str:
    """What a form holds that was shown at `now`: whole seconds."""
    return _expiring(secret, _STAMP, "", now)


def read_stamp(secrets: Sequence[bytes], token: str) -> datetime | None:
    """When the form was shown; None for anything that `stamp` did not make."""
    found = _read_expiring(secrets, _STAMP, token)
    return found.expires if found else None


def _expiring(secret: bytes, purpose: bytes, said: str, moment: datetime) -> str:
    return _signer([secret], purpose).sign(base64_encode(f"{said}:{int(moment.timestamp())}")).decode()


def _read_expiring(secrets: Sequence[bytes], purpose: bytes, token: str) -> Expiring | None:
    found = _unsigned(secrets, purpose, token)
    if found is None:
        return None
    said, _, seconds = found.rpartition(":")
    return Expiring(said, datetime.fromtimestamp(int(seconds), UTC))


def _unsigned(secrets: Sequence[bytes], purpose: bytes, token: str) -> str | None:
    # The library passes over what is no base64, so that one token had many forms.
    if not secrets or len(token) > _LONGEST or not _FORM.fullmatch(token):
        return None
    try:
        return base64_decode(_signer(secrets, purpose).unsign(token)).decode()
    except BadSignature:
        return None


def _signer(secrets: Sequence[bytes], purpose: bytes) -> Signer:
    # The library's own defaults are SHA-1 and a derivation without HMAC.
    return Signer(list(secrets), salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)
