"""Announcer: rounds of ping in a thread of their own, so that a hub that thinks for long delays no feed and no mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from publisher.config import Config
from publisher.errors import PublisherError
from publisher.jobs.announced import Pinged
from publisher.jobs.ping import PostForm, ping, require_hub

Say = Callable[[str], None]

_LONGEST_NAP = timedelta(seconds=60)
_SHORTEST_NAP = timedelta(seconds=1)
_TRY_AGAIN = timedelta(minutes=1)
_GOODBYE_SECONDS = 5.0


class Announcer:
    """Waits for a ring or for the next try; a class because the thread and whoever rings share it.

    `complain` is told what a round left, in words that stay the same while it lasts, and `turn` is called after it.
    """

    def __init__(
        self,
        *,
        post: PostForm,
        clock: Callable[[], datetime],
        stop: Event,
        say: Say,
        complain: Say,
        turn: Callable[[], None],
    ) -> None:
        self._post, self._clock, self._stop = post, clock, stop
        self._say, self._complain, self._turn = say, complain, turn
        self._rung = Event()
        self._config: Config | None = None
        self._thread: Thread | None = None

    def ring(self, config: Config) -> None:
        """Feeds may have changed."""
        self._config = config
        if config.settings.feeds.hub and self._thread is None:
            # A daemon thread: a claim that it dies with ends with the process, and is taken up again.
            self._thread = Thread(target=self._work, name="announcer", daemon=True)
            self._thread.start()
        self._rung.set()

    def close(self) -> None:
        """Begin nothing more, and wait a little for what is in hand."""
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=_GOODBYE_SECONDS)

    def _work(self) -> None:
        following: datetime | None = None
        while not self._stop.is_set():
            if self._rung.is_set() or (following is not None and self._clock() >= following):
                self._rung.clear()
                following = self._round()
            self._rung.wait(self._nap(following))

    def _nap(self, following: datetime | None) -> float:
        # A laptop that slept wakes late by its monotonic clock: the wall clock is looked at now and then.
        left = _LONGEST_NAP if following is None else following - self._clock()
        return max(min(left, _LONGEST_NAP), _SHORTEST_NAP).total_seconds()

    def _round(self) -> datetime | None:
        config = self._config
        if config is None or not config.settings.feeds.hub:
            return None
        try:
            require_hub(config)
            return self._told(ping(config, post=self._post, clock=self._clock, stop=self._stop.is_set))
        except PublisherError as error:
            self._complain(error.told())
            return self._clock() + _TRY_AGAIN
        finally:
            self._turn()

    def _told(self, found: Pinged) -> datetime | None:
        if found.announced:
            self._say(found.summary())
        for fault in found.faults():
            self._complain(fault)
        return found.next_at
