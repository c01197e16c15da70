"""The address of a page: Hugo's page__paths.go and resources/page/page_paths.go, for HTML."""

from datetime import datetime

from publisher.content.codes import Code
from publisher.content.engines.hugo_cascades import SECTIONS
from publisher.content.engines.hugo_pages import Place
from publisher.content.engines.hugo_paths import decode_path, normal, sanitise
from publisher.content.engines.hugo_permalinks import (
    Page,
    Section,
    UnnamedSection,
    cleaned,
    expand,
    pattern_of,
)
from publisher.content.source import Source
from publisher.content.values import Scalar, is_null
from publisher.errors import ContentError

_INDEX, _SUFFIX = "index", ".html"


def address(source: Source, place: Place, named_slug: str | None, date: datetime | None) -> str:
    """The Unicode path below the site's root; ContentError where it cannot be made.

    `named_slug` is what the file's name says where it is also asked for the date; `date` is Hugo's `.Date`.
    """
    slug = own_text(source, "slug").strip("-") or named_slug or ""
    page = Page(place, slug, own_text(source, "title"), sections(source, place), lambda: date)
    url = _own_url(source, page)
    if url:
        return decode_path(_of_url(url, place))
    pattern = pattern_of(place)
    expanded = cleaned(_expanded(source, "permalink", pattern, page)) if pattern else None
    return decode_path(_of_parts(page, expanded))


def own_text(source: Source, key: str) -> str:
    """A page's text under a key, as Hugo's cast to a string makes it; empty where there is none."""
    value = source.fields.get(key)
    return value.text if isinstance(value, Scalar) and not is_null(value) else ""


def sections(source: Source, place: Place) -> tuple[Section, ...]:
    """The sections around a page: its first folder, and each below that has an `_index`."""
    path = normal(place.parent)
    if not path:
        return ()
    named = source.defaults.get(SECTIONS)
    known = named if isinstance(named, dict) else {}
    parts = path.split("/")
    paths = ["/".join(parts[: size + 1]) for size in range(len(parts))]
    return tuple(_section(each, known.get(each)) for each in paths if "/" not in each or each in known)


def _section(path: str, value: object) -> Section:
    if not isinstance(value, dict):
        return Section(path, None, None)
    slug, title = value.get("slug"), value.get("title")
    return Section(path, slug.text.strip("-") if slug else None, title.text if title else None)


def _own_url(source: Source, page: Page) -> str:
    url = own_text(source, "url")
    if url.startswith(("http://", "https://")):
        raise source.fatal(Code.BAD_PERMALINK, "url", "url: Hugo takes a path here, not an address with a host")
    return _expanded(source, "url", url, page) if ":" in url else url


def _expanded(source: Source, key: str, pattern: str, page: Page) -> str:
    try:
        return expand(pattern, page)
    except KeyError as error:
        raise _fault(source, key, f"there is no token ':{error.args[0]}' in '{pattern[:60]}'") from error
    except UnnamedSection as error:
        message = (
            f"'{pattern[:60]}' names the section '{error.args[0]}', whose title Hugo makes up in English; "
            f"give it an _index.md with a title or a slug"
        )
        raise _fault(source, key, message) from error


def _fault(source: Source, key: str, message: str) -> ContentError:
    return source.fatal(Code.BAD_PERMALINK, key, f"{key}: {message}")


def _of_url(url: str, place: Place) -> str:
    """The page's own `url`, as it stands; one without a slash before it is below the language's root."""
    prefix = place.language.prefix or ""
    prefixed = place.language.host or not url.startswith("/")
    if ".." in url:
        url = cleaned(f"/{url}")
    parts = [part for part in url.split("/") if part]
    is_folder = url.endswith("/") or "." not in url
    if is_folder or (parts and parts[-1] == _INDEX + _SUFFIX):
        parts = parts if is_folder else parts[:-1]
        link = "".join(f"/{part}" for part in parts) + "/"
    else:
        link = "".join(f"/{part}" for part in parts)
    if prefix and prefixed and (place.language.host or not url.startswith(f"/{prefix}")):
        link = f"/{prefix}{link}"
    return link


def _of_parts(page: Page, expanded: str | None) -> str:
    place = page.place
    language = place.language
    if expanded is not None:
        parts = [expanded]
    else:
        parts = [
            f"/{_folder(page)}",
            page.slug or (place.base_name if language.keeps_case else normal(place.base_name)),
        ]
    plain_index = not place.is_leaf and page.slug == _INDEX
    section = page.sections[0].path if page.sections else ""
    ugly = "*" in language.ugly or section in language.ugly or (expanded is None and plain_index)
    parts = [part for part in parts if part not in ("", "/")]
    if ugly and parts:
        parts[-1] = parts[-1].removesuffix("/") + _SUFFIX
    else:
        parts.append(_INDEX + _SUFFIX)
    clean = [sanitise(part, language.keeps_case, language.drops_accents) for part in parts]
    link = _linked(clean)
    if plain_index and expanded is not None:
        # Hugo's own slip with the slug `index`: the link loses its last part.
        link = link.rstrip("/").removesuffix(_INDEX)
    return f"/{language.prefix}{link}" if language.prefix else link


def _linked(parts: list[str]) -> str:
    """The parts as one path, a slash between each two; an index file is its folder."""
    is_index = parts[-1] == _INDEX + _SUFFIX
    link = ""
    for part in parts[: len(parts) - is_index]:
        link += part if link.endswith("/") or part.startswith("/") else f"/{part}"
    return link + "/" if is_index and not link.endswith("/") else link


def _folder(page: Page) -> str:
    """The folder of the page's address: that of its file, its sections by their slugs where they have any."""
    place, whole = page.place, normal(page.place.parent)
    written = place.parent if place.language.keeps_case else whole
    done, folder = 0, ""
    for section in page.sections:
        step = written[done : len(section.path)]
        folder += step[: step.rfind("/") + 1] + section.slug if section.slug else step
        done = len(section.path)
    return folder + written[done:]
