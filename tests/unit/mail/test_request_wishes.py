"""The few lines in which readers say what they want."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.request_wishes import wishes_in


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            ["# 書き換えて、このまま送信してください。", "[weekly] 週刊 庭便り", "頻度 = 毎日", "カテゴリー = 庭、本"],
            [("weekly", "frequency", ("毎日",)), ("weekly", "categories", ("庭", "本"))],
        ),
        (
            ["weekly: frequency=daily; categories=庭,本; language=ja"],
            [
                ("weekly", "frequency", ("daily",)),
                ("weekly", "categories", ("庭", "本")),
                ("weekly", "language", ("ja",)),
            ],
        ),
        (["頻度:毎週", "よろしくお願いします", "山田花子"], [("", "frequency", ("毎週",))]),
        (
            ["weekly:", "language: all", "[daily]", "頻度 ="],
            [("weekly", "language", ("all",)), ("daily", "frequency", ())],
        ),
    ],
)
def test_lines_are_read_as_people_write_them(lines: list[str], found: list[tuple[str, str, tuple[str, ...]]]) -> None:
    read, unread = wishes_in(lines)

    assert [(one.newsletter, one.key, one.values) for one in read] == found
    assert unread == ()


def test_a_line_that_is_no_setting_is_named_and_turns_nothing_about() -> None:
    read, unread = wishes_in(["[weekly]", "色 = 赤", "頻度 = 毎日", "曜日: 月曜"])

    assert [(one.newsletter, one.written) for one in read] == [("weekly", "頻度 = 毎日")]
    assert unread == ("色 = 赤", "曜日: 月曜")


@given(st.lists(st.text(alphabet="[]=:;#、, 頻度毎日weklyfrqunc", max_size=80), max_size=8))
def test_no_lines_make_it_fail(lines: list[str]) -> None:
    read, unread = wishes_in(lines)

    assert all(one.written for one in read)
    assert all("=" in one or ":" in one for one in unread)
