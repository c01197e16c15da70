"""The names that writing and reading back share, and what formats are called."""

from collections.abc import Mapping

from publisher.model.feed import FeedFormat

GENERATOR = "Publisher"
"""Says whose feed it is, without a version: an upgrade must not change the bytes of every feed."""

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
MEDIA = "http://search.yahoo.com/mrss/"
PREFIXES = {"atom": ATOM, "content": CONTENT, "dc": DC, "itunes": ITUNES, "media": MEDIA}
"""For paths to elements, as ElementTree reads them."""

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MEDIA_TYPES: Mapping[str, str] = {
    FeedFormat.RSS: "application/rss+xml",
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.JSON: "application/feed+json",
}

JSON_VERSION = "https://jsonfeed.org/version/1.1"
JSON_GENERATOR = "_generator"
"""JSON Feed has no generator of its own; names of custom objects start with `_` (1.1, Extensions)."""

JSON_LABELS = "_labels"
"""How many of an item's tags are its categories: JSON Feed knows tags alone, and only reading back asks."""
