"""RSS 2.0 by the RSS Advisory Board's specification and profile, and what the W3C validator says beyond them."""

from collections import Counter
from collections.abc import Iterator
from typing import cast

from lxml import etree

from support.validator.addresses import uri
from support.validator.faults import Fault
from support.validator.html import html_faults
from support.validator.kinds import Kind, elements, held_against, leaf, name_of
from support.validator.links import ATOM_LINK, link_faults
from support.validator.media import (
    ENCLOSURE,
    ITUNES_ENTRY,
    ITUNES_FEED,
    MANY_ITUNES,
    MANY_MEDIA,
    MEDIA,
    podcast_faults,
)
from support.validator.order import Dated, order_faults
from support.validator.values import (
    email_with_name,
    filled,
    language,
    looks_like_markup,
    one_of,
    plain,
    rfc822,
    rfc3339,
    whole,
)

_ATOM = "{http://www.w3.org/2005/Atom}"
_PLAIN = plain("ContainsHTML")
_POSITIVE = whole(1, "InvalidPositiveInteger")
_IMAGE = Kind(
    children={
        "url": leaf(uri),
        "title": leaf(filled, _PLAIN),
        "link": leaf(uri),
        "width": leaf(whole(1, "InvalidWidth")),
        "height": leaf(whole(1, "InvalidHeight")),
        "description": leaf(_PLAIN),
    },
    needed={"url": "MissingElement", "title": "MissingTitle", "link": "MissingLink"},
)
_CATEGORY = Kind(text=(filled, _PLAIN), attributes={"domain": ()})
_GUID = Kind(text=(filled,), attributes={"isPermaLink": (one_of("InvalidBooleanAttribute", "true", "false"),)})
_ITEM = Kind(
    children={
        "title": leaf(filled, _PLAIN),
        "link": leaf(uri),
        "description": leaf(),
        "author": leaf(email_with_name),
        "category": _CATEGORY,
        "comments": leaf(uri),
        "enclosure": ENCLOSURE,
        "guid": _GUID,
        "pubDate": leaf(rfc822),
        "source": Kind(text=(_PLAIN,), attributes={"url": (uri,)}, required=frozenset({"url"})),
        "content:encoded": leaf(),
        "dc:creator": leaf(filled),
        "dc:language": leaf(language),
        "atom:link": ATOM_LINK,
        "atom:updated": leaf(rfc3339),
        **MEDIA,
        **ITUNES_ENTRY,
    },
    many=frozenset({"category", "dc:creator", "atom:link"}) | MANY_MEDIA,
    needed={"guid": "MissingGuid"},
)
_CHANNEL = Kind(
    children={
        "title": leaf(filled, _PLAIN),
        "link": leaf(uri),
        "description": leaf(_PLAIN),
        "language": leaf(language),
        "copyright": leaf(_PLAIN),
        "managingEditor": leaf(email_with_name),
        "webMaster": leaf(email_with_name),
        "pubDate": leaf(rfc822),
        "lastBuildDate": leaf(rfc822),
        "category": _CATEGORY,
        "generator": leaf(filled),
        "docs": leaf(uri),
        "ttl": leaf(_POSITIVE),
        "image": _IMAGE,
        "item": _ITEM,
        "atom:link": ATOM_LINK,
        "dc:creator": leaf(filled),
        "dc:language": leaf(language),
        "fh:archive": Kind(),
        "sy:updatePeriod": leaf(one_of("InvalidUpdatePeriod", "hourly", "daily", "weekly", "monthly", "yearly")),
        "sy:updateFrequency": leaf(_POSITIVE),
        **MEDIA,
        **ITUNES_FEED,
    },
    many=frozenset({"category", "item", "atom:link", "dc:creator"}) | MANY_MEDIA | MANY_ITUNES,
    needed={
        "title": "MissingTitle",
        "link": "MissingLink",
        "description": "MissingDescription",
        "language": "MissingDCLanguage",
    },
)
_RSS = Kind(
    attributes={"version": (one_of("InvalidRSSVersion", "2.0"),)},
    required=frozenset({"version"}),
    children={"channel": _CHANNEL},
    needed={"channel": "MissingElement"},
)
# What the core says already (the first of each pair) must not be said again by an extension.
_SAME_IN_CHANNEL = (("managingEditor", "dc:creator"), ("language", "dc:language"), ("pubDate", "dc:date"))
_SAME_IN_ITEM = (("author", "dc:creator"), ("guid", "atom:id"), ("pubDate", "dc:date"), ("category", "dc:subject"))


