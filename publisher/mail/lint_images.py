"""Images in a mail that readers cannot see, should not load, or are not told about; and what mail programs remove."""

import re
from collections.abc import Callable, Iterator
from posixpath import splitext
from urllib.parse import unquote, urlsplit

from lxml import etree

from publisher.mail.images import Find, Found
from publisher.mail.lint_codes import Fault, LintCode
from publisher.mail.lint_page import Page, clean

_LARGEST = 1024 * 1024
_WIDEST = 2 * 600
_FORMATS = {".webp", ".avif", ".svg", ".svgz", ".jxl", ".heic", ".heif"}
_TYPES = {"image/webp", "image/avif", "image/svg+xml", "image/jxl", "image/heic", "image/heif"}
_FORMS = frozenset({"form", "input", "select", "textarea", "button"})
_FRAMES = frozenset({"script", "iframe", "frame", "object", "embed", "applet"})
_DROPPED = _FORMS | _FRAMES | {"video", "audio", "canvas", "svg", "math"}
_TINY = re.compile(r"\s*[012]?(?:\.\d*)?\s*(?:px)?\s*", re.ASCII)
_SIDE = re.compile(r"(?:^|;)\s*(width|height)\s*:([^;]*)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def image_faults(
    page: Page, site_url: str, find: Find | None, missing: Callable[[str], bool] | None
) -> Iterator[Fault]:
    """All that is wrong with each image; `find` and `missing` are asked for the site's own ones only."""
    for image in page.root.iter("img"):
        source = clean(image.get("src") or "")
        own = source.startswith(site_url)
        place = page.at(image, _name(source))
        found = find(source) if find and own else None
        if image.get("alt") is None:
            yield LintCode.IMAGE_WITHOUT_ALT.warning(place)
        if not source or (own and found is None and _is_missing(source, find, missing)):
            yield LintCode.MISSING_IMAGE.warning(place)
        elif source[:5].lower() == "data:":
            yield LintCode.DATA_IMAGE.warning(place)
        elif not own and source[:4].lower() == "http" and _is_unseen(image):
            yield LintCode.TRACKING_PIXEL.warning(page.at(image, source))
        else:
            yield from _shown(source, found, place)


def dropped_faults(page: Page) -> Iterator[Fault]:
    """Elements that most mail programs remove, with all or with nothing of what is in them."""
    for element in page.elements:
        if element.tag in _DROPPED:
            yield LintCode.DROPPED_ELEMENT.warning(page.at(element, f"<{element.tag}>"))


def _is_missing(source: str, find: Find | None, missing: Callable[[str], bool] | None) -> bool:
    """`missing` has the last word, for it also knows what is served but is no file of the site's folder."""
    return missing(source) if missing else find is not None


def _shown(source: str, found: Found | None, place: str) -> Iterator[Fault]:
    if found.type in _TYPES if found and found.type else splitext(_path(source))[1].lower() in _FORMATS:
        yield LintCode.IMAGE_FORMAT.warning(place)
    if found and (found.length > _LARGEST or found.width > _WIDEST):
        size = f"{found.length / 1024:.0f} KB, {found.width} × {found.height} pixels"
        yield LintCode.LARGE_IMAGE.warning(f"{place} ({size})")


def _is_unseen(image: etree._Element) -> bool:
    style = image.get("style") or ""
    sides = {name: image.get(name) for name in ("width", "height")}
    sides |= {found[1].lower(): found[2] for found in _SIDE.finditer(style)}
    # One side is enough: our templates set height: auto, which overrules what a pixel says of its height.
    tiny = any(side is not None and side.strip() and _TINY.fullmatch(side) for side in sides.values())
    return tiny or _HIDDEN.search(style) is not None


def _name(source: str) -> str:
    if source[:5].lower() == "data:":
        return f"a data: image of {max(1, len(source) // 1024)} KB"
    return unquote(_path(source).rpartition("/")[2]) or source or "an image without an address"


def _path(source: str) -> str:
    try:
        return urlsplit(source).path
    except ValueError:
        return ""
