"""What a post's HTML is made of, once its looks are gone: texts and boxes of them."""

from collections.abc import Mapping
from typing import TypeAlias

from publisher.struct import Struct

BREAK = "\u2028"
"""A `<br>` within a text: Unicode's line separator, which means the same."""
NO_BREAK = "\xa0"
"""A space where no line ends; a plain one in the finished text."""


class Piece(Struct, frozen=True):
    """A stretch of text, white space as in the HTML; `href` is the address where it is a link's, else None."""

    text: str
    href: str | None = None


class Text(Struct, frozen=True):
    """A run of text: `tag` is p, h1 to h6, pre, dt, figcaption, summary, caption or hr, empty for text in none."""

    tag: str
    pieces: tuple[Piece, ...] = ()


class Box(Struct, frozen=True):
    """What holds blocks: blockquote, ul, ol, li, dd, table, tr, td or th, with its attributes."""

    tag: str
    attributes: Mapping[str, str]
    blocks: tuple["Block", ...]


Block: TypeAlias = Text | Box


class Document(Struct, frozen=True):
    """A post: its blocks, and every id that a link may lead to."""

    blocks: tuple[Block, ...]
    ids: frozenset[str]
