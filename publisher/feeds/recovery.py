"""Our own feeds read back: a post that can no longer be read stays in the feed as it was."""

from collections.abc import Callable, Iterable
from xml.etree import ElementTree

from publisher.feeds import recovery_json, recovery_xml
from publisher.model.feed import Entry, FeedFormat

# What the parsers and the look-ups raise on a file that is not what we wrote. LookupError is an unknown encoding or a
# missing key, RecursionError a JSON file of a hundred thousand brackets.
_BROKEN = (ElementTree.ParseError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
_READERS: dict[FeedFormat, Callable[[bytes], Iterable[Entry]]] = {
    FeedFormat.RSS: recovery_xml.read_rss,
    FeedFormat.ATOM: recovery_xml.read_atom,
    FeedFormat.JSON: recovery_json.read,
}


def read_back(data: bytes, format: FeedFormat) -> dict[str, Entry]:
    """The entries of our own feed by id, in its order; none where it is foreign or broken."""
    try:
        return {entry.id: entry for entry in _READERS[format](data)}
    except _BROKEN:
        return {}
