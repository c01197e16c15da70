"""Where a file that a post names lies, and how large it is."""

import re
from collections.abc import Iterator
from pathlib import Path

from publisher.content.links import absolute_value
from publisher.content.posts import address_of
from publisher.content.served import names_at
from publisher.content.world import Page
from publisher.struct import Struct

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: what stands for the file where LFS has not fetched it.
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]+\n)*oid [^\n]+\nsize (\d{1,15})\n")
_POINTER_BYTES = 1024


class Lying(Struct, frozen=True):
    """A file's absolute address; its path where it is one of the site's and is there. `ours` where it has to be."""

    url: str
    path: Path | None
    ours: bool


def located(page: Page, text: str) -> Lying | None:
    """The file that a text names; None where the text is no address.

    A path is taken as a picture's would be, else from the site's root, else from the post's own address: the first at
    which there is a file. What a full address below the site's own names another program may serve: it need not be
    there.
    """
    if _ABSOLUTE.match(text):
        url = _web(absolute_value("src", text, page.post.url))
        return Lying(url, _found(page, url), ours=False) if url else None
    found = [url for url in dict.fromkeys(_addresses(page, text)) if url]
    for url in found:
        if path := _found(page, url):
            return Lying(url, path, ours=True)
    return Lying(found[0], None, ours=True) if found else None


def weigh(path: Path) -> tuple[int, bool]:
    """A file's size in bytes, and whether it is here; OSError where it cannot be read.

    Of one that git LFS has not fetched only a pointer is here, which knows the size.
    """
    length = path.stat().st_size
    if length > _POINTER_BYTES:
        return length, True
    pointer = _POINTER.fullmatch(path.read_bytes())
    return (int(pointer[1]), False) if pointer else (length, True)


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


def _addresses(page: Page, text: str) -> Iterator[str | None]:
    yield address_of(page.source, page.post.url, text)
    yield _web(absolute_value("src", text.lstrip("/"), page.world.rules.url))
    yield _web(absolute_value("src", text, page.post.url))


def _found(page: Page, url: str) -> Path | None:
    for name in names_at(page.world.rules, url, page.post):
        if path := page.media(name):
            return path
    return None
