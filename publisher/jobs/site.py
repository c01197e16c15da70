"""The site as it is: the config's word first, then the engine's own settings, then a default."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publisher.config import HOME_NAME, Config, place_of, refusal, shown
from publisher.content import ContentSource, Engine, Rules, survey
from publisher.errors import ContentError, Problem, Severity
from publisher.feeds.urls import uri, web
from publisher.jobs.outputs import require_served
from publisher.model.post import Author
from publisher.model.site import PLACEHOLDER_HOST, Site
from publisher.struct import Struct, asdict


class Place(Struct, frozen=True):
    """The site, the rules its posts are read by, and the folder its feeds are written to.

    `looked_at` are the engine's own files and folders that it was told from.
    """

    site: Site
    rules: Rules
    output: Path
    problems: tuple[Problem, ...]
    looked_at: tuple[str, ...]


def resolve(config: Config) -> Place:
    """What holds for this site; `problems` are those of the engine's own configuration, and an unknown address."""
    settings = config.settings
    engine = None if settings.content.engine == "auto" else Engine(settings.content.engine)
    found = survey(config.folder, engine)
    author = settings.site.author
    url = _known(settings.site.url) or found.url or f"https://{PLACEHOLDER_HOST}/"
    site = Site(
        title=settings.site.title or found.title or config.folder.name,
        # As addresses are written in feeds: a raw one is no URI, and a base path may be Japanese.
        url=uri(url if url.endswith("/") else url + "/"),
        language=settings.site.language or found.language or "en",
        timezone=settings.site.timezone or found.timezone or "UTC",
        author=Author(author.name, author.email) if author else found.author,
        description=settings.site.description or found.description or "",
        icon=web(settings.site.icon),
        logo=web(settings.site.logo),
        address=settings.site.address,
    )
    output = settings.feeds.output or found.output
    content = settings.content.path or found.content
    require_served(config, found, content, output)
    rules = Rules(
        engine=found.engine,
        folder=config.folder,
        content=content,
        url=site.url,
        timezone=site.timezone,
        permalink=settings.content.permalink or found.permalink,
        exclude=(output, HOME_NAME),
        title=site.title,
        language=site.language,
        output=output,
        source=ContentSource(settings.content.source),
        settings=found.settings,
    )
    return Place(site, rules, config.folder / output, (*found.problems, *_placeless(config, url)), found.looked_at)


def _known(url: str | None) -> str | None:
    """The config's address; not the placeholder that init wrote, so that the engine can be told the real one later."""
    return None if url is None or urlsplit(url).hostname == PLACEHOLDER_HOST else url


def _placeless(config: Config, url: str) -> list[Problem]:
    if _known(url):
        return []
    file, line, column = place_of(config, "site.url")
    message = "site.url: is not known yet: feeds link to a placeholder, and no mail is sent; write your site's address"
    where = shown_path(config, config.file) if file == config.shown else file
    return [Problem(where, line, column, Severity.WARNING, "no-site-url", message)]


def settings_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those of the problems of the engine's own configuration for which it cannot be read."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def require_settings(problems: Iterable[Problem], *, until: str) -> None:
    """ContentError where the engine's own configuration cannot be read: by its defaults every address would change.

    `until` says what does not happen before it is mended.
    """
    errors = settings_errors(problems)
    if errors:
        raise ContentError(errors, hint=f"mend it and try again; until then {until}")


def effective(config: Config) -> dict[str, Any]:
    """The settings in force as JSON values: the config's, with what the engine's own say where it is silent."""
    place, values = resolve(config), shown(config)
    require_settings(place.problems, until="nobody knows what is in force")
    site = place.site
    values["site"] |= {"title": site.title, "url": site.url, "language": site.language, "timezone": site.timezone}
    values["site"] |= {"description": site.description, "author": None if site.author is None else asdict(site.author)}
    values["content"] |= {"engine": str(place.rules.engine), "path": place.rules.content}
    values["content"] |= {"permalink": place.rules.permalink}
    values["feeds"] |= {"output": shown_path(config, place.output)}
    return values


def require_site_url(config: Config, site: Site) -> None:
    """ConfigError while the site's address is unknown: links in a mail cannot be mended once it is sent."""
    if PLACEHOLDER_HOST in site.url:
        hint = "set site.url to the address your site is served from"
        raise refusal(config, "site.url", "is still the placeholder; mail would link to nowhere", hint=hint)


def shown_path(config: Config, path: Path) -> str:
    """A path as messages name it: relative to the site's folder, with `/`."""
    return path.relative_to(config.folder).as_posix() if path.is_relative_to(config.folder) else path.as_posix()
