"""What is written beside the feeds: the page of them all, the style sheet that browsers show them by, and OPML."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from publisher import __version__
from publisher.config import Config
from publisher.jobs.entries import Desk, Told, newest_update
from publisher.jobs.feed_plan import PAGES, Planned, address
from publisher.jobs.feed_press import Sheet
from publisher.jobs.listing import listing
from publisher.packaged import templates


def own_templates(config: Config) -> Path:
    """The site's own templates of these files."""
    return config.home / "templates" / "feed"


def pages(desk: Desk, feeds: Sequence[Planned], told: Told) -> Iterator[Sheet]:
    """The page, the style sheet and the list of subscriptions."""
    library = desk.library
    place, paths = library.place, library.config.settings.feeds.paths
    overrides = library.config.home / "templates"
    listed = list(listing(place, feeds, told))
    bare = list(listing(place, feeds))
    changed = newest_update(desk, told, feeds[0].sources)

    def page() -> bytes:
        from publisher.feeds.page import page as make

        opml_at = address(place, paths["opml"])
        return make(place.site, listed, opml=opml_at, mail=_mail(library.config), overrides=overrides)

    def style() -> bytes:
        from publisher.feeds.page import style as make

        return make(place.site, page=address(place, paths["page"]), overrides=overrides)

    def opml() -> bytes:
        from publisher.feeds.opml import opml as make

        return make(place.site, bare, None, overrides=overrides)

    signs = cache(lambda: _signs(library.config))

    def sheet(word: str, make: Callable[[], bytes], *told_of: object) -> Sheet:
        parts = repr((__version__, word, place.site, paths, told_of))
        return Sheet(
            path=paths[word],
            kind=word,
            name="",
            format=PAGES[word],
            fingerprint=lambda: hashlib.sha256(f"{parts}{signs()}".encode(errors="surrogatepass")).hexdigest(),
            make=make,
            updated=lambda: changed,
        )

    yield sheet("page", page, listed, _mail(library.config))
    yield sheet("style", style)
    yield sheet("opml", opml, bare)


def _signs(config: Config) -> str:
    """Changes with every template of these files."""
    told = hashlib.sha256()
    for folder in (templates() / "feed", own_templates(config)):
        for path in sorted(folder.glob("*")):
            if path.is_file():
                told.update(f"{path.name}\n".encode() + path.read_bytes())
    return told.hexdigest()


def _mail(config: Config) -> str | None:
    """Where people ask for mail: the first newsletter's address for answers, else its own."""
    first = next(iter(config.settings.newsletters.values()), None)
    named = (first.reply_to or first.from_) if first else None
    return named.rpartition("<")[2].rstrip(">") if named else None
