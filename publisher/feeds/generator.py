"""The only door to feedgen: what RSS and Atom have in common, and the mends for both that feedgen 1.0.0 needs.

Feeds come cleaned. feedgen's own extension protocol hands us each finished element, so nothing of it is patched.
"""

from html import escape
from typing import Any

from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem
from lxml.etree import ProcessingInstruction

from publisher.feeds.names import GENERATOR, HISTORY
from publisher.feeds.plain import unmistakable
from publisher.model.feed import Archive, Entry, Feed

__all__ = ["add_entry", "archive_links", "begin", "finish_root", "namespaces", "xml_elem"]


def begin(feed: Feed, media_type: str) -> Any:
    """A feedgen generator with all of the feed that both formats have, entries aside."""
    generator = FeedGenerator()
    generator.title(unmistakable(feed.title))
    generator.language(feed.language)
    generator.updated(feed.updated)
    generator.generator(GENERATOR)
    generator.link(href=feed.self_url, rel="self", type=media_type)
    if feed.hub:
        generator.link(href=feed.hub, rel="hub")
    for rel, href in archive_links(feed):
        generator.link(href=href, rel=rel, type=media_type)
    # Last, because the last link of any rel becomes the channel's (feedgen #122: a hub was shown as the site).
    generator.link(href=feed.page_url, rel="alternate", type="text/html")
    return generator


def add_entry(generator: Any, entry: Entry) -> Any:
    """A feedgen entry with all that both formats have, categories but not tags: recovery tells them apart by place."""
    # add_entry puts each entry before the ones added earlier unless told (feedgen #55, #70).
    item = generator.add_entry(order="append")
    item.id(entry.id)
    item.title(unmistakable(entry.title))
    item.link(href=entry.url, rel="alternate", type="text/html")
    labels = ((one.term, unmistakable(one.name), one.scheme) for one in entry.categories)
    item.category([{"term": term, "label": label, "scheme": scheme} for term, label, scheme in labels])
    if entry.image:
        # Without a group, for a group of one is a fault (MediaGroupWithoutAlternatives), and feedgen makes one.
        item.media.thumbnail(url=entry.image, group=None)
    return item


def archive_links(feed: Feed) -> list[tuple[str, str]]:
    """Relation and address of the feed's other documents (RFC 5005 section 4)."""
    archive = feed.archive or Archive()
    links = (("current", archive.current), ("prev-archive", archive.previous), ("next-archive", archive.next))
    return [(rel, href) for rel, href in links if href]


def namespaces(feed: Feed) -> dict[str, str]:
    """Those that our own extensions bring, by prefix."""
    return {"fh": HISTORY} if _is_archived(feed) else {}


def finish_root(feed: Feed, root: Any, parent: Any) -> None:
    """What feedgen cannot say of a feed in any format; `parent` is the element that holds its fields."""
    if _is_archived(feed):
        xml_elem(f"{{{HISTORY}}}archive", parent)
    if feed.style:
        href = escape(feed.style)
        root.addprevious(ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{href}"'))


def _is_archived(feed: Feed) -> bool:
    return bool(feed.archive and feed.archive.current)
