"""What is in a cell: dates, yes and no, several words; and what spreadsheets make of it."""

import re
from datetime import UTC, datetime

_GO = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d{4}) \w+")
"""As Go's time.Time.String writes a moment, and so listmonk: `2024-03-01 09:30:00.12 +0000 UTC`."""
_PARTS = re.compile(r"(?:\\[;\\]|[^;])+")
_ESCAPED = re.compile(r"\\([;\\])")
_ACTIVE = "=+-@\t\r"
_YES, _NO = frozenset({"true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n", ""})


def moment(text: str) -> datetime | None:
    """An aware moment, in UTC where the cell names no zone; None for an empty cell. ValueError for what is none."""
    if not text:
        return None
    go = _GO.fullmatch(text)
    found = datetime.fromisoformat(f"{go[1][:26]}{go[2]}" if go else text)
    if not 1970 <= found.year < 9999:
        raise ValueError(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def truth(text: str) -> bool:
    """Whether a cell says yes; ValueError for what is neither yes nor no."""
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ValueError(f"{text!r} is neither true nor false")
    return word in _YES


def several(cell: str) -> tuple[str, ...]:
    r"""The words of a cell, which `;` divides: `\;` is one that is part of a word, and `\\` is `\`."""
    parts = (_ESCAPED.sub(r"\1", part).strip() for part in _PARTS.findall(cell))
    return tuple(part for part in parts if part)


def joined(words: tuple[str, ...]) -> str:
    """The cell that `several` reads back."""
    return ";".join(word.replace("\\", "\\\\").replace(";", "\\;") for word in words)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: `'` before what begins like one, as spreadsheets mark a text."""
    return f"'{cell}" if _is_active(cell) or _is_marked(cell) else cell


def meant(cell: str) -> str:
    """What `harmless` was given; so Ghost writes its cells, too."""
    return cell[1:] if _is_marked(cell) else cell


def _is_active(cell: str) -> bool:
    return cell[:1] != "" and cell[0] in _ACTIVE


def _is_marked(cell: str) -> bool:
    return cell[:1] == "'" and cell[1:2] != "" and cell[1] in f"{_ACTIVE}'"
