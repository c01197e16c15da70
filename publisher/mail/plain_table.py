"""Tables in plain text: columns where they fit, else a line for each cell under the name of its column."""

from collections.abc import Sequence

from publisher.core.columns import ambiguous_width, columns
from publisher.core.kinsoku import fold
from publisher.mail.plain_words import Words
from publisher.struct import Struct

_BETWEEN = "  "
# What a letter could show at all. Spans past it would only make a hostile table slow.
_MOST_COLUMNS = 50


class Cell(Struct, frozen=True):
    """A cell of one line: `head` where it names a column or row, `right` where it is set to the right.

    `across` and `down` are the columns and rows that it spans.
    """

    text: str
    head: bool = False
    right: bool = False
    across: int = 1
    down: int = 1


_EMPTY = Cell("")


def set_table(rows: Sequence[Sequence[Cell]], width: int, words: Words) -> list[str]:
    """The table as lines of at most `width` columns; a first row of nothing but heads names the columns."""
    grid = _grid(rows)
    has_names = len(grid) > 1 and all(cell.head for cell in rows[0])
    ambiguous = ambiguous_width("".join(cell.text for row in grid for cell in row))
    widths = _widths(grid, ambiguous)
    if sum(widths) + len(_BETWEEN) * (len(widths) - 1) > width:
        return _named(grid, width, words) if has_names else _listed(grid, width, words)
    lines = [_BETWEEN.join(map(_padded, row, widths, [ambiguous] * len(row))).rstrip() for row in grid]
    rule = _BETWEEN.join("-" * wide for wide in widths)
    return [lines[0], rule, *lines[1:]] if has_names else lines


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows with an empty cell in each place that another cell spans."""
    grid: list[list[Cell]] = []
    spanned: dict[int, int] = {}
    for row in rows:
        made: list[Cell] = []
        for cell in row:
            _skip(made, spanned)
            if len(made) + cell.across <= _MOST_COLUMNS:
                spanned.update(dict.fromkeys(range(len(made), len(made) + cell.across), cell.down - 1))
                made += [cell, *[_EMPTY] * (cell.across - 1)]
            else:
                made.append(cell)
        _skip(made, spanned)
        grid.append(made)
    return grid


def _skip(made: list[Cell], spanned: dict[int, int]) -> None:
    while spanned.get(len(made), 0) > 0:
        spanned[len(made)] -= 1
        made.append(_EMPTY)


def _widths(grid: Sequence[Sequence[Cell]], ambiguous: int) -> list[int]:
    widths: list[int] = []
    for row in grid:
        widths += [0] * (len(row) - len(widths))
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], columns(cell.text, ambiguous))
    return widths


def _padded(cell: Cell, width: int, ambiguous: int) -> str:
    space = " " * (width - columns(cell.text, ambiguous))
    return space + cell.text if cell.right else cell.text + space


def _named(grid: Sequence[Sequence[Cell]], width: int, words: Words) -> list[str]:
    """`name: cell` on a line of its own, an empty line between the rows."""
    lines: list[str] = []
    names = grid[0]
    for row in grid[1:]:
        lines += [""] if lines else []
        for place, cell in enumerate(row):
            name = names[place].text if place < len(names) else ""
            if cell.text:
                lines += _hung(f"{name}{words.colon}{cell.text}" if name else cell.text, "", width)
    return lines


def _listed(grid: Sequence[Sequence[Cell]], width: int, words: Words) -> list[str]:
    """An item for each row, its cells between slashes."""
    lines: list[str] = []
    for row in grid:
        named = len(row) > 1 and row[0].head
        name = f"{row[0].text}{words.colon}" if named else ""
        cells = [cell.text for cell in row[named:] if cell.text]
        lines += _hung(name + " / ".join(cells), words.bullet, width)
    return lines


def _hung(text: str, mark: str, width: int) -> list[str]:
    indent = " " * (columns(mark, 2) or 2)
    first, *others = fold(text, width - len(indent)) or [""]
    return [mark + first, *(indent + line for line in others)]
