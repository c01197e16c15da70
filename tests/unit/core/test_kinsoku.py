import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.columns import ambiguous_width, columns, graphemes
from publisher.core.kinsoku import fold

FAMILY = "👨‍👩‍👧"
OPENING, CLOSING = "「『（〔《【“", "、。」』）〕》】”っゃァーゝ々！？・"
TEXT = st.text(
    st.one_of(
        st.sampled_from("庭冬の土あいウ「」（）、。ーっ…―　ab9,. ※①“”’\u0301\u3099\ufe0f\u200d👨👩🇯\u00a0\u200b-/"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=120,
)


def squeezed(text: str) -> str:
    return re.sub("[ \t\n\r\f\u200b\u3000]", "", text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        (" \n\t", 10, []),
        ("霜が降りた朝、庭は静か", 12, ["霜が降りた", "朝、庭は静か"]),
        ("花が咲いた。", 10, ["花が咲い", "た。"]),
        ("彼は「春」と言う", 6, ["彼は", "「春」", "と言う"]),
        ("もっと待った", 8, ["もっと", "待った"]),
        ("コーヒー豆", 6, ["コー", "ヒー豆"]),
        ("人々の声", 4, ["人々", "の声"]),
        ("春……夏", 4, ["春", "……", "夏"]),
        ("plain words stay whole", 11, ["plain words", "stay whole"]),
        ("新しいMacBookを買う", 8, ["新しい", "MacBook", "を買う"]),
        ("It’s don’t", 5, ["It’s", "don’t"]),
        ("日本語の don’t", 8, ["日本語の", "don’t"]),
        ("前は。　次は", 8, ["前は。", "次は"]),
        ("ﾊﾝｶｸｶﾅ", 4, ["ﾊﾝｶｸ", "ｶﾅ"]),
        ("長い\u200bことば", 6, ["長いこ", "とば"]),
        ("one\u200btwo", 4, ["one", "two"]),
        ("a\u00a0b c", 3, ["a\u00a0b", "c"]),
    ],
)
def test_lines_end_where_japanese_and_words_allow(text: str, width: int, lines: list[str]) -> None:
    assert fold(text, width) == lines


def test_an_address_is_never_broken() -> None:
    address = "https://example.jp/" + "a-b/c?d=e&" * 10
    assert fold(f"詳しくは{address}をご覧ください", 30) == ["詳しくは", address, "をご覧ください"]


def test_the_number_of_a_link_stays_at_its_word() -> None:
    assert fold("春の庭[12]です", 7) == ["春の", "庭[12]", "です"]
    assert fold("春の庭※12です", 7) == ["春の", "庭※12", "です"]


def test_a_run_that_may_not_be_broken_is_broken_where_it_is_wider_than_a_line() -> None:
    assert fold("ー" * 9, 8) == ["ーーーー", "ーーーー", "ー"]
    assert fold("春は" + "…" * 9, 8) == ["春は", "…………", "…………", "…"]


def test_a_character_of_many_code_points_is_never_split() -> None:
    assert fold(FAMILY * 3, 4) == [FAMILY * 2, FAMILY]
    assert fold("か\u3099" * 3, 4) == ["か\u3099" * 2, "か\u3099"]


def test_a_wide_space_opens_a_paragraph_and_no_other_line() -> None:
    assert fold("　冬の庭　春の庭", 8) == ["　冬の庭", "春の庭"]


@given(TEXT, st.integers(4, 40))
def test_nothing_is_lost_and_no_line_is_wider_but_for_a_word(text: str, width: int) -> None:
    lines = fold(text, width)

    assert squeezed("".join(lines)) == squeezed(text)
    for line in lines:
        is_word = " " not in line and not re.search("[\u4e00-\u9fff]{2}", line)
        assert columns(line, ambiguous_width(text)) <= width or is_word


@given(st.text(st.sampled_from("庭冬の土春夏秋「」（）、。っー"), max_size=80))
def test_japanese_lines_are_full_and_heed_kinsoku(text: str) -> None:
    lines = fold(text, 20)

    assert all(columns(line) <= 20 for line in lines)
    for before, after in pairwise(lines):
        # Where only marks fill a whole line, one of them has to begin the next.
        if not re.search("[「（]{3}|[」）、。っー]{3}", text):
            assert after[0] not in CLOSING
            assert before[-1] not in OPENING
            # The widest that stays together is two opening marks, a character, and two closing ones.
            assert columns(before) > 20 - 10


@given(TEXT, st.integers(2, 20))
def test_lines_end_between_graphemes(text: str, width: int) -> None:
    clean = re.sub("[ \t\n\r\f\u200b\u3000]+", "", text)
    assert [g for line in fold(clean, width) for g in graphemes(line)] == list(graphemes(clean))
