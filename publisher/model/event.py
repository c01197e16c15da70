"""Events: what has happened to readers and issues, for programs that want to hear of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from publisher.model.field import FieldValue
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

    `email`, `name` and `fields` are the reader's as they are now, None once they are forgotten: an event keeps none.
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
    fields: Mapping[str, FieldValue] | None = None


class PostStatus(StrEnum):
    """Where the post of an event to a hook stands; `delivered` means that the hook's server said so."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Hook(Struct, frozen=True):
    """Where events are posted to, and which kinds of them."""

    name: str
    url: str
    kinds: tuple[EventKind, ...]


class Health(Struct, frozen=True):
    """How a hook fares: `failures` in a row since `failing_since`, left alone until `rests_until`, and given up from
    `ended_at` on. `words` are its last answer's, or why there was none; empty while all is well."""

    failures: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    ended_at: datetime | None = None
    words: str = ""


class HookStanding(Struct, frozen=True):
    """A hook with its posts counted: those that wait, and those that were given up."""

    name: str
    url: str
    health: Health
    waiting: int
    failed: int
