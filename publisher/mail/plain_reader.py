"""A post's HTML read into blocks, in one pass; lxml builds no tree for it, so no depth of nesting can overflow."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from publisher.mail.plain_blocks import BREAK, NO_BREAK, Block, Box, Document, Piece, Text
from publisher.mail.plain_scripts import lowered, raised
from publisher.mail.plain_words import Words
from publisher.struct import Struct

_BOXES = frozenset({"blockquote", "ul", "ol", "li", "dd", "table", "tr", "td", "th"})
_TEXTS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "figcaption", "summary", "caption"})
_AROUND = frozenset(
    {"html", "body", "address", "article", "aside", "center", "details", "dialog", "div", "dl", "fieldset", "figure"}
    | {"footer", "form", "header", "hgroup", "legend", "main", "menu", "nav", "search", "section", "thead", "tbody"}
    | {"tfoot"}
)
_UNSEEN = frozenset(
    {"audio", "canvas", "head", "iframe", "math", "noframes", "noembed", "object", "option", "rp", "script", "select"}
    | {"style", "svg", "template", "textarea", "title", "video"}
)
# Each level of quotation or list takes columns away: a list in ten others would be a column of single letters.
_DEEPEST = 10
# Controls, soft hyphens and byte order marks: a mail's text shows them as boxes, or finds no word that holds one.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\ufeff]+")
_LETTER = re.compile(r"\w")
# Of a text that gets brackets or other letters; a thousand elements within each other would take hours else.
_MOST_PIECES, _LONGEST = 200, 4000
_SHORT = 40


def read(html: str, words: Words) -> Document:
    """The blocks of `html`, which may be any text at all; of scripts, styles, frames and forms' fields nothing."""
    # Here, not above: lxml takes long to import, and a build that finds nothing changed sends no mail.
    from lxml import etree

    reader = _Reader(words)
    # The stubs of lxml are Python 2's: each text may be bytes.
    parser = etree.HTMLParser(target=cast(Any, reader), huge_tree=True, encoding="utf-8")
    # libxml2 ends a text at NUL; the body around it makes a document also of an empty one.
    parser.feed(f"<body>{html}</body>".replace("\0", "").encode(errors="ignore"))
    parser.close()
    return reader.document()


class _Element(Struct, frozen=True):
    """An open element: what to do at its end, and the manner that texts had outside it."""

    tag: str
    manner: str
    finish: Callable[[], None] | None = None


