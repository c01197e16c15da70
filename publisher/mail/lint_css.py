"""The styles of a mail that decide whether its text can be read, in light and in dark mode; the door to cssselect."""

import re
from collections.abc import Iterator
from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree

from publisher.core.colours import parse_colour
from publisher.mail.lint_page import Page
from publisher.struct import Struct

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_TOKEN = re.compile(r"([^{};]*)([{};]|\Z)")
_WORD = re.compile(r"[a-z-]+\([^()]*\)|[^\s()]+")
_SIZE = re.compile(r"(?<![\d.])[\d.]+(?:px|pt|em|rem|%)", re.ASCII)
_BOLD = re.compile(r"\b(?:bold|bolder|[6-9]00)\b")
_KEPT = frozenset({"color", "font-size", "font-weight", "display", "visibility", "opacity", "max-height"})
_OWN_DARK = re.compile(r"(?<!prefers-)color-scheme\s*:[^;}]*\bdark\b", re.IGNORECASE)
# cssselect calls itself for each step of a selector.
_LONGEST_SELECTOR = 400

Rank = tuple[bool, int, tuple[int, int, int], int]
Styles = dict[etree._Element, dict[str, str]]


class Declared(Struct, frozen=True):
    """One declaration; `background` and `font` are taken apart, into `ground`, `image` and their like."""

    name: str
    value: str
    important: bool


class Rule(Struct, frozen=True):
    """One rule of a style sheet."""

    selectors: str
    declared: tuple[Declared, ...]


def styles(page: Page, *, dark: bool) -> Styles:
    """What each element's own styles are after the cascade (CSS Cascading and Inheritance, section 6), not inherited.

    `color`, `ground` (the colour behind), `image` (whether an image is behind), and what hides or enlarges a text.
    """
    ranked: dict[etree._Element, dict[str, tuple[Rank, str]]] = {}
    for order, rule in enumerate(rule for sheet in page.sheets for rule in rules(sheet, dark=dark)):
        for specificity, path in _compiled(rule.selectors):
            for element in _select(path, page.root):
                _put(ranked, element, rule.declared, (1, specificity, order))
    for element in page.elements:
        if element.attrib or element.tag == "mark":
            _put(ranked, element, _hints(element), (0, (0, 0, 0), 0))
            _put(ranked, element, declarations(element.get("style") or ""), (2, (0, 0, 0), 0))
    return {element: {name: said for name, (_, said) in found.items()} for element, found in ranked.items()}


def knows_dark(page: Page) -> bool:
    """Whether the mail says that it can be dark: a page that does not say so keeps its white ground."""
    names = ("color-scheme", "supported-color-schemes")
    metas = (meta for meta in page.root.iter("meta") if (meta.get("name") or "").lower() in names)
    return any("dark" in (meta.get("content") or "").lower() for meta in metas) or any(
        _OWN_DARK.search(sheet) for sheet in page.sheets
    )


@lru_cache(maxsize=64)
def rules(sheet: str, *, dark: bool) -> tuple[Rule, ...]:
    """The rules of a style sheet that hold on a wide screen. What holds under other conditions is left out: a text
    that can be read without them is what a mail has to have."""
    found: list[Rule] = []
    applies, selectors, body = [True], "", ""
    for token in _TOKEN.finditer(_COMMENT.sub("", sheet)):
        words, mark = token[1].strip(), token[2]
        if mark == "{" and words.startswith("@"):
            applies.append(applies[-1] and _holds(words.lower(), dark=dark))
        elif mark == "{":
            selectors, body = words, ""
        elif selectors:
            body += words + ";"
        if mark != "}" and mark:
            continue
        if selectors and applies[-1]:
            found.append(Rule(selectors, declarations(body)))
        elif not selectors and len(applies) > 1:
            applies.pop()
        selectors = ""
    return tuple(rule for rule in found if rule.declared)


@lru_cache(maxsize=4096)
def declarations(text: str) -> tuple[Declared, ...]:
    """The declarations of a rule or a style attribute that matter here."""
    return tuple(one for part in text.lower().split(";") for one in _declared(*part.partition(":")[::2]))


def _declared(name: str, value: str) -> Iterator[Declared]:
    plain, mark, rest = value.partition("!")
    important = bool(mark) and rest.strip() == "important"
    for key, said in _longhands(name.strip(), plain.strip()):
        yield Declared(key, said, important)


def _longhands(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name in _KEPT:
        yield name, value
    if name in ("background", "background-color"):
        colour = next((word for word in _WORD.findall(value) if parse_colour(word)), "")
        if colour or name == "background":
            yield "ground", colour or "transparent"
    if name in ("background", "background-image"):
        yield "image", "yes" if "url(" in value or "gradient(" in value else ""
    if name == "font":
        yield "font-weight", "bold" if _BOLD.search(value) else "normal"
        if size := _SIZE.search(value):
            yield "font-size", size[0]


@lru_cache(maxsize=1024)
def _hinted(bgcolor: str, color: str, background: str) -> tuple[Declared, ...]:
    said = (("ground", bgcolor), ("color", color), ("image", background and "yes"))
    return tuple(Declared(name, value.strip().lower(), False) for name, value in said if value)


def _hints(element: etree._Element) -> tuple[Declared, ...]:
    """Attributes from before style sheets, weaker than any rule (WHATWG HTML, "presentational hints")."""
    if element.tag == "mark":
        return _hinted("yellow", "black", "")  # section 15.3.4, "Phrasing content"
    color = element.get("text" if element.tag == "body" else "color") if element.tag in ("body", "font") else None
    return _hinted(element.get("bgcolor") or "", color or "", element.get("background") or "")


def _put(
    ranked: dict[etree._Element, dict[str, tuple[Rank, str]]],
    element: etree._Element,
    declared: tuple[Declared, ...],
    rank: tuple[int, tuple[int, int, int], int],
) -> None:
    for one in declared:
        known = ranked.setdefault(element, {})
        full = (one.important, *rank)
        if one.name not in known or known[one.name][0] <= full:
            known[one.name] = (full, one.value)


def _holds(words: str, *, dark: bool) -> bool:
    """Whether what is in an at-rule holds: of media queries those that ask for a screen, or for light or dark."""
    if not words.startswith("@media"):
        return False
    return any(_query(query, dark=dark) for query in words.removeprefix("@media").split(","))


def _query(query: str, *, dark: bool) -> bool:
    known = {
        "all": True,
        "screen": True,
        "only screen": True,
        "(prefers-color-scheme:dark)": dark,
        "(prefers-color-scheme:light)": not dark,
    }
    parts = re.split(r"\s+and\s+", query.strip())
    return all(known.get(re.sub(r"\s*([:()])\s*", r"\1", " ".join(part.split())), False) for part in parts)


@lru_cache(maxsize=1024)
def _compiled(selectors: str) -> tuple[tuple[tuple[int, int, int], etree.XPath], ...]:
    """Selectors as XPath with their specificity; none where one cannot be read, or names no element (`a:hover`)."""
    if len(selectors) > _LONGEST_SELECTOR:
        return ()
    try:
        found = [one for one in parse(selectors) if one.pseudo_element is None]
        return tuple((one.specificity(), etree.XPath(HTMLTranslator().selector_to_xpath(one))) for one in found)
    except (SelectorError, etree.XPathError, ValueError):
        return ()


def _select(path: etree.XPath, root: etree._Element) -> list[etree._Element]:
    try:
        found = path(root)
    except etree.XPathError:
        return []
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []
