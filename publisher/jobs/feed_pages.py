"""What is written beside the feeds: the page of them all, the style sheet that browsers show them by, and OPML."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from publisher import __version__
from publisher.config import Config
from publisher.jobs.archive_paths import list_path, page_address
from publisher.jobs.entries import Desk, Told, newest_update
from publisher.jobs.feed_plan import PAGES, Planned, address
from publisher.jobs.feed_press import Sheet
from publisher.jobs.listing import listing
from publisher.jobs.site import Place
from publisher.jobs.ways_in import way_in
from publisher.model.listing import Letters, Listed
from publisher.packaged import templates


def own_templates(config: Config) -> Path:
    """The site's own templates of these files."""
    return _overrides(config) / "feed"


def pages(desk: Desk, feeds: Sequence[Planned], told: Told, newsletters: Collection[str]) -> Iterator[Sheet]:
    """The page, the style sheet and the list of subscriptions. The page leads to the issues of `newsletters`; OPML does
    not: who imports it whole would get each post twice."""
    config, place = desk.library.config, desk.library.place
    letters = tuple(_letters(config, place, newsletters))
    listed, bare = list(listing(place, feeds, told)), list(listing(place, feeds))
    changed = newest_update(desk, told, feeds[0].sources)
    signs = cache(partial(_signs, config))
    # Each with how it is made, and what it tells of.
    made: dict[str, tuple[Callable[[Config, Place], bytes], object]] = {
        "page": (partial(_page, listed, letters), (listed, letters, *_ways(config))),
        "style": (_style, ()),
        "opml": (partial(_opml, bare), (bare,)),
    }
    for word, (make, told_of) in made.items():
        parts = repr((__version__, word, place.site, config.settings.feeds.paths, told_of))
        yield Sheet(
            path=config.settings.feeds.paths[word],
            kind=word,
            name="",
            format=PAGES[word],
            fingerprint=partial(_fingerprint, parts, signs),
            make=partial(make, config, place),
            updated=lambda: changed,
        )


def _letters(config: Config, place: Place, newsletters: Collection[str]) -> Iterator[Letters]:
    for name, one in config.settings.newsletters.items():
        if name in newsletters:
            yield Letters(one.title, page_address(place, list_path(config, name)))


def _page(listed: Sequence[Listed], letters: Sequence[Letters], config: Config, place: Place) -> bytes:
    # Here, not above: a build where nothing changed needs no templates.
    from publisher.feeds.page import page

    at = address(place, config.settings.feeds.paths["opml"])
    way = way_in(config)
    return page(
        place.site,
        listed,
        letters,
        opml=at,
        mail=way.mail,
        subject=way.subject,
        subscribe_url=way.url,
        overrides=_overrides(config),
    )


def _ways(config: Config) -> tuple[object, ...]:
    """What is told of them: as before there were others than an address, where there is no other."""
    way = way_in(config)
    return (way,) if way.url or way.subject else (way.mail,)


def _style(config: Config, place: Place) -> bytes:
    from publisher.feeds.page import style

    at = address(place, config.settings.feeds.paths["page"])
    return style(place.site, page=at, overrides=_overrides(config))


def _opml(listed: Sequence[Listed], config: Config, place: Place) -> bytes:
    from publisher.feeds.opml import opml

    return opml(place.site, listed, overrides=_overrides(config))


def _overrides(config: Config) -> Path:
    return config.home / "templates"


def _fingerprint(parts: str, signs: Callable[[], str]) -> str:
    return hashlib.sha256(f"{parts}{signs()}".encode(errors="surrogatepass")).hexdigest()


def _signs(config: Config) -> str:
    """Changes with every template of these files."""
    told = hashlib.sha256()
    for folder in (templates() / "feed", own_templates(config)):
        for path in sorted(folder.glob("*")):
            if path.is_file():
                told.update(f"{path.name}\n".encode() + path.read_bytes())
    return told.hexdigest()
