"""`publisher serve` as a process of its own, and whoever asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from publisher.feeds.compress import replace_all
from publisher.feeds.write import Output
from support.lines import Lines
from support.site import Site

PATIENT = """
import sys
from publisher.app import open_app
from publisher.web.patience import Patience
from publisher.web.server import serve
def say(text):
    print(text, file=sys.stderr, flush=True)
serve(open_app(None), "127.0.0.1:0", say, Patience(*map(float, sys.argv[1:4]), int(sys.argv[4])))
"""
"""The server, with a patience of so many seconds for a request, a pause and an answer, and room for so many."""


class Served:
    """A running server; its address, what it says, and its process."""

    def __init__(self, site: Site, *words: str) -> None:
        self.process = site.python(*words)
        self.lines = Lines(self.process)
        self.url = self.lines.until("serving ").split()[1].rstrip(";")
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        self.host, self.port = parts.hostname, parts.port

    @property
    def memory(self) -> int:
        """How many megabytes it holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text("ascii").splitlines()
        found = next(line for line in lines if line.startswith("VmRSS:"))
        return int(found.split()[1]) // 1024


def serve(site: Site) -> Served:
    """Start `publisher serve` on a free port."""
    return Served(site, "-m", "publisher", "serve", "--listen", "127.0.0.1:0")


def serve_impatiently(site: Site, request: float, pause: float, answer: float, room: int = 10_000) -> Served:
    """Start the server with another patience."""
    return Served(site, "-c", PATIENT, str(request), str(pause), str(answer), str(room))


@contextmanager
def asking(served: Served) -> Iterator[httpx.Client]:
    """Somebody who accepts anything, uncompressed, and follows nothing."""
    headers = {"accept-encoding": "identity", "accept": "*/*"}
    with httpx.Client(base_url=served.url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


def put(path: Path, data: bytes, changed: int) -> None:
    """Replace a file and its copies as a build does; `changed` in seconds since 1970."""
    replace_all([Output(path, data, changed)])
