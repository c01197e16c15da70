"""The site as it is: the config's word first, then the engine's own settings, then a default."""

from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from publisher.config import HOME_NAME, Config, shown
from publisher.content import ContentSource, Engine, Rules, survey
from publisher.errors import ConfigError, Problem, Severity
from publisher.model.post import Author
from publisher.model.site import PLACEHOLDER_HOST, Site


@dataclass(frozen=True, slots=True)
class Place:
    """The site, the rules its posts are read by, and the folder its feeds are written to.

    `looked_at` are the engine's own files and folders that it was told from.
    """

    site: Site
    rules: Rules
    output: Path
    problems: tuple[Problem, ...]
    looked_at: tuple[str, ...]


def resolve(config: Config) -> Place:
    """What holds for this site; `problems` are those of the engine's own configuration."""
    settings = config.settings
    engine = None if settings.content.engine == "auto" else Engine(settings.content.engine)
    found = survey(config.folder, engine)
    author = settings.site.author
    url = settings.site.url or found.url or f"https://{PLACEHOLDER_HOST}/"
    site = Site(
        title=settings.site.title or found.title or config.folder.name,
        url=url if url.endswith("/") else url + "/",
        language=settings.site.language or found.language or "en",
        timezone=settings.site.timezone or found.timezone or "UTC",
        author=Author(author.name, author.email) if author else found.author,
        description=settings.site.description or found.description or "",
        icon=settings.site.icon,
        logo=settings.site.logo,
        address=settings.site.address,
    )
    output = settings.feeds.output or found.output
    content = settings.content.path or found.content
    if _same(output, content) and not _same(content, "."):
        message = f"feeds.output: {output!r} is where the posts are"
        raise ConfigError([Problem(config.shown, 0, 0, Severity.ERROR, "config", message)])
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
    return Place(site, rules, config.folder / output, found.problems, found.looked_at)


def _same(one: str, other: str) -> bool:
    return PurePosixPath(one) == PurePosixPath(other)


def effective(config: Config) -> dict[str, Any]:
    """The settings in force as JSON values: the config's, with what the engine's own say where it is silent."""
    place, values = resolve(config), shown(config)
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
        message = "site.url: is still the placeholder; mail would link to nowhere"
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", message)
        raise ConfigError([problem], hint="set site.url to the address your site is served from")


def shown_path(config: Config, path: Path) -> str:
    """A path as messages name it: relative to the site's folder, with `/`."""
    return path.relative_to(config.folder).as_posix() if path.is_relative_to(config.folder) else path.as_posix()
