"""Text that cannot be read on what is behind it, in light or in dark mode."""

import re
from collections.abc import Iterator

from lxml import etree

from publisher.core.colours import BLACK, WHITE, Colour, contrast_ratio, parse_colour
from publisher.mail.lint_codes import Fault, LintCode, shortened
from publisher.mail.lint_css import knows_dark, styles
from publisher.mail.lint_page import Page
from publisher.struct import Struct, replace

_LEAST, _LEAST_LARGE = 4.5, 3.0
_LARGE, _LARGE_BOLD = 24.0, 18.66
"""CSS pixels: 18 and 14 point (WCAG 2.2, "large-scale text")."""
_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0}
_LENGTH = re.compile(r"([\d.]+)(px|pt|em|rem|%)?", re.ASCII)
_LIGHT_LINK, _DARK_LINK = Colour(0, 0, 238), Colour(158, 158, 255)
_DARK_GROUND = Colour(30, 30, 30)
"""What WebKit, and so Apple Mail, puts behind a page that says it can be dark and gives no colour of its own."""


class TextLook(Struct, frozen=True):
    """How the text right inside an element looks; `ground` is None where an image is behind it."""

    text: Colour
    ground: Colour | None
    link: Colour
    size: float = 16.0
    bold: bool = False
    fade: float = 1.0
    seen: bool = True


class _Pair(Struct, frozen=True):
    """Two colours that do not go together."""

    text: Colour
    ground: Colour
    ratio: float

    def __str__(self) -> str:
        # Rounded down: 4.49 is no 4.5.
        return f"{self.text} on {self.ground} ({int(self.ratio * 10) / 10}:1)"


def contrast_faults(page: Page) -> Iterator[Fault]:
    """Each pair of colours once, the worst first. What is as bad in light mode is not told of dark mode again.

    The styles of the media query for dark mode count there. Programs that turn colours round by themselves, such as
    Gmail's, see to the contrast of what they make.
    """
    light = _unreadable(page, dark=False)
    yield from (LintCode.LOW_CONTRAST.warning(place) for place in _places(page, light))
    dark = {run: pair for run, pair in _unreadable(page, dark=True).items() if light.get(run) != pair}
    yield from (LintCode.LOW_CONTRAST_DARK.warning(place) for place in _places(page, dark))


def _places(page: Page, unreadable: dict[int, _Pair]) -> list[str]:
    first: dict[_Pair, int] = {}
    for run, pair in unreadable.items():
        first.setdefault(pair, run)
    worst = sorted(first.items(), key=lambda item: item[0].ratio)
    return [f"{pair} at “{shortened(page.runs[run][0], 30)}”" for pair, run in worst]


def _unreadable(page: Page, *, dark: bool) -> dict[int, _Pair]:
    """The runs of text, by their number, that are hard to read."""
    looks = looks_of(page, dark=dark)
    found: dict[int, _Pair] = {}
    for number, (text, element) in enumerate(page.runs):
        look = looks[element]
        if not look.seen or look.ground is None or not any(map(str.isalnum, text)):
            continue
        ratio, seen = _ratio(look.text, look.fade, look.ground)
        if ratio < _least(look, code=page.is_code(element)):
            found[number] = _Pair(seen, look.ground, ratio)
    return found


def _ratio(text: Colour, fade: float, ground: Colour) -> tuple[float, Colour]:
    seen = text if text.alpha * fade >= 1 else replace(text, alpha=text.alpha * fade).over(ground)
    return contrast_ratio(seen, ground), seen


def _least(look: TextLook, *, code: bool) -> float:
    """Code takes the measure of large text: its colours are those of the highlighter, made for any ground, and the
    narrow band in which they can be read on white and on black (4.5:1) leaves nothing to a block's own tint."""
    large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
    return _LEAST_LARGE if large or code else _LEAST


def looks_of(page: Page, *, dark: bool) -> dict[etree._Element, TextLook]:
    """How the text right inside each element looks, after all that is inherited."""
    declared = styles(page, dark=dark)
    own = dark and knows_dark(page)
    canvas = TextLook(WHITE, _DARK_GROUND, _DARK_LINK) if own else TextLook(BLACK, WHITE, _LIGHT_LINK)
    looks: dict[etree._Element, TextLook] = {}
    for element in page.elements:
        parent = element.getparent()
        above = canvas if parent is None else looks[parent]
        looks[element] = _look(above, element, declared.get(element, {}))
    return looks


def _look(above: TextLook, element: etree._Element, said: dict[str, str]) -> TextLook:
    tag = str(element.tag)
    linked = tag == "a" and "href" in element.attrib
    if not said and not linked and tag not in _BOLD and tag not in _SIZES:
        return above
    size = _size(said.get("font-size", ""), above.size, above.size * _SIZES.get(tag, 1.0))
    return replace(
        above,
        text=parse_colour(said.get("color", "")) or (above.link if linked and "color" not in said else above.text),
        ground=_ground(above.ground, said),
        size=size,
        bold=_is_bold(said.get("font-weight", ""), above.bold or tag in _BOLD),
        fade=above.fade * _share(said.get("opacity", "")),
        seen=above.seen and size > 1 and not _is_hidden(said),
    )


def _ground(above: Colour | None, said: dict[str, str]) -> Colour | None:
    if said.get("image"):
        return None
    colour = parse_colour(said.get("ground", ""))
    if colour is None or colour.alpha == 0:
        return above
    return colour.over(above) if above is not None else (colour if colour.alpha >= 1 else None)


def _size(text: str, above: float, otherwise: float) -> float:
    found = _LENGTH.fullmatch(text)
    try:
        number = float(found[1]) if found else 0.0
    except ValueError:  # 1.2.3
        return otherwise
    if not found or (number and not found[2]):
        return otherwise
    relative = {"em": above, "%": above / 100, None: 0.0}
    return number * (relative[found[2]] if found[2] in relative else _UNITS[found[2]])


def _is_bold(text: str, otherwise: bool) -> bool:
    if text in ("normal", "lighter"):
        return False
    if text in ("bold", "bolder"):
        return True
    return int(text) >= 600 if text.isdecimal() and len(text) < 5 else otherwise


def _share(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    try:
        share = float(found[1]) / (100 if found[2] == "%" else 1) if found else 1.0
    except ValueError:
        return 1.0
    return min(share, 1.0)


def _is_hidden(said: dict[str, str]) -> bool:
    """As preheaders are hidden: shown in the inbox, not in the mail."""
    none = said.get("display") == "none" or said.get("visibility") == "hidden"
    return none or said.get("max-height") in ("0", "0px") or said.get("opacity") in ("0", "0.0", "0%")
