"""What FreshRSS keeps of a feed's entries, by the rules of its 1.30.

An entry is known by its id as SimplePie gives it and safe_ascii leaves it (app/Models/Feed.php, decideEntryGuid). A
known one is written anew where the MD5 of these values differs (Entry.php, hash; feedController.php, actualizeFeeds).
The date is not among them. It is marked unread only where its reader chose "mark updated articles as unread".

A feed in which more than one id in twenty is missing or repeated is known by links and dates instead (Feed.php,
loadGuids); that is not followed here. What it cleans away before, such as unsafe HTML, is compared all the same.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element

from publisher.feeds.kept import Kept, absolute, alternate, entries, first, is_atom, objects, texts, whole, word, words
from publisher.feeds.names import PREFIXES

_NOT_ASCII = re.compile("[^ -\x7f]")
_KEY_BYTES = 767
_TAG = re.compile(r"<[^<>]+>")
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def kept(document: Element | dict[str, Any]) -> list[Kept]:
    """The entries in the order of the feed; of several with one id only the last, since it reads from the end."""
    found = _json(document) if isinstance(document, dict) else _xml(document)
    return list({one.key: one for one in found}.values())


def _xml(root: Element) -> Iterator[Kept]:
    for above, entry in entries(root):
        title, link, date, content = _atom(entry) if is_atom(root) else _rss(entry)
        id_ = first([*texts(entry, "atom:id", "guid", "dc:identifier"), entry.get(_RDF_ABOUT, "").strip()])
        values = {
            "link": link,
            "title": title,
            "authors": _authors(entry) or _authors(above),
            "content": absolute(content, link),
            "tags": _split(_labels(entry)),
            "enclosures": _enclosures(entry),
        }
        yield Kept(_key(id_, link, date), title, id_ or link, values)


def _atom(entry: Element) -> tuple[str, str, str, str]:
    title, content, summary = (whole(entry.find(f"atom:{name}", PREFIXES)) for name in ("title", "content", "summary"))
    if entry.find("atom:title[@type='html']", PREFIXES) is not None:
        title = unescape(_TAG.sub("", title))
    return title, alternate(entry), first(texts(entry, "atom:published", "atom:updated")), content or summary


def _rss(item: Element) -> tuple[str, str, str, str]:
    # Entities in an RSS title are taken for HTML: one that was escaped twice looks like one escaped once.
    title = unescape(first(texts(item, "title")))
    guid = item.find("guid")
    permalink = whole(guid) if guid is not None and guid.get("isPermaLink") != "false" else ""
    link = first([alternate(item), *texts(item, "link"), permalink])
    content = first(texts(item, "content:encoded", "description"))
    return title, link, first(texts(item, "pubDate", "dc:date")), content


def _json(feed: dict[str, Any]) -> Iterator[Kept]:
    """By Feed.php, dotNotationForStandardJsonFeed: an item without an address is passed over, authors are not read."""
    for item in objects(feed["items"]):
        link, id_, title = (word(item.get(name)) for name in ("url", "id", "title"))
        if link:
            values = {
                "link": link,
                "title": title,
                "content": (absolute(word(item.get("content_html")), link), word(item.get("content_text"))),
                "tags": _split(words(item.get("tags"))),
                "enclosures": word(item.get("image")),
            }
            yield Kept(_key(id_, link, word(item.get("date_published"))), title, id_ or link, values)


def _key(id_: str, link: str, date: str) -> str:
    # Two ids that differ in Japanese only are one and the same to it.
    ascii_ = _NOT_ASCII.sub("", escape(id_, quote=False).replace('"', "&quot;")).strip()[:_KEY_BYTES]
    return ascii_ if ascii_ not in ("", "0") else f"{link} {date}"


def _authors(parent: Element) -> tuple[str, ...]:
    people = [first(texts(one, "atom:name", "atom:email")) for one in parent.iterfind("atom:author", PREFIXES)]
    return tuple(dict.fromkeys([*people, *texts(parent, "author", "dc:creator", "itunes:author")]))


def _labels(entry: Element) -> list[str]:
    labels = [first([one.get("label", ""), one.get("term", "")]) for one in entry.iterfind("atom:category", PREFIXES)]
    return [*labels, *texts(entry, "category", "dc:subject")]


def _split(labels: list[str]) -> tuple[str, ...]:
    """In some feeds one category holds all tags, with commas between them, so every one is split there."""
    return tuple(dict.fromkeys(part.strip() for label in labels for part in label.split(",")))


def _enclosures(entry: Element) -> tuple[str, ...]:
    """A thumbnail alone does not count: the hash has it only beside an enclosure."""
    paths = (".//media:content", "atom:link[@rel='enclosure']", "enclosure")
    found = [str(sorted(one.attrib.items())) for path in paths for one in entry.iterfind(path, PREFIXES)]
    thumbnails = [one.get("url", "") for one in entry.iterfind(".//media:thumbnail", PREFIXES)]
    return (*found, *thumbnails[:1]) if found else ()
