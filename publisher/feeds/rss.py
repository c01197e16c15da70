"""RSS 2.0 with `content:encoded`, `dc:creator` and the feed's own address (RSS Advisory Board profile)."""

from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from publisher.feeds import podcast
from publisher.feeds.generator import add_entry, archive_links, begin, finish_root, namespaces, xml_elem
from publisher.feeds.names import ATOM, CONTENT, MEDIA_TYPES
from publisher.feeds.plain import as_html, unmistakable
from publisher.model.feed import Entry, Feed, FeedFormat

_MEDIA_TYPE = MEDIA_TYPES[FeedFormat.RSS]
# RSS 2.0, `image`; a favicon.ico is none of them.
_IMAGES = ("jpg", "jpeg", "gif", "png")


def rss(feed: Feed) -> bytes:
    """The cleaned feed."""
    generator = begin(feed, _MEDIA_TYPE)
    generator.description(unmistakable(feed.description or feed.title))
    # It stands at the time of the build, is always written, and its formatter switches the locale of the whole
    # process (other threads then write Japanese as ASCII and fail); only unset does feedgen leave it to us.
    generator._FeedGenerator__rss_lastBuildDate = None
    if image := next(filter(_is_image, filter(None, (feed.logo, feed.icon))), None):
        generator.image(url=image)
    _load_extensions(generator, feed)
    for entry in feed.entries:
        _item(add_entry(generator, entry), entry, feed)
    return bytes(generator.rss_str(pretty=True))


def _is_image(address: str) -> bool:
    name = urlsplit(address).path.rpartition("/")[2]
    return "." not in name or name.rpartition(".")[2].lower() in _IMAGES


def _load_extensions(generator: Any, feed: Feed) -> None:
    """Only those that the feed needs: each costs time for every entry, and a namespace in the file."""
    generator.load_extension("dc", atom=False)
    if feed.author:
        generator.dc.dc_creator(unmistakable(feed.author.name))
    if any(entry.image or len(entry.enclosures) > 1 for entry in feed.entries):
        generator.load_extension("media")
    if feed.podcast:
        podcast.describe(generator, feed.podcast)
    generator.register_extension("publisher", partial(_Channel, feed), atom=False)


def _item(item: Any, entry: Entry, feed: Feed) -> None:
    if entry.summary:
        # Readers show a description as HTML, so what looks like it is escaped first: `<b>` is to be read, not bold.
        item.description(as_html(entry.summary))
    # An RSS author is an e-mail address, and feedgen drops authors without one; beside a dc:creator it would be a
    # fault (DuplicateItemSemantics).
    item.dc.dc_creator([unmistakable(author.name) for author in entry.authors])
    if entry.language:
        item.dc.dc_language(entry.language)
    if entry.enclosures:
        _enclose(item, entry)
    if feed.podcast and entry.episode:
        podcast.describe_episode(item, entry, entry.episode)
    item.register_extension("publisher", partial(_Item, entry), atom=False)


def _enclose(item: Any, entry: Entry) -> None:
    """One enclosure, more as media:content: readers take one, and which is theirs to choose (DuplicateEnclosure)."""
    first, *others = entry.enclosures
    item.enclosure(url=first.url, length=first.length, type=first.type)
    for one in others:
        # A length of 0 is one that is not known, and no positive number.
        numbers = {"fileSize": one.length, "duration": one.seconds}
        known = {name: str(number) for name, number in numbers.items() if number}
        item.media.content({"url": one.url, "type": one.type, **known}, group=None)


class _Channel:
    """What feedgen cannot say of an RSS channel."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def extend_ns(self) -> dict[str, str]:
        return namespaces(self.feed)

    def extend_rss(self, root: Any) -> None:
        channel = root[0]
        xml_elem("lastBuildDate", channel).text = format_datetime(self.feed.updated)
        # Of all links only `self` reaches RSS (feedgen #122), so no reader would find the hub.
        if self.feed.hub:
            xml_elem(f"{{{ATOM}}}link", channel, href=self.feed.hub, rel="hub")
        for rel, href in archive_links(self.feed):
            xml_elem(f"{{{ATOM}}}link", channel, href=href, rel=rel, type=_MEDIA_TYPE)
        finish_root(self.feed, root, channel)


class _Item:
    """What feedgen says wrongly, or not at all, of an RSS item."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def extend_rss(self, item: Any) -> None:
        entry = self.entry
        # feedgen's own pubDate goes through the formatter that switches the process's locale.
        xml_elem("pubDate", item).text = format_datetime(entry.published)
        for tag in entry.tags:
            domain = {"domain": tag.scheme} if tag.scheme else {}
            xml_elem("category", item, **domain).text = unmistakable(tag.name)
        if entry.updated != entry.published:
            xml_elem(f"{{{ATOM}}}updated", item).text = entry.updated.isoformat()
        # Where there is no summary feedgen would write the whole content as the description.
        if entry.html is not None:
            if not entry.summary:
                # It stands before the content (NeedDescriptionBeforeContent).
                xml_elem("description", item)
            xml_elem(f"{{{CONTENT}}}encoded", item).text = entry.html
