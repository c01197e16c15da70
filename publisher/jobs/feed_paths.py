"""Whether all that is written can lie beside one another."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.config import Config, database_file, place_of, refusal
from publisher.errors import ConfigError
from publisher.feeds.names import GENERATOR
from publisher.jobs.ids import FILE_NAME as IDS_NAME
from publisher.jobs.library import Library
from publisher.jobs.site import shown_path

_OURS = f'<meta name="generator" content="{GENERATOR}">'.encode()
_OF_ISSUES = "feeds.paths.newsletter_"
_HINT = "choose another path: feeds.paths, or for a feed of your own feeds.custom.NAME.paths"


def check_paths(config: Config, files: Iterable[tuple[str, str]]) -> None:
    """ConfigError where two of the files, each with what it is, would lie at one path, or one inside another, or where
    `feeds.redirects` leads nowhere.

    Each build would write both, and readers see them in turn.
    """
    taken: dict[str, str] = {}
    for what, path in files:
        if path in taken:
            raise _refused(config, path, f"{taken[path]} and {what} would both be {path}")
        taken[path] = what
    old = config.settings.feeds.redirects
    _check_redirects(config, taken)
    _check_folders(config, taken | {path: f"a redirect from {path}" for path in old})


def require_free(library: Library, paths: Iterable[str]) -> None:
    """ConfigError where one of the paths below the output folder is that of a post, of the settings or of a template.

    Possible only where feeds lie at the site's own root.
    """
    config, output = library.config, library.place.output
    content = config.folder / library.place.rules.content
    if not (content.is_relative_to(output) or config.home.is_relative_to(output)):
        return
    own = (config.file, config.home / IDS_NAME, config.home / CACHE_NAME, database_file(config))
    kept = {*library.index.paths(), *(shown_path(config, path) for path in own)}
    ours = {record.path for record in library.known.feeds}
    for path in paths:
        shown = shown_path(config, output / path)
        is_template = (output / path).is_relative_to(config.home / "templates")
        if is_template or (shown in kept and path not in ours):
            raise refusal(config, _key_of(config, path), f"{shown} is no feed, and would be written over", hint=_HINT)


def require_no_other_page(library: Library) -> None:
    """ConfigError where the site has a page of its own where that of all feeds would lie, such as Hugo's of a section
    `feeds`. Of feeds the last one written counts, but nobody asked for this page by a path of theirs.

    Told once: what `ids.json` or the page's own head says is ours stays so.
    """
    require_own_pages(library, [library.config.settings.feeds.paths["page"]])


def require_own_pages(library: Library, paths: Iterable[str]) -> None:
    """The same of any pages."""
    config, ours = library.config, {record.path for record in library.known.feeds}
    for path in paths:
        file = library.place.output / path
        if path not in ours and _is_other(file):
            hint = "write another path, such as all-feeds/index.html; where the page is an old one of ours, remove it"
            message = f"{shown_path(config, file)} is a page of your site, and would be written over"
            raise refusal(config, _key_of(config, path), message, hint=hint)


def _is_other(page: Path) -> bool:
    try:
        return page.is_file() and _OURS not in page.read_bytes()
    except OSError:
        # Ours can be read by whoever wrote it.
        return True


def _check_redirects(config: Config, taken: Mapping[str, str]) -> None:
    for old, new in config.settings.feeds.redirects.items():
        if old in taken:
            hint = "a redirect starts where a feed was before and is no more"
            raise refusal(config, "feeds.redirects", f"{taken[old]} lies at {old}", hint=hint)
        if new not in taken:
            hint = "lead it to where a feed lies now"
            raise refusal(config, "feeds.redirects", f"{old} leads to {new}, where no feed lies", hint=hint)


def _check_folders(config: Config, taken: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for path, what in taken.items():
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            if folder in taken:
                raise _refused(config, folder, f"{taken[folder]} would be {folder}, which is a folder of {what}")
            seen.add(folder)
            folder = folder.rpartition("/")[0]


def _refused(config: Config, path: str, message: str) -> ConfigError:
    return refusal(config, _key_of(config, path), message, hint=_HINT)


def _makes(pattern: str, path: str) -> bool:
    made = re.escape(pattern).replace(re.escape("{slug}"), "[^/]+").replace(re.escape("{number}"), "[0-9]+")
    return re.fullmatch(made, path) is not None


def _key_of(config: Config, path: str) -> str:
    """The setting that is this path; where there is none it was made from a pattern."""
    feeds = config.settings.feeds
    keys = {f"feeds.paths.{name}": told for name, told in feeds.paths.items()}
    for name, one in feeds.custom.items():
        keys |= {f"feeds.custom.{name}.paths.{format_}": told or "" for format_, told in one.paths.items()}
    named = [key for key, told in keys.items() if told == path or (_OF_ISSUES in key and _makes(told, path))]
    # What the writer wrote before what is so by default.
    return next((key for key in named if place_of(config, key)[1]), (named or ["feeds.paths"])[0])
