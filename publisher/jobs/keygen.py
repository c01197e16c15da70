"""Keygen: private keys for DKIM, and what to write into DNS and settings so that they count."""

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from publisher.config import Config
from publisher.errors import OutputError, UsageError
from publisher.jobs.line_files import add_lines
from publisher.mail.address import parse_address, parse_mailbox
from publisher.mail.dkim import DkimKey, KeyType
from publisher.mail.dkim_files import key_of
from publisher.mail.dkim_keys import new_pem, read_key
from publisher.mail.dkim_records import DkimRecord, dkim_record
from publisher.struct import Struct

FOLDER = "dkim"

_SELECTOR = re.compile("[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?")
_LETTERS = {KeyType.RSA: "r", KeyType.ED25519: "e"}


class Published(Struct, frozen=True):
    """A key and its record; `file` as the settings name it, relative to home."""

    selector: str
    type: KeyType
    file: str
    record: DkimRecord


class Signing(Struct, frozen=True):
    """The keys that sign as `domain`."""

    domain: str
    keys: tuple[Published, ...]

    @property
    def settings(self) -> str:
        """The lines for `config.yaml`; selectors in quotes, since YAML reads some as numbers."""
        lines = ["mail:", "  dkim:", f"    domain: {self.domain}", "    keys:"]
        return "\n".join([*lines, *(f'      "{one.selector}": {one.file}' for one in self.keys)])


def keygen(
    config: Config, *, domain: str | None, selector: str | None, types: Sequence[KeyType], at: datetime
) -> Signing:
    """Make a key of each of `types` in `dkim/` of home, which git is told to ignore; never over one that is there.

    `domain` None is the one of the settings. `selector` names a single key, and of several the beginning of each; None
    is the month of `at`. UsageError where a key is there already or a word is off, OutputError where one cannot be
    written: then none is.
    """
    named = _domain(config, domain)
    pems = {name: new_pem(type_) for name, type_ in _selectors(selector, types, at).items()}
    add_lines(config.home / ".gitignore", (f"{FOLDER}/",))
    _store(config.home / FOLDER, pems)
    files = {name: f"{FOLDER}/{name}.pem" for name in pems}
    return Signing(named, tuple(_published(named, name, files[name], read_key(pem)) for name, pem in pems.items()))


def made(config: Config, *, domain: str | None) -> Signing:
    """The keys that sign already, and those in `dkim/` that do not yet. UsageError where there is none, ConfigError
    where one cannot be used."""
    chosen = config.settings.mail.dkim
    files = dict(chosen.keys) if chosen else {}
    there = {f"{FOLDER}/{path.name}": path.stem for path in sorted((config.home / FOLDER).glob("*.pem"))}
    files |= {name: file for file, name in there.items() if file not in files.values()}
    if not files:
        raise UsageError("there is no key", hint="make some with 'publisher mail keygen'")
    named = _domain(config, domain)
    return Signing(
        named, tuple(_published(named, name, file, key_of(config, name, file)) for name, file in files.items())
    )


def _published(domain: str, selector: str, file: str, key: DkimKey) -> Published:
    return Published(selector, key.type, file, dkim_record(domain, selector, key))


def _domain(config: Config, given: str | None) -> str:
    if given is not None:
        return _ascii(given)
    chosen = config.settings.mail.dkim
    if chosen and chosen.domain:
        return chosen.domain
    senders = [one.from_ for one in config.settings.newsletters.values() if one.from_]
    domains = sorted({parse_mailbox(sender).address.domain.lower() for sender in senders})
    if len(domains) != 1:
        found = f"newsletters are from {', '.join(domains)}" if domains else "no newsletter has a from"
        raise UsageError(f"which domain is to sign? {found}", hint="name it with --domain")
    return domains[0]


def _ascii(domain: str) -> str:
    try:
        return parse_address(f"postmaster@{domain}").domain.lower()
    except UsageError as error:
        raise UsageError(f"{domain!r} is no domain", hint="write it like example.com, without https:// or @") from error


def _selectors(given: str | None, types: Sequence[KeyType], at: datetime) -> dict[str, KeyType]:
    stem = f"pub{at:%Y%m}" if given is None else given.lower()
    alone = given is not None and len(types) == 1
    named = {stem if alone else stem + _LETTERS[type_]: type_ for type_ in types}
    if not all(_SELECTOR.fullmatch(name) for name in named):
        raise UsageError(f"{given!r} is no selector", hint="write a few letters, digits and hyphens, such as pub202611")
    return named


def _store(folder: Path, pems: dict[str, bytes]) -> None:
    """Write all the keys or none. Each is whole from the first moment on, and nobody else's to read."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".new-", dir=folder) as draft:
            for name, pem in pems.items():
                _write(Path(draft) / name, pem)
            _put({Path(draft) / name: folder / f"{name}.pem" for name in pems})
        _sync(folder)
    except OSError as error:
        raise OutputError(str(folder), f"no key was written: {error.strerror}") from error


def _put(places: dict[Path, Path]) -> None:
    """Each drafted file into its place, where none may be yet."""
    put: list[Path] = []
    try:
        for source, target in places.items():
            # A link, not a renaming: that would replace a key that mails are signed with.
            os.link(source, target)
            put.append(target)
    except OSError as error:
        for target in put:
            target.unlink()
        if not isinstance(error, FileExistsError):
            raise
        there = list(places.values())[len(put)]
        hint = "choose another name with --selector, or see its record with 'publisher mail dns'"
        raise UsageError(f"{there} is there already, and no key is written over", hint=hint) from error


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
