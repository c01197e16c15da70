"""The few words and marks that a post's plain text needs besides its own."""

from publisher.struct import Struct


class Words(Struct, frozen=True):
    """How one language writes what HTML shows by looks.

    `bullet` and `heading` stand before an item and a small heading, `note` before a footnote's number; `brackets` hold
    a reading or an address, `quotes` a `<q>`; `colon` stands between a table's heading and a cell, `rule` for `<hr>`.
    """

    image: str
    sound: str
    video: str
    deleted: str
    bullet: str
    heading: str
    note: str
    colon: str
    rule: str
    brackets: tuple[str, str]
    quotes: tuple[str, str]


_JAPANESE = Words(
    image="画像",
    sound="音声",
    video="動画",
    deleted="取り消し",
    bullet="・",
    heading="■ ",
    note="※",
    colon="：",
    rule="＊　＊　＊",
    brackets=("（", "）"),
    quotes=("「", "」"),
)
_OTHERS = Words(
    image="Image",
    sound="Audio",
    video="Video",
    deleted="Deleted",
    bullet="- ",
    heading="* ",
    note="*",
    colon=": ",
    rule="* * *",
    brackets=(" (", ")"),
    quotes=("“", "”"),
)


def words_for(language: str) -> Words:
    """The words of a BCP 47 tag: Japanese for `ja` and `ja-JP`, English for all others."""
    return _JAPANESE if language.lower().partition("-")[0] == "ja" else _OTHERS
