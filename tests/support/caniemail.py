"""What a mail's HTML uses, in the words of caniemail's data, and what of it a mail program does not show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import cssutils
from lxml import html as lxml_html

_DATA = json.loads((Path(__file__).parent / "caniemail.json").read_text("utf-8"))["features"]
LIMITS: dict[str, dict[str, str]] = {slug: one["limits"] for slug, one in _DATA.items()}
"""By feature: the programs that show a part of it (`a`) or nothing (`n`)."""

# Read by Word alone, and by nobody else: what is in there is made for it.
_CONDITIONAL = re.compile(r"<!--\[if mso\]>.*?<!\[endif\]-->", re.DOTALL)
_SIDES = re.compile(r"-(top|right|bottom|left|color|width|style)$")
_UNITS = re.compile(r"(?<![\w#.])-?[0-9.]+(px|em|rem|%|pt|vw|vh|ch|ex|cm|mm|in)(?![\w])")
_ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        ("details", "figcaption", "figure", "mark", "section", "main", "summary", "time"), "html-semantics"
    ),
    **dict.fromkeys(("article", "aside", "footer", "header", "nav"), "html-semantics"),
}
_SELECTORS = {
    r"\.[\w-]": "css-selector-class",
    r"#[\w-]": "css-selector-id",
    r"\[": "css-selector-attribute",
    r"[\w\]] +[\w.#]": "css-selector-descendant",
    r">": "css-selector-child",
    r"\+": "css-selector-adjacent-sibling",
    r"~": "css-selector-general-sibling",
    r",": "css-selector-grouping",
    r"(^|[ ,>])[a-z]": "css-selector-type",
    r"\*": "css-selector-universal",
    r"[\w\]]\.[\w-]": "css-selector-chaining",
}


def used(html: str) -> set[str]:
    """Everything that `html` is made of: slugs of caniemail, and of what it has no data on `property color`,
    `element br`, `attribute class`, `pseudo :hover`."""
    tree = lxml_html.document_fromstring(_CONDITIONAL.sub("", html))
    found = {"html-doctype"} if html.lower().startswith("<!doctype html>") else set()
    for element in tree.iter():
        if isinstance(element.tag, str):
            found |= {*_of_element(element)}
    return found


def dropped(feature: str) -> set[str]:
    """The programs that do not show all of `feature`."""
    return set(LIMITS.get(feature, {}))


def _of_element(element: lxml_html.HtmlElement) -> Iterator[str]:
    yield _known(_ELEMENTS.get(element.tag, f"html-{element.tag}"), f"element {element.tag}")
    for name, value in element.attrib.items():
        yield from _of_attribute(element.tag, name, value)
    if element.tag == "style":
        for rule in cssutils.parseString(element.text, validate=False):
            yield from _of_rule(rule)


def _of_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    match tag, name, value:
        case _, "style", _:
            yield from _of_style(cssutils.parseStyle(value, validate=False))
        case "meta", "name", "color-scheme":
            yield "html-meta-color-scheme"
        case "a", "href", _ if value.startswith("#"):
            yield "html-anchor-links"
        case "a", "href", _ if value.startswith("mailto:"):
            yield "html-mailto-links"
        case "img", "src", _:
            yield f"image-{value.rpartition('.')[2].replace('jpeg', 'jpg')}"
        case _, ("srcset" | "sizes"), _:
            yield "html-srcset"
        case _:
            yield _known(f"html-{name}", f"attribute {name}")


def _of_rule(rule: cssutils.css.CSSRule) -> Iterator[str]:
    if isinstance(rule, cssutils.css.CSSMediaRule):
        features = re.findall(r"\(([\w-]+)", rule.media.mediaText)
        named = {f"css-at-media-{one}" for one in features}
        yield from {"css-at-media", *(one for one in named if one in LIMITS)}
        for inner in rule:
            yield from _of_rule(inner)
    elif isinstance(rule, cssutils.css.CSSStyleRule):
        yield from (slug for sign, slug in _SELECTORS.items() if re.search(sign, rule.selectorText))
        yield from (f"pseudo {one}" for one in re.findall(r"::?[\w-]+", rule.selectorText))
        yield from _of_style(rule.style)
    else:
        yield f"rule {rule.cssText.split()[0]}"


def _of_style(style: cssutils.css.CSSStyleDeclaration) -> Iterator[str]:
    for property_ in style:
        name, value = property_.name, property_.value
        yield _known(f"css-{name}", _known(f"css-{_SIDES.sub('', _SIDES.sub('', name))}", f"property {name}"))
        yield from (f"css-unit-{'percent' if unit == '%' else unit}" for unit in _UNITS.findall(value))
        yield from (f"css-function-{one}" for one in re.findall(r"([\w-]+)\(", value))
        yield from {f"css-{name}-{value}"} & LIMITS.keys()
        if property_.priority:
            yield "css-important"


def _known(slug: str, otherwise: str) -> str:
    return slug if slug in LIMITS else otherwise
