"""The edges that mail leaves by, built from the settings."""

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.config import (
    Config,
    ServerSettings,
    believes_ledger,
    exposed,
    mail_key,
    mail_of,
    refusal,
    secret,
    servers,
    signing_keys,
)
from publisher.errors import ConfigError, Problem, Severity, UsageError

if TYPE_CHECKING:
    from publisher.mail import Address, Signer
    from publisher.mail.providers import Provider
    from publisher.mail.tokens import Signing
    from publisher.transport import Transport


def all_servers(config: Config) -> dict[str, ServerSettings]:
    """Those of the site and of every newsletter, by name; without those of a newsletter that names none."""
    found: dict[str, ServerSettings] = {}
    for newsletter in (None, *config.settings.newsletters):
        with suppress(ConfigError):
            found |= {one.server.name: one for one in servers(config, newsletter)}
    return found


def transport_of(config: Config, server: ServerSettings) -> "Transport":
    """Its way out; its password is read at each connect."""
    from publisher.transport import make_transport

    return make_transport(
        server.url,
        user=server.user,
        password=(lambda: password_of(config, server)) if server.password_file else None,
        auth=server.auth,
        tls=server.tls,
        home=config.home,
    )


def providers_of(config: Config, newsletter: str | None) -> "tuple[Provider, ...]":
    """Whose servers mail of `newsletter` leaves by, in their order; none where it has no server yet."""
    from publisher.mail.providers import provider_of

    with suppress(ConfigError):
        hosts = [urlsplit(one.url).hostname or "" for one in servers(config, newsletter)]
        return tuple(dict.fromkeys(found for host in hosts if (found := provider_of(host))))
    return ()


def password_of(config: Config, server: ServerSettings) -> str:
    """Read each time, since a token changes; empty where there is none."""
    key = f"{server.section}.password_file"
    return secret(config, key, server.password_file) if server.password_file else ""


def exposed_passwords(config: Config) -> list[Problem]:
    """The files of passwords that others can read, each once."""
    files = {f"{one.section}.password_file": one.password_file for one in all_servers(config).values()}
    box = config.settings.mail.bounces
    files["mail.bounces.password_file"] = box.password_file if box else None
    files |= {f"hooks.{name}.secret_file": one.secret_file for name, one in config.settings.hooks.items()}
    found = [exposed(config, key, file, "log in as you") for key, file in files.items() if file]
    return [problem for problem in (*found, _exposed_keys(config)) if problem is not None]


def _exposed_keys(config: Config) -> Problem | None:
    """What is wrong with the file of signing keys: that it cannot be used is told first."""
    file = config.settings.web.secret_file
    if file is None:
        return None
    try:
        signing_keys(config)
    except ConfigError as error:
        place, *_ = error.problems
        told = f"{place.message}: {error.hint}" if error.hint else place.message
        return Problem(place.file, place.line, place.column, Severity.WARNING, "unusable-keys", told)
    return exposed(config, "web.secret_file", file, "make links as you do")


def return_path_of(config: Config, newsletter: str | None) -> "Address | None":
    """Where reports on mail of `newsletter` come back, None where nothing is set; ConfigError."""
    from publisher.mail import parse_mailbox
    from publisher.mail.verp import TOKEN_LENGTH, return_path

    mail = mail_of(config, newsletter)
    if mail.return_path is None:
        return None
    key = mail_key(config, newsletter, "return_path")
    try:
        address = parse_mailbox(mail.return_path).address
    except UsageError as error:
        raise refusal(config, key, error.message, hint=error.hint or "") from error
    if mail.verp:
        try:
            return_path(address, "x" * TOKEN_LENGTH)
        except UsageError as error:
            hint = f"{error.hint}; or set verp: false, and reports are told apart by a header"
            raise refusal(config, key, error.message, hint=hint) from error
    return address


def signer_of(config: Config, newsletter: str | None, domain: str) -> "Signer | None":
    """What signs mail of `newsletter` from `domain`, None where nothing does; ConfigError."""
    from publisher.mail.dkim_files import signer

    return signer(config, domain, newsletter)


def signing_of(config: Config, ledger: bytes) -> "Signing":
    """The keys of `web.secret_file`, or the ledger's secret; ConfigError where the file holds none, or a weak one."""
    from publisher.mail.tokens import Signing

    keys = signing_keys(config)
    if not keys:
        return Signing(ledger, (ledger,), (ledger,))
    every = (*keys, ledger)
    return Signing(keys[0], every if believes_ledger(config) else keys, every)
