"""Mail into a Maildir (https://cr.yp.to/proto/maildir.html), for trials and for local readers."""

import hashlib
import os
from collections.abc import Callable
from email.parser import BytesHeaderParser
from pathlib import Path

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply


class MaildirTransport:
    """Writes into the Maildir at `folder`, made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"maildir:{folder}"

    def connect(self) -> "MaildirSession":
        """Make the folders; raises TransportError."""
        try:
            for name in ("tmp", "new", "cur"):
                (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _failure(error) from error
        return MaildirSession(self.folder)


class MaildirSession:
    """An open Maildir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, envelope: Envelope, before_end: Callable[[], None]) -> Reply:
        """Write and sync, `before_end`, then the rename into new/ that shows the mail; raises TransportError."""
        name = unique_name(envelope.data)
        written, shown = self._folder / "tmp" / name, self._folder / "new" / name
        try:
            # Readers of a Maildir expect the line ends of the system, as every local delivery agent writes them.
            _write_synced(written, envelope.data.replace(b"\r\n", b"\n"))
        except OSError as error:
            raise _failure(error) from error
        before_end()
        try:
            written.replace(shown)
        except OSError as error:
            raise _failure(error) from error
        try:
            _sync(shown.parent)
        except OSError as error:
            raise _failure(error, undecided=True) from error
        return Reply(250, f"written to {shown}")

    def close(self) -> None:
        """Nothing is held open."""


def unique_name(data: bytes) -> str:
    """A name that the same mail always gets, so that a retry replaces it and does not double it."""
    message_id = BytesHeaderParser().parsebytes(data).get("Message-ID")
    seed = data if message_id is None else str(message_id).strip().encode(errors="surrogateescape")
    return hashlib.sha256(seed).hexdigest()[:32] + ".publisher"


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
