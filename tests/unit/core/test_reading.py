import pytest

from publisher.core.reading import reading_minutes

WORD = "庭の土を掘り返す"  # eight characters


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("一言。", 1),
        (WORD * 63, 1),
        (WORD * 125, 2),
        (WORD * 250, 4),
        ("「。」、" * 2000, 1),
        ("word " * 238, 1),
        ("it's a well-known 1,000 " * 238, 4),
        ("word " * 476 + WORD * 125, 4),
        ("ｶﾀｶﾅ" * 250, 2),
        ("안녕하세요 " * 200, 2),
        ("https://example.jp/a/b " * 5, 1),
    ],
)
def test_japanese_counts_by_characters_and_all_else_by_words(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes
