"""`{filename}`, `{static}`, `{attach}`, `{category}`, `{tag}`, `{author}` and `{index}` in a text's addresses, and the
older `|filename|` (Pelican's contents.py, _link_replacer)."""

import posixpath
import re
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from publisher.content.codes import Code
from publisher.content.engines import pelican, pelican_fields, pelican_paths
from publisher.content.engines.pelican_settings import settings_of
from publisher.content.engines.pelican_slugs import slugify
from publisher.content.engines.pelican_urls import below_root, fill, unescaped
from publisher.content.permalinks import absolute
from publisher.content.source import Source
from publisher.content.values import Scalar
from publisher.content.world import Page
from publisher.errors import ContentError

# A Markdown renderer escapes the brackets; another attribute's quotes end the search.
_LINK = re.compile(
    r"""(\s(?:href|src|poster|data|cite|formaction|action|content)\s*=\s*)(["'])
    (?:\{|\||%7B|%7C)([^"'<>{}|%]*)(?:\}|\||%7D|%7C)([^"'<>]*)\2""",
    re.VERBOSE | re.IGNORECASE,
)
_NAMES = {"category": "CATEGORY_URL", "tag": "TAG_URL", "author": "AUTHOR_URL"}


class _Target(NamedTuple):
    """What a link names: `what` stands in the brackets, `path` is as written, `parts` holds query and fragment."""

    what: str
    path: str
    parts: SplitResult


def with_links(page: Page, html: str) -> str:
    """The HTML with the addresses of what its links name; what is not there is left as it stands, with a warning."""

    def replaced(found: re.Match[str]) -> str:
        target = _target(found[3], found[4])
        url = _url(page, target) if target else None
        if target is None or url is None:
            _warn(page, found[3], unescape(found[4]))
            return found[0]
        parts = urlsplit(url)._replace(query=target.parts.query, fragment=target.parts.fragment)
        return f"{found[1]}{found[2]}{escape(parts.geturl())}{found[2]}"

    return _LINK.sub(replaced, html)


def _target(what: str, value: str) -> _Target | None:
    try:
        parts = urlsplit(unescape(value))
    except ValueError:
        return None
    return _Target(what.lower(), parts.path, parts)


def _warn(page: Page, what: str, value: str) -> None:
    written = (f"{{{what}}}{value}", f"{{{what}}}{unquote(value)}", f"|{what}|{value}", f"|{what}|{unquote(value)}")
    offset = max(page.body.find(text) for text in written)
    page.warn_at(Code.MISSING_TARGET, max(offset, 0), f"{{{what}}}{unquote(value)[:80]} names nothing that is there")


def _url(page: Page, target: _Target) -> str | None:
    if target.what in _NAMES:
        return _named(page, target.what, unquote(target.path))
    if target.what == "index":
        return _absolute(page, settings_of(page.world.rules).template("INDEX_SAVE_AS"))
    if target.what not in ("filename", "static", "attach"):
        return None
    for path in dict.fromkeys((target.path, unquote(target.path))):
        below = _below(page, path)
        url = _of_file(page, below, target.what) if below else None
        if url:
            return url
    return None


def _named(page: Page, what: str, name: str) -> str | None:
    settings = settings_of(page.world.rules)
    values = {"name": name, "slug": slugify(name, settings.slugs, what)}
    try:
        return _absolute(page, fill(settings.template(_NAMES[what]), values))
    except ValueError:
        return None


def _below(page: Page, path: str) -> str | None:
    """The file below PATH that a link means, seen from the article's folder; None where it lies outside."""
    folder = "" if path.startswith("/") else posixpath.dirname(page.source.below)
    below = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    return None if below in (".", "..") or below.startswith("../") or "\x00" in below else below


def _of_file(page: Page, below: str, what: str) -> str | None:
    file = page.world.rules.prefix + below
    if what == "filename":
        post = page.post_at(file)
        if post:
            return post.url
        if posixpath.splitext(below)[1][1:] in settings_of(page.world.rules).extensions:
            return _of_text(page, below, file)
    if not page.has(file):
        return None
    return _attached(page, below) if what == "attach" else _static(page, below)


def _of_text(page: Page, below: str, file: str) -> str | None:
    """The address of a page, or of an article that is no post: a draft or a hidden one."""
    text = page.read(file)
    if text is None:
        return None
    rules = page.world.rules
    try:
        front = pelican.split(text, file)
        source = Source(file, below, front, rules, page.source.zone, defaults=pelican.defaults(rules, below, {}))
        status = pelican_fields.status_of(source)
        is_page = pelican_paths.is_page(settings_of(rules), below)
        drafted = pelican_fields.DRAFT_PAGE if is_page else pelican_fields.DRAFT
        kept = pelican_fields.PAGE if is_page else pelican_fields.ARTICLE
        date = source.fields.scalar("date")
        moment = pelican.moment(source, date) if date else None
        if status == "skip" or not pelican_fields.slug_of(source):
            return None
        return absolute(rules.url, pelican_fields.path_of(source, moment, drafted if status == "draft" else kept))
    except (ContentError, ValueError):
        return None


def _static(page: Page, below: str) -> str | None:
    settings = settings_of(page.world.rules)
    said = pelican_paths.defaults_of(settings, below)
    own, moved = said.get("url"), said.get("path")
    if isinstance(own, Scalar):
        return _absolute(page, unescaped(own.text))
    path = moved.text if isinstance(moved, Scalar) else below
    try:
        return _absolute(page, fill(settings.template("STATIC_URL"), {"path": path}))
    except ValueError:
        return None


def _attached(page: Page, below: str) -> str | None:
    """Beside the article's own page: a file from below its folder stays below it, another becomes its neighbour."""
    said = pelican_paths.defaults_of(settings_of(page.world.rules), below)
    try:
        own = pelican_fields.file_of(page.source, page.post.published)
    except ValueError:
        return None
    if "url" in said or "save_as" in said:
        return _static(page, below)
    folder = posixpath.dirname(page.source.below)
    tail = posixpath.relpath(f"/{below}", f"/{folder}")
    if tail.startswith("../"):
        tail = posixpath.basename(tail)
    return _absolute(page, posixpath.join(posixpath.dirname(own), tail))


def _absolute(page: Page, url: str) -> str | None:
    try:
        path = below_root(url, page.world.rules.url)
    except ValueError:
        return None
    return absolute(page.world.rules.url, path)
