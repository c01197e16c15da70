"""Commands out, replies in: the wire that a session speaks over."""

import asyncio
import math
from collections import deque
from typing import cast

from publisher.errors import TransportError
from publisher.struct import Struct
from publisher.transport.patience import Patience
from publisher.transport.replies import Stage, again, broken, refusal, words

LINE_OCTETS = 2048
"""Of one line of a reply. RFC 5321 section 4.5.3.1.5 has 512, servers with much to say have more."""
REPLY_LINES = 128
"""Of one reply; the longest known, to EHLO, have 30."""
BLOCK_OCTETS = 64 * 1024
"""What is written before we look whether it leaves: transports take, and TLS encrypts, all they are given at once."""
HANDED_OVER_OCTETS = 128 * 1024
"""Up to here a text is handed to the system whole, which has room for twice as much."""

_ONE_TURN = 0.01
"""Seconds in which the loop reads what there is to be read."""
_UNSENT_OCTETS = 16 * 1024
"""What may lie between us and the system, as it lies in the system's own buffers; more, and the writer waits. With
room for a small message uvloop writes it and its end in one."""
_GOODBYE_SECONDS = 1.0
_CLOSING = 421
_CODES = {b"%d" % code: code for code in range(100, 600)}
_MARKS = frozenset((b" ", b"-", b"\r", b""))


class Said(Struct, frozen=True):
    """One reply: its code, and the text of its lines without the codes, joined by line feeds."""

    code: int
    text: bytes


