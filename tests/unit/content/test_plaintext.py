import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.plaintext import LIMIT, one_line, plain, shorten, without_tags


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**太字**と*斜体*と`コード`", "太字と斜体とコード"),
        ("[資料](https://example.com/a_(b)) と ![図](x.png)を見る", "資料 と を見る"),
        ("a &amp; b <br> <b>強調</b>", "a & b 強調"),
        ("snake_case_name と _斜体_", "snake_case_name と 斜体"),
        ("日本語の\n改行", "日本語の改行"),
        ("two\nlines", "two lines"),
        (r"\*星\*", "*星*"),
        ("{% include x.html %}本文{{ page.title }}", "本文"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_a_title_keeps_its_asterisks() -> None:
    assert without_tags("a * b * <b>c</b> &amp; d") == "a * b * c & d"


def test_a_line_break_between_japanese_characters_leaves_no_space() -> None:
    assert one_line(" 日本語の\n 改行と\nEnglish\ttext ") == "日本語の改行と English text"


def test_a_long_text_ends_where_a_sentence_ends() -> None:
    sentence = "これは四十字ほどの長さを持つ日本語の文であり、要約の長さを試すために書かれた。"
    cut = shorten(sentence * 10)
    assert cut == sentence * (LIMIT // len(sentence))


def test_a_decimal_point_ends_no_sentence() -> None:
    assert shorten("約1.3ギガワット" * 30, 20).endswith("…")


def test_a_text_without_a_sentence_end_is_cut_between_characters() -> None:
    cut = shorten("か\u3099" * 200)
    assert cut.endswith("か\u3099…")
    assert len(cut) <= LIMIT


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("はい。「行く。帰る。また行く。」と言った。", "はい。"),
        ("「行く。」と言った。それから帰ったのである。", "「行く。」と言った。"),
        ("彼は行くと言った（後で取り消した。しかし遅かった。）", "彼は行くと言った（後で取り消した…）"),
        ("その日の彼はもう行くと言った（後で取り消した。）", "その日の彼はもう行くと言った…"),
        ("「とても長い引用がここに続いて終わらないのである。」", "「とても長い引用がここに続いて終…」"),
        ("閉じない「引用。そして次の文が続いていくのである。", "閉じない「引用。"),
    ],
)
def test_a_quotation_is_never_cut_open(text: str, cut: str) -> None:
    assert shorten(text, 18) == cut


@pytest.mark.parametrize("pattern", ["*a [b <!-- `c _d ", "「", "（」", "[a](", "{{", "**", "<"])
def test_a_hostile_text_takes_no_time(pattern: str) -> None:
    started = time.process_time()
    plain(pattern * 200_000)
    without_tags(pattern * 200_000)
    shorten(pattern * 200_000)
    assert time.process_time() - started < 5


@given(st.text(max_size=600), st.integers(min_value=5, max_value=50))
def test_a_shortened_text_is_short_and_begins_alike(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert len(cut) <= limit
    assert text.startswith(re.sub("…[」』）】》〉”)]*$", "", cut).rstrip())


@given(st.text())
def test_plain_text_is_one_line(text: str) -> None:
    assert "\n" not in plain(text)
