"""Settings turned into the nouns the rest works with, and the checks that only mailing needs."""

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

from publisher.config.blame import refusal
from publisher.config.load import Config
from publisher.config.measures import span
from publisher.config.settings import NewsletterSettings
from publisher.core.schedules import parse_schedule
from publisher.errors import NotFound
from publisher.model.newsletter import CatchUp, Frequency, Newsletter, Schedule, Utm


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
        editor=chosen.editor,
        approve=chosen.approve,
        latest_in_welcome=chosen.welcome == "latest",
        welcomes=chosen.welcome != "none",
        subject=chosen.subject,
        schedules=_schedules(chosen),
        timezone=chosen.timezone or timezone,
        categories=None if chosen.categories is None else tuple(chosen.categories),
        languages=tuple(chosen.languages),
        template=chosen.template,
        preheader=chosen.preheader,
        logo=chosen.logo or config.settings.site.logo,
        accent=chosen.accent,
        footer=chosen.footer,
        attached=chosen.images == "attached",
        reader_zones=chosen.at == "reader",
        catch_up=CatchUp(chosen.catch_up),
        max_age=span(chosen.max_age) if chosen.max_age else None,
        archive=chosen.archive,
        utm=Utm(chosen.utm.source, chosen.utm.medium, chosen.utm.campaign or name) if chosen.utm else None,
        hold=span(chosen.hold) if chosen.hold else timedelta(0),
        reach=span(chosen.reach),
        min_posts=chosen.min_posts,
        max_posts=chosen.max_posts,
    )


def _schedules(chosen: NewsletterSettings) -> dict[Frequency, Schedule]:
    return {
        Frequency(name): parse_schedule(
            Frequency(name), text, start=chosen.start, end=chosen.end, quiet=chosen.quiet, exclude=chosen.exclude
        )
        for name, text in chosen.schedules.items()
    }


def newsletters(config: Config, timezone: str) -> list[Newsletter]:
    """All of them, in the file's order."""
    return [newsletter(config, name, timezone) for name in config.settings.newsletters]


_ALONE = "write the secret into it, in UTF-8 and alone, and let the user who runs publisher read it"


def secret(config: Config, key: str, file: str) -> str:
    """The one line of the file that `key` names, such as `mail.password_file`, without its end and never empty.

    `file` is relative to home; ConfigError where it cannot be read, or holds anything else.
    """
    found = secret_lines(config, key, file)
    if len(found) != 1:
        fault = "has more than one line" if found else "is empty"
        raise refusal(config, key, f"{file!r} {fault}", hint=_ALONE)
    return found[0]


def secret_lines(config: Config, key: str, file: str) -> list[str]:
    """The same of a file that may hold several, none where it is empty; ConfigError where it cannot be read."""
    try:
        # With the mark that editors put before UTF-8, no server would take it.
        text = (config.home / file).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(config, key, f"{file!r} cannot be read: {error}", hint=_ALONE) from error
    return text.split("\n") if text else []


def database_file(config: Config) -> Path:
    """The ledger's file, absolute."""
    return config.home / config.settings.database.removeprefix("sqlite:///").partition("?")[0]


def database_url(config: Config) -> str:
    """Where the ledger is, as SQLAlchemy writes it, with what the settings ask of it: `?synchronous=NORMAL`."""
    _, mark, query = config.settings.database.partition("?")
    return f"sqlite:///{database_file(config)}{mark}{query}"


def shown(config: Config) -> dict[str, Any]:
    """The settings as JSON values, as the file would say them. Passwords stand in files; of a hook's address what
    follows the '?' is left out, as that is where programs have them put their keys."""
    values: dict[str, Any] = copy.deepcopy(dict(config.values))
    for chosen in values["newsletters"].values():
        chosen["categories"] = chosen["categories"] or "all"
    for hook in values["hooks"].values():
        address, mark, _ = hook["url"].partition("?")
        hook["url"] = address + (f"{mark}…" if mark else "")
    return values
