"""Text that must stay on one line and mean what it shows: subjects, names, titles, whatever a header may hold."""

import re
from itertools import groupby

LONGEST_NAME = 200
"""In characters: nobody's name is longer, and servers still take the header of 20 lines that it makes."""

_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Controls, text-direction controls (Unicode property Bidi_Control: they let "gpj.exe" read as "exe.jpg"),
# surrogates and noncharacters, which neither UTF-8 nor XML can carry.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
HALVES = re.compile("[\ud800-\udfff]")
"""What is left of a character outside the BMP when only one of its two escapes is written; UTF-8 has no such thing."""
_UNCARRIABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+")


def one_line(text: str) -> str:
    """`text` with line breaks and tabs as spaces, without controls and text-direction controls, ends trimmed."""
    if text.isprintable():
        # No control, no break and no direction mark is: almost every name and address, a tenth of the time.
        return text.strip()
    return _HIDDEN.sub("", _BREAKS.sub(" ", text)).strip()


def legible(text: str) -> str:
    """`text` with a mark (U+FFFD) for what a terminal would obey and not show: escapes, and controls of direction."""
    return _COMMANDS.sub("\ufffd", text)


def is_one_line(text: str) -> bool:
    """Whether `text` holds nothing that `one_line` would take out or turn into a space, but for its ends."""
    return not (_BREAKS.search(text) or _HIDDEN.search(text))


def paragraphs(text: str) -> tuple[tuple[str, ...], ...]:
    """The paragraphs of a plain text, which empty lines part: each its lines, as `one_line` has them, none empty."""
    lines = [one_line(line) for line in text.splitlines()]
    parts = [tuple(group) for some, group in groupby(lines, key=bool) if some]
    return tuple(parts)


def carriable(text: str) -> str:
    """`text` without what XML 1.0 section 2.2 excludes: lxml truncates at NUL and refuses surrogates."""
    return _UNCARRIABLE.sub("", text)
