import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.plaintext import LIMIT, plain, shorten, summarise, without_tags


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


def test_the_summary_is_the_first_prose_that_is_not_the_title() -> None:
    before = "# 見出し\n\n![図](x.png)\n\n題名\n\n```\nコード\n\nまだコード。\n```\n\n- 一覧\n\n"
    body = f"{before}本文の一文目。二文目。\n\n次の段落。\n"
    assert summarise(body, "題名") == "本文の一文目。二文目。"


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


def test_a_hostile_paragraph_takes_no_time() -> None:
    started = time.perf_counter()
    summarise("*a [b <!-- `c _d " * 200_000, "")
    assert time.perf_counter() - started < 5


@given(st.text(max_size=600), st.integers(min_value=5, max_value=50))
def test_a_shortened_text_is_short_and_begins_alike(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert len(cut) <= limit
    assert text.startswith(cut.removesuffix("…").rstrip())


@given(st.text())
def test_plain_text_is_one_line(text: str) -> None:
    assert "\n" not in plain(text)
