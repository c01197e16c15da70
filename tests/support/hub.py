"""A WebSub hub on this machine, that answers as it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs


@dataclass
class Reply:
    """One answer; `raw` stands for the whole of it, bytes that need not be HTTP."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass
class Hub:
    """What it was told, and what it answers: the `replies` one after the other, then the last of them again.

    `asked` is set with every form that comes; an answer waits for `go`.
    """

    url: str
    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    asked: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)

    @property
    def topics(self) -> list[str]:
        """What it was told of, in order."""
        return [form["hub.url"][0] for form in self.forms]

    def answer(self, *replies: Reply) -> None:
        """Answer so from now on."""
        self.replies = list(replies)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def hub_server() -> Iterator[Hub]:
    """A hub on 127.0.0.1 that answers at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hub.forms.append(parse_qs(body.decode(), strict_parsing=True) | {"": [self.path]})
            hub.asked.set()
            hub.go.wait()
            try:
                self._send(hub.next_reply())
            except OSError:
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub = Hub(f"http://127.0.0.1:{server.server_port}/")
        hub.go.set()
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.go.set()
            server.shutdown()
            thread.join()
