"""Where a file of a Jekyll site is served: what `link` and `post_url` ask for."""

import re
from urllib.parse import quote, urlsplit

from publisher.content.front import split_front
from publisher.content.permalinks import absolute, extension
from publisher.content.values import Fields
from publisher.content.world import Page
from publisher.errors import ContentError
from publisher.model.post import Post

PAGES = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".html", ".htm", ".xml", ".txt", ".css", ".scss"})
_KINDS = (".md", ".markdown", ".html", ".htm", ".mkdown", ".mkdn", ".mkd", ".textile", ".adoc", ".rst", ".org")
_WEB = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".html", ".htm"})
# Jekyll's tags/post_url.rb.
_POST = re.compile(r"/?((?:.+/)*)(\d+-\d+-\d+-(.*))$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"


def relative(page: Page, path: str) -> str:
    """A path below the site as an address below its host; an address with a scheme stays.

    Jekyll's `relative_url`, but for its NFKC normalisation, with which it links to files that are not there.
    """
    return path if _SCHEME.match(path) else quote(_led(base_path(page)) + _led(path), safe=_SAFE)


def absolute_url(page: Page, path: str) -> str:
    """The same with the host before it: Jekyll's `absolute_url`."""
    if _SCHEME.match(path):
        return path
    parts = urlsplit(page.world.rules.url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return f"{parts.scheme}://{host}{relative(page, path) or '/'}"


def origin(page: Page) -> str:
    """Jekyll's `site.url`: the address that this site is published at, without its path."""
    parts = urlsplit(page.world.rules.url)
    return f"{parts.scheme}://{parts.netloc}"


def base_path(page: Page) -> str:
    """Jekyll's `site.baseurl`: the path that this site is published at, without a slash at its end."""
    return urlsplit(page.world.rules.url).path.rstrip("/")


def _led(path: str) -> str:
    return path if not path or path.startswith("/") else f"/{path}"


def post_path(post: Post) -> str:
    """Jekyll's `post.url`: encoded, below the site's base path."""
    return absolute("", post.path)


def named_post(page: Page, root: str, name: str) -> Post | None:
    """The post that `post_url` means: its file's name without extension, folders before it.

    The files that it may be are asked for one by one: the whole list of posts would make this post be rendered anew
    whenever any other changes.
    """
    parts = _POST.match(name)
    if not parts:
        return None
    folders, stem = parts[1], parts[2]
    for place in dict.fromkeys((f"_posts/{folders}{stem}", f"{folders}_posts/{stem}")):
        for kind in _KINDS:
            post = page.post_at(f"{root}{place}{kind}")
            if post is not None:
                return post
    return _somewhere(page, stem)


def _somewhere(page: Page, stem: str) -> Post | None:
    for post in page.posts():
        if post.source.rpartition("/")[2].rpartition(".")[0] == stem:
            return post
    return None


def served(page: Page, roots: tuple[str, str], name: str, style: str) -> str | None:
    """The path that a file of the site is served at, encoded; None where there is no such file.

    `roots` are where documents and where all other files lie, each "" or with a slash at its end.
    """
    documents, root = roots
    post = page.post_at(documents + name)
    if post is not None:
        return post_path(post)
    if extension(name) not in PAGES:
        return quote(_led(name), safe=_SAFE) if page.has(root + name) else None
    text = page.read(root + name)
    if text is None:
        return None
    return quote(page_path(name, header(text, name), style) if text.startswith("---") else _led(name), safe=_SAFE)


def header(text: str, name: str) -> Fields:
    """A page's front matter; empty where it cannot be read."""
    try:
        return split_front(text, name, lenient=False).fields
    except ContentError:
        return Fields()


def page_path(name: str, fields: Fields, style: str) -> str:
    """Jekyll's page.rb and collection.rb: where a page, or a collection's document, is written, Unicode."""
    folder, _, file = name.rpartition("/")
    stem, kind = (file.rpartition(".")[0] or file), extension(file)
    own = fields.text("permalink")
    collected = folder.startswith("_")
    folder = folder.removeprefix("_")
    ending = ".html" if kind in _WEB else kind
    if own:
        slots = {":path": folder, ":basename": stem, ":title": stem, ":name": stem, ":output_ext": ending}
        for slot, value in slots.items():
            own = own.replace(slot, value)
        return re.sub("/+", "/", f"/{own}")
    start = f"/{folder}/" if folder else "/"
    if kind not in _WEB:
        return start + file
    if stem == "index" and not collected:
        return start
    return start + stem + _suffix(style)


def _suffix(style: str) -> str:
    if style == "pretty" or style.endswith("/"):
        return "/"
    return ".html" if style in ("date", "ordinal", "none", "weekdate") or style.endswith(":output_ext") else ""