class Dialogue(asyncio.Protocol):
    """One connection. Counts which replies are owed, so that one out of turn is never taken for another's."""

    def __init__(self, name: str, patience: Patience) -> None:
        self.name = name
        self._loop = asyncio.get_running_loop()
        self._tick = patience.coarse
        self._owed = 1  # the greeting
        self._said: deque[Said] = deque()
        self._lines: list[bytes] = []
        self._rest = b""
        self._lost: TransportError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._closed = self._loop.create_future()
        self._paused = False
        self._stage, self._seconds, self._deadline, self._unread = Stage.OPEN, 0.0, math.inf, 0
        self._watching: asyncio.TimerHandle | None = None
        self._overdue = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._wire = cast(asyncio.Transport, transport)
        self._wire.set_write_buffer_limits(high=_UNSENT_OCTETS, low=0)
        self._watching = self._loop.call_later(self._tick, self._watch)

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if self._lost is None:
                self._read(line)
        if len(self._rest) > LINE_OCTETS:
            self._give_up(f"a line without an end: {words(self._rest[:80])!r}…")
        if self._said:
            self._wake()

    def eof_received(self) -> None:
        self._give_up("the server hung up")

    def connection_lost(self, error: Exception | None) -> None:
        self._give_up(f"the connection broke: {error}" if error else "the server hung up")
        if not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._wake()

    # What a session calls.

    @property
    def transport(self) -> asyncio.Transport:
        """What is written to: the connection, or the encryption around it."""
        return self._transport

    def encrypted(self, transport: asyncio.Transport) -> None:
        """Speak through `transport` from now on, the TLS around the connection."""
        self._transport = transport
        # It holds back what it encrypts only while the connection is full: then the writer waits, from the first octet
        # on. (With 0 asyncio takes an empty buffer for a full one.)
        transport.set_write_buffer_limits(high=1, low=0)

    @property
    def at_rest(self) -> bool:
        """Nothing is owed, nothing was said that nobody has taken, not even half a line."""
        return not (self._owed or self._said or self._lines or self._rest or self._lost)

    def say(self, data: bytes | memoryview, replies: int) -> bool:
        """Write `data`, to which the server owes this many replies; whether it went out."""
        if self._lost is not None or self._transport.is_closing():
            return False
        if replies and not self._owed and (self._lines or self._rest):
            # Its end would be counted as the answer to what is asked now.
            self._give_up("the server began to speak out of turn")
            return False
        self._owed += replies
        self._transport.write(data)
        return True

    def heard(self) -> Said | None:
        """The next reply where it is there and the session goes on after it: then nothing need be awaited."""
        return self._said.popleft() if self._said and self._said[0].code != _CLOSING else None

    async def reply(self, stage: Stage, seconds: float) -> Said:
        """The next reply, at once where it is there; raises TransportError, SESSION, after `seconds` of silence."""
        while not self._said:
            await self._wait(stage, seconds)
        said = self._said.popleft()
        if said.code == _CLOSING:
            self.hang_up(refusal(said.code, said.text, stage, self.name))
        return said

    async def write(self, text: bytes, seconds: float) -> None:
        """Write all of `text`, no faster than the server reads; raises TransportError after `seconds` of standstill."""
        if len(text) <= BLOCK_OCTETS:
            self.say(text, 0)
            return await self._drained(seconds)
        whole = memoryview(text)
        for start in range(0, len(text), BLOCK_OCTETS):
            self.say(whole[start : start + BLOCK_OCTETS], 0)
            await self._drained(seconds)
        return None

    def hang_up(self, error: TransportError) -> None:
        """At once: nothing more is written or read, and every wait from now on ends in `error`."""
        self._said.clear()
        self._end(error)
        self._lost = error

    async def close(self, goodbye: bytes = b"") -> None:
        """Say `goodbye` and wait a little for the answer, then hang up; never raises."""
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                if goodbye and self.say(goodbye, 1):
                    await self.reply(Stage.QUIT, _GOODBYE_SECONDS)
        except (TransportError, TimeoutError):
            pass  # whatever it says to a goodbye, it has all our mail
        finally:
            self.hang_up(broken(f"{self.name}: the session is closed"))
        await asyncio.wait([self._closed], timeout=_GOODBYE_SECONDS)

    # Waiting.

    async def _drained(self, seconds: float) -> None:
        while self._paused or self._lost is not None or self._transport.is_closing():
            await self._wait(Stage.TEXT, seconds)

    async def _wait(self, stage: Stage, seconds: float) -> None:
        if self._lost is not None:
            raise again(self._lost) from self._lost
        self._stage, self._seconds = stage, seconds
        self._deadline = self._loop.time() + seconds
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._deadline = math.inf

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _watch(self) -> None:
        """One coarse timer for all phases of all messages: a timer for each would cost more than the message."""
        now, unread = self._loop.time(), self._unread_octets()
        if unread < self._unread:
            self._deadline = max(self._deadline, now + self._seconds)
        if now >= self._deadline and not self._overdue:
            # The loop may have stood still, for a ledger that another program held: the answer lies there, unread.
            self._overdue = True
            self._watching = self._loop.call_later(_ONE_TURN, self._watch)
            return None
        if now >= self._deadline:
            return self._give_up(f"{self._seconds:g} s without a sign of life, at {self._stage}")
        self._unread, self._overdue = unread, False
        self._watching = self._loop.call_later(self._tick, self._watch)
        return None

    def _unread_octets(self) -> int:
        above = 0 if self._transport is self._wire else self._transport.get_write_buffer_size()
        return above + self._wire.get_write_buffer_size()

    # Reading.

    def _read(self, line: bytes) -> None:
        code, mark = _CODES.get(line[:3]), line[3:4]
        if code is None or mark not in _MARKS or 0 in line or len(line) > LINE_OCTETS:
            self._give_up(f"this is no reply: {words(line[:80])!r}")
        elif mark == b"-" or self._lines:
            self._read_on(code, mark, line)
        else:
            self._arrived(code, line[4:])

    def _read_on(self, code: int, mark: bytes, line: bytes) -> None:
        """A line of a reply that has several."""
        first = self._lines[0] if self._lines else line
        if not line.startswith(first[:3]):
            return self._give_up(f"a reply that is {words(first[:3])} and {code} at once")
        if len(self._lines) == REPLY_LINES:
            return self._give_up(f"a reply of more than {REPLY_LINES} lines")
        self._lines.append(line)
        if mark != b"-":
            text = b"\n".join(each[4:] for each in self._lines)
            self._lines.clear()
            self._arrived(code, text)
        return None

    def _arrived(self, code: int, text: bytes) -> None:
        if self._owed:
            self._owed -= 1
            self._said.append(Said(code, text))
        elif code == _CLOSING:
            self._end(refusal(code, text, Stage.QUIT, self.name))
        else:
            self._give_up(f"nobody asked for this: {code} {words(text)}")

    def _give_up(self, text: str) -> None:
        self._end(broken(f"{self.name}: {text}"))

    def _end(self, error: TransportError) -> None:
        if self._lost is None:
            self._lost = error
            if self._watching is not None:
                self._watching.cancel()
            self._transport.abort()
        self._wake()
