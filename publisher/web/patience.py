"""How long a connection may take. uvicorn waits for ever for a request's end and for a reader that does not read."""

import asyncio
import socket
import struct
from contextlib import suppress
from itertools import count
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from publisher.struct import Struct

_NOW = struct.pack("ii", 1, 0)
_UNSENT = 16 * 1024
_LONGEST_HEAD = 64 * 1024
_LONGEST_QUEUE = 100
_NUMBERS = count()


class Patience(Struct, frozen=True):
    """In seconds: until a request is there, until a reader takes some more of an answer, and all of it.

    `connections` is how many there may be at once; the one that has waited longest makes room for the next.
    """

    request: float = 10
    pause: float = 30
    answer: float = 300
    connections: int = 10_000


class Connection(HttpToolsProtocol):
    """One connection, which knows since when it has waited for what.

    uvicorn tells nothing of this by its settings; its callbacks are those of asyncio and of httptools, and stable.
    """

    patience = Patience()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(_UNSENT)
        self._since = self._moved = self.loop.time()
        self._number = next(_NUMBERS)
        self._pending = self._head = 0
        self._is_in_head = False
        others: set[Any] = self.connections
        if len(others) > self.patience.connections:
            min(others, key=Connection.waiting).cut()

    def waiting(self) -> tuple[float, int]:
        """Since when it has waited for what it waits for now, by the loop's clock; and which of all it is.

        uvloop's clock stands still while it takes in whoever has come: without the second, one who has just come was
        cut off for another that came in the same moment.
        """
        return self._since, self._number

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request; too many before its head ends are an attack on memory."""
        if self._is_in_head:
            self._head += len(data)
            if self._head > _LONGEST_HEAD:
                self.transport.write(STATUS_LINE[431] + b"connection: close\r\ncontent-length: 0\r\n\r\n")
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._is_in_head, self._head, self._since = True, 0, self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All of its head; ValueError, answered by 400, where too many requests wait for their turn."""
        self._is_in_head, self._since = False, self.loop.time()
        if len(self.pipeline) >= _LONGEST_QUEUE:
            raise ValueError("too many requests at once")
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """An answer is out of the application's hands, though not yet in the reader's."""
        self._since = self.loop.time()
        super().on_response_complete()

    def is_open(self) -> bool:
        """Whether it can still be ended."""
        return self.transport is not None

    def is_overdue(self) -> bool:
        """Whether it has waited long enough."""
        now, pending = self.loop.time(), self.transport.get_write_buffer_size()
        if not pending and (self.cycle is None or self.cycle.response_complete):
            return now - self._since > self.patience.request
        if pending != self._pending:
            # A reader who takes a byte now and then moves nothing here: the system's own buffer swallows that.
            self._pending, self._moved = pending, now
        still = now - max(self._moved, self._since)
        return still > self.patience.pause or now - self._since > self.patience.answer

    def cut(self) -> None:
        """End it at once, whatever is still to be sent; the system must not go on offering it either."""
        # Where the reader has just gone there is no socket any more, and nothing to end.
        with suppress(OSError, ValueError):
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
        self.transport.abort()
