"""A feed as text and as a tree, before any reader's rules; and what a reader keeps of an entry."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from publisher.feeds.names import ATOM, PREFIXES
from publisher.struct import Struct

_ADDRESS = re.compile(r"""(\s(?:href|src)\s*=\s*["'])([^"':]+)(?=["'])""")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*\sencoding=[\"']([\w.:-]+)")


class Kept(Struct, frozen=True):
    """An entry as a reader keeps it: `key` is what it knows it by, `values` by name what it compares.

    `title` and `id` are what people know it by, see model.seen.Noticed.
    """

    key: str
    title: str
    id: str
    values: dict[str, Any]


def document(data: bytes) -> Element | dict[str, Any] | None:
    """The root of an XML feed, or a JSON Feed's object; None for what is neither, or not well-formed."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        if text.startswith(b"{"):
            found = json.loads(text)
            return found if isinstance(found.get("items"), list) else None
        return ElementTree.fromstring(_decoded(text))
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return None


def is_atom(root: Element) -> bool:
    """Whether the root of an XML feed is Atom's; else it is taken for RSS."""
    return root.tag == f"{{{ATOM}}}feed"


def entries(root: Element) -> Iterator[tuple[Element, Element]]:
    """Every entry of an Atom or RSS feed, each beside what it inherits from: the feed or channel."""
    for above in [root] if is_atom(root) else root.iterfind("channel"):
        yield from ((above, entry) for entry in above.iterfind("atom:entry" if is_atom(root) else "item", PREFIXES))


def objects(values: Any) -> list[dict[str, Any]]:
    """The objects in a list of a JSON Feed."""
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def word(value: Any) -> str:
    """A text of a JSON Feed without the space around it, "" for anything else; a number as the text of it (1.1, id)."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def words(values: Any) -> list[str]:
    """The texts in a list of a JSON Feed."""
    return [word(one) for one in values if word(one)] if isinstance(values, list) else []


def texts(parent: Element, *paths: str) -> list[str]:
    """The text of all elements at the paths, one path after the other, without the space around it."""
    found = (whole(one) for path in paths for one in parent.iterfind(path, PREFIXES))
    return [text for text in found if text]


def whole(element: Element | None) -> str:
    """The text in an element, with the markup where it has elements of its own, as Atom's XHTML has."""
    if element is None:
        return ""
    inside = "".join(ElementTree.tostring(child, encoding="unicode") for child in element)
    return ((element.text or "") + inside).strip()


def first(values: Iterable[str]) -> str:
    """The first that is not empty, else ""."""
    return next((value for value in values if value), "")


def alternate(entry: Element) -> str:
    """The address that an Atom entry is the feed's form of: its first link without a `rel`, or with this one."""
    links = entry.iterfind("atom:link", PREFIXES)
    return first(one.get("href", "").strip() for one in links if one.get("rel", "alternate").lower() == "alternate")


def absolute(html: str, base: str) -> str:
    """HTML with its links and pictures as readers that resolve them see it: jekyll-feed's are relative to the entry."""
    return _ADDRESS.sub(lambda found: found[1] + urljoin(base, found[2]), html) if base else html


def _decoded(text: bytes) -> bytes | str:
    # expat knows no encoding of several bytes but Unicode's, and blogs of old were in EUC-JP and Shift_JIS.
    declared = _DECLARED.match(text)
    name = declared[1].decode() if declared else "utf-8"
    return text if name.lower().startswith(("utf", "iso-8859", "us-ascii")) else text.decode(name, "replace")
