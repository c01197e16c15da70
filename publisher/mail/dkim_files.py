"""The keys that `mail.dkim` names, read from files that nobody else can read."""

import os
from pathlib import Path

from publisher.config import Config, mail_key, mail_of, refusal, unsafe
from publisher.errors import ConfigError, UsageError
from publisher.mail.dkim import DkimKey, Signer


def signer(config: Config, sender_domain: str, newsletter: str | None = None) -> Signer | None:
    """What signs mails of `newsletter` whose From is at `sender_domain`, in ASCII; None where `mail.dkim` is not set.

    ConfigError where a key cannot be used, and where `mail.dkim.domain` is not the sender's: DMARC (RFC 7489 section
    3.1.1) takes a signature only of a domain that is the From's, or above or below it. Reads the files each time, and
    an RSA key takes milliseconds to check: ask once for each sender.
    """
    chosen, key = mail_of(config, newsletter).dkim, mail_key(config, newsletter, "dkim")
    if chosen is None:
        return None
    sender = sender_domain.lower()
    domain = chosen.domain or sender
    if not (f".{sender}".endswith(f".{domain}") or domain.endswith(f".{sender}")):
        told = f"{domain} signs for no mail from {sender}: receivers would take it for forged"
        raise refusal(config, f"{key}.domain", told, hint=f"write {sender}, or leave it out: the sender's is taken")
    return Signer(domain, [(name, key_of(config, name, file, f"{key}.keys")) for name, file in chosen.keys.items()])


def key_of(config: Config, selector: str, file: str, setting: str = "mail.dkim.keys") -> DkimKey:
    """The private key in `file`, relative to home, that `setting` names; ConfigError where it cannot be used, which
    shows nothing of it."""
    # Here, not above: who does not sign need not wait for OpenSSL.
    from publisher.mail.dkim_keys import read_key

    try:
        path = config.home / file
        return read_key(_private(config, setting, selector, path))
    except UsageError as error:
        raise _refused(config, setting, selector, f"{path}: {error.message}", error.hint or "") from error


def _private(config: Config, setting: str, selector: str, path: Path) -> bytes:
    try:
        # Not to wait for ever where it is a pipe. The state is asked of what is open: a name can change hands.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            fault = unsafe(path, os.fstat(file.fileno()), "sign as you")
            if fault:
                raise _refused(config, setting, selector, f"{path} {fault[0]}", fault[1])
            return file.read()
    except FileNotFoundError as error:
        hint = "copy it to there, or make a new one with 'publisher mail keygen'"
        raise _refused(config, setting, selector, f"{path} is not there", hint) from error
    except OSError as error:
        hint = "let the user who runs publisher own it"
        raise _refused(config, setting, selector, f"{path} cannot be read: {error.strerror}", hint) from error


def _refused(config: Config, setting: str, selector: str, fault: str, hint: str) -> ConfigError:
    return refusal(config, setting, f"{selector}: {fault}", hint=hint)
