"""Keys of the API, and what each is good for."""

from datetime import datetime
from enum import StrEnum

from publisher.struct import Struct


class KeyScope(StrEnum):
    """What a key may be used for; nothing follows from another."""

    SUBSCRIBERS_READ = "subscribers:read"
    SUBSCRIBERS_WRITE = "subscribers:write"
    SUBSCRIBERS_ERASE = "subscribers:erase"
    ISSUES_READ = "issues:read"
    SEND = "send"
    EVENTS_READ = "events:read"


class Key(Struct, frozen=True):
    """A key as it is kept: `prefix` finds it, `sha256` in hex is all that is known of the rest.

    `used_at` is right to the minute.
    """

    id: int
    name: str
    prefix: str
    sha256: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
