"""What tests of single feeds share."""

from typing import Any

from lxml import etree

from publisher.feeds import serialise
from publisher.model.feed import Feed, FeedFormat

SITE = "https://kabu.example.jp/"
CATEGORIES = f"{SITE}category/"
TAGS = f"{SITE}tag/"

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
}
XML = [FeedFormat.RSS, FeedFormat.ATOM]


def found(data: bytes, path: str) -> list[Any]:
    """What an XPath finds in a file."""
    nodes = etree.fromstring(data, etree.XMLParser(huge_tree=True)).xpath(path, namespaces=NAMES)
    assert isinstance(nodes, list)
    return nodes


def rss(feed: Feed, path: str) -> list[Any]:
    """What an XPath finds in the feed as RSS."""
    return found(serialise(feed, FeedFormat.RSS), path)


def atom(feed: Feed, path: str) -> list[Any]:
    """What an XPath finds in the feed as Atom."""
    return found(serialise(feed, FeedFormat.ATOM), path)
