"""A program that hears of events by hook: a server on this machine that answers as it is told to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"midori-no-niwa-no-himitsu-desu!!").decode()


@dataclass
class Heard:
    """One post: its path, its headers in lower case, its bytes."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def uid(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    def is_signed(self, secret: str = SECRET) -> bool:
        """As the specification has it, word for word, and none of our code."""
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = f"{self.uid}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        wanted = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Listener:
    """What it heard, and what it answers: `statuses` one after the other, then the last of them again.

    `asked` is set with every post that comes; an answer waits for `go`.
    """

    port: int = 0
    statuses: list[int] = field(default_factory=lambda: [204])
    answer: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    heard: list[Heard] = field(default_factory=list)
    asked: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=aikotoba"

    @property
    def types(self) -> list[str]:
        return [one.told["type"] for one in self.heard]

    def next_status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def listening(port: int = 0) -> Iterator[Listener]:
    """A listener on 127.0.0.1 that takes everything."""
    listener = Listener()
    listener.go.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append(Heard(self.path, headers, body))
            listener.asked.set()
            listener.go.wait()
            try:
                self.send_response(listener.next_status())
                for name, value in ({"Content-Length": str(len(listener.body))} | listener.answer).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(listener.body)
            except OSError:
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        listener.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listener
        finally:
            listener.go.set()
            server.shutdown()
            thread.join()
