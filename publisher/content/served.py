"""Which files of a site an engine may serve at an address."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from posixpath import basename, dirname
from urllib.parse import unquote, urlsplit

from publisher.content.links import absolute_value
from publisher.content.nouns import Rules
from publisher.model.post import Post

# Where engines take files from that they serve as they are: Jekyll and plain folders, Hugo and Zola, Pelican, Eleventy.
_STATIC = ("", "static", "content", "src", "src/static", "public", "assets")


def names_at(rules: Rules, url: str, own: Post | None = None) -> Iterator[str]:
    """The files that an engine may serve at an absolute address, by path from the site's folder, last the one that it
    has served; `own` is the post that names it. None where the address is not the site's."""
    below = path_below(rules.url, url)
    if below is None:
        return
    names = [f"{root}/{below}" for root in (*_STATIC, rules.content.strip("/"), rules.output.strip("/"))]
    if own and is_bundle(own) and (beside := path_below(own.url, url)) is not None:
        # A post with a folder of its own, and what lies in it.
        names.insert(0, f"{dirname(own.source)}/{beside}")
    found = (form for name in names for form in forms(name))
    yield from dict.fromkeys(form.removeprefix("./").lstrip("/") for form in found)


def path_below(root: str, url: str) -> str | None:
    """What an address has below the site's `root`, percent-decoded, without query and fragment; None where it lies
    elsewhere. Posts from before a site moved to https still name its files by http."""
    # As the config has it, the site's own address may hold Japanese.
    start = absolute_value("src", root, root) or root
    if not _after_scheme(url).startswith(_after_scheme(start)):
        return None
    below = unquote(urlsplit(url).path).removeprefix(unquote(urlsplit(start).path))
    # Addresses that have been made absolute go up no more, but for `%2e%2e`, which no server follows.
    return None if ".." in below.split("/") else below


def _after_scheme(url: str) -> str:
    return url.partition("://")[2] if url.startswith(("http://", "https://")) else url


def forms(name: str) -> tuple[str, ...]:
    """A file's name and how else it may be spelled: a Mac may have decomposed が in it, or composed it in the post."""
    return tuple(dict.fromkeys((name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))))


def is_bundle(post: Post) -> bool:
    """Whether the post has a folder of its own, whose other files are served below the post's address."""
    return basename(post.source).startswith("index.")


def inside(root: Path, name: str) -> Path | None:
    """The file of that name below a folder that is resolved, links followed; None where it would lie outside."""
    try:
        path = (root / name).resolve()
    except (OSError, RuntimeError, ValueError):
        # RuntimeError, before Python 3.13: a link to itself. One in an `enclosure` ended the build.
        return None
    return path if path.is_relative_to(root) else None
