"""The only door to itsdangerous: tokens in mails by which their readers leave."""

import hashlib
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from publisher.struct import Struct

_PURPOSE = b"publisher: leave, 1"
"""Part of the key: what is signed for anything else is no token of these, and these are good for nothing else."""

_LONGEST = 1000
"""In characters. The longest address (254 octets) and newsletter (64) make one of 469."""


class Leave(Struct, frozen=True):
    """Who leaves what; `newsletter` None is for who was mailed without having subscribed to anything."""

    newsletter: str | None
    email: str


def leave_token(secret: bytes, newsletter: str | None, email: str) -> str:
    """What lets the reader at `email` leave, for an address of the web: of letters, digits, `-`, `_` and one dot.

    The same for the same reader at any time, as every attempt at a delivery has the same bytes. It never expires, as
    the way out of an old mail must still be open. All it means is inside, so that it is good for a ledger that was
    restored from before it was made. It ends in a letter or a digit: mail programs leave a `-` or `_` at the end out of
    a link.
    """
    said = base64_encode(f"{newsletter or ''}:{email}")
    return _signer([secret]).sign(said).decode()


def read_leave_token(secrets: Sequence[bytes], token: str) -> Leave | None:
    """What `leave_token` was told, by any of `secrets`; None for anything that it did not make.

    The signature is compared in constant time, before anything in the token is believed.
    """
    if not secrets or len(token) > _LONGEST or not token.isascii():
        return None
    try:
        said = base64_decode(_signer(secrets).unsign(token)).decode()
    except BadSignature:
        return None
    newsletter, _, email = said.partition(":")
    return Leave(newsletter or None, email)


def _signer(secrets: Sequence[bytes]) -> Signer:
    # The library's own defaults are SHA-1 and a derivation without HMAC.
    return Signer(list(secrets), salt=_PURPOSE, key_derivation="hmac", digest_method=hashlib.sha256)
