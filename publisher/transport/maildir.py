"""Mail into a Maildir (https://cr.yp.to/proto/maildir.html), for trials and for local readers."""

import asyncio
import contextlib
import hashlib
import os
from email.parser import BytesHeaderParser
from pathlib import Path

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply


class MaildirTransport:
    """Writes into the Maildir at `folder`, made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"maildir:{folder}"

    async def connect(self) -> "MaildirSession":
        """Make the folders; raises TransportError."""
        try:
            await asyncio.to_thread(_make, self.folder)
        except OSError as error:
            raise _failure(error) from error
        return MaildirSession(self.folder)


class MaildirSession:
    """An open Maildir. Disks are slow: each step is a thread's, so that sessions do not wait for one another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: Envelope | None = None
        self._written: Path | None = None

    def open(self, envelope: Envelope) -> None:
        """Remember what `body` is to write."""
        self._opened = envelope

    async def body(self) -> None:
        """Write into tmp/ and sync; raises TransportError."""
        assert self._opened is not None, "body() without open()"
        data = self._opened.data
        self._written = self._folder / "tmp" / unique_name(data)
        try:
            # Readers of a Maildir expect the line ends of the system, as every local delivery agent writes them.
            await asyncio.to_thread(_write_synced, self._written, data.replace(b"\r\n", b"\n"))
        except OSError as error:
            raise _failure(error) from error

    def finish(self, following: Envelope | None) -> None:
        """From here on it may be shown."""
        self._opened = following

    async def answer(self) -> Reply:
        """The rename into new/ that shows the mail, and its sync; raises TransportError."""
        written, self._written = self._written, None
        assert written is not None, "answer() without body()"
        shown = self._folder / "new" / written.name
        try:
            await asyncio.to_thread(written.replace, shown)
        except OSError as error:
            raise _failure(error) from error
        try:
            await asyncio.to_thread(_sync, shown.parent)
        except OSError as error:
            raise _failure(error, undecided=True) from error
        return Reply(250, f"written to {shown}")

    async def close(self) -> None:
        """Remove what was written and never shown."""
        if self._written is not None:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._written.unlink)


def unique_name(data: bytes) -> str:
    """A name that the same mail always gets, so that a retry replaces it and does not double it."""
    message_id = BytesHeaderParser().parsebytes(data).get("Message-ID")
    seed = data if message_id is None else str(message_id).strip().encode(errors="surrogateescape")
    return hashlib.sha256(seed).hexdigest()[:32] + ".publisher"


def _make(folder: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(error: OSError, *, undecided: bool = False) -> TransportError:
    return TransportError(
        str(error),
        scope=Scope.SESSION,
        permanent=False,
        undecided=undecided,
        hint="look at the folder's permissions and at the room on its disk",
    )
