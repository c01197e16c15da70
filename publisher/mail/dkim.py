"""DKIM signatures (RFC 6376), by RSA and by Ed25519 (RFC 8463)."""

import hashlib
import re
from base64 import b64encode
from calendar import timegm
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache

from publisher.struct import Struct

_SIGNED = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references "
    b"mime-version content-type content-transfer-encoding content-language "
    b"list-id list-help list-unsubscribe list-unsubscribe-post list-subscribe list-post list-owner list-archive "
    b"archived-at auto-submitted feedback-id".split()
)
"""RFC 6376 section 5.4.1, RFC 8058 section 4 for the way out, and what else of ours says what a mail is. Not what
servers write on the way: Return-Path, Received, Authentication-Results, X-*."""

_SEALED = tuple(
    b"from to cc subject date reply-to mime-version content-type list-unsubscribe list-unsubscribe-post".split()
)
"""Named once more than they are there, so that none can be added (RFC 6376 section 8.15): of two senders or subjects
the verifier takes the lower one, and many readers show the upper."""

_BLANKS = re.compile(rb"[ \t\r\n]+")
_LINE = 76
_KEPT = 256


class KeyType(StrEnum):
    """The word for a kind of key, in `a=` of a signature and in `k=` of its DNS record."""

    RSA = "rsa"
    ED25519 = "ed25519"


class DkimKey(Struct, frozen=True):
    """A private key that shows nothing of itself.

    `public` is what `p=` of its DNS record holds, not yet in base64; `sign` takes the SHA-256 digest of a header.
    """

    type: KeyType
    public: bytes
    sign: Callable[[bytes], bytes]


class Signer:
    """Signs messages as `domain` with every one of `keys`, (selector, key); safe to use from many threads.

    Headers are canonicalised as relaxed: servers fold them anew. Bodies as simple: ours are base64 in short CRLF lines,
    where relaxed has nothing more to forgive, and need not be searched for blanks.
    """

    def __init__(self, domain: str, keys: Sequence[tuple[str, DkimKey]]) -> None:
        self.domain = domain
        self._keys = [(key, *_frame(domain, selector, key.type)) for selector, key in keys]

    def sign(self, fields: Sequence[bytes], body: bytes) -> bytes:
        """The DKIM-Signature fields, one per key, each ended by CRLF, to stand before the header.

        `fields` are the header's, in order, without their final CRLF; `body` has CRLF lines. The same message gives the
        same bytes: `t=` is the moment of its Date. ValueError where From or Date is missing.
        """
        names, header, date = _relaxed_header(fields)
        if date is None or b"from" not in names:
            raise ValueError("a message without From or Date cannot be signed")
        moment = _moment(date)
        body_hash = b64encode(hashlib.sha256(_simple(body)).digest())
        rest = b"%b;\r\n bh=%b;\r\n b=" % (_named(names), body_hash)
        return b"".join(_signature(key, before + moment + after + rest, header) for key, before, after in self._keys)


def _frame(domain: str, selector: str, type_: KeyType) -> tuple[bytes, bytes]:
    before = f"DKIM-Signature: v=1; a={type_}-sha256; c=relaxed/simple; t="
    return before.encode(), f";\r\n d={domain};\r\n s={selector};\r\n h=".encode()


def _signature(key: DkimKey, field: bytes, header: bytes) -> bytes:
    # Its relaxed form; other blanks than these are not in it.
    signed = header + field.replace(b"DKIM-Signature: ", b"dkim-signature:", 1).replace(b"\r\n ", b" ")
    text = b64encode(key.sign(hashlib.sha256(signed).digest()))
    first = _LINE - len(" b=")
    lines = [text[:first], *(text[at : at + _LINE - 1] for at in range(first, len(text), _LINE - 1))]
    return field + b"\r\n ".join(lines) + b"\r\n"


def _relaxed_header(fields: Sequence[bytes]) -> tuple[tuple[bytes, ...], bytes, bytes | None]:
    """The names of the fields to sign, their text in relaxed form (RFC 6376 section 3.4.2), and the Date.

    From the last to the first: of several fields with one name a verifier takes the lowest first (section 5.4.2).
    """
    names: list[bytes] = []
    lines: list[bytes] = []
    date = None
    for field in reversed(fields):
        name, line = _relaxed(field)
        if name in _SIGNED:
            names.append(name)
            lines.append(line)
            date = line if name == b"date" else date
    return tuple(names), b"".join(lines), date


@lru_cache(maxsize=_KEPT)
def _relaxed(field: bytes) -> tuple[bytes, bytes]:
    """A field's name and its relaxed form; kept, since most fields are the same in all letters of an issue."""
    name, _, value = field.partition(b":")
    name = name.rstrip(b" \t").lower()
    return name, name + b":" + _BLANKS.sub(b" ", value).strip(b" ") + b"\r\n"


def _simple(body: bytes) -> bytes:
    """RFC 6376 section 3.4.3: empty lines at the end count as none, and an empty body as one."""
    if body.endswith(b"\r\n") and not body.endswith(b"\r\n\r\n"):
        return body
    end = len(body)
    while body[:end].endswith(b"\r\n"):
        end -= 2
    return body[:end] + b"\r\n"


@lru_cache(maxsize=_KEPT)
def _named(names: tuple[bytes, ...]) -> bytes:
    """The value of `h=`, folded; few lists of names stand before many letters."""
    lines = [b""]
    for name in [*names, *_SEALED]:
        if len(lines[-1]) + len(name) > _LINE - len(" h=:;"):
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n ".join(lines)[:-1]


@lru_cache(maxsize=_KEPT)
def _moment(date: bytes) -> bytes:
    """A Date field in seconds since 1970; ValueError where it is none."""
    value = date.partition(b":")[2].decode("ascii", "replace")
    return b"%d" % timegm(parsedate_to_datetime(value).utctimetuple())
