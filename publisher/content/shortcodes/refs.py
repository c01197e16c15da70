"""Where `ref`, `relref` and links to Markdown files lead (Hugo's hugolib/pagecollections.go and site.go, 0.168)."""

import re
from collections.abc import Iterator
from html import escape, unescape
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit

from publisher.content.engines import hugo
from publisher.content.engines.hugo_pages import holds, place_at, place_of
from publisher.content.engines.hugo_paths import lower, normal, sanitise
from publisher.content.engines.hugo_settings import Language, Mount, settings_of
from publisher.content.permalinks import absolute, extension
from publisher.content.source import Source
from publisher.content.world import Page, stem_of
from publisher.errors import ContentError

MAX_LOOKUPS = 1000
"""So many different references of one post are looked up; a text of a hundred thousand would cost minutes."""
_LINK = re.compile(r'(<a\b[^<>]*?\bhref=")([^"<>]*)"', re.IGNORECASE)


def address_of(page: Page, ref: str, language: str = "") -> str | None:
    """The address of a page named by `ref`; None where there is no such page, or several.

    `ref` is a path from the page's own folder, from the content folder, or a bare name, with or without extension and
    `#fragment`. `language` is Hugo's key of a language, the page's own where it is empty. A page that is no post is
    found by its file.
    """
    before, _, fragment = ref.partition("#")
    path = unquote(before.partition("?")[0]).replace("\\", "/").rstrip("/")
    if not before:
        return f"#{quote(unquote(fragment))}" if fragment else None
    wanted = _wanted(page, language)
    if wanted is None:
        return None
    found = (_by_file, _by_name, _section) if path else (_home,)
    url = next((url for look in found if (url := look(page, path, wanted))), None)
    return url and with_fragment(url, unquote(fragment))


def with_fragment(url: str, fragment: str) -> str:
    """The address of a part of a page."""
    return f"{url}#{quote(fragment)}" if fragment else url


def resolve_links(page: Page, html: str) -> str:
    """HTML whose links to Markdown files of the site lead to their pages; other links stay as they are.

    Hugo does so by itself in a site of several languages (`useEmbedded: auto`), and many sites by a render hook.
    """
    known: dict[str, str | None] = {}

    def resolved(found: re.Match[str]) -> str:
        if found[2] not in known and len(known) < MAX_LOOKUPS:
            known[found[2]] = _page_of_link(page, unescape(found[2]))
        url = known.get(found[2])
        return f'{found[1]}{escape(url)}"' if url else found[0]

    return _LINK.sub(resolved, html) if ".md" in html or ".markdown" in html else html


def _page_of_link(page: Page, href: str) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    path, wanted = unquote(parts.path), _wanted(page, "")
    if wanted is None or parts.scheme or parts.netloc or extension(path) not in hugo.MARKDOWN:
        return None
    url = _by_file(page, path, wanted)
    return url and with_fragment(url, unquote(parts.fragment))


def _wanted(page: Page, language: str) -> Language | None:
    if not language:
        return place_of(page.source).language
    return next((found for found in settings_of(page.world.rules).languages if found.name == language.lower()), None)


def _home(page: Page, _path: str, wanted: Language) -> str:
    return absolute(page.world.rules.url, f"/{wanted.prefix}/" if wanted.prefix else "/")


def _by_file(page: Page, path: str, wanted: Language) -> str | None:
    files = list(dict.fromkeys(_files(page, path, wanted)))
    for file in files:
        post = page.post_at(file)
        if post:
            return post.url
    return next((url for file in files if (url := _page_at(page, file))), None)


def _files(page: Page, path: str, wanted: Language) -> Iterator[str]:
    """The files that a reference may mean, by their paths from the site's folder, the likeliest first."""
    suffixes = {".md": None, extension(path) if _is_content(path) else ".md": None}
    for logical in _logical(page, path):
        for folder in _folders(page, logical, wanted):
            for name in (folder, f"{folder}/index", f"{folder}/_index"):
                for file in (f"{name}{tag}{suffix}" for suffix in suffixes for tag in (f".{wanted.name}", "")):
                    if place_at(page.world.rules, _below(page, file)).language.name == wanted.name:
                        yield file


