import pytest

from publisher.core.columns import ambiguous_width, columns, graphemes

FAMILY = "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("", 0),
        ("abc", 3),
        ("冬の庭", 6),
        ("ｶﾅ", 2),
        ("が", 2),
        ("か\u3099", 2),
        (FAMILY, 2),
        ("❤\ufe0f", 2),
        ("🇯🇵", 2),
        ("a\x00\x1b\nb", 2),
        ("\u200b\u2060", 0),
    ],
)
def test_japanese_and_emoji_are_two_columns_wide_and_marks_none(text: str, wide: int) -> None:
    assert columns(text) == wide


def test_what_unicode_leaves_open_is_wide_beside_japanese_only() -> None:
    assert (columns("※①…"), columns("※①…注")) == (3, 8)
    assert (columns("It’s “fine”"), ambiguous_width("Яндекс")) == (11, 1)
    assert (columns("→", 1), columns("→", 2)) == (1, 2)


def test_a_grapheme_is_what_a_reader_takes_for_one_character() -> None:
    assert list(graphemes(f"か\u3099{FAMILY}🇯🇵葛\U000e0100a")) == ["か\u3099", FAMILY, "🇯🇵", "葛\U000e0100", "a"]
