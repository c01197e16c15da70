"""The box that reports and requests come into is read: each mail once. Reports of our mails and requests that were
taken are marked, all others are left as they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import TypeVar

from publisher.config import Config, secret
from publisher.config.mail_settings import BoxSettings
from publisher.core.bounce_policy import Limits
from publisher.errors import FetchError
from publisher.imap import LIMIT_BYTES, Mailbox, Session, opened
from publisher.jobs.bounce import Intake, Unread, take_in
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail.reports import Report, read_report
from publisher.store import mailboxes
from publisher.store.engine import Store
from publisher.struct import Struct

_Key = TypeVar("_Key")

Take = Callable[[bytes], Taken | None]
"""What takes a request, None where a mail is none; see jobs.requests."""

_AT_ONCE = 20
"""Mails in a transaction, and in memory."""


def limits(config: Config) -> Limits:
    """From where on an issue pauses for what comes back, as the settings say."""
    set_to = config.settings.mail.limits
    return Limits(set_to.bounces, set_to.complaints)


class _Reading(Struct, frozen=True):
    """What is done with mails that are new."""

    store: Store
    limits: Limits
    take: Take
    now: datetime

    def of(self, mails: Mapping[_Key, bytes]) -> tuple[Intake, list[_Key]]:
        """What they came to, and which of them are ours. A report is no request, whatever it returns."""
        read = {key: read_report(mail) for key, mail in mails.items()}
        reports = [report for found in read.values() for report in found]
        done = take_in(self.store, reports, now=self.now, limits=self.limits) if reports else Intake()
        ours = [key for key, found in read.items() if _is_ours(found, done)]
        for key in [key for key, found in read.items() if not found]:
            taken = self.take(mails[key])
            if taken is not None:
                done += Intake(requests=(taken,))
                # What is too much for now is left to a person.
                ours += [] if taken.outcome is Outcome.LIMITED else [key]
        return done, ours


def take_nothing(_mail: bytes) -> None:
    """Where people read what readers ask."""


def read_box(config: Config, store: Store, *, now: datetime, take: Take = take_nothing) -> Intake:
    """Take in what is new in the box that `mail.bounces` names; nothing where it names none, as mails come by a pipe.

    What was taken in before a fault stays so, the rest is new the next time. A file of a Maildir that cannot be read is
    `unread`, and the others are read all the same; so is a box on a server that breaks off after something has come.
    FetchError where the box cannot be read, ConfigError where the password's file cannot, StoreBusy where another
    program holds the ledger.
    """
    box = config.settings.mail.bounces
    if box is None or not box.is_read:
        return Intake()
    reading = _Reading(store, limits(config), take, now)
    if box.maildir is not None:
        return _read_maildir(config.home / box.maildir, reading)
    with opened(_mailbox(config, box)) as session:
        return _read_imap(session, _mailbox(config, box).name, reading)


def read_one(config: Config, store: Store, mail: bytes, *, now: datetime, take: Take = take_nothing) -> Intake:
    """Take in one mail, as a mail server hands it to a command; StoreBusy where another program holds the ledger."""
    return _Reading(store, limits(config), take, now).of({0: mail})[0]


def _mailbox(config: Config, box: BoxSettings) -> Mailbox:
    password = partial(secret, config, "mail.bounces.password_file", box.password_file or "")
    return Mailbox(box.imap or "", box.user or "", password, box.folder)


def _read_imap(session: Session, name: str, reading: _Reading) -> Intake:
    with reading.store.read() as connection:
        before = mailboxes.last_seen(connection, name, session.validity)
    done = Intake()
    try:
        for uids in _in_tens(session.uids(before)):
            intake, ours = reading.of({one.uid: one.data for one in session.fetch(uids)})
            done += intake
            if ours:
                session.mark_seen(ours)
            with reading.store.write() as connection:
                mailboxes.remember_seen(connection, name, session.validity, uids[-1])
    except FetchError as error:
        if done == Intake():
            raise
        # What has come so far is in the ledger, where nobody would hear of it the next time.
        return done + Intake(unread=(Unread(name, error.reason),))
    return done


def _is_ours(reports: Sequence[Report], intake: Intake) -> bool:
    """Another program's bounces, and its other mail, may come into the same box: they are its to mark
    (listmonk #1334)."""
    return any(report not in intake.unmatched for report in reports)


def _in_tens(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), _AT_ONCE):
        yield uids[start : start + _AT_ONCE]


def _read_maildir(folder: Path, reading: _Reading) -> Intake:
    name, done = f"maildir:{folder}", Intake()
    files = {_unique(path): path for path in _mails(folder)}
    with reading.store.write() as connection:
        new = mailboxes.unlooked(connection, name, files)
    for unique in new:
        intake = _look_at(files[unique], folder, reading)
        if intake is None:
            continue
        done += intake
        if not intake.unread:
            with reading.store.write() as connection:
                mailboxes.remember_file(connection, name, unique)
    return done


def _look_at(path: Path, folder: Path, reading: _Reading) -> Intake | None:
    """What a file came to, None where it holds no mail."""
    try:
        mail = _mail(path)
    except OSError as error:
        return Intake(unread=(Unread(str(path), f"cannot be read: {error.strerror}"),))
    if mail is None:
        return None
    intake, ours = reading.of({path: mail})
    return intake + _mark(path, folder) if ours else intake


def _mail(path: Path) -> bytes | None:
    """The beginning of a file, or of one that a link leads to; OSError.

    None for a folder, for a pipe, which would be waited on for ever, and for what a mail program has moved or removed
    meanwhile: if it is still there, it is met the next time.
    """
    try:
        if not S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as mail:
            return mail.read(LIMIT_BYTES)
    except FileNotFoundError:
        return None


def _mails(folder: Path) -> list[Path]:
    try:
        return sorted(path for name in ("new", "cur") for path in (folder / name).iterdir() if path.name[:1] != ".")
    except OSError as error:
        raise FetchError(str(folder), f"is no Maildir that can be read: {error.strerror}") from error


def _unique(path: Path) -> str:
    """What of a mail's name stays the same for ever (https://cr.yp.to/proto/maildir.html)."""
    return path.name.partition(":2,")[0]


def _mark(path: Path, folder: Path) -> Intake:
    """As a mail program marks what was read: in cur/, with the flag S among those it has, in the order of letters."""
    unique, _, flags = path.name.partition(":2,")
    try:
        path.rename(folder / "cur" / f"{unique}:2,{''.join(sorted({*flags, 'S'}))}")
    except FileNotFoundError:
        return Intake()
    except OSError as error:
        return Intake(unread=(Unread(str(path), f"cannot be marked as read: {error.strerror}"),))
    return Intake()