def rss_faults(root: etree._Element, data: bytes, location: str) -> Iterator[Fault]:
    """All that is wrong with an RSS feed that is served at `location`."""
    yield from held_against(_RSS, root, "rss")
    channel = root.find("channel")
    if channel is None:
        return
    items = channel.findall("item")
    yield from _channel(channel, location)
    yield from _ids(items)
    lines = data.splitlines()
    for number, item in enumerate(items, 1):
        yield from _item(item, f"item[{number}]", lines)
    yield from podcast_faults(channel, [str(one.get("url")) for one in channel.iter("enclosure")])
    dates = [Dated(_text(item, "pubDate"), _text(item, f"{_ATOM}updated")) for item in items]
    yield from order_faults(dates, _text(channel, "lastBuildDate"))


def _channel(channel: etree._Element, location: str) -> Iterator[Fault]:
    names = [name_of(child) for child in elements(channel)]
    if "textInput" in names:
        yield Fault("AvoidTextInput", "channel")
    after = names[names.index("item") :] if "item" in names else []
    yield from (Fault("MisplacedItem", "channel", one) for one in dict.fromkeys(after) if one != "item")
    for core, again in _SAME_IN_CHANNEL:
        if core in names and again in names:
            yield Fault("DuplicateSemantics", "channel", f"{core}, {again}")
    yield from link_faults(channel, channel.findall(f"{_ATOM}link"), location, "MissingAtomSelfLink")
    image = channel.find("image")
    if image is not None:
        yield from _image(image, channel)


def _image(image: etree._Element, channel: etree._Element) -> Iterator[Fault]:
    if _text(image, "link") != _text(channel, "link"):
        yield Fault("ImageLinkDoesntMatch", "channel/image", _text(image, "link"))
    if _text(image, "title") != _text(channel, "title"):
        yield Fault("ImageTitleDoesntMatch", "channel/image", _text(image, "title"))
    ending = _text(image, "url").rpartition(".")[2].lower()
    if ending.isalnum() and ending not in ("jpg", "jpeg", "gif", "png"):
        yield Fault("ImageUrlFormat", "channel/image", _text(image, "url"))
    for name, most, rule in (("width", 144, "InvalidWidth"), ("height", 400, "InvalidHeight")):
        if (value := _text(image, name)).isdecimal() and int(value) > most:
            yield Fault(rule, "channel/image", value)


def _ids(items: list[etree._Element]) -> Iterator[Fault]:
    counts = Counter(_text(item, "guid") for item in items)
    yield from (Fault("DuplicateValue", "guid", guid) for guid, count in counts.items() if count > 1)


def _item(item: etree._Element, place: str, lines: list[bytes]) -> Iterator[Fault]:
    names = [name_of(child) for child in elements(item)]
    if "title" not in names and "description" not in names:
        yield Fault("ItemMustContainTitleOrDescription", place)
    if "content:encoded" in names and "description" not in names[: names.index("content:encoded")]:
        yield Fault("NeedDescriptionBeforeContent", place)
    for core, again in _SAME_IN_ITEM:
        if core in names and again in names:
            yield Fault("DuplicateItemSemantics", place, f"{core}, {again}")
    for child in elements(item):
        if name_of(child) in ("description", "content:encoded"):
            yield from html_faults(child.text or "", f"{place}/{name_of(child)}")
        elif name_of(child) in ("title", "category"):
            yield from _character_data(child, place, lines)
        elif name_of(child) == "guid":
            yield from _guid(child, place)


def _character_data(element: etree._Element, place: str, lines: list[bytes]) -> Iterator[Fault]:
    """`<` and `&` of plain text are best written `&#x3C;` and `&#x26;`, which every reader takes for text."""
    value, first = element.text or "", cast(int, element.sourceline) - 1
    written = b"\n".join(lines[first : first + value.count("\n") + 1])
    if looks_like_markup(value) and b"&#x" not in written:
        yield Fault("CharacterData", f"{place}/{name_of(element)}", value)


def _guid(guid: etree._Element, place: str) -> Iterator[Fault]:
    value = guid.text or ""
    if guid.get("isPermaLink") != "false":
        if value.lower().startswith(("tag:", "urn:")):
            yield Fault("InvalidPermalink", place, value)
        elif list(uri(value)):
            yield Fault("InvalidHttpGUID", place, value)
    elif value.isdecimal() and len(value) < 9:
        yield Fault("NotSufficientlyUnique", place, value)


def _text(parent: etree._Element, name: str) -> str:
    return parent.findtext(name) or ""
