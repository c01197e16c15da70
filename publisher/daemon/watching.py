"""The only door to watchfiles: what changes in the site's folder and matters."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from publisher.config import Config, database_file
from publisher.content import ContentSource
from publisher.jobs.feed_plan import PAGES
from publisher.jobs.site import resolve

_OWN = ("cache.db", "ids.json")
_FEEDS = (".xml", ".json")
_TEXTS = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mkdown", ".html", ".htm", ".rst", ".njk", ".liquid", ".j2")
_SETTINGS = (".yml", ".yaml", ".toml", ".json", ".csv", ".tsv", ".py", ".js", ".cjs", ".mjs")
_READ = frozenset({*_TEXTS, *_SETTINGS})
_PAGES = (".html", ".htm", "")


def changes(config: Config, stop: Event) -> Iterator[None]:
    """Once when the watch stands, then each time that what posts and mails are made of has changed, until `stop`.

    The first for whoever read the folder before: what changed between is seen then.
    """
    armed = False
    for found in watch(
        config.folder,
        watch_filter=_filter(config),
        stop_event=stop,
        debounce=400,
        step=50,
        rust_timeout=1000,
        yield_on_timeout=True,
    ):
        if found or not armed:
            yield
        armed = True


def _filter(config: Config) -> Callable[[Change, str], bool]:
    """Which changes matter: not those that building and sending make themselves."""
    place, home, folder = resolve(config), config.home, config.folder
    output, built = place.output, place.rules.source is ContentSource.BUILT
    database = database_file(config)
    pages = {output / config.settings.feeds.paths[name] for name in PAGES}

    def matters(change: Change, name: str) -> bool:
        path = Path(name)
        # Where the output is the site's own folder, these lie in it, and their words are JSON as feeds are.
        if path.is_relative_to(home / "templates"):
            return True
        inside = path.is_relative_to(output)
        is_ours = inside and (path.suffix in _FEEDS or path in pages)
        if is_ours and change is not Change.deleted:
            return False
        if inside and output != folder:
            # Jekyll empties its output at each build: the feeds it took away are written again.
            # Where content comes from built pages, the engine's end is what there is to wait for.
            return (change is Change.deleted and is_ours) or (built and path.suffix in _PAGES)
        ours = path.parent == home and path.name.startswith(_OWN)
        ours = ours or (path.parent == database.parent and path.name.startswith(database.name))
        hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)
        return not (ours or hidden) and (is_ours or path.suffix in _READ or not path.suffix)

    return matters
