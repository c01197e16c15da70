"""What may stand on one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.lines import carriable, is_one_line, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("週刊 技術", "週刊 技術"),
        ("山田\r\nBcc: x@example.jp", "山田 Bcc: x@example.jp"),
        ("一行目\u2028二行目\u2029三行目\x85四", "一行目 二行目 三行目 四"),
        ("\tタブ\t", "タブ"),
        ("山\x00田\x07", "山田"),
        ("写真\u202egpj.exe", "写真gpj.exe"),
        ("\u2066א\u2069\u200e\u200f\u061c", "א"),
        ("半分\ud83d", "半分"),
        ("👨‍👩‍👧‍👦 か\u3099", "👨‍👩‍👧‍👦 か\u3099"),
        ("　全角　", "全角"),
    ],
)
def test_a_text_becomes_one_line_that_means_what_it_shows(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(st.characters()))
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)

    assert is_one_line(line)
    assert one_line(line) == line
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs"}
    assert line.encode().decode() == line


@given(st.text(st.characters()))
def test_what_is_no_line_is_changed_by_being_made_one(text: str) -> None:
    assert is_one_line(text) == (one_line(f"|{text}|") == f"|{text}|")


@given(st.text(st.characters()))
def test_what_is_carried_keeps_its_line_breaks(text: str) -> None:
    carried = carriable(text)

    assert carried.encode().decode() == carried
    assert "\x00" not in carried
    assert [c for c in carried if c in "\t\n\r"] == [c for c in text if c in "\t\n\r"]
