"""What names a delivery to other servers: in the return path, in a header of its own, in the ENVID."""

import hmac
import re
from base64 import b32decode
from collections.abc import Callable, Sequence

from publisher.core.mac import maker
from publisher.errors import UsageError
from publisher.mail.address import Address

TOKEN_LENGTH = 24
"""In characters: 40 bits of number and 80 bits of signature at five bits each."""

HEADER = "X-Publisher-Delivery"
"""The field that holds the token in every mail that has a delivery: Amazon SES, which writes a Message-ID and a return
path of its own, keeps it."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""RFC 4648 section 6, in lower case."""
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(110, -1, -10)

_PURPOSE = b"publisher: delivery, 1"
_ID_BYTES = 5
_MAC_BYTES = 10
_LONGEST_LOCAL = 64
"""In octets (RFC 5321 section 4.5.3.1.1)."""

_CANDIDATE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{24}(?![A-Za-z0-9])", re.ASCII)
_MOST_CANDIDATES = 1000
"""A text made of nothing else must not cost seconds; the headers of a mail have one or two."""


def delivery_tokens(secret: bytes) -> Callable[[int], str]:
    """What gives a delivery its name, signed with HMAC-SHA256: 24 lower-case letters and digits, the same at each
    attempt.

    It means the same in any case: relays have been seen to change that of a local part. OverflowError for an id beyond
    40 bits.
    """
    mac = maker(secret, _PURPOSE)

    def token(delivery_id: int) -> str:
        number = delivery_id.to_bytes(_ID_BYTES)
        whole = int(number.hex() + mac(number)[: 2 * _MAC_BYTES], 16)
        # base64.b32encode is written in Python and takes longer than the signature; every mail has a token.
        return "".join([_PAIRS[whole >> shift & 1023] for shift in _SHIFTS])

    return token


def read_delivery_token(secrets: Sequence[bytes], text: str) -> int | None:
    """The delivery that `delivery_tokens` named, by any of `secrets`; None for anything that it did not make."""
    if len(text) != TOKEN_LENGTH or not _CANDIDATE.fullmatch(text):
        return None
    number = int.from_bytes(b32decode(text.upper())[:_ID_BYTES])
    if any(hmac.compare_digest(delivery_tokens(secret)(number), text.lower()) for secret in secrets):
        return number
    return None


def return_path(base: Address, token: str) -> str:
    """`bounces+TOKEN@example.com` for the base `bounces@example.com`.

    UsageError where the base's local part is quoted, or too long to leave room for the token in 64 octets.
    """
    local, _, domain = base.email.rpartition("@")
    if local.startswith('"'):
        raise UsageError(f"{base.email} cannot carry a delivery: it is quoted", hint="use one like bounces@example.com")
    carrying = f"{local}+{token}"
    if len(carrying.encode()) > _LONGEST_LOCAL:
        room = _LONGEST_LOCAL - len(token) - 1
        hint = f"what stands before its @ may have {room} octets (RFC 5321 section 4.5.3.1.1)"
        raise UsageError(f"{base.email} is too long to carry a delivery", hint=hint)
    return f"{carrying}@{domain}"


def find_tokens(secrets: Sequence[bytes], text: str) -> int | None:
    """The delivery of the first token in `text`, such as the headers of a returned mail, or an address.

    What stands around it does not matter: relays wrap a return path into one of their own (SRS, BATV).
    """
    for count, candidate in enumerate(_CANDIDATE.finditer(text)):
        if count >= _MOST_CANDIDATES:
            return None
        found = read_delivery_token(secrets, candidate[0])
        if found is not None:
            return found
    return None
