"""The three ways in which Zola makes a part of an address (its components/utils/src/slugs.rs).

Its first, the default, writes other scripts in ASCII by the crate deunicode 1.6: 投資分析 is `tou-zi-fen-xi`. The
tables of Unidecode are the same but for what is listed here; outside the scripts compared, nothing is known.
"""

import re
from enum import StrEnum

# deunicode's where Unidecode 1.4 differs, in JIS X 0208 and Latin 1.
_OTHER = {
    **{"し": "si", "ち": "ti", "っ": "tu", "つ": "tu", "ゕ": "ka", "ゖ": "ke"},
    **{"シ": "si", "チ": "ti", "ッ": "tu", "ツ": "tu", "ー": "", "ヿ": "koto"},
    **dict.fromkeys("\u3099\u309a\u309b\u309c", "-"),
    **{
        "旅": "Lv ",
        "什": "Shen ",
        "价": "Jia ",
        "么": "Me ",
        "术": "Shu ",
        "Є": "E",
        "\xbc": "1/4",
        "\xbd": "1/2",
        "\xbe": "3/4",
    },
}
_KNOWN = re.compile(
    "[\xa0-\u0240\u0386-\u038a\u038e-\u03a1\u03a3-\u03ce\u0400-\u0481\u2010-\u2027\u3000-\u3029\u3041-\u3096"
    "\u309d\u309e\u30a0-\u30ff\uac00-\ud7a3\uff01-\uff5e\uff61-\uff9f]"
)
_UNSAFE = re.compile(r'[<>:"/\\|?*]')


class Slugify(StrEnum):
    """`on` writes all in ASCII, `safe` drops what Windows forbids in names, `off` changes nothing."""

    ON = "on"
    SAFE = "safe"
    OFF = "off"


class NoSlug(ValueError):
    """A text whose slug is not known here; its argument is the first character that makes it so."""


def slugify(text: str, how: Slugify) -> str:
    """The part of an address that Zola makes of a text; NoSlug."""
    if how is Slugify.OFF:
        return text
    if how is Slugify.SAFE:
        return _UNSAFE.sub("", text.rstrip(" ."))
    plain = text if text.isascii() else "".join(_ascii(char) for char in text)
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")


def _ascii(char: str) -> str:
    # Here, not above: it takes 20 ms, and most sites have no such name.
    from unidecode import unidecode_expect_ascii

    if char.isascii():
        return char
    if char in _OTHER:
        return _OTHER[char]
    if not _KNOWN.match(char) and not _is_common(char):
        raise NoSlug(char)
    return str(unidecode_expect_ascii(char))


def _is_common(char: str) -> bool:
    """Whether a character is one of JIS X 0208, GB 2312 or KS X 1001: those of all others differ in hundreds."""
    for encoding in ("euc_jp", "gb2312", "euc_kr"):
        try:
            if len(char.encode(encoding)) == 2 and "\u4e00" <= char <= "\u9fff":
                return True
        except UnicodeEncodeError:
            continue
    return False
