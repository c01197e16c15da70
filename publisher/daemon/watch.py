"""When to look for posts that go out at once."""

from datetime import datetime, timedelta

_LONGEST = timedelta(minutes=10)
"""How long nobody looks where no file changes: readers come back from a pause, and quiet days end."""


class Watch:
    """When to look: to read ten thousand posts each minute would take a twentieth of a processor for nothing."""

    def __init__(self) -> None:
        self._at: datetime | None = None

    def stir(self) -> None:
        """Files may have changed, or a post's moment has come."""
        self._at = None

    def asks(self, now: datetime) -> bool:
        """Whether it is time."""
        return self._at is None or now >= self._at

    def next(self, now: datetime) -> datetime | None:
        """When it will be time; None where it is already, and something stood in the way."""
        return self._at if self._at is not None and self._at > now else None

    def rest(self, now: datetime, until: datetime | None) -> None:
        """All is done that could be done now; a post that is held comes out `until` then."""
        self._at = min(filter(None, (until, now + _LONGEST)))
