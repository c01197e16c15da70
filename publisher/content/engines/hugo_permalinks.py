"""Addresses by a pattern: Hugo's `permalinks` and the tokens in a page's own `url` (resources/page/permalinks.go)."""

import re
from collections.abc import Callable
from datetime import datetime
from posixpath import normpath

from publisher.content.engines.hugo_dates import DAYS, MONTHS, go_format
from publisher.content.engines.hugo_pages import Place
from publisher.content.engines.hugo_paths import decode_query, normal, urlize
from publisher.content.engines.hugo_targets import fits
from publisher.struct import Struct

_TOKEN = re.compile(r":[0-9A-Za-z_]+(?:\[.+?\])?")
_COLON = "\x00"


class Section(Struct, frozen=True):
    """A section around a page: its logical path, and what its `_index` says; None where it has none."""

    path: str
    slug: str | None
    title: str | None


class Page(Struct, frozen=True):
    """What a pattern can name. `sections` are from the outermost to the page's own; `date` is asked for at need."""

    place: Place
    slug: str
    title: str
    sections: tuple[Section, ...]
    date: Callable[[], datetime | None]


class UnnamedSection(ValueError):
    """A section whose title Hugo would make up from English plurals."""


def pattern_of(place: Place) -> str | None:
    """The configured pattern for a page."""
    path = f"/{normal(place.base)}"
    return next(
        (rule.pattern for rule in place.language.permalinks if fits(rule.target, "page", path, place.language.name)),
        None,
    )


def expand(pattern: str, page: Page) -> str:
    """The pattern with its tokens filled, its escapes read; KeyError names a token that is none, UnnamedSection a
    section without slug and title."""
    text = pattern.replace("\\:", _COLON)
    for token in _TOKEN.findall(text):
        text = text.replace(token, _value(token[1:], page), 1)
    return decode_query(text.replace(_COLON, ":"))


def cleaned(path: str) -> str:
    """Go's path.Clean: no empty parts, no dots, no slash at the end."""
    return normpath(path).replace("//", "/") if path else "."


def _value(name: str, page: Page) -> str:
    if name in _TEXTS:
        return _TEXTS[name](page)
    if name in _DATES:
        return _DATES[name](_date(page))
    if name.startswith("sections["):
        return _joined(_cut(_folders(page), name.removeprefix("sections")))
    if name.startswith("sectionslugs["):
        return _joined(_cut(_section_slugs(page), name.removeprefix("sectionslugs")))
    found = go_format(name, _date(page))
    if found is None:
        raise KeyError(name)
    return found


def _date(page: Page) -> datetime:
    # A page without a date has Go's zero one.
    return page.date() or datetime(1, 1, 1)


def _urlized(text: str, page: Page) -> str:
    language = page.place.language
    # The plus and the percent sign of a text are read once more with the whole pattern, as Hugo does it.
    return urlize(text, language.keeps_case, language.drops_accents).replace("%", "%25")


def _titled(title: str, page: Page) -> str:
    # A title is one part of an address, whatever it holds (hugo #3577).
    return _urlized(title.replace("/", "-").replace("\\", "-"), page)


def _file_name(page: Page) -> str:
    place = page.place
    return place.folder.rpartition("/")[2] if place.name == "index" else place.name


def _folders(page: Page) -> list[str]:
    return page.sections[-1].path.split("/") if page.sections else []


def _section_slugs(page: Page) -> list[str]:
    return [_section_slug(section, page) for section in page.sections]


def _section_slug(section: Section, page: Page) -> str:
    if section.slug:
        return _urlized(section.slug, page)
    if section.title is not None:
        return _titled(section.title, page)
    name = section.path.rpartition("/")[2]
    language = page.place.language
    if language.plural_titles or (language.capital_titles and language.keeps_case):
        raise UnnamedSection(section.path)
    return _urlized(name, page)


def _joined(parts: list[str]) -> str:
    kept = [part for part in parts if part]
    return cleaned("/".join(kept)) if kept else ""


def _cut(parts: list[str], cut: str) -> list[str]:
    """The parts that `[n]`, `[last]` or `[low:high]` names; none where it lies outside."""
    low, colon, high = cut[1:-1].lower().partition(":")
    if not parts:
        return []
    start = _bound(low, len(parts), 0, -1)
    if not colon:
        return parts[start : start + 1] if start >= 0 else []
    end = _bound(high, len(parts), len(parts), len(parts))
    return parts[start:end] if 0 <= start <= end else []


def _bound(text: str, size: int, empty: int, beyond: int) -> int:
    if text == "":
        return empty
    if text == "last":
        return size - 1
    number = int(text) if re.fullmatch(r"\+?[0-9]{1,9}", text) else 0
    return number if number < size else beyond


_TEXTS: dict[str, Callable[[Page], str]] = {
    "section": lambda page: page.sections[0].path if page.sections else "",
    "sections": lambda page: "/" + (page.sections[-1].path if page.sections else ""),
    "sectionslug": lambda page: _section_slug(page.sections[0], page) if page.sections else "",
    "sectionslugs": lambda page: _joined(_section_slugs(page)),
    "title": lambda page: _titled(page.title, page),
    "slug": lambda page: _urlized(page.slug, page) if page.slug else _titled(page.title, page),
    "filename": lambda page: _urlized(_file_name(page), page),
    "slugorfilename": lambda page: _urlized(page.slug or _file_name(page), page),
    "contentbasename": lambda page: _urlized(page.place.base_name, page),
    "slugorcontentbasename": lambda page: _urlized(page.slug or page.place.base_name, page),
}
_DATES: dict[str, Callable[[datetime], str]] = {
    "year": lambda date: str(date.year),
    "month": lambda date: f"{date.month:02}",
    "monthname": lambda date: MONTHS[date.month - 1],
    "day": lambda date: f"{date.day:02}",
    "weekday": lambda date: str(date.isoweekday() % 7),
    "weekdayname": lambda date: DAYS[date.weekday()],
    "yearday": lambda date: str(date.timetuple().tm_yday),
}
