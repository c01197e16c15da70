"""Postman: letters are made and sent in a thread of their own, as soon as somebody asks for one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from publisher.errors import PublisherError

Say = Callable[[str], None]
Round = Callable[[], datetime | None]

_LONGEST_NAP = timedelta(seconds=60)
"""Other processes write letters, too, and no bell of theirs is heard here."""
_SHORTEST_NAP = timedelta(seconds=1)
_GATHERING_SECONDS = 0.1
"""Who comes at once with another is written to together."""
_GOODBYE_SECONDS = 10.0


class Postman:
    """Goes his round when rung, and every minute; a class because the thread and whoever rings share it.

    A round makes what is due, hands it over and says when to look again. `complain` is told what went wrong with one,
    in words that stay the same while it lasts, and `turn` is called after it.
    """

    def __init__(
        self,
        round_: Round,
        *,
        clock: Callable[[], datetime],
        stop: Event,
        complain: Say,
        turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._round, self._clock, self._stop = round_, clock, stop
        self._complain, self._turn = complain, turn
        self._rung, self._closed = Event(), Event()
        # A daemon thread: what it dies with stands in the ledger, and is taken up again.
        self._thread = Thread(target=self._work, name="postman", daemon=True)

    def start(self) -> None:
        """Begin; the first round at once."""
        self._thread.start()

    def ring(self) -> None:
        """There is something to do."""
        self._rung.set()

    def close(self) -> None:
        """Begin nothing more, and wait a little for the mail in hand, which ends sooner where `stop` is set."""
        self._closed.set()
        self._rung.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_GOODBYE_SECONDS)

    def _work(self) -> None:
        while not (self._stop.is_set() or self._closed.is_set()):
            self._rung.clear()
            following = self._once()
            if self._rung.wait(self._nap(following)):
                self._stop.wait(_GATHERING_SECONDS)

    def _once(self) -> datetime | None:
        try:
            return self._round()
        except PublisherError as error:
            self._complain(error.told())
            return None
        finally:
            self._turn()

    def _nap(self, following: datetime | None) -> float:
        left = _LONGEST_NAP if following is None else following - self._clock()
        return max(min(left, _LONGEST_NAP), _SHORTEST_NAP).total_seconds()
