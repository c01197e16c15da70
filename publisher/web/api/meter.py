"""How often each key may ask: counted in the ledger, for all processes together, a batch at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from publisher.model.key import Key
from publisher.store import keys, limits
from publisher.store.engine import Store
from publisher.struct import Struct

RATE = 600
"""Requests of one key in a minute."""

_BATCH = 30
"""Requests that a process takes at once: what it does not use of them by the end of the minute is lost."""

_MINUTE = timedelta(minutes=1)


class Allowance(Struct, frozen=True):
    """What a key has left in this minute, as far as this process knows, and the seconds to its end; `is_over` where
    that was nothing."""

    left: int
    seconds: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has it."""
        told = {
            "ratelimit-policy": f'"key";q={RATE};w=60',
            "ratelimit": f'"key";r={self.left};t={self.seconds}',
        }
        return told | ({"retry-after": str(self.seconds)} if self.is_over else {})


class Meter:
    """A class because of what it holds of each key's minute."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[int, tuple[datetime, int, int]] = {}
        self._turn = Lock()

    def spend(self, store: Store, key: Key) -> Allowance:
        """Count one request; StoreError where it cannot be counted."""
        now = self._clock().astimezone(UTC)
        minute = now.replace(second=0, microsecond=0)
        seconds = 60 - now.second
        with self._turn:
            began, mine, others = self._held.get(key.id, (minute, 0, 0))
            if began != minute or not mine:
                mine, others = _taken(store, key, minute, now)
            if not mine:
                return Allowance(0, seconds, is_over=True)
            self._held[key.id] = (minute, mine - 1, others)
            return Allowance(mine - 1 + others, seconds, is_over=False)


def _taken(store: Store, key: Key, minute: datetime, now: datetime) -> tuple[int, int]:
    """How many this process may have of the minute, and how many are left for whoever comes next. The key's use is
    noted with it, which is why it is right to the minute."""
    name = f"api:{key.id}:{minute:%Y%m%dT%H%M}"
    with store.write() as connection:
        counted = limits.count(connection, {name: _BATCH}, now)[name].number
        if key.used_at is None or now - key.used_at >= _MINUTE:
            keys.use(connection, key.id, now)
    before = min(counted - _BATCH, RATE)
    mine = min(_BATCH, RATE - before)
    return mine, RATE - before - mine
