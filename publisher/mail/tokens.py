"""The only door to itsdangerous: tokens in mails, by which readers leave and editors approve."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from publisher.struct import Struct

_PURPOSE, _APPROVAL = b"publisher: leave, 1", b"publisher: approve, 1"
"""Part of the key: what is signed for one purpose is no token for the other."""

_LONGEST = 1000
"""In characters. The longest address (254 octets) and newsletter (64) make one of 469."""


class Leave(Struct, frozen=True):
    """Who leaves what; `newsletter` None is for who was mailed without having subscribed to anything."""

    newsletter: str | None
    email: str


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
    said = base64_encode(f"{issue_uid}:{int(expires.timestamp())}")
    return _signer([secret], _APPROVAL).sign(said).decode()


def read_approval_token(secrets: Sequence[bytes], token: str) -> Approval | None:
    """What `approval_token` was told, expired or not; None for anything that it did not make."""
    said = _unsigned(secrets, _APPROVAL, token)
    if said is None:
        return None
    uid, _, seconds = said.partition(":")
    return Approval(uid, datetime.fromtimestamp(int(seconds), UTC))


def _unsigned(secrets: Sequence[bytes], purpose: bytes, token: str) -> str | None:
    if not secrets or len(token) > _LONGEST or not token.isascii():
        return None
    try:
        return base64_decode(_signer(secrets, purpose).unsign(token)).decode()
    except BadSignature:
        return None


def _signer(secrets: Sequence[bytes], purpose: bytes) -> Signer:
    # The library's own defaults are SHA-1 and a derivation without HMAC.
    return Signer(list(secrets), salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)
