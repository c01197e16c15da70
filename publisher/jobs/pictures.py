"""The site's own pictures, by their addresses: where each file lies, what it is and how large."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from publisher.content import forms, inside, is_bundle, measured, names_at, path_below, weigh
from publisher.jobs.library import Library
from publisher.mail import Find, Found
from publisher.model.post import Post


def finder(library: Library) -> Find:
    """Finds a picture of the site by its absolute address, and looks at each once.

    First where the site is served from, then where its engine would take the file from. Nothing outside these two
    folders is ever found, nor what is no regular file or what git LFS has not fetched.
    """
    rules, output = library.place.rules, library.place.output.resolve()
    folder = rules.folder.resolve()

    @cache
    def bundles() -> Mapping[str, Post]:
        return {path_below(rules.url, post.url) or "": post for post in library.posts if is_bundle(post)}

    def paths(url: str, below: str) -> Iterator[Path | None]:
        yield from (inside(output, form) for form in forms(below))
        yield from (inside(folder, name) for name in names_at(rules, url))
        # Last, for it takes all posts: only those with a folder of their own know where that is.
        yield from (inside(folder, name) for own in _around(below, bundles()) for name in names_at(rules, url, own))

    @cache
    def find(url: str) -> Found | None:
        below = path_below(rules.url, url)
        there = () if below is None or below.endswith("/") else paths(url, below)
        return next(filter(None, map(_look, filter(None, there))), None)

    return find


def beside(folder: Path, url: str) -> Find:
    """Finds a picture that lies in `folder` or below it by its address below `url`, and looks at each once."""
    root = folder.resolve()

    @cache
    def find(address: str) -> Found | None:
        below = path_below(url, address)
        there = () if not below or below.endswith("/") else (inside(root, form) for form in forms(below))
        return next(filter(None, map(_look, filter(None, there))), None)

    return find


def _around(below: str, bundles: Mapping[str, Post]) -> Iterator[Post]:
    """The posts with a folder of their own in which an address lies, the nearest first."""
    while below:
        below = below[: below.rstrip("/").rfind("/") + 1]
        if below in bundles:
            yield bundles[below]


def _look(path: Path) -> Found | None:
    try:
        if not path.is_file():
            return None
        length, is_here = weigh(path)
        return Found(path, *measured(path), length) if is_here else None
    except OSError:
        return None
