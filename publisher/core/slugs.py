"""Names for categories in paths."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from itertools import takewhile

_LONGEST = 200
_OUTSIDE = re.compile(r"[^\w]+", re.UNICODE)
# They choose between shapes of the character before them, as of 葛 in 葛󠄀城, and are no other name to anybody.
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def category_slug(category: str, mapped: Mapping[str, str]) -> str:
    """The folder name of a category: its mapped name, else its letters and digits in lower case.

    Unicode letters stay (`投資分析`) with the marks that belong to them, composed (NFC) as people type them and not as
    file names on a Mac have them; everything else becomes one hyphen, so no name can leave its folder.
    """
    if category in mapped:
        return mapped[category]
    name = composed(category)
    if name in mapped:
        return mapped[name]
    slug = _OUTSIDE.sub(_between, name.lower()).strip("-_") or "category"
    encoded = slug.encode()
    if len(encoded) <= _LONGEST:
        return slug
    # File systems end a name at 255 bytes; the hash keeps two long names apart.
    return encoded[:_LONGEST].decode(errors="ignore") + "-" + hashlib.sha256(encoded).hexdigest()[:8]


def composed(name: str) -> str:
    """A name as it is told from others: `が` in one character, which may be written in two."""
    return name if name.isascii() else unicodedata.normalize("NFC", _VARIANTS.sub("", name))


def _between(found: re.Match[str]) -> str:
    """A hyphen; the vowel signs of हिन्दी, which Python takes for no part of a word, stay where they follow a letter."""
    marks = "".join(takewhile(_is_mark, found[0])) if found.start() else ""
    return marks if len(marks) == len(found[0]) else f"{marks}-"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")
