"""`publisher serve` with a clock that goes when it is told, so that nobody waits, and nobody is too slow."""

from pathlib import Path

from support.serving import Served
from support.site import Site

_SERVER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from publisher.app import open_app
from publisher.struct import replace
from publisher.web.server import serve
def say(text):
    print(text, file=sys.stderr, flush=True)
begun = datetime.now(UTC)
def clock():
    return begun + timedelta(seconds=float(Path("ahead").read_text()))
serve(replace(open_app(None), clock=clock), sys.argv[1], say)
"""


class Ahead:
    """A running server and its clock."""

    def __init__(self, site: Site, listen: str) -> None:
        self._file: Path = site.write("ahead", "0")
        self._seconds = 0
        self.served = Served(site, "-c", _SERVER, listen)

    def later(self, seconds: int) -> None:
        """Let so many seconds pass."""
        self._seconds += seconds
        new = self._file.with_suffix(".new")
        new.write_text(str(self._seconds), "ascii")
        new.replace(self._file)
