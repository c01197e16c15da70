"""What miniflux keeps of a feed's entries, by the rules of its 2.3.5.

An entry is known by a hash of its id (internal/reader/atom/atom_10_adapter.go, rss/adapter.go, json/adapter.go). Of a
known one these values are written anew at each fetch (internal/storage/entry.go, updateEntry): nobody is told, and what
was read stays read. The dates are not among them. What it cleans away before, such as tracking parameters of addresses
and unsafe HTML, is compared here all the same.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from publisher.feeds.kept import Kept, absolute, alternate, entries, first, is_atom, objects, texts, whole, word, words
from publisher.feeds.names import PREFIXES, XML_LANG


def kept(document: Element | dict[str, Any]) -> list[Kept]:
    """The entries in the order of the feed; of several under one hash only the first, which is stored last."""
    found = _json(document) if isinstance(document, dict) else _atom(document) if is_atom(document) else _rss(document)
    return list({one.key: one for one in reversed(list(found))}.values())[::-1]


def _atom(root: Element) -> Iterator[Kept]:
    for feed, entry in entries(root):
        id_, url = _text(entry, "atom:id"), alternate(entry)
        title = whole(entry.find("atom:title", PREFIXES))
        values = {
            "title": title,
            "url": url,
            "content": absolute(first(map(whole, (entry.find(path, PREFIXES) for path in _ATOM_CONTENT))), url),
            "author": _distinct(_names(entry)) or _distinct(_names(feed)),
            "tags": _distinct(_terms(entry)) or _distinct(_terms(feed)),
            "language": _language(entry.get(XML_LANG, "")) or _language(feed.get(XML_LANG, "")),
            "enclosures": _files(entry, ((one, "href") for one in entry.iterfind(_ENCLOSURES, PREFIXES))),
        }
        yield Kept(_hash(id_ or url), title, first([id_.strip(), url]), values)


def _rss(root: Element) -> Iterator[Kept]:
    times: dict[str, int] = {}
    for channel, item in entries(root):
        guid, url = _text(item, "guid"), _rss_url(item)
        title = unescape(unescape(_last(item, "title")))
        content = absolute(first(map(whole, (item.find(path, PREFIXES) for path in _RSS_CONTENT))), url)
        times[guid] = times.get(guid, 0) + 1
        values = {
            "title": title,
            "url": url,
            "content": content,
            "author": first([_last(item, *_RSS_AUTHORS), _last(channel, *_RSS_FEED_AUTHORS)]),
            "tags": _distinct(texts(item, "category")) or _distinct(texts(channel, "category")),
            "language": _language(_last(item, "dc:language")) or _language(_last(channel, "language")),
            "enclosures": _files(item, ((one, "url") for one in item.iterfind("enclosure"))),
            "comments": _last(item, "comments"),
            "duration": _last(item, "itunes:duration"),
        }
        again = f"{guid}|{url}" if guid and times[guid] > 1 else guid
        key = first([again, url, title + content])
        yield Kept(_hash(key), title, first([guid.strip(), url]), values)


_ENCLOSURES = "atom:link[@rel='enclosure']"
_ATOM_CONTENT = ("atom:content", "atom:summary")
_RSS_CONTENT = ("content:encoded", "description", "itunes:summary", "itunes:subtitle")
_RSS_AUTHORS = ("itunes:author", "dc:creator", "atom:author/atom:name", "author")
_RSS_FEED_AUTHORS = ("itunes:author", "itunes:owner/itunes:name", "managingEditor", "webMaster")


def _json(feed: dict[str, Any]) -> Iterator[Kept]:
    for item in objects(feed["items"]):
        url = first([word(item.get("url")), word(item.get("external_url"))])
        content = first(word(item.get(name)) for name in ("content_html", "content_text", "summary"))
        title, people = word(item.get("title")), [*_people(feed), *_people(item)]
        values = {
            "title": title,
            "url": url,
            "content": absolute(content, url),
            "author": _distinct(word(one.get("name")) for one in people),
            "tags": _distinct(words(item.get("tags"))),
            "language": _language(word(item.get("language"))) or _language(word(feed.get("language"))),
            "enclosures": {_attachment(one) for one in objects(item.get("attachments"))},
        }
        id_ = first([word(item.get("id")), url])
        yield Kept(_hash(id_ or content), title, id_, values)


def _hash(value: str) -> str:
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _text(entry: Element, path: str) -> str:
    """With the space around it: hashes are of the text as it stands."""
    found = entry.find(path, PREFIXES)
    return "" if found is None else found.text or ""


def _last(parent: Element, *paths: str) -> str:
    """Of an element given several times the last counts; the first path that has one."""
    return first(text for path in paths for text in texts(parent, path)[-1:])


def _rss_url(item: Element) -> str:
    guid = item.find("guid")
    permalink = whole(guid) if guid is not None and guid.get("isPermaLink", "true") == "true" else ""
    return first([_last(item, "link"), alternate(item), permalink])


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _names(parent: Element) -> Iterator[str]:
    for author in parent.iterfind("atom:author", PREFIXES):
        yield first(texts(author, "atom:name", "atom:email"))


def _terms(parent: Element) -> Iterator[str]:
    for category in parent.iterfind("atom:category", PREFIXES):
        yield first([category.get("label", "").strip(), category.get("term", "").strip()])


def _people(parent: dict[str, Any]) -> list[dict[str, Any]]:
    return [*objects(parent.get("authors")), *objects([parent.get("author")])]


def _language(tag: str) -> str:
    return tag.strip().lower().replace("_", "-")


def _files(entry: Element, enclosures: Iterable[tuple[Element, str]]) -> dict[str, tuple[str, str]]:
    """Type and length by address; what is both picture and enclosure counts as the picture, since these come first."""
    thumbnails = [(one.get("url", ""), ("image/*", "")) for one in entry.iterfind(".//media:thumbnail", PREFIXES)]
    files = [(one.get(name, ""), (one.get("type", ""), one.get("length", ""))) for one, name in enclosures]
    contents = entry.iterfind(".//media:content", PREFIXES)
    others = [(one.get("url", ""), (one.get("type", ""), one.get("fileSize", ""))) for one in contents]
    return dict(reversed([*thumbnails, *files, *others]))


def _attachment(one: dict[str, Any]) -> tuple[str, str, str]:
    return word(one.get("url")), word(one.get("mime_type")), word(one.get("size_in_bytes"))
