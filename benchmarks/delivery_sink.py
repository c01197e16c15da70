"""Mail servers to deliver into: postfix's own sink, and one that answers late."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

_END = b"\r\n.\r\n"
_GREETING = b"220 late.example ESMTP\r\n"
_EHLO = b"250-late.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 20480000\r\n"


def tool(name: str) -> str:
    """Postfix's tools are in sbin, which not everybody has in the path."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"{name} is not installed: on Debian it comes with postfix")
    return found


@contextmanager
def sink() -> Iterator[int]:
    """smtp-sink's port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    words = [tool("smtp-sink"), *user, "-c", f"127.0.0.1:{port}", "1024"]
    with _running(subprocess.Popen(words, stdout=subprocess.DEVNULL)):
        _wait_for(port)
        yield port


@contextmanager
def late_sink(seconds: float) -> Iterator[int]:
    """The port of a server that answers everything that came together so many seconds later."""
    process = subprocess.Popen([sys.executable, __file__, str(seconds)], stdout=subprocess.PIPE, text=True)
    with _running(process):
        assert process.stdout is not None
        yield int(process.stdout.readline())


@contextmanager
def _running(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise SystemExit("smtp-sink does not listen")


class Late(asyncio.Protocol):
    """Takes everything; how long the last message was is said to who sends `HELP`."""

    last = 0

    def __init__(self, seconds: float) -> None:
        self._seconds, self._input, self._begun = seconds, bytearray(), -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(_GREETING)

    def data_received(self, data: bytes) -> None:
        """All that is complete gets one answer."""
        self._input += data
        answers = b"".join(iter(self._next, b""))
        if answers:
            self._answer(answers)

    def _answer(self, words: bytes) -> None:
        asyncio.get_running_loop().call_later(self._seconds, self._transport.write, words)

    def _next(self) -> bytes:
        if self._begun >= 0:
            end = self._input.find(_END, max(0, self._begun - len(_END)))
            self._begun = len(self._input) if end < 0 else -1
            if end < 0:
                return b""
            Late.last = end + 2
            del self._input[: end + len(_END)]
            return b"250 2.0.0 Ok\r\n"
        end = self._input.find(b"\r\n")
        if end < 0:
            return b""
        verb = bytes(self._input[:4]).upper()
        del self._input[: end + 2]
        self._begun = 0 if verb == b"DATA" else -1
        answers = {b"EHLO": _EHLO, b"DATA": b"354 Go on\r\n", b"HELP": b"214 %d\r\n" % Late.last}
        return answers.get(verb, b"250 2.0.0 Ok\r\n")


def last_length(port: int) -> int:
    """How many bytes the last message had that a late sink took, its end not counted."""
    with socket.create_connection(("127.0.0.1", port)) as connected, connected.makefile("rb") as answers:
        answers.readline()
        connected.sendall(b"HELP\r\n")
        (length,) = re.findall(rb"214 (\d+)", answers.readline())
    return int(length)


async def _serve(seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(partial(Late, seconds), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
