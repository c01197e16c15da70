"""Subscribers and their subscriptions."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from publisher.model.bounce import SuppressionKind
from publisher.model.field import FieldValue
from publisher.model.newsletter import Frequency
from publisher.struct import Struct, field

FORGOTTEN = "forgotten"
"""What stands in the place of the address of somebody who asked to be forgotten; no address is without an @."""


class SubscriptionStatus(StrEnum):
    """Whether a subscriber has said yes."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Subscriber(Struct, frozen=True):
    """One address; `address_key` is its normal form, `fields` are the reader's own, by name."""

    id: int
    email: str
    address_key: str
    name: str
    created_at: datetime
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


class Subscription(Struct, frozen=True):
    """A subscriber's wish for one newsletter; `categories` None means all, future ones too.

    `wished_at` is when categories or language were last changed: a wish that widens is no wish for the archive.
    `timezone` is an IANA name, None for the newsletter's; until `paused_until` nothing is sent.
    """

    id: int
    subscriber: Subscriber
    newsletter: str
    status: SubscriptionStatus
    frequency: Frequency
    language: str | None
    categories: tuple[str, ...] | None
    confirmed_at: datetime | None
    wished_at: datetime
    evidence: str
    timezone: str | None = None
    paused_until: datetime | None = None


class Wish(Struct, frozen=True, cache_hash=True):
    """What a reader asked for, as selection needs it; `categories` are in one order for all who wish the same."""

    language: str | None
    frequency: Frequency
    categories: tuple[str, ...] | None


class Suppression(Struct, frozen=True):
    """An address that gets no mail, and why; of one that was forgotten `address_key` is a keyed hash."""

    address_key: str
    reason: str
    created_at: datetime
    kind: SuppressionKind = SuppressionKind.HAND
