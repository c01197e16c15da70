"""The HTML of a mail as a tree, with the places that a writer knows: the headings above each element."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from lxml import etree

from publisher.mail.lint_codes import place

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"head", "title", "style", "script", "template", "noscript"})
_CODE = frozenset({"code", "pre", "kbd", "samp", "textarea"})
_PIECES = 100
_EMPTY = b"<html><body></body></html>"


class Page:
    """A mail's HTML, read once: `elements` in their order, `runs` of text with the element that each stands in."""

    def __init__(self, html: str) -> None:
        self.root = _parsed(html)
        self.elements: list[etree._Element] = []
        self.runs: list[tuple[str, etree._Element]] = []
        self.sheets: list[str] = []
        self._heading: dict[etree._Element, str] = {}
        self._code: set[etree._Element] = set()
        self._read()

    def at(self, element: etree._Element, what: str) -> str:
        """`what` with the heading that `element` stands below."""
        return place(what, self._heading.get(element, ""))

    def is_code(self, element: etree._Element) -> bool:
        """Whether what stands in `element` is shown as code."""
        return element in self._code

    @cached_property
    def text(self) -> str:
        """All text that can be seen, with one space between what stands in different elements."""
        return " ".join(text for text, _ in self.runs)

    def links(self) -> Iterator[tuple[etree._Element, str]]:
        """Each link and its address as a browser reads it."""
        for element in self.elements:
            if element.tag in ("a", "area") and (href := element.get("href")) is not None:
                yield element, clean(href)

    def _read(self) -> None:
        heading, unseen = "", 0
        for event, element in etree.iterwalk(self.root, events=("start", "end")):
            if event == "end":
                unseen -= element.tag in _UNSEEN
                self._say(element.tail, element.getparent(), unseen)
                continue
            if element.tag in _HEADINGS:
                heading = words(element) or heading
            self._meet(element, heading)
            unseen += element.tag in _UNSEEN
            self._say(element.text, element, unseen)

    def _meet(self, element: etree._Element, heading: str) -> None:
        self.elements.append(element)
        self._heading[element] = heading
        if element.tag in _CODE or element.getparent() in self._code:
            self._code.add(element)
        if element.tag == "style":
            self.sheets.append(element.text or "")

    def _say(self, text: str | None, element: etree._Element | None, unseen: int) -> None:
        if text and element is not None and not unseen and not text.isspace():
            self.runs.append((text, element))


def words(element: etree._Element) -> str:
    """The text in `element`, at most its first hundred pieces: headings left open would be read again for each."""
    return " ".join("".join(map(str, islice(element.itertext(), _PIECES))).split())


def clean(address: str) -> str:
    """An address without the white space that browsers drop (WHATWG URL, "basic URL parser")."""
    return address.strip(" \x00\t\n\r\f").translate({9: None, 10: None, 13: None})


def _parsed(html: str) -> etree._Element:
    # As bytes: a text that begins with <?xml encoding=…?> is a ValueError, and NUL ends what libxml2 reads.
    data = html.replace("\0", "\ufffd").encode(errors="replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root: etree._Element | None = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    # Of a text with nothing but a comment in it there is no tree, and of an empty one an error or none.
    return etree.fromstring(_EMPTY, parser) if root is None else root
