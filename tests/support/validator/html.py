"""HTML inside a feed: nothing that runs, nothing relative, nothing that HTML5 calls an error."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import html5lib
from html5lib.html5parser import ParseError

from support.validator.addresses import uri
from support.validator.faults import Fault, words

_SAFE = words(
    "a abbr address area article aside audio b bdi bdo big blockquote br button canvas caption center cite code col "
    "colgroup data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 "
    "h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd label legend li main map mark menu meter nav noscript ol "
    "optgroup option output p picture pre progress q rp rt ruby s samp section select small source span strike strong "
    "sub summary sup table tbody td template textarea tfoot th thead time tr track tt u ul var video wbr"
)
_RISKY = words(
    "applet base basefont body embed frame frameset head html iframe isindex link listing meta noframes object param "
    "plaintext script style title xmp"
)
# `controls` is not in the W3C validator's list, which is older; without it a reader shows no player at all.
_ATTRIBUTES = words(
    "abbr align alt border cellpadding cellspacing char charoff charset checked cite class clear color cols colspan "
    "controls coords crossorigin datetime decoding default dir disabled download end face for frame headers height "
    "hidden href hreflang hspace id inputmode ismap itemid itemprop itemref itemscope itemtype kind label lang list "
    "loading longdesc loop max media min multiple muted name nowrap open optimum ping placeholder poster preload "
    "readonly referrerpolicy rel required rev reversed rows rowspan rules scope selected shape size sizes span "
    "spellcheck src srclang srcset start step summary tabindex target title translate type usemap valign value "
    "vspace width wrap"
)
_ADDRESSES = words("href src poster cite longdesc data action")
_SIDES = re.compile(r"(background|border|margin|padding)(-|$)")
_SIZE = re.compile(r"#[0-9a-f]+|rgb\([\d,%]+\)|[\d.]+(cm|em|ex|in|mm|pc|pt|px|%)?")
_SAID = re.compile(r"([\w\s#%.,!]|(?<=\w)-(?=\w)|'[\w\s]+'|\"[\w\s]+\"|\([\d,\s]+\))+")
_COLOURS = words(
    "aqua auto black block blue bold bottom brown center collapse dashed dotted fuchsia gray green italic left lime "
    "maroon medium none navy normal nowrap olive purple red right solid silver teal top transparent underline white "
    "yellow"
)
_STYLES = re.compile(
    r"(background|border|margin|padding)(-(top|right|bottom|left|color|style|width|collapse|spacing))*|color|display|"
    r"float|font(-(family|size|style|variant|weight))?|height|letter-spacing|line-height|list-style-type|overflow|"
    r"text-(align|decoration|indent)|vertical-align|white-space|width"
)


def html_faults(html: str, place: str) -> Iterator[Fault]:
    """All that is wrong with a fragment of HTML; of its syntax only the first error."""
    yield from (replace(fault, place=place) for fault in _faults(html))


@lru_cache(maxsize=256)
def _faults(html: str) -> tuple[Fault, ...]:
    """The same text stands in each feed of its post, in each format."""
    return tuple(_found(html))


def _found(html: str) -> Iterator[Fault]:
    try:
        html5lib.HTMLParser(strict=True).parseFragment(html)
    except ParseError as error:
        yield Fault("NotHtml", "", str(error))
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT":
            yield from _element(element, "")


def _element(element: Any, place: str) -> Iterator[Fault]:
    tag = element.tag
    if tag not in _SAFE:
        yield Fault("SecurityRisk" if tag in _RISKY else "NotHtml", place, f"<{tag}>")
        return
    for name, value in element.attrib.items():
        if name == "style":
            yield from _style(value, place)
        elif name not in _ATTRIBUTES and not name.startswith("data-"):
            yield Fault("SecurityRiskAttr", place, f"<{tag} {name}>")
        if name in _ADDRESSES:
            yield from _address(value, place)
        elif name == "srcset":
            for one in re.findall(r"(\S+)(?:\s+[\d.]+[wx])?(?:\s*,|\s*$)", value):
                yield from _address(one, place)


def _address(value: str, place: str) -> Iterator[Fault]:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value):
        yield Fault("ContainsRelRef", place, value)
    elif value.lower().startswith(("javascript:", "vbscript:")):
        yield Fault("SecurityRiskAttr", place, value)
    elif not value.startswith("data:"):
        yield from (Fault(rule, place, value) for rule in uri(value) if rule != "SchemeNotIANARegistered")


def _style(value: str, place: str) -> Iterator[Fault]:
    for declaration in filter(None, (one.strip().lower() for one in value.split(";"))):
        name, _, said = (part.strip() for part in declaration.partition(":"))
        sides = _SIDES.match(name) and any(
            not _SIZE.fullmatch(one) and one not in _COLOURS for one in said.replace(", ", ",").split()
        )
        if not said or sides or not _STYLES.fullmatch(name) or not _SAID.fullmatch(said):
            yield Fault("DangerousStyleAttr", place, declaration)