def _logical(page: Page, path: str) -> Iterator[str]:
    """The places in the content tree, without extension, that a reference may mean."""
    here = place_of(page.source)
    stem = _stem(path)
    for folder in () if path.startswith("/") else dict.fromkeys((here.parent, here.folder)):
        whole = normpath(f"{folder}/{stem}".lstrip("/"))
        if not whole.startswith(".."):
            yield whole
    if not path.startswith("."):
        yield stem.strip("/")


def _folders(page: Page, logical: str, wanted: Language) -> Iterator[str]:
    """The same in the site's folder: several folders may make up the content tree."""
    rules = page.world.rules
    mounts = settings_of(rules).mounts
    if not any(holds(mount.folder, rules.content.strip("/")) for mount in mounts):
        mounts = (Mount(rules.content.strip("/")), *mounts)
    for mount in mounts:
        if mount.language in ("", wanted.name) and (not mount.below or holds(mount.below, logical)):
            yield f"{mount.folder}/{logical[len(mount.below) :].strip('/')}".removeprefix("./").rstrip("/")


def _is_content(path: str) -> bool:
    return extension(path) in hugo.MARKDOWN | hugo.HTML


def _stem(path: str) -> str:
    return path[: -len(extension(path))] if _is_content(path) else path


def _below(page: Page, file: str) -> str:
    return file.removeprefix(page.world.rules.prefix)


def _page_at(page: Page, file: str) -> str | None:
    """The address of a page that is no post, such as an `about.md` or a section's `_index.md`."""
    text = page.read(file)
    if text is None:
        return None
    rules, below = page.world.rules, _below(page, file)
    try:
        front = hugo.split(text, file)
        source = Source(file, below, front, rules, page.source.zone, defaults=hugo.defaults(rules, below, {}))
        if hugo.is_draft(source):
            return None
        if place_of(source).name == "_index" and not source.fields.text("url"):
            return _of_section(page, place_of(source).folder, place_of(source).language, source.fields.text("slug"))
        return absolute(rules.url, hugo.path(source, page.post.published, ()))
    except ContentError:
        return None


def _of_section(page: Page, folder: str, wanted: Language, slug: str | None = None) -> str:
    """The address of a folder's list of pages."""
    parts = [part if wanted.keeps_case else lower(part) for part in folder.split("/") if part]
    if parts and slug:
        parts[-1] = slug
    clean = [sanitise(part, wanted.keeps_case, wanted.drops_accents) for part in parts]
    return absolute(page.world.rules.url, "/".join(["", *(part for part in (wanted.prefix, *clean) if part), ""]))


def _by_name(page: Page, path: str, wanted: Language) -> str | None:
    """The one post of that path in any case, or of that bare name in any folder."""
    if path.startswith("."):
        return None
    page.posts()
    name = normal(_stem(path).strip("/").removesuffix("/index"))
    places = [
        (place, post)
        for post in page.world.by_stem.get(stem_of(name), ())
        if (place := place_at(page.world.rules, _below(page, post.source))).language.name == wanted.name
    ]
    exact = [post for place, post in places if normal(place.base) in [name, *map(normal, _logical(page, path))]]
    alike = exact or [post for place, post in places if "/" not in path and normal(place.base_name) == name]
    return alike[0].url if len(alike) == 1 else None


def _section(page: Page, path: str, wanted: Language) -> str | None:
    """A folder of the content tree is a section, though it has no `_index.md`."""
    name = path.strip("/")
    if not name or "/" in name or not any(page.list(folder) for folder in _folders(page, name, wanted)):
        return None
    return _of_section(page, name, wanted)
