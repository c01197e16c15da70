"""Settings turned into the nouns the rest works with, and the checks that only mailing needs."""

import copy
from pathlib import Path
from typing import Any

from publisher.config.load import Config
from publisher.core.schedules import parse_schedule
from publisher.errors import ConfigError, NotFound, Problem, Severity
from publisher.model.newsletter import Frequency, Newsletter, Utm


def newsletter(config: Config, name: str, timezone: str) -> Newsletter:
    """The newsletter called `name`, in `timezone` unless it names its own; NotFound lists those there are."""
    chosen = config.settings.newsletters.get(name)
    if chosen is None:
        names = ", ".join(config.settings.newsletters) or "none is configured"
        raise NotFound("newsletter", name, hint=f"newsletters in {config.shown}: {names}")
    return Newsletter(
        name=name,
        title=chosen.title,
        sender=chosen.from_,
        reply_to=chosen.reply_to,
        subject=chosen.subject,
        schedules={Frequency(f): parse_schedule(Frequency(f), text) for f, text in chosen.schedules.items()},
        timezone=chosen.timezone or timezone,
        categories=None if chosen.categories is None else tuple(chosen.categories),
        languages=tuple(chosen.languages),
        template=chosen.template,
        preheader=chosen.preheader,
        logo=chosen.logo or config.settings.site.logo,
        accent=chosen.accent,
        footer=chosen.footer,
        attached=chosen.images == "attached",
        utm=Utm(chosen.utm.source, chosen.utm.medium, chosen.utm.campaign or name) if chosen.utm else None,
    )


def newsletters(config: Config, timezone: str) -> list[Newsletter]:
    """All of them, in the file's order."""
    return [newsletter(config, name, timezone) for name in config.settings.newsletters]


def transport_url(config: Config) -> str:
    """The transport as one URL; ConfigError where none is configured."""
    mail = config.settings.mail
    if mail.transport:
        return mail.transport
    if not mail.host:
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", "mail.transport: is required to send mail")
        hint = "set mail.transport, such as smtp://localhost:25, or PUBLISHER_MAIL__TRANSPORT"
        raise ConfigError([problem], hint=hint)
    scheme, port = ("smtps", 465) if mail.port == 465 else ("smtp", mail.port or 587)
    host = f"[{mail.host}]" if ":" in mail.host else mail.host
    return f"{scheme}://{host}:{port}"


def password(config: Config) -> str | None:
    """The password in `mail.password_file`, without its line end; ConfigError where it cannot be read."""
    name = config.settings.mail.password_file
    if name is None:
        return None
    try:
        return (config.home / name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"mail.password_file: {name!r} cannot be read: {error}"
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", message)
        raise ConfigError([problem]) from error


def database_file(config: Config) -> Path:
    """The ledger's file, absolute."""
    return config.home / config.settings.database.removeprefix("sqlite:///")


def shown(config: Config) -> dict[str, Any]:
    """The settings as JSON values, as the file would say them; nothing in them is secret, passwords stand in files."""
    values: dict[str, Any] = copy.deepcopy(dict(config.values))
    for chosen in values["newsletters"].values():
        chosen["categories"] = chosen["categories"] or "all"
    return values
