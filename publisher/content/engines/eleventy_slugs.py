"""The `slugify` and `slug` filters of Eleventy 3: @sindresorhus/slugify 2.2 and slugify 1.6.

Both leave Japanese out: 投資 AI is `ai`, and 投資の話 nothing. Their tables for other scripts are not here: a text with
such a letter has no slug that could be known.
"""

import re
import unicodedata

# Letters that do not fall apart into a base and its marks, and those that do but not into their base alone.
_LETTERS = str.maketrans(
    {
        **{"Æ": "AE", "æ": "ae", "Ð": "D", "ð": "d", "Ø": "O", "ø": "o", "Þ": "TH", "þ": "th", "ß": "ss"},
        **{"Đ": "D", "đ": "d", "Ħ": "h", "ħ": "h", "ı": "i", "Ĳ": "IJ", "ĳ": "ij", "Ł": "L", "ł": "l"},
    }
)
_GERMAN = str.maketrans({"Ä": "AE", "ä": "ae", "Ö": "OE", "ö": "oe", "Ü": "UE", "ü": "ue", "¢": "c", "¥": "Y"})
_WORDS = str.maketrans(
    {
        **{"$": "dollar", "%": "percent", "&": "and", "<": "less", ">": "greater", "|": "or", "-": " "},
        **{"¢": "cent", "£": "pound", "¤": "currency", "¥": "yen", "円": "yen", "元": "yuan", "ª": "a", "º": "o"},
        **{"©": "(c)", "®": "(r)", "–": " ", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"'},
        **{"†": "+", "•": "*", "…": "..."},
    }
)
# What is dropped without a word: Japanese, Chinese, Korean, full-width forms, punctuation. Before it, the Latin
# letters whose fate is known here.
_EAST = "\u2010-\u2027\u3000-\u3029\u3030-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\uff61-\uff9f"
_SLUGIFY = re.compile(f"[\x00-\x7f\xa1-\u017f{_EAST}]*")
_SLUG = re.compile(f"[\x00-\x7f\xa1-\xff{_EAST}]*")
_MARKS = frozenset("^`\xa8\xaf\xb4\xb7\xb8\u309b\u309c\u30fc\uff3e\uff40\uff70\uff9e\uff9f")


class NoSlug(ValueError):
    """A text whose slug is not known here; its argument is the first character that makes it so."""


def slugify(text: str) -> str:
    """What `slugify` makes of a text; NoSlug."""
    plain = _folded(_checked(text, _SLUGIFY).replace("&", " and ").translate(_GERMAN)).lower()
    plain = re.sub(r"(?<=[a-z\d])'(?=[ts](?:\s|$))", "", plain, flags=re.ASCII)
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def slug(text: str) -> str:
    """What the older `slug` makes of a text; NoSlug."""
    plain = _folded(_checked(text, _SLUG).translate(_WORDS))
    kept = re.sub(r"[^a-zA-Z0-9_\s$*+~.()'\"!:@]+", "", plain)
    return re.sub(r"\s+", "-", kept.strip()).lower()


def _checked(text: str, known: re.Pattern[str]) -> str:
    composed = unicodedata.normalize("NFC", text)
    found = known.match(composed)
    if found and found.end() < len(composed):
        raise NoSlug(composed[found.end()])
    return composed


def _folded(text: str) -> str:
    """The text without the marks of its letters: what has Unicode's property Diacritic, of all that is known here."""
    letters = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(char for char in letters if unicodedata.category(char) != "Mn" and char not in _MARKS)
