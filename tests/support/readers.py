"""A feed on a local server, and a subscriber to it: the `reader` library as it is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

# Its own copy of feedparser wants sgmllib, which newer ones no longer bring along.
os.environ.setdefault("READER_NO_VENDORED_FEEDPARSER", "1")

from reader import Reader, make_reader

TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass
class Shelf:
    """What a server has to give: one feed, the address of which ends in its format."""

    url: str
    data: dict[str, bytes] = field(default_factory=dict)

    def fetched(self, format_: str, *versions: bytes) -> dict[str, set[str]]:
        """The ids that a new subscriber, who fetched each version, was told at the last: by `new` and `modified`."""
        told: dict[str, set[str]] = {}

        def tell(_reader: Reader, entry: Any, status: Any) -> None:
            told.setdefault(status.value, set()).add(entry.id)

        with make_reader(":memory:") as subscriber:
            subscriber.add_feed(self.url + format_)
            subscriber.after_entry_update_hooks.append(tell)
            for version in versions:
                self.data[format_] = version
                told.clear()
                subscriber.update_feed(self.url + format_)
        return told


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A server on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            data = made.data[name]
            self.send_response(200)
            self.send_header("Content-Type", TYPES[name])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Shelf(f"http://127.0.0.1:{server.server_port}/")
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        server.shutdown()
