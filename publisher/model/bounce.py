"""What comes back: bounces, and the addresses that get no mail for them."""

from datetime import datetime
from enum import StrEnum

from publisher.struct import Struct


class BounceKind(StrEnum):
    """What a report says: the address is none, or cannot take mail now, or its owner complains, or a server refuses
    *us*.

    A `policy` refusal (RFC 3463 X.7.X) is the sender's fault and is never counted against the reader.
    """

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    POLICY = "policy"


class SuppressionKind(StrEnum):
    """Why an address gets no mail: what reports say of it, its owner's will, the operator's, or that its owner asked to
    be forgotten."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    READER = "reader"
    HAND = "hand"
    FORGOTTEN = "forgotten"


class Bounce(Struct, frozen=True):
    """One report on one recipient.

    `key` is what makes it one, in hex: the same report read twice is the same bounce. `delivery_id` is None where
    nobody knows which mail it is about. `status` is the RFC 3463 code or empty, `diagnostic` the server's own words on
    one line, `source` where the report came from: `smtp`, `dsn`, `arf`, `ses`, `postmark`, `mailgun`, `sendgrid`.
    """

    key: str
    delivery_id: int | None
    address_key: str
    kind: BounceKind
    status: str
    diagnostic: str
    source: str
    at: datetime
