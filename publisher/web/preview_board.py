"""The board of a preview: the proofs of the present version, and those who wait for the next one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from publisher.jobs.proof import MailKind, Proof
from publisher.jobs.trouble import Trouble

Make = Callable[[MailKind, str], Proof | Trouble]
"""Makes the proof of a kind in a language, or tells why it cannot."""

_LONGEST_WAIT = 20
"""Seconds. The server cuts off a connection on which nothing has moved for thirty."""


class Board:
    """Proofs are made when somebody looks, and kept until something changes. `first` is the mail to begin with.

    A class because what changes and who looks live in threads of their own.
    """

    def __init__(self, make: Make, first: tuple[MailKind, str]) -> None:
        self._make, self.first = make, first
        self._making, self._turning = Lock(), Lock()
        self._kept: dict[tuple[MailKind, str], Proof | Trouble] = {}
        self._next: Future[None] = Future()
        self._closed = False
        self.version = 1
        self.languages: tuple[str, ...] = (first[1],)

    def proof(self, kind: MailKind, language: str) -> Proof | Trouble:
        """The mail as it is now, or why there is none; one at a time, since making it holds the site's lock."""
        with self._making:
            key = kind, language
            with self._turning:
                version, kept = self.version, self._kept.get(key)
            if kept is not None:
                return kept
            made = self._make(kind, language)
            with self._turning:
                if version == self.version:
                    self._kept[key] = made
                if isinstance(made, Proof):
                    self.languages = made.languages
            return made

    def turn(self) -> None:
        """Something has changed: forget what was made, and tell who waits."""
        with self._turning:
            if not self._closed:
                self.version += 1
                self._kept = {}
                waiting, self._next = self._next, Future()
                waiting.set_result(None)

    def close(self) -> None:
        """Let go all who wait."""
        with self._turning:
            if not self._closed:
                self._closed = True
                self._next.set_result(None)

    async def changed(self, since: int) -> int:
        """The version, as soon as it is another than `since`, or after twenty seconds."""
        with self._turning:
            version, coming = self.version, self._next
        if version == since:
            # Not wait_for: what it gives up on, it cancels, and others wait for the same.
            await asyncio.wait([asyncio.wrap_future(coming)], timeout=_LONGEST_WAIT)
        return self.version
