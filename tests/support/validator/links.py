"""Links of Atom, which RSS borrows: self, hub, archives."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from support.validator.addresses import uri
from support.validator.faults import Fault, words
from support.validator.kinds import Kind
from support.validator.values import filled, language, length_in_bytes, media_type, plain

# iana.org/assignments/link-relations; those that feeds use.
_RELATIONS = words(
    "alternate current describedby edit enclosure first hub last license next next-archive payment prev-archive "
    "previous related replies search self service up via"
)
_HISTORY = words("current first last next next-archive prev-archive previous")
_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/rdf+xml")


def _relation(value: str) -> Iterator[str]:
    if not value:
        yield "AttrNotBlank"
    elif value not in _RELATIONS and list(uri(value)):
        yield "UnregisteredAtomLinkRel"


ATOM_LINK = Kind(
    attributes={
        "href": (uri,),
        "rel": (_relation,),
        "type": (media_type,),
        "hreflang": (language,),
        "title": (filled, plain("ContainsHTML")),
        "length": (length_in_bytes,),
    },
    required=frozenset({"href"}),
)


def link_faults(feed: etree._Element, links: list[etree._Element], location: str, without_self: str) -> Iterator[Fault]:
    """What is wrong with the links of a feed served at `location`; `without_self` is the rule on a missing self."""
    by_rel: dict[str, list[str]] = {}
    for link in links:
        by_rel.setdefault(link.get("rel", "alternate"), []).append(link.get("href", ""))
    if "self" not in by_rel:
        yield Fault(without_self, "feed")
    yield from (Fault("SelfDoesntMatchLocation", "feed", one) for one in by_rel.get("self", []) if one != location)
    yield from (Fault("RelativeSelf", "feed", one) for one in by_rel.get("self", []) if "://" not in one)
    for link in links:
        if link.get("rel") == "self" and link.get("type") not in (None, *_FEED_TYPES):
            yield Fault("SelfNotAtom", "feed", link.get("type", ""))
    yield from doubled(links, "feed")
    yield from _archive(feed, by_rel, location)


def doubled(links: list[etree._Element], place: str) -> Iterator[Fault]:
    """Two alternates of one type and language (RFC 4287 section 4.1.1)."""
    kinds = Counter(
        (one.get("type", ""), one.get("hreflang", "")) for one in links if one.get("rel", "alternate") == "alternate"
    )
    yield from (Fault("DuplicateAtomLink", place, str(kind)) for kind, count in kinds.items() if count > 1)


def in_entry(links: list[etree._Element], place: str) -> Iterator[Fault]:
    """RFC 5005 is of feeds."""
    rels = [one.get("rel", "") for one in links]
    yield from (Fault("FeedHistoryRelInEntry", place, rel) for rel in rels if rel in _HISTORY)


def _archive(feed: etree._Element, by_rel: dict[str, list[str]], location: str) -> Iterator[Fault]:
    """RFC 5005 section 4: an archive document names the current feed and a neighbour."""
    archived = feed.find("{http://purl.org/syndication/history/1.0}archive") is not None
    if archived and not {"prev-archive", "next-archive"} & set(by_rel):
        yield Fault("ArchiveIncomplete", "feed")
    if archived and "current" not in by_rel:
        yield Fault("MissingCurrentInArchive", "feed")
    for rel in ("prev-archive", "next-archive"):
        if location in by_rel.get(rel, []):
            yield Fault("LinkPastEnd", "feed", rel)
