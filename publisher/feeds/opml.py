"""OPML 2.0: all feeds of the site as one list that feed readers import."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from publisher.feeds.clean import legal
from publisher.feeds.words import words
from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.listing import Listed
from publisher.model.site import Site

_SPECIFICATION = "http://opml.org/spec2.opml"
# What the specification knows of; it has no word for Atom and JSON Feed.
_VERSIONS = {FeedFormat.RSS: "RSS2"}


def opml(site: Site, listed: Sequence[Listed], *, overrides: Path | None) -> bytes:
    """Each feed once, the site's own first, the others under the name of their kind (opml.org/spec2.opml).

    It names no time: the file's own tells when it changed. Raises TemplateError where the words of `overrides` are
    broken.
    """
    root = Element("opml", version="2.0")
    _head(SubElement(root, "head"), site)
    body = SubElement(root, "body")
    headings = words(site.language, overrides)[1]
    for kind in FeedKind:
        feeds = [feed for feed in listed if feed.kind is kind]
        inside = SubElement(body, "outline", text=getattr(headings, kind)) if feeds and kind != "site" else body
        for feed in feeds:
            SubElement(inside, "outline", _outline(feed))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return legal(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n').encode()


def _head(head: Element, site: Site) -> None:
    SubElement(head, "title").text = site.title
    if site.author:
        SubElement(head, "ownerName").text = site.author.name
        if site.author.email:
            SubElement(head, "ownerEmail").text = site.author.email
    SubElement(head, "docs").text = _SPECIFICATION


def _outline(feed: Listed) -> dict[str, str]:
    # JSON Feed last: no reader that imports OPML reads it alone, and many do not read it at all.
    format_, address = min(feed.addresses, key=lambda one: one[0] is FeedFormat.JSON)
    given = {
        "type": "rss",
        "text": feed.title,
        "title": feed.title,
        "xmlUrl": address,
        "htmlUrl": feed.page_url,
        "description": feed.description,
        "language": feed.language,
        "version": _VERSIONS.get(format_, ""),
    }
    return {name: value for name, value in given.items() if value}
