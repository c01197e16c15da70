"""Lines broken where Japanese typography (kinsoku, JIS X 4051) and words allow it."""

import re
from collections.abc import Iterator

from publisher.core.columns import ambiguous_width, columns, grapheme_columns, graphemes
from publisher.struct import Struct

# JIS X 4051 section 6.1.1 and UAX 14: closing brackets, stops, commas, small kana, long vowels, iteration marks. The
# wide space is one of them: no line of 「…です。　次」 starts with it. Quotes of one form for both ends, joiners and
# no-break spaces hold what stands on either side.
_BOTH = "\"'\u00a0\u202f\u2060\ufeff"
_NOT_AT_START = frozenset(
    "、。，．・：；？！‼⁇⁈⁉゛゜ヽヾゝゞ々〻ー‐゠–〜～　"
    "’”）〕］｝〉》」』】〙〗〟｠»)]}>,.:;!?/-"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "｡｣､･ｰﾞﾟｧｨｩｪｫｬｭｮｯ%％‰℃°′″" + _BOTH
)
_NOT_AT_END = frozenset("‘“（〔［｛〈《「『【〘〖〝｟«([{<｢¥￥$＄£￡#＃№" + _BOTH)
_WIDE_SPACE = "\u3000"
_WORD = re.compile("([ \t\n\r\f\u200b]*)([^ \t\n\r\f\u200b]+)")
# The number of a note belongs to the word before it.
_NOTE = re.compile(r"\[\d+\]|[※*]\d+")


class _Chunk(Struct, frozen=True):
    """Text that stays on one line: its columns, and the space before it where no line ends there."""

    text: str
    columns: int
    space: str

    @property
    def hanging(self) -> int:
        """The columns of wide spaces at the end, which no line needs room for."""
        return 2 * (len(self.text) - len(self.text.rstrip(_WIDE_SPACE)))


def fold(text: str, width: int) -> list[str]:
    """`text` as lines of at most `width` columns, white space squeezed; none for a text without any.

    A line may end between two Japanese characters, but not before 、。」）っー nor after 「（. Words and addresses stay
    whole, even where they are wider than a line; a run of Japanese marks that is (ーーーー…) is broken all the same.
    A no-break space is kept, U+200B is a place to break and is left out.
    """
    lines: list[str] = []
    line, room = "", width
    for chunk in _chunks(text, width):
        space = chunk.space if line else ""
        if line and len(space) + chunk.columns - chunk.hanging > room:
            lines.append(line.rstrip(_WIDE_SPACE))
            line, room, space = "", width, ""
        line += space + chunk.text
        room -= len(space) + chunk.columns
    return [*lines, line.rstrip(_WIDE_SPACE)] if line else lines


def _chunks(text: str, width: int) -> Iterator[_Chunk]:
    ambiguous = ambiguous_width(text)
    for gap, word in _WORD.findall(text):
        space = " " if gap.strip("\u200b") else ""
        if word.isascii():
            yield _Chunk(word, columns(word, 1), space)
            continue
        for part in _parts(word):
            wide = _columns(part, ambiguous)
            if wide <= width:
                yield _Chunk(part, wide, space)
            else:
                yield from _cut(part, width, ambiguous, space)
            space = ""


def _columns(text: str, ambiguous: int) -> int:
    if len(text) == 1:
        return grapheme_columns(text, ambiguous)
    return sum(grapheme_columns(one, ambiguous) for one in graphemes(text))


def _parts(word: str) -> Iterator[str]:
    """A word without spaces, cut wherever a line may end."""
    held = {found.start() for found in _NOTE.finditer(word)}
    start = end = 0
    before = ""
    for grapheme in graphemes(word):
        if before and end not in held and _may_break(before, grapheme):
            yield word[start:end]
            start = end
        before, end = grapheme, end + len(grapheme)
    yield word[start:]


def _may_break(before: str, after: str) -> bool:
    if after[0] in _NOT_AT_START or before[0] in _NOT_AT_END:
        return False
    return _is_japanese(before) or _is_japanese(after)


def _is_japanese(grapheme: str) -> bool:
    # Half-width katakana are a column wide and break like the others. Ambiguous signs do not: 「don’t」 is a word, and
    # …… and ―― stay whole.
    return grapheme_columns(grapheme, 1) == 2 or "\uff61" <= grapheme[0] <= "\uff9f"


def _cut(part: str, width: int, ambiguous: int, space: str) -> Iterator[_Chunk]:
    """What is wider than a line, and may not end one, cut to lines all the same, but within no word."""
    start = end = used = 0
    before = ""
    for grapheme in graphemes(part):
        wide = grapheme_columns(grapheme, ambiguous)
        if before and used + wide > width and not (_is_of_word(before) and _is_of_word(grapheme)):
            yield _Chunk(part[start:end], used, space)
            start, used, space = end, 0, ""
        before, end, used = grapheme, end + len(grapheme), used + wide
    yield _Chunk(part[start:], used, space)


def _is_of_word(grapheme: str) -> bool:
    if grapheme[0] in _BOTH:
        return True
    return not _is_japanese(grapheme) and (grapheme[0].isalnum() or grapheme_columns(grapheme, 2) < 2)