class _Reader:
    """lxml's target: told of each start, end and text, as they come."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._elements: list[_Element] = []
        self._boxes: list[tuple[str, Mapping[str, str], list[Block]]] = [("", {}, [])]
        self._pieces: list[Piece] = []
        self._manner = ""
        self._href: str | None = None
        self._unseen = 0
        self._media = ""
        self._seen = 0
        self._ids: set[str] = set()

    def document(self) -> Document:
        return Document(tuple(self._boxes[0][2]), frozenset(self._ids))

    def close(self) -> None:
        self._end_text()

    def data(self, text: str) -> None:
        if not self._unseen:
            self._say(_HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._unseen:
            self._unseen += 1
            self._source(tag, attributes)
            return
        self._ids.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        manner = self._manner
        self._elements.append(_Element(tag, manner, self._begin(tag, attributes)))

    def end(self, _tag: str) -> None:
        if self._unseen > 1:
            self._unseen -= 1
            return
        self._unseen = 0
        element = self._elements.pop()
        if element.finish is not None:
            element.finish()
        self._manner = element.manner

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> Callable[[], None] | None:
        if tag in _UNSEEN:
            self._hide(tag, attributes)
            return None
        if tag in _BOXES:
            return self._open_box(tag, attributes)
        if tag in _TEXTS or tag in _AROUND:
            return self._begin_text(tag)
        if tag == "a":
            return self._link(attributes.get("href", ""))
        return self._inline(tag, attributes)

    def _hide(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._unseen = 1
        self._media = {"audio": self._words.sound, "video": self._words.video}.get(tag, "")
        self._source("source", attributes)

    def _source(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "source" and self._media and attributes.get("src"):
            self._pieces.append(Piece(f"[{self._media}]", "".join(attributes["src"].split())))
            self._media = ""

    def _open_box(self, tag: str, attributes: Mapping[str, str]) -> Callable[[], None]:
        self._end_text()
        self._manner = ""
        if len(self._boxes) > _DEEPEST:
            return self._end_text
        self._boxes.append((tag, dict(attributes), []))
        return self._close_box

    def _close_box(self) -> None:
        self._end_text()
        tag, attributes, blocks = self._boxes.pop()
        self._boxes[-1][2].append(Box(tag, attributes, tuple(blocks)))

    def _begin_text(self, tag: str) -> Callable[[], None]:
        if self._manner == "pre":
            return lambda: self._say("\n")
        self._end_text()
        self._manner = tag if tag in _TEXTS else self._manner
        return self._end_text

    def _end_text(self) -> None:
        if _is_seen(self._pieces):
            self._boxes[-1][2].append(Text(self._manner, tuple(self._pieces)))
        self._pieces = []

    def _link(self, href: str) -> Callable[[], None]:
        outer, self._href = self._href, "".join(href.split()) or None
        seen = self._seen

        def finish() -> None:
            if self._seen == seen:
                self._pieces.append(Piece("", self._href))
            self._href = outer

        return finish

    def _inline(self, tag: str, attributes: Mapping[str, str]) -> Callable[[], None] | None:
        match tag:
            case "sup" if self._href is None:
                return self._changed(lambda before, text: raised(text, before))
            case "sub":
                return self._changed(lambda _, text: lowered(text))
            case "code" | "tt" if self._manner != "pre":
                return self._changed(lambda _, text: _code(text))
            case "rt":
                return self._around(*self._words.brackets)
            case "q":
                return self._around(*self._words.quotes)
            case "del" | "s" | "strike":
                return self._around(f"[{self._words.deleted}: ", "]")
        self._empty(tag, attributes)
        return None

    def _empty(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element that holds nothing and stands for something."""
        match tag:
            case "br":
                self._say("\n" if self._manner == "pre" else BREAK)
            case "wbr":
                self._say("\u200b")
            case "hr":
                self._end_text()
                self._boxes[-1][2].append(Text("hr"))
            case "img":
                self._image(" ".join(attributes.get("alt", "").split()))

    def _image(self, alt: str) -> None:
        # WordPress writes emoji as images.
        self._say(f"[{self._words.image}: {alt}]" if _LETTER.search(alt) else alt)

    def _around(self, opening: str, closing: str) -> Callable[[], None]:
        """Two marks around the element's text, if it has any and holds no block."""
        pieces, place, seen = self._pieces, len(self._pieces), self._seen
        pieces.append(Piece("", self._href))

        def finish() -> None:
            if self._pieces is pieces and self._seen > seen:
                pieces[place] = Piece(opening, self._href)
                pieces.append(Piece(closing, self._href))

        return finish

    def _changed(self, change: Callable[[str, str], str]) -> Callable[[], None]:
        """At the element's end, its text is what `change` makes of it and of the text before it."""
        pieces, place = self._pieces, len(self._pieces)

        def finish() -> None:
            inside = pieces[place:] if len(pieces) - place <= _MOST_PIECES else []
            # Where it held a block, its text is no longer in one place.
            if self._pieces is pieces and self._is_plain(inside):
                before = pieces[place - 1].text if place else ""
                pieces[place:] = [Piece(change(before, "".join(piece.text for piece in inside)), self._href)]

        return finish

    def _is_plain(self, pieces: Sequence[Piece]) -> bool:
        """Whether they are a text, not too long a one, without links of their own."""
        length = sum(len(piece.text) for piece in pieces)
        return length < _LONGEST and all(piece.href == self._href for piece in pieces) and _is_seen(pieces)

    def _say(self, text: str) -> None:
        if text:
            self._pieces.append(Piece(text, self._href))
            self._seen += bool(text.strip())


def _is_seen(pieces: Sequence[Piece]) -> bool:
    return any(piece.href or piece.text.strip() for piece in pieces)


def _code(text: str) -> str:
    """Code within a sentence; `pip install` stays on one line."""
    return f"`{text.replace(' ', NO_BREAK) if len(text) < _SHORT else text}`"
