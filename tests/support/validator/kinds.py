"""A vocabulary as values, and a walk that holds a document against it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from support.validator.faults import Check, Fault, told

NAMESPACES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_COMMON = frozenset({"xml:lang", "xml:base", "xml:space", "xml:id"})


@dataclass(frozen=True)
class Kind:
    """What an element may hold.

    `text` are the checks of its text, None where there must be none. `attributes` have their checks, those in
    `required` may not be missing. Of `children`, those in `many` may come again; `needed` gives the rule that is
    broken where one is missing.
    """

    text: tuple[Check, ...] | None = None
    attributes: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    children: Mapping[str, "Kind"] = field(default_factory=dict)
    many: frozenset[str] = frozenset()
    needed: Mapping[str, str] = field(default_factory=dict)


def leaf(*checks: Check) -> Kind:
    """An element with text alone."""
    return Kind(text=checks)


def name_of(element: etree._Element, default: str = "") -> str:
    """`title`, `dc:creator`; without a prefix in the default namespace."""
    return _named(str(element.tag), default)


def _named(tag: str, default: str) -> str:
    if not tag.startswith("{"):
        return tag
    space, _, name = tag[1:].partition("}")
    return name if space == default else f"{NAMESPACES.get(space, space)}:{name}"


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments."""
    yield from (child for child in parent if isinstance(child.tag, str))


def held_against(kind: Kind, element: etree._Element, place: str, default: str = "") -> Iterator[Fault]:
    """All that is wrong with the element and what is in it."""
    yield from _attributes(kind, element, place, default)
    yield from _text(kind, element, place)
    counts = Counter(name_of(child, default) for child in elements(element))
    yield from (Fault(rule, place, name) for name, rule in kind.needed.items() if name not in counts)
    for name, count in counts.items():
        if count > 1 and name not in kind.many:
            yield Fault("DuplicateEnclosure" if name == "enclosure" else "DuplicateElement", place, name)
    seen: Counter[str] = Counter()
    for child in elements(element):
        name = name_of(child, default)
        seen[name] += 1
        where = f"{place}/{name}" + (f"[{seen[name]}]" if counts[name] > 1 else "")
        if name in kind.children:
            yield from held_against(kind.children[name], child, where, default)
        else:
            yield Fault("UndefinedElement", where, name)


def _attributes(kind: Kind, element: etree._Element, place: str, default: str) -> Iterator[Fault]:
    present = {_named(str(name), default): str(value) for name, value in element.attrib.items()}
    yield from (Fault("MissingAttribute", place, name) for name in sorted(kind.required - set(present)))
    for name, value in present.items():
        if name in kind.attributes:
            yield from told(kind.attributes[name], value, f"{place}@{name}")
        elif name not in _COMMON:
            foreign = ":" in name and ":" not in name_of(element, default)
            yield Fault("UseOfExtensionAttr" if foreign else "UnexpectedAttribute", place, name)


def _text(kind: Kind, element: etree._Element, place: str) -> Iterator[Fault]:
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if kind.text is not None:
        yield from told(kind.text, text, place)
    elif text.strip():
        yield Fault("UnexpectedText", place, text.strip())
