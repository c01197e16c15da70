"""The server: listens, answers until it is told to stop, and lets nobody hold it up."""

import asyncio
import errno
import os
import re
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.app import App
from publisher.app.postmen import postman, trouble
from publisher.errors import ListenError, UsageError
from publisher.web.app import create_app
from publisher.web.patience import Connection, Patience

Say = Callable[[str], None]

_BACKLOG = 2048
_LAST_WORDS = 3
_UNSENT = 128 * 1024
_SPARE_FILES = 64
_HINTS = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another port with --listen or web.listen",
    errno.EACCES: "ports below 1024 are for the system's own: choose a higher one with --listen or web.listen",
    errno.EADDRNOTAVAIL: "this machine has no such address: 127.0.0.1 is for itself alone, 0.0.0.0 for everybody",
}


class _Server(uvicorn.Server):
    """uvicorn's, but for how it ends: by itself it dies of the signal that stopped it, and waits for every reader.

    `farewell` is called when it is told to stop.
    """

    def __init__(self, config: uvicorn.Config, farewell: Callable[[], None]) -> None:
        super().__init__(config)
        self._farewell = farewell

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM stop it, and a second one end it at once."""
        before = {number: signal.signal(number, self._told) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        if self.should_exit:
            os._exit(130)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers under way come to their end, but not for long."""
        self._farewell()
        asyncio.get_running_loop().call_later(_LAST_WORDS, self.cut, Connection.is_open)
        await super().shutdown(sockets)

    async def look_round(self) -> None:
        """Cut off whom nobody waits for any more. Once a second: a timer for each would cost every request."""
        self.cut(Connection.is_overdue)

    def cut(self, which: Callable[[Connection], bool]) -> None:
        """End some connections."""
        connections: Any = self.server_state.connections
        for connection in [one for one in connections if which(one)]:
            connection.cut()


def serve(app: App, listen: str, say: Say, patience: Patience | None = None) -> None:
    """Answer requests at `listen`, HOST:PORT, until SIGINT or SIGTERM; ListenError where nobody can listen there.

    Port 0 is any that is free. What readers ask for by its pages goes out to them from here.
    """
    stop = Event()
    post = postman(lambda: app, stop=stop, say=say, alone=True)

    def ready(url: str) -> None:
        say(f"serving {url} (Ctrl-C stops)")
        if told := trouble(app):
            say(f"nobody can sign up: {told}")
        post.start()

    def farewell() -> None:
        stop.set()
        post.ring()

    try:
        host(_ringing(create_app(app, say), post.ring), listen, ready, patience, farewell)
    finally:
        stop.set()
        post.close()


def _ringing(application: ASGIApp, ring: Callable[[], None]) -> ASGIApp:
    """The application; whoever has posted something may have brought about a letter."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await application(scope, receive, send)
        finally:
            if scope.get("method") == "POST":
                ring()

    return answer


def host(
    application: Any,
    listen: str,
    ready: Callable[[str], None],
    patience: Patience | None = None,
    farewell: Callable[[], None] = lambda: None,
) -> None:
    """Answer by `application`, as `serve` does.

    `ready` is told the address when somebody listens there; `farewell` is called when the end begins, to let go whom it
    keeps waiting.
    """
    with _listener(listen) as listener:
        ready(_shown(listener))
        _run(application, listener, patience or Patience(connections=_room()), farewell)


def _run(application: Any, listener: socket.socket, patience: Patience, farewell: Callable[[], None]) -> None:
    config = uvicorn.Config(
        application,
        http=type("PatientConnection", (Connection,), {"patience": patience}),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=int(patience.request),
        timeout_notify=0,
    )
    server = _Server(config, farewell)
    config.callback_notify = server.look_round
    server.run(sockets=[listener])


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT; UsageError where it is none."""
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise UsageError(f"--listen {text!r} is no HOST:PORT", hint="write 127.0.0.1:8080, or [::1]:8080")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _listener(text: str) -> socket.socket:
    host, port = listen_address(text)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        code = (error.errno if isinstance(error, OSError) else None) or 0
        # Numbers of names that cannot be found are negative, and no error of the system.
        reason = os.strerror(code) if code > 0 else str(error)
        raise ListenError(text, reason, hint=_HINTS.get(code)) from error
    # Every connection inherits it. By itself the system takes two megabytes from us for each who does not read: two
    # gigabytes for a thousand, and seven seconds until somebody else is answered.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
    return listener


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _room() -> int:
    """How many connections there may be: half of the files that this process may open, as each may read one.

    Most systems allow a thousand at first, and many more to who asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * Patience().connections + _SPARE_FILES
    reached = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if reached > soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (reached, hard))
    else:
        reached = wanted if soft == resource.RLIM_INFINITY else soft
    return max(min((reached - _SPARE_FILES) // 2, Patience().connections), 1)
