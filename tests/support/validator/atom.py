"""Atom 1.0: the grammar of RFC 4287, its sentences that no grammar holds, and what the W3C validator adds."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from support.validator.addresses import canonical, uri
from support.validator.faults import Check, Fault
from support.validator.html import html_faults
from support.validator.kinds import Kind, elements, held_against, leaf, name_of
from support.validator.links import ATOM_LINK, doubled, in_entry, link_faults
from support.validator.media import ITUNES_ENTRY, ITUNES_FEED, MANY_ITUNES, MANY_MEDIA, MEDIA, podcast_faults
from support.validator.order import Dated, order_faults
from support.validator.values import email, filled, one_of, plain, rfc3339, tight

SPACE = "http://www.w3.org/2005/Atom"
_TEXT_TYPES = one_of("InvalidTextType", "text", "html")


def _construct(*checks: Check) -> Kind:
    return Kind(text=checks, attributes={"type": (_TEXT_TYPES,)})


_PERSON = Kind(
    children={"name": leaf(filled, plain("ContainsHTML")), "email": leaf(email), "uri": leaf(uri)},
    needed={"name": "MissingElement"},
)
_CATEGORY = Kind(
    attributes={"term": (), "scheme": (uri,), "label": (filled, plain("ContainsHTML"))}, required=frozenset({"term"})
)
_GENERATOR = Kind(text=(filled, plain("ContainsHTML")), attributes={"uri": (uri,), "version": ()})
_ENTRY = Kind(
    children={
        "id": leaf(uri, canonical, tight),
        "title": _construct(filled),
        "updated": leaf(rfc3339),
        "published": leaf(rfc3339),
        "author": _PERSON,
        "contributor": _PERSON,
        "category": _CATEGORY,
        "link": ATOM_LINK,
        "summary": _construct(filled),
        "content": _construct(filled),
        "rights": _construct(filled),
        **MEDIA,
        **ITUNES_ENTRY,
    },
    many=frozenset({"author", "contributor", "category", "link"}) | MANY_MEDIA,
    needed=dict.fromkeys(("id", "title", "updated"), "MissingElement"),
)
_FEED = Kind(
    children={
        "id": leaf(uri, canonical, tight),
        "title": _construct(filled),
        "subtitle": _construct(filled),
        "updated": leaf(rfc3339, tight),
        "author": _PERSON,
        "contributor": _PERSON,
        "category": _CATEGORY,
        "generator": _GENERATOR,
        "icon": leaf(filled, tight, uri),
        "logo": leaf(filled, tight, uri),
        "link": ATOM_LINK,
        "rights": _construct(filled),
        "entry": _ENTRY,
        "fh:archive": Kind(),
        **MEDIA,
        **ITUNES_FEED,
    },
    many=frozenset({"author", "contributor", "category", "link", "entry"}) | MANY_MEDIA | MANY_ITUNES,
    needed=dict.fromkeys(("id", "title", "updated"), "MissingElement"),
)


@cache
def _grammar() -> etree.RelaxNG:
    # In the standard it stands in the compact syntax, atom.rnc, which lxml reads only where rnc2rng is installed; and
    # where that is, importing lxml takes three times as long, in every build of ours that is timed.
    return etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))


def atom_faults(feed: etree._Element, location: str) -> Iterator[Fault]:
    """All that is wrong with an Atom feed that is served at `location`."""
    if not _grammar().validate(feed):
        yield Fault("RelaxNG", "feed", str(_grammar().error_log))
    yield from held_against(_FEED, feed, "feed", SPACE)
    entries = feed.findall(f"{{{SPACE}}}entry")
    yield from _feed(feed, location)
    yield from _entries(feed, entries)
    yield from podcast_faults(feed, [one.get("href", "") for one in _links(feed, "enclosure")])
    dates = [Dated(_text(one, "published"), _text(one, "updated")) for one in entries]
    yield from order_faults(dates, _text(feed, "updated"))


def _links(feed: etree._Element, rel: str) -> list[etree._Element]:
    return [link for link in feed.iter(f"{{{SPACE}}}link") if link.get("rel") == rel]


def _feed(feed: etree._Element, location: str) -> Iterator[Fault]:
    names = [name_of(child, SPACE) for child in elements(feed)]
    after = names[names.index("entry") :] if "entry" in names else []
    yield from (Fault("MisplacedMetadata", "feed", one) for one in dict.fromkeys(after) if one != "entry")
    yield from link_faults(feed, feed.findall(f"{{{SPACE}}}link"), location, "MissingSelf")
    if feed.get("{http://www.w3.org/XML/1998/namespace}lang") is None:
        yield Fault("MissingDCLanguage", "feed")
    for name in ("title", "subtitle", "rights"):
        yield from _texts(feed, name, "feed")


def _entries(feed: etree._Element, entries: list[etree._Element]) -> Iterator[Fault]:
    ids = Counter(_text(one, "id") for one in entries)
    yield from (Fault("DuplicateEntries", "feed", one) for one, count in ids.items() if count > 1)
    times = Counter(_text(one, "updated") for one in entries)
    yield from (Fault("DuplicateUpdated", "feed", one) for one, count in times.items() if count > 1)
    authored = feed.find(f"{{{SPACE}}}author") is not None
    for number, entry in enumerate(entries, 1):
        yield from _entry(entry, f"entry[{number}]", authored=authored)


def _entry(entry: etree._Element, place: str, *, authored: bool) -> Iterator[Fault]:
    names = [name_of(child, SPACE) for child in elements(entry)]
    links = entry.findall(f"{{{SPACE}}}link")
    if "author" not in names and not authored:
        yield Fault("MissingElement", place, "author")
    if "content" not in names:
        if "summary" not in names:
            yield Fault("MissingTextualContent", place)
        if all(link.get("rel", "alternate") != "alternate" for link in links):
            yield Fault("MissingContentOrAlternate", place)
    yield from doubled(links, place)
    yield from in_entry(links, place)
    for name in ("title", "summary", "content", "rights"):
        yield from _texts(entry, name, place)


def _texts(parent: etree._Element, name: str, place: str) -> Iterator[Fault]:
    """Text constructs: HTML where `type` says so, else plain text that nothing takes for HTML."""
    for element in parent.findall(f"{{{SPACE}}}{name}"):
        value, where = element.text or "", f"{place}/{name}"
        if element.get("type", "text") == "html":
            yield from html_faults(value, where)
        else:
            yield from (Fault(rule, where, value) for rule in plain("ContainsUndeclaredHTML")(value))


def _text(parent: etree._Element, name: str) -> str:
    return parent.findtext(f"{{{SPACE}}}{name}") or ""
