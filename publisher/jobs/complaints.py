"""Complaints: who goes round after round says a fault once for as long as it lasts."""

from collections.abc import Callable


class Complaints:
    """Says what is new, and forgets what a round did not meet any more; a class because it remembers."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._before: set[str] = set()
        self._now: set[str] = set()

    def __call__(self, fault: str) -> None:
        """A round has met this."""
        if fault not in self._before | self._now:
            self._say(fault)
        self._now.add(fault)

    def turn(self) -> None:
        """The round is over: what it did not meet is mended, and new when it comes again."""
        self._before, self._now = self._now, set()
