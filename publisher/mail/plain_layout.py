"""Blocks set as lines, as a person would type them."""

import math
import re
from collections.abc import Sequence

from publisher.core.columns import ambiguous_width, columns
from publisher.core.kinsoku import fold
from publisher.mail.plain_blocks import BREAK, Block, Box, Text
from publisher.mail.plain_links import Links
from publisher.mail.plain_lists import numbers
from publisher.mail.plain_table import Cell, set_table
from publisher.mail.plain_words import Words

_NARROWEST = 20
_CODE = "    "
_TERM = "    "
_UNDERLINES = {"h1": "=", "h2": "-"}
# A newline in the source between two Japanese characters is no space; Korean and Latin words have one there.
_JAPANESE = "[\u2014\u2015\u2025\u2026\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_JOINED = re.compile(f"(?<={_JAPANESE})[ \t]*\n[ \t\n]*(?={_JAPANESE})")
_TASKS = ("☐ ", "☑ ")
_CELLS = ("td", "th")
_SPAN = re.compile(r"[1-9]\d{0,2}")


def underline(text: str, mark: str = "=") -> str:
    """`text`, and below it a line of `mark` as wide as its widest line, in columns."""
    ambiguous = ambiguous_width(text)
    widest = max(columns(line, ambiguous) for line in text.split("\n"))
    return f"{text}\n{mark * max(1, math.ceil(widest / max(1, columns(mark, ambiguous))))}"


class Layout:
    """Sets blocks one after the other; the links in them are numbered in this order."""

    def __init__(self, links: Links, words: Words) -> None:
        self._links, self._words = links, words
        self._label = re.compile(rf"{re.escape(words.note)}\d+")

    def lines(self, blocks: Sequence[Block], width: int) -> list[str]:
        """The blocks as lines of at most `width` columns, with empty lines between them."""
        lines: list[str] = []
        label = ""
        before: Block = Text("")
        for block in blocks:
            made = self._block(block, width) if not label else self._hung(label, (block,), width)
            # docutils gives a footnote's number as a text of its own before the note.
            label = f"{made[0]} " if len(made) == 1 and self._label.fullmatch(made[0]) else ""
            if not made or (label and block is not blocks[-1]):
                continue
            lines += [""] * _gap(before, block) if lines else []
            lines += made
            before = block
        return lines

    def _block(self, block: Block, width: int) -> list[str]:
        if isinstance(block, Text):
            return self._text(block, width)
        match block.tag:
            case "blockquote":
                return [f"> {line}".rstrip() for line in self.lines(block.blocks, _left(width, 2))]
            case "ul" | "ol":
                return self._list(block, width)
            case "table":
                return self._table(block, width)
            case "dd":
                return [f"{_TERM}{line}".rstrip() for line in self.lines(block.blocks, _left(width, len(_TERM)))]
            case "li":
                return self._hung(self._words.bullet, block.blocks, width)
        return self.lines(block.blocks, width)

    def _text(self, block: Text, width: int) -> list[str]:
        text = self._links.text(block.pieces)
        match block.tag:
            case "hr":
                return [self._words.rule]
            case "pre":
                return _code(text)
            case "h1" | "h2":
                lines = _paragraph(text, width)
                return underline("\n".join(lines), _UNDERLINES[block.tag]).split("\n") if lines else []
            case "h3" | "h4" | "h5" | "h6":
                mark = self._words.heading
                return _hanging(mark, _paragraph(text, _left(width, columns(mark, 2))))
        return _paragraph(text, width)

    def _list(self, box: Box, width: int) -> list[str]:
        lines: list[str] = []
        marks = self._marks(box)
        room = max((columns(mark, 2) for mark in marks), default=0)
        close = all(self._is_close(item) for item in box.blocks)
        for mark, item in zip(marks, box.blocks, strict=True):
            if isinstance(item, Box) and not item.blocks:
                continue
            lines += [""] if lines and not close else []
            blocks = item.blocks if isinstance(item, Box) and item.tag == "li" else (item,)
            lines += self._hung(" " * (room - columns(mark, 2)) + mark, blocks, width)
        return lines

    def _marks(self, box: Box) -> list[str]:
        """What stands before each item: a bullet, its number, or the mark that leads to it as a footnote."""
        marks = [self._words.bullet] * len(box.blocks)
        if box.tag == "ol":
            values = [item.attributes.get("value") if isinstance(item, Box) else None for item in box.blocks]
            marks = [f"{number}. " for number in numbers(box.attributes, values)]
        notes = [self._note(item) for item in box.blocks]
        return [f"{note} " if note else mark for mark, note in zip(marks, notes, strict=True)]

    def _note(self, item: Block) -> str | None:
        return self._links.note(item.attributes.get("id", "")) if isinstance(item, Box) else None

    def _is_close(self, item: Block) -> bool:
        """Whether no empty line stands around an item: its text is in no `<p>`, or it is a footnote of one."""
        if isinstance(item, Text):
            return True
        return all(block.tag in ("", "ul", "ol") for block in item.blocks) or (
            self._note(item) is not None and len(item.blocks) == 1
        )

    def _hung(self, mark: str, blocks: Sequence[Block], width: int) -> list[str]:
        lines = self.lines(blocks, _left(width, columns(mark, 2))) or [""]
        # A task's box is mark enough.
        if mark == self._words.bullet and lines[0].startswith(_TASKS):
            mark, lines[0] = lines[0][:2], lines[0][2:]
        return _hanging(mark, lines)

    def _table(self, box: Box, width: int) -> list[str]:
        rows = [_cells(row) for row in box.blocks if isinstance(row, Box) and row.tag == "tr"]
        around = self.lines([block for block in box.blocks if block.tag != "tr"], width)
        if all(_is_line(cell) for row in rows for cell in row) and max(map(len, rows), default=0) > 1:
            return around + set_table([[self._cell(cell) for cell in row] for row in rows], width, self._words)
        # A table for looks, not for data: its cells are read one after the other.
        return around + self.lines([block for row in rows for cell in row for block in cell.blocks], width)

    def _cell(self, cell: Box) -> Cell:
        text = " ".join(line for block in cell.blocks if isinstance(block, Text) for line in self._lines_in(block))
        style = cell.attributes.get("style", "") + cell.attributes.get("align", "")
        across, down = (_span(cell.attributes.get(name, "")) for name in ("colspan", "rowspan"))
        return Cell(text, cell.tag == "th", "right" in style, across, down)

    def _lines_in(self, block: Text) -> list[str]:
        return _source_lines(self._links.text(block.pieces))


