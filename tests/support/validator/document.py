"""The document around a feed: its declaration, encoding, size, characters and namespaces."""

import re
from collections.abc import Iterator

from lxml import etree

from support.validator.faults import Fault
from support.validator.kinds import NAMESPACES
from support.validator.values import language

_DECLARATION = re.compile(rb"<\?xml\s+version\s*=\s*['\"]([^'\"]*)['\"](?:\s+encoding\s*=\s*['\"]([^'\"]*)['\"])?")
# The C1 controls, and what a decoder writes where it failed: text of another encoding read as UTF-8.
_ODD = re.compile("[\x80-\x9f\ufffd]")
_TWICE = re.compile("[\xc2\xc3][\x80-\xbf]")
MOST = 5_000_000
"""What the W3C validator reads, in bytes; so do some readers."""


def parse(data: bytes) -> tuple[etree._Element | None, list[Fault]]:
    """The root, and what is wrong with the document as XML."""
    faults = list(_file(data))
    try:
        root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return None, [*faults, Fault("SAXError", "document", str(error))]
    return root, [*faults, *_root(root)]


def _file(data: bytes) -> Iterator[Fault]:
    if len(data) > MOST:
        yield Fault("ValidatorLimit", "document", f"{len(data)} bytes")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        yield Fault("UnicodeError", "document", str(error))
    if not data.startswith(b"<"):
        yield Fault("WPBlankLine", "document", repr(data[:20]))
    declared = _DECLARATION.match(data)
    if declared is None or declared[2] is None:
        yield Fault("MissingEncoding", "document")
    elif declared[2].lower() != b"utf-8":
        yield Fault("NotUTF8", "document", declared[2].decode("ascii", "replace"))
    if declared and declared[1] != b"1.0":
        yield Fault("BadXmlVersion", "document", declared[1].decode("ascii", "replace"))
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data[:2000]:
        yield Fault("InvalidDoctype", "document")


def _root(root: etree._Element) -> Iterator[Fault]:
    for prefix, space in {(p, s) for one in root.iter() for p, s in one.nsmap.items()}:
        yield from _namespace(prefix, space, atom=root.tag == "{http://www.w3.org/2005/Atom}feed")
    for element in root.iter():
        name = re.sub("{.*}", "", str(element.tag))
        for value in (element.text or "", element.tail or "", *map(str, element.attrib.values())):
            yield from _characters(value, name)
        if (tag := element.get("{http://www.w3.org/XML/1998/namespace}lang")) is not None:
            yield from (Fault(rule, f"{name}@xml:lang", tag) for rule in language(tag))


def _namespace(prefix: str | None, space: str, *, atom: bool) -> Iterator[Fault]:
    usual = NAMESPACES.get(space)
    if space == "http://purl.org/atom/ns#":
        yield Fault("ObsoleteNamespace", "document", space)
    elif space == "http://search.yahoo.com/mrss":
        yield Fault("MediaRssNamespace", "document", space)
    elif prefix in NAMESPACES.values() and usual != prefix:
        yield Fault("ReservedPrefix", "document", f"{prefix}={space}")
    elif usual is None:
        yield Fault("UnknownNamespace", "document", space)
    elif prefix is not None and usual != prefix:
        yield Fault("NonstdPrefix", "document", f"{prefix}={space}")
    elif atom and prefix in ("atom", "xhtml"):
        yield Fault("AvoidNamespacePrefix", "document", str(prefix))


def _characters(value: str, name: str) -> Iterator[Fault]:
    if odd := _ODD.search(value):
        yield Fault("BadCharacters", name, repr(odd[0]))
    elif _TWICE.search(value):
        try:
            value.encode("latin-1").decode()
        except UnicodeError:
            return
        yield Fault("BadCharacters", name, value)
