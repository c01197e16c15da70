"""Events: what has happened to readers and issues, for programs that want to hear of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from publisher.struct import Struct, field


class EventKind(StrEnum):
    """What has happened: a sign-up was asked for, a reader confirmed, left or bounced, an issue is done."""

    SUBSCRIBED = "subscriber.subscribed"
    CONFIRMED = "subscriber.confirmed"
    UNSUBSCRIBED = "subscriber.unsubscribed"
    BOUNCED = "subscriber.bounced"
    ISSUE_SENT = "issue.sent"


class Happening(Struct, frozen=True):
    """What is to be kept of one event. `data` is of JSON's kinds and holds nobody's address: see `Event`."""

    kind: EventKind
    at: datetime
    subscriber_id: int | None = None
    newsletter: str | None = None
    issue_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Event(Struct, frozen=True):
    """One event as it is kept: `id` grows, `uid` is 32 hexadecimal digits and names it to the world.

    `email` and `name` are the reader's as they are now, None once they are forgotten: an event keeps neither.
    """

    id: int
    uid: str
    kind: EventKind
    at: datetime
    subscriber_id: int | None
    newsletter: str | None
    issue_id: int | None
    data: Mapping[str, Any]
    email: str | None
    name: str | None