def _gap(before: Block, after: Block) -> int:
    """The empty lines between two blocks."""
    if after.tag in _UNDERLINES:
        return 2
    nested = before.tag == "" and after.tag in ("ul", "ol")
    return 0 if nested or after.tag in ("dd", "figcaption") or before.tag == "caption" else 1


def _left(width: int, taken: int) -> int:
    return max(_NARROWEST, width - taken)


def _paragraph(text: str, width: int) -> list[str]:
    """A text as lines; of the empty ones that two or more `<br>` make, one stays."""
    lines = [folded for line in _source_lines(text) for folded in fold(line, width) or [""]]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return kept[:-1] if kept and not kept[-1] else kept


def _source_lines(text: str) -> list[str]:
    """The lines that `<br>` makes, white space around them gone, but for a wide space that opens a paragraph."""
    return [line.strip(" \t\n\f") for line in _JOINED.sub("", text).split(BREAK)]


def _code(text: str) -> list[str]:
    lines = [f"{_CODE}{line}".rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        del lines[-1]
    return lines[next((place for place, line in enumerate(lines) if line), 0) :]


def _hanging(mark: str, lines: Sequence[str]) -> list[str]:
    """Lines with a mark before the first, and as much space before the others."""
    indent = " " * columns(mark, 2)
    return [f"{mark}{line}".rstrip() if not place else f"{indent}{line}".rstrip() for place, line in enumerate(lines)]


def _cells(row: Box) -> list[Box]:
    return [cell if isinstance(cell, Box) and cell.tag in _CELLS else Box("td", {}, (cell,)) for cell in row.blocks]


def _is_line(cell: Box) -> bool:
    return not cell.blocks or (len(cell.blocks) == 1 and cell.blocks[0].tag in ("", "p"))


def _span(text: str) -> int:
    return int(text) if _SPAN.fullmatch(text) else 1
