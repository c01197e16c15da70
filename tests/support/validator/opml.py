"""OPML 2.0 (opml.org/spec2.opml), a list of subscriptions."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from support.validator.addresses import uri
from support.validator.faults import Fault
from support.validator.kinds import Kind, held_against, leaf
from support.validator.values import email, filled, language, one_of, rfc822

_HEAD = Kind(
    children={
        "title": leaf(filled),
        "dateCreated": leaf(rfc822),
        "dateModified": leaf(rfc822),
        "ownerName": leaf(),
        "ownerEmail": leaf(email),
        "ownerId": leaf(uri),
        "docs": leaf(uri),
    },
)
# Outlines lie in outlines, as deep as one likes.
_INSIDE: dict[str, Kind] = {}
_OUTLINE = Kind(
    attributes={
        "text": (filled,),
        "title": (filled,),
        "type": (one_of("InvalidOutlineType", "rss", "link", "include"),),
        "xmlUrl": (uri,),
        "htmlUrl": (uri,),
        "url": (uri,),
        "description": (),
        "language": (language,),
        "version": (one_of("InvalidOutlineVersion", "RSS", "RSS1", "RSS2", "scriptingNews"),),
        "category": (),
        "created": (rfc822,),
        "isComment": (one_of("InvalidTrueFalse", "true", "false"),),
        "isBreakpoint": (one_of("InvalidTrueFalse", "true", "false"),),
    },
    required=frozenset({"text"}),
    children=_INSIDE,
    many=frozenset({"outline"}),
)
_INSIDE["outline"] = _OUTLINE
_BODY = Kind(children=_INSIDE, many=frozenset({"outline"}), needed={"outline": "MissingElement"})
_OPML = Kind(
    attributes={"version": (one_of("InvalidOPMLVersion", "2.0"),)},
    required=frozenset({"version"}),
    children={"head": _HEAD, "body": _BODY},
    needed={"head": "MissingElement", "body": "MissingElement"},
)


def opml_faults(root: etree._Element) -> Iterator[Fault]:
    """All that is wrong with an OPML file."""
    yield from held_against(_OPML, root, "opml")
    outlines = list(root.iterfind("body//outline"))
    for outline in outlines:
        yield from _outline(outline, f"outline {outline.get('text')!r}")
    counts = Counter(one.get("xmlUrl") for one in outlines if one.get("xmlUrl"))
    yield from (Fault("DuplicateSubscription", "body", str(one)) for one, count in counts.items() if count > 1)


def _outline(outline: etree._Element, place: str) -> Iterator[Fault]:
    kind = outline.get("type")
    if kind == "rss":
        missing = {"xmlUrl": "MissingXmlURL", "title": "MissingTitleAttr"}
        yield from (Fault(rule, place) for name, rule in missing.items() if outline.get(name) is None)
    elif kind == "link" and outline.get("url") is None:
        yield Fault("MissingUrlAttr", place)
    elif kind is None and {"xmlUrl", "htmlUrl", "description", "language", "version"} & set(outline.attrib):
        yield Fault("MissingOutlineType", place)
