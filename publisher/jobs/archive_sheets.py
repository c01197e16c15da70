"""The files of the web archive: a page for each issue, a list of them for each newsletter, and its feed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from publisher import __version__
from publisher.config import Config
from publisher.jobs.archive_paths import ISSUE, ISSUES, NEWSLETTER, feed_paths, list_path, page_address
from publisher.jobs.feed_plan import address
from publisher.jobs.feed_press import Sheet
from publisher.jobs.library import Library
from publisher.jobs.ways_in import subscribe_url
from publisher.model.archive import IssuePage
from publisher.model.feed import Feed, FeedFormat
from publisher.packaged import templates
from publisher.struct import Struct


class Shelf(Struct, frozen=True):
    """The issues of one newsletter, oldest first, each in its languages; `title` is what it is called now."""

    library: Library
    name: str
    title: str
    issues: tuple[tuple[IssuePage, ...], ...]

    @property
    def url(self) -> str:
        """Where the list of its issues is served."""
        return page_address(self.library.place, list_path(self.library.config, self.name))

    @property
    def subscribe_url(self) -> str | None:
        """Where readers sign up for it; None where nothing of ours answers on the web."""
        return subscribe_url(self.library.config, self.name)

    @property
    def feeds(self) -> list[tuple[FeedFormat, str]]:
        """Where its feed is served, in each format."""
        paths = feed_paths(self.library.config, self.name)
        return [(format_, address(self.library.place, path)) for format_, path in paths]


def own_templates(config: Config) -> Path:
    """The site's own templates of these pages."""
    return config.home / "templates" / "web"


def signs(config: Config) -> str:
    """Changes with every template of these pages, and with their words."""
    told = hashlib.sha256(__version__.encode())
    for folder in (templates(), config.home / "templates"):
        for path in sorted([*(folder / "web").glob("issue*"), *(folder / "feed").glob("*.json")]):
            if path.is_file():
                told.update(f"{path.name}\n".encode() + path.read_bytes())
    return told.hexdigest()


def sheets(library: Library, pages: Sequence[IssuePage]) -> Iterator[Sheet]:
    """The files that `pages` make, those of a newsletter together. What has its pages switched off has none; what is
    configured no more keeps them: mails lead there."""
    made_of = signs(library.config)
    for shelf in _shelves(library, pages):
        for path, kind, format_, told, make in _files(shelf):
            yield Sheet(
                path=path,
                kind=kind,
                name=shelf.name,
                format=format_,
                fingerprint=partial(_fingerprint, library, made_of, told),
                make=make,
                updated=partial(_newest, shelf),
            )


def _newest(shelf: Shelf) -> datetime:
    return max(page.updated or page.content.at for versions in shelf.issues for page in versions)


def _shelves(library: Library, pages: Sequence[IssuePage]) -> Iterator[Shelf]:
    configured = library.config.settings.newsletters
    for name, its in groupby(sorted(pages, key=_place), key=lambda page: page.newsletter):
        issues = tuple(tuple(group) for _, group in groupby(its, key=lambda page: page.number))
        own = configured.get(name)
        if own is None or own.archive:
            yield Shelf(library, name, own.title if own else issues[-1][0].content.newsletter, issues)


def _place(page: IssuePage) -> tuple[str, int, int, str]:
    """The newsletter's own language first: its page lies where the others lie below."""
    return page.newsletter, page.number, page.path.count("/"), page.language


_File = tuple[str, str, str, object, Callable[[], bytes]]


def _files(shelf: Shelf) -> Iterator[_File]:
    """Each with its path, kind and format; what it tells, and what makes it."""
    for at, versions in enumerate(shelf.issues):
        beside = (shelf.issues[at - 1] if at else (), shelf.issues[at + 1] if at + 1 < len(shelf.issues) else ())
        for page in versions:
            if page.path:
                told = (page, versions, beside, shelf.title)
                yield page.path, ISSUE, "html", told, partial(_issue, shelf, page, versions, beside)
    newest_first = tuple(versions[0] for versions in reversed(shelf.issues))
    path = list_path(shelf.library.config, shelf.name)
    yield path, ISSUES, "html", (newest_first, shelf.title), partial(_list, shelf, newest_first)
    shown = newest_first[: shelf.library.config.settings.feeds.limit]
    for format_, path in feed_paths(shelf.library.config, shelf.name):
        yield path, NEWSLETTER, format_, (shown, shelf.title, path), partial(_feed, shelf, shown, format_, path)


def _fingerprint(library: Library, made_of: str, told: object) -> str:
    site, feeds = library.place.site, library.config.settings.feeds
    paths = {name: path for name, path in feeds.paths.items() if name.startswith(NEWSLETTER) or name == "style"}
    # Where readers sign up is only there where something of ours answers.
    web = (library.config.settings.web.url,) if library.config.settings.web.url else ()
    parts = repr((made_of, site, paths, feeds.formats, told, *web))
    return hashlib.sha256(parts.encode(errors="surrogatepass")).hexdigest()


_Versions = tuple[IssuePage, ...]


def _issue(shelf: Shelf, page: IssuePage, versions: _Versions, beside: tuple[_Versions, _Versions]) -> bytes:
    # Here, not above: a build where nothing changed needs no templates.
    from publisher.feeds.issue_page import Around, issue_page

    before, after = (_nearest(page, one) for one in beside)
    around = Around(shelf.title, shelf.url, shelf.feeds, before, after, versions, shelf.subscribe_url)
    return issue_page(shelf.library.place.site, page, around, overrides=_overrides(shelf))


def _nearest(page: IssuePage, versions: _Versions) -> IssuePage | None:
    """Another issue in the language of this page, else in its own first."""
    return next((one for one in versions if one.language == page.language), versions[0]) if versions else None


def _list(shelf: Shelf, pages: Sequence[IssuePage]) -> bytes:
    from publisher.feeds.issue_page import Around, issue_list

    around = Around(shelf.title, shelf.url, shelf.feeds, subscribe_url=shelf.subscribe_url)
    return issue_list(shelf.library.place.site, pages, around, overrides=_overrides(shelf))


def _feed(shelf: Shelf, pages: Sequence[IssuePage], format_: FeedFormat, path: str) -> bytes:
    from publisher.feeds import serialise
    from publisher.feeds.issue_page import entries

    library = shelf.library
    site, feeds = library.place.site, library.config.settings.feeds
    made = tuple(entries(site, pages, overrides=_overrides(shelf)))
    atom = str(feeds.paths["newsletter_atom"]).replace("{slug}", shelf.name)
    feed = Feed(
        id=address(library.place, atom),
        title=f"{shelf.title} – {site.title}" if shelf.title != site.title else shelf.title,
        description=site.description or shelf.title,
        page_url=shelf.url,
        self_url=address(library.place, path),
        language=pages[0].language,
        updated=max(one.updated for one in made),
        entries=made,
        author=site.author,
        icon=site.icon,
        logo=site.logo,
        style=urlsplit(address(library.place, feeds.paths["style"])).path,
    )
    return serialise(feed, format_)


def _overrides(shelf: Shelf) -> Path:
    return shelf.library.config.home / "templates"
