"""The far end of SMTP as bytes: a server that a test plays line by line, and loops to speak to it from."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Protocol, TypeVar

import uvloop

from publisher.struct import Struct

T = TypeVar("T")


class Run(Protocol):
    """Runs a coroutine to its end."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


def on_asyncio(work: Coroutine[Any, Any, T], /) -> T:
    """On the loop of the standard library."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(work)


def on_uvloop(work: Coroutine[Any, Any, T], /) -> T:
    """On uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


class Peer(Struct):
    """One connection as a server of our own sees it, to be read and answered as a test likes."""

    socket: socket.socket
    heard: list[bytes]
    """Every line that came; a message's text is one of them, its end included."""
    lines: BinaryIO

    def hear(self) -> bytes:
        """The next line, with its end; empty where there is none."""
        line = self.lines.readline()
        if line:
            self.heard.append(line)
        return line

    def hear_text(self) -> bytes:
        """A message to its final dot, or as far as it comes."""
        text = b""
        while not text.endswith(b"\r\n.\r\n") and text != b".\r\n":
            line = self.lines.readline()
            if not line:
                break
            text += line
        self.heard.append(text)
        return text

    def say(self, reply: bytes) -> None:
        """To a client that may have hung up by now."""
        with suppress(OSError):
            self.socket.sendall(reply)

    def reset(self) -> None:
        """Break the connection: close() sends RST and not FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Script(Struct):
    """A running server of our own: where it listens, and what it has heard. `over` is set when it has hung up."""

    port: int
    heard: list[bytes]
    over: threading.Event


@contextmanager
def served(play: Callable[[Peer], None], host: str = "127.0.0.1") -> Iterator[Script]:
    """A server of one connection, which `play` holds and whose end hangs up."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        script = Script(listener.getsockname()[1], [], threading.Event())
        thread = threading.Thread(target=_serve, args=(listener, play, script), daemon=True)
        thread.start()
        yield script
        thread.join(10)
        assert not thread.is_alive(), "the session never hung up"


def _serve(listener: socket.socket, play: Callable[[Peer], None], script: Script) -> None:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as lines, suppress(OSError):
        play(Peer(connection, script.heard, lines))
    script.over.set()


@contextmanager
def scripted(*replies: bytes, host: str = "127.0.0.1") -> Iterator[Script]:
    """A server that gives one raw reply for each line or message it gets, then hangs up.

    SILENCE says nothing more and listens on; RESET breaks the connection.
    """

    def play(peer: Peer) -> None:
        before = b""
        for number, reply in enumerate(replies):
            if number:
                _ = peer.hear_text() if before.startswith(b"354") else peer.hear()
            if reply == b"SILENCE":
                while peer.hear():
                    pass
            elif reply == b"RESET":
                peer.reset()
            else:
                peer.say(reply)
            before = reply

    with served(play, host) as script:
        yield script
