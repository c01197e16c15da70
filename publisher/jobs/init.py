"""Init: look at the folder, write a commented config that fits it, and keep what the readers of its feeds know."""

from datetime import datetime
from functools import partial
from pathlib import Path

from publisher.config import HOME_NAME, load_config
from publisher.config.fields import category_path
from publisher.content import Engine, Survey, native_ids, survey
from publisher.core.adoption import adopt, extended
from publisher.core.slugs import category_slug
from publisher.errors import PublisherError, UsageError
from publisher.feeds import replace
from publisher.jobs.adopt import Adopted, by_rule, write_ids
from publisher.jobs.first_config import Kept, config_text
from publisher.jobs.ids import FILE_NAME as IDS_NAME
from publisher.jobs.ids import recall
from publisher.jobs.library import Library
from publisher.jobs.line_files import add_lines
from publisher.jobs.reading import read
from publisher.jobs.site import require_settings
from publisher.jobs.standing import Standing, category_feeds, category_patterns, category_slugs, site_feeds
from publisher.struct import Struct

_IGNORED = (
    *("publisher.db", "publisher.db-*", "cache.db", "cache.db-*", "preview/", "mail/", "dkim/"),
    # What the how-tos call the files of secrets, and of readers.
    *("*-password", "*.secret", "/keys", "/readers.csv"),
)
_OFF = {
    Engine.JEKYLL: "take jekyll-feed out of the plugins in _config.yml",
    Engine.HUGO: 'add "rss" to disableKinds in Hugo\'s configuration',
    Engine.PELICAN: "set the FEED_… settings in pelicanconf.py to None",
    Engine.ELEVENTY: "take the feed plugin or template out",
    Engine.ZOLA: "set generate_feeds to false in Zola's configuration",
}
"""How each engine is told to leave the feeds to Publisher."""


class Made(Struct, frozen=True):
    """What init saw and wrote; `url_known` False where a placeholder stands for the site's address.

    `kept` are the feeds whose paths are kept, below the output folder; `notes` are for people, a line each.
    """

    engine: Engine
    config: Path
    output: str
    url_known: bool
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def init(folder: Path, *, at: datetime) -> Made:
    """Write `config.yaml`, `.gitignore` and `.gitattributes` into the home that fits `folder`, and `ids.json` where the
    site has feeds.

    `at` is now. UsageError where there is a config, ContentError where the engine's own cannot be read.
    """
    found = survey(folder)
    home = folder if found.engine is Engine.PLAIN else folder / HOME_NAME
    config = home / "config.yaml"
    for present in (folder / HOME_NAME / "config.yaml", config):
        if present.exists():
            raise UsageError(f"{present.relative_to(folder)} is there already", hint="edit it, or remove it first")
    require_settings(found.problems, until="nothing is written")
    feeds, patterns = site_feeds(folder, found), category_patterns(found)
    kept = Kept({one.format: one.path for one in feeds}, patterns)
    replace(config, config_text(folder, found, kept))
    add_lines(home / ".gitignore", _IGNORED)
    # Else two branches that each have a new post conflict: the newest line of both comes last.
    add_lines(home / ".gitattributes", (f"{IDS_NAME} merge=union",))
    if found.ignore:
        add_lines(folder / found.ignore[0], found.ignore[1:])
    notes = [problem.told() for problem in found.problems]
    notes += _keep_ids(folder, found, kept, feeds, at) if feeds or patterns else []
    paths = [*(one.path for one in feeds), *patterns.values()]
    return Made(found.engine, config, found.output, found.url is not None, tuple(paths), tuple(notes))


def _keep_ids(folder: Path, found: Survey, kept: Kept, feeds: list[Standing], at: datetime) -> list[str]:
    """Adopt the ids of the feeds, and the paths of those of categories; the lines to tell of it."""
    try:
        config = load_config(folder / HOME_NAME if found.engine is not Engine.PLAIN else folder, {}, folder)
        adopted = read(config, partial(_keep_read_ids, found, kept, feeds), at=at)
        return [*adopted, *_told(found, feeds)]
    except PublisherError as error:
        return [f"the ids of the feeds that are here could not be kept: {error}"]


def _keep_read_ids(found: Survey, kept: Kept, feeds: list[Standing], library: Library) -> list[str]:
    config, others = library.config, {one.path for one in feeds}
    patterns = kept.category_patterns.items()
    named = [one for pattern in patterns for one in category_feeds(library.place.output, *pattern, others)]
    slugs = _slugs(library, found, named)
    if slugs:
        replace(config.file, config_text(config.folder, found, Kept(kept.paths, kept.category_patterns, slugs)))
    if recall(config.home).records:
        return ["ids.json is there already: posts keep their ids"]
    return _adopt(library, [*feeds, *named])


def _slugs(library: Library, found: Survey, named: list[Standing]) -> dict[str, str]:
    slugs = category_slugs(named, library.posts, library.place.site.timezone)
    if found.engine is Engine.JEKYLL and any(one.by_category for one in found.served):
        # jekyll-feed puts a category into the path as it is, also where the site is not built yet.
        slugs = {name: name for post in library.posts for name in post.categories} | slugs
    return {name: slug for name, slug in sorted(slugs.items()) if _differs(name, slug)}


def _differs(category: str, slug: str) -> bool:
    try:
        return category_slug(category, {}) != category_path(slug)
    except ValueError:
        return False


def _adopt(library: Library, standing: list[Standing]) -> list[str]:
    feeds = [one.feed for one in standing if one.feed]
    found = adopt(feeds, library.posts, library.ids, library.place.site.timezone)
    if feeds:
        found, rule = by_rule(library, found, library.posts)
    else:
        native = native_ids(library.place.rules, library.posts, library.scan.context)
        found, rule = extended(found, native, library.ids), True
    write_ids(library, found.ids)
    clashes = [f"{first} and {second} would both have the id {id_}" for id_, first, second in found.clashes]
    return [*Adopted(found, 0, rule).summary(), *clashes]


def _told(found: Survey, feeds: list[Standing]) -> list[str]:
    unbuilt = [
        f"{one.path} is not built yet: its ids are taken from the rule that {found.engine} has"
        for one in feeds
        if not one.feed
    ]
    off = _OFF.get(found.engine)
    told = f"{found.engine} writes its feeds as well: {off}, or run 'publisher build' after it each time"
    return [*unbuilt, *([told] if off else [])]
