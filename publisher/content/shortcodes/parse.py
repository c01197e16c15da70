"""Shortcodes in a text: found, paired and folded, whatever their syntax."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from publisher.struct import Struct, field

MAX_DEPTH = 32
"""Shortcodes within shortcodes; what lies deeper stays as text, or a page of opening tags would cost its square."""
_LONGEST_INDENT = 80
_INDENT = re.compile(r"\n([ \t]*)$")


class Kind(StrEnum):
    """What a tag does: `open` may be closed by a later one, `alone` is never."""

    OPEN = "open"
    ALONE = "alone"
    CLOSE = "close"


class Tag(Struct, frozen=True):
    """One tag. `start` and `end` are its place in the text; `key` is what its counterpart's `key` equals.

    `markdown`: the result is read as Markdown, too. `indent` is the white space before the tag where nothing else
    stands before it in its line; None in the midst of a line.
    """

    kind: Kind
    name: str
    key: str
    args: tuple[str, ...]
    named: Mapping[str, str]
    start: int
    end: int
    markdown: bool
    indent: str | None = None

    def get(self, name: str, position: int | None = None) -> str:
        """An argument by its name, else by its place; empty where there is none."""
        found = self.named.get(name)
        if found is None and position is not None and position < len(self.args):
            return self.args[position]
        return found or ""


class Literal(NamedTuple):
    """A stretch of the text, up to `end`, that stands for another text."""

    text: str
    end: int


class Broken(NamedTuple):
    """A tag that starts like one and is none; it stays in the text. `message` says what is wrong with it."""

    message: str
    start: int


class Call(NamedTuple):
    """A shortcode to be rendered; `inner` is what stands between its two tags, None where it has but one."""

    tag: Tag
    inner: str | None


Piece: TypeAlias = str | Tag | Broken
Read: TypeAlias = Callable[[int, str | None], Tag | Literal | Broken | None]
"""Reads what starts at an offset, given the tag's indent; None where it is mere text."""


class Text(Struct):
    """A text in which ends are looked for: one that is not there is not looked for again."""

    whole: str
    missing: set[re.Pattern[str]] = field(default_factory=set)

    def find(self, end: re.Pattern[str], start: int) -> re.Match[str] | None:
        """Where `end` first stands from `start` on. Later calls must not start earlier."""
        found = None if end in self.missing else end.search(self.whole, start)
        if found is None:
            self.missing.add(end)
        return found


def scan(text: str, opener: re.Pattern[str], read: Read) -> list[Piece]:
    """The text as what stands between tags and the tags themselves; time grows with the text's length only."""
    pieces: list[Piece] = []
    done = at = 0
    while found := opener.search(text, at):
        at = found.end()
        what = read(found.start(), _indent(text, done, found.start()))
        if what is None:
            continue
        pieces.append(text[done : found.start()])
        if isinstance(what, Broken):
            pieces.append(what)
            done = found.start()
            continue
        pieces.append(what.text if isinstance(what, Literal) else what)
        done = at = what.end
    return [*pieces, text[done:]]


def _indent(text: str, done: int, start: int) -> str | None:
    before = text[max(done, start - _LONGEST_INDENT) : start]
    found = _INDENT.search(before)
    if found:
        return found[1]
    return before if len(before) == start and not before.strip(" \t") else None


def pairs(pieces: Sequence[Piece]) -> dict[int, int]:
    """The index of each opening tag that is closed, with that of its closing tag; pairs never overlap."""
    found: dict[int, int] = {}
    waiting: list[tuple[int, str]] = []
    count: Counter[str] = Counter()
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Tag):
            continue
        if piece.kind is Kind.OPEN:
            waiting.append((index, piece.key))
            count[piece.key] += 1
        while piece.kind is Kind.CLOSE and count[piece.key]:
            opened, key = waiting.pop()
            count[key] -= 1
            if key == piece.key:
                found[opened] = index
                break
    return found


def fold(pieces: Sequence[Piece], render: Callable[[Call], str]) -> str:
    """The text with each shortcode as what `render` makes of it, inner ones first.

    Tags that are never closed, or close nothing, or lie too deep are rendered as a call without `inner`.
    """
    ends = pairs(pieces)
    closing = set(ends.values())
    opened: list[Tag] = []
    texts: list[list[str]] = [[]]
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            texts[-1].append(piece)
        elif isinstance(piece, Broken):
            continue
        elif index in closing:
            inner = "".join(texts.pop())
            texts[-1].append(render(Call(opened.pop(), inner)))
        elif index in ends and len(opened) < MAX_DEPTH:
            opened.append(piece)
            texts.append([])
        else:
            closing.discard(ends.get(index, -1))
            texts[-1].append(render(Call(piece, None)))
    return "".join(texts[0])
