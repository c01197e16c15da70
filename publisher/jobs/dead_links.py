"""Which addresses of the site lead nowhere."""

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from publisher.content import names_at
from publisher.jobs.archive_paths import is_issue
from publisher.jobs.feed_plan import PAGES, is_wide, plan
from publisher.jobs.library import Library


class IsDead(Protocol):
    """Whether the site has nothing at an absolute address of its own; `shown` for what is an image, not a page."""

    def __call__(self, url: str, *, shown: bool = False) -> bool: ...


def dead_links(library: Library) -> IsDead:
    """What tells it for this site, as far as it can be known.

    Where the engine has not run, only files can be missed: which pages it will make nobody knows.
    """
    site, output = urlsplit(library.place.site.url), library.place.output
    known = _addresses(library)
    is_page = is_issue(library.config)
    built = any(_is_served(output, post.path) for post in library.posts)

    def is_dead(url: str, *, shown: bool = False) -> bool:
        if urlsplit(url).netloc != site.netloc:
            return False
        path = unquote(urlsplit(url).path)
        below = path.removeprefix(unquote(site.path))
        if path.rstrip("/") in known or _is_served(output, below) or is_page(below):
            return False
        if any(_is_file(library.config.folder / name) for name in names_at(library.place.rules, url)):
            return False
        return built or shown or Path(below).suffix not in ("", ".html", ".htm", ".xml", ".json")

    return is_dead


def _addresses(library: Library) -> set[str]:
    """The paths of what the site is known to serve: its posts, its front page and our feeds."""
    config, base = library.config, unquote(urlsplit(library.place.site.url).path)
    heads = library.heads(wide=is_wide(config))
    feeds = [path for one in plan(config, library.place, heads, library.known.feeds) for _, path in one.paths]
    feeds += [config.settings.feeds.paths[name] for name in PAGES]
    paths = [unquote(urlsplit(post.url).path) for post in library.posts]
    return {path.rstrip("/") for path in [base, *(base + feed for feed in feeds), *paths]}


def _is_served(output: Path, below: str) -> bool:
    target = output / below.lstrip("/")
    return _is_file(target) or _is_file(target / "index.html") or _is_file(target.with_name(f"{target.name}.html"))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
