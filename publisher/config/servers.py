"""Which servers take a newsletter's mail, and what else `mail` says of it: its own settings over the site's."""

from publisher.config.load import Config
from publisher.config.mail_settings import (
    OF_ONE_SERVER,
    MailSettings,
    OwnMailSettings,
    ServerKeys,
    ServerSettings,
)
from publisher.errors import ConfigError, Problem, Severity
from publisher.model.server import Server
from publisher.struct import asdict, replace

MAIN = "main"
"""The name of a server that the settings give none."""

_IMPLICIT_TLS, _SUBMISSION = 465, 587


def servers(config: Config, newsletter: str | None) -> tuple[ServerSettings, ...]:
    """The servers that take the mail of `newsletter`, None for mail of none; ConfigError where none is named."""
    own = _own(config, newsletter)
    # Servers of its own are counted and slowed down by themselves.
    apart = own is not None and (_names_a_server(own) or any(getattr(own, key) is not None for key in OF_ONE_SERVER))
    mail, prefix = mail_of(config, newsletter), f"{newsletter}/" if apart else ""
    section = f"newsletters.{newsletter}.mail" if own and _names_a_server(own) else "mail"
    if mail.servers:
        return tuple(_settings(prefix + name, keys, f"{section}.servers.{name}") for name, keys in mail.servers.items())
    if own and own.password_file:
        section = f"newsletters.{newsletter}.mail"
    return (_settings(prefix + MAIN, _single(mail, _url(config, mail)), section),)


def mail_of(config: Config, newsletter: str | None) -> MailSettings:
    """`mail` as it is for `newsletter`, None for mail of none: its own keys over the site's.

    One that names a server takes nothing of the site's servers: a password is told to none but its own.
    """
    site, own = config.settings.mail, _own(config, newsletter)
    if own is None:
        return site
    told = {key: value for key, value in asdict(own).items() if value not in (None, {})}
    return replace(_without_server(site) if _names_a_server(own) else site, **told)


def mail_key(config: Config, newsletter: str | None, key: str) -> str:
    """Where the settings say what `mail_of` has under `key`: `mail.dkim`, or `newsletters.weekly.mail.dkim`."""
    own = _own(config, newsletter)
    return f"mail.{key}" if own is None or getattr(own, key) is None else f"newsletters.{newsletter}.mail.{key}"


def _own(config: Config, newsletter: str | None) -> OwnMailSettings | None:
    # An issue may be of a newsletter that is gone from the settings; its mail leaves as the site's.
    chosen = config.settings.newsletters.get(newsletter) if newsletter else None
    return chosen.mail if chosen else None


def _names_a_server(own: OwnMailSettings) -> bool:
    return bool(own.transport or own.host or own.servers)


def _without_server(mail: MailSettings) -> MailSettings:
    none = dict.fromkeys(("transport", "host", "port", *OF_ONE_SERVER))
    return replace(mail, **{**none, "connections": 1, "servers": {}})


def _single(mail: MailSettings, url: str) -> ServerKeys:
    return ServerKeys(transport=url, weight=1, **{key: getattr(mail, key) for key in OF_ONE_SERVER})


def _url(config: Config, mail: MailSettings) -> str:
    if mail.transport:
        return mail.transport
    if not mail.host:
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", "mail.transport: is required to send mail")
        hint = "set mail.transport, such as smtp://localhost:25, or PUBLISHER_MAIL__TRANSPORT"
        raise ConfigError([problem], hint=hint)
    scheme, port = ("smtps", _IMPLICIT_TLS) if mail.port == _IMPLICIT_TLS else ("smtp", mail.port or _SUBMISSION)
    host = f"[{mail.host}]" if ":" in mail.host else mail.host
    return f"{scheme}://{host}:{port}"


def _settings(name: str, keys: ServerKeys, section: str) -> ServerSettings:
    return ServerSettings(
        server=Server(name, keys.weight, keys.connections, keys.rate, keys.daily, keys.warm_up),
        url=keys.transport,
        user=keys.user,
        password_file=keys.password_file,
        auth=keys.auth,
        tls=keys.tls,
        section=section,
    )
