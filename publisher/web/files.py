"""The files of the site as an application: requests for them go the short way, all others to the pages."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.config import Config
from publisher.errors import ConfigError
from publisher.jobs.ids import FILE_NAME, feeds_in, ids_bytes
from publisher.struct import Struct
from publisher.web.addresses import Addresses, Gone, Moved, Target, addresses
from publisher.web.answers import METHODS, PREFLIGHT, SAFE, Answer, Headers, Site, answer
from publisher.web.conditions import Part
from publisher.web.versions import Replaced, Shelf, opened, pieces

Say = Callable[[str], None]

_WANTED = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"range",
    }
)
_TRIES = 5


class Directory:
    """Which addresses are ours, by `ids.json` as it is now."""

    def __init__(self, config: Config, url: str, say: Say) -> None:
        self._config, self._url, self._say = config, url, say
        self._file = str(config.home / FILE_NAME)
        self._mark: tuple[int, int, int] | None = None
        self._known = self._read()

    def current(self) -> Addresses:
        """Read again where the file changed; where it is damaged that is said, and what was read before counts."""
        if self._stat() != self._mark:
            try:
                self._known = self._read()
            except ConfigError as error:
                self._say(f"{error.told()}\n  the feeds that were served before still are")
        return self._known

    def _read(self) -> Addresses:
        # Before it is read: what is written meanwhile is read with the next request.
        self._mark = self._stat()
        return addresses(self._config, self._url, feeds_in(ids_bytes(self._config.home)))

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._file)  # noqa: PTH116 - at each request
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


class Plain(Struct, frozen=True):
    """An answer in words."""

    status: int
    words: str
    headers: Headers


class Files:
    """Answers requests for what is ours; `otherwise` answers the rest."""

    def __init__(
        self, site: Site, directory: Directory, output: Path, otherwise: ASGIApp, clock: Callable[[], datetime]
    ) -> None:
        self._site, self._directory, self._shelf, self._otherwise = site, directory, Shelf(output), otherwise
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application; `scope` as ASGI has it."""
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._otherwise(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await _respond(send, 204, [*SAFE, *PREFLIGHT, (b"allow", METHODS)])
        elif scope["method"] not in ("GET", "HEAD"):
            words = "This can only be read: GET or HEAD."
            await speak(send, Plain(405, words, [(b"allow", METHODS)]))
        elif isinstance(found, Target):
            await self._send(found, scope, send)
        else:
            await speak(send, _instead(found))

    def _find(self, scope: Scope) -> Target | Gone | Moved | None:
        try:
            path = unquote_to_bytes(scope["raw_path"]).decode()
        except UnicodeDecodeError:
            return None
        return self._directory.current().find(path)

    async def _send(self, target: Target, scope: Scope, send: Send) -> None:
        bare = scope["method"] == "HEAD"
        asked = _asked(scope["headers"], bare=bare)
        for _ in range(_TRIES):
            version = self._shelf.version(target.path)
            if version is None:
                break
            made = answer(self._site, target, version, asked, self._clock())
            if bare or made.part is None or made.copy.data is not None:
                await _respond(send, made.status, made.headers, b"" if bare else _kept(made))
                return
            try:
                descriptor = opened(made.copy.file, made.copy.mark)
            except (Replaced, OSError):
                # A build came in between.
                continue
            await _stream(send, made, descriptor, made.part)
            return
        await speak(send, _MISSING)


def _instead(found: Gone | Moved) -> Plain:
    if isinstance(found, Moved):
        moved = [(b"location", found.location.encode()), (b"cache-control", b"public, max-age=86400")]
        return Plain(301, f"This is at {found.location} now.", moved)
    kept = [(b"cache-control", b"public, max-age=300")]
    return Plain(410, "This feed is no longer made. Nothing new will come here.", kept)


def _asked(headers: Iterable[tuple[bytes, bytes]], *, bare: bool) -> Mapping[bytes, str]:
    """The headers that matter; of one that comes several times, all values as one list (RFC 9110 section 5.3).

    Those of a part count for a GET alone (section 14.2).
    """
    asked: dict[bytes, str] = {}
    for name, value in headers:
        if name in _WANTED:
            text = value.decode("latin-1")
            asked[name] = f"{asked[name]}, {text}" if name in asked else text
    if bare:
        asked.pop(b"range", None)
    return asked


def _kept(made: Answer) -> bytes:
    """The body, of what is kept of the file."""
    if made.part is None or made.copy.data is None:
        return b""
    is_whole = made.part.stop - made.part.start == made.copy.length
    return made.copy.data if is_whole else made.copy.data[made.part.start : made.part.stop]


async def _stream(send: Send, made: Answer, descriptor: int, part: Part) -> None:
    """The body, piece by piece as the reader takes it, of the file that was opened: another may lie there by then."""
    try:
        await send({"type": "http.response.start", "status": made.status, "headers": made.headers})
        for piece in pieces(descriptor, part.start, part.stop):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        os.close(descriptor)


async def _respond(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def speak(send: Send, plain: Plain) -> None:
    """Send an answer in words."""
    body = f"{plain.words}\n".encode()
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await _respond(send, plain.status, [*SAFE, *head, *plain.headers], body)


_MISSING = Plain(
    503, "This is being made. Try again in a minute.", [(b"retry-after", b"60"), (b"cache-control", b"no-store")]
)
"""It is made, and does not lie there: engines empty their folder, and the next build puts it back."""
