"""Rules of RFC 5545, `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0`: the door to dateutil's rrule."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from threading import Lock

from publisher.model.newsletter import Recurrence

LAST = datetime(2199, 12, 31, 23, 59)
"""Where every calendar ends: dateutil looks for a 30th of February until the year 9999."""


class Occurrences:
    """The minutes of one rule in order, each computed once: dateutil begins with the first each time it is asked."""

    def __init__(self, minutes: Iterator[datetime]) -> None:
        self._coming = minutes
        self._known: list[datetime] = []
        self._lock = Lock()

    def upwards(self, wall: datetime) -> Iterator[datetime]:
        """Those after `wall`."""
        self._reach(wall)
        place = bisect_right(self._known, wall)
        while place < len(self._known):
            yield self._known[place]
            place += 1
            if place == len(self._known):
                self._reach(self._known[-1])

    def downwards(self, wall: datetime) -> Iterator[datetime]:
        """Those before and at `wall`, the last first."""
        self._reach(wall)
        return (self._known[place] for place in range(bisect_right(self._known, wall) - 1, -1, -1))

    def _reach(self, wall: datetime) -> None:
        """Know one minute after `wall`, unless there is none."""
        with self._lock:
            while not self._known or self._known[-1] <= wall:
                following = next(self._coming, None)
                if following is None:
                    return
                self._known.append(following)


@lru_cache(maxsize=64)
def occurrences(rule: Recurrence) -> Occurrences:
    """The minutes of `rule`; ValueError where dateutil does not understand it."""
    from dateutil.rrule import rrule, rrulestr

    parts = dict(part.split("=") for part in rule.rule.split(";"))
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    made = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=rule.begin)
    assert isinstance(made, rrule)
    until = parts.get("UNTIL")
    bounded = made if until else made.replace(until=LAST)
    return Occurrences(islice(bounded, count))
