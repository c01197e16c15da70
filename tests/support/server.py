"""A folder on a local HTTP server that remembers what it was asked and what it gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@dataclass
class Served:
    """`url` ends in `/`; `answers` are path, status and length of each answer, in their order."""

    url: str
    answers: list[tuple[str, int, int]] = field(default_factory=list)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve a folder as any plain web server does: by If-Modified-Since and nothing else."""

    class Handler(SimpleHTTPRequestHandler):
        status, length = 0, 0

        def send_response(self, code: int, message: str | None = None) -> None:
            self.status, self.length = int(code), 0
            super().send_response(code, message)

        def send_header(self, keyword: str, value: str) -> None:
            if keyword == "Content-Length":
                self.length = int(value)
            super().send_header(keyword, value)

        def end_headers(self) -> None:
            super().end_headers()
            made.answers.append((self.path, self.status, self.length))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        made = Served(f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        server.shutdown()
