"""The quick reader says what the parser says, or nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.content.values import Fields, Scalar
from publisher.content.yaml_parser import read_by_parser
from publisher.content.yaml_quick import read_quick
from publisher.errors import ContentError

HEADER = """\
layout: post
title: "Amazonの米政府AI投資500億ドル、その真意とは？"
date: 2025-11-30 08:38:57 +0000
categories: ["投資分析", AI 技術, 'C']
author: ALLFORCES編集部

reading_time: 5
link: https://example.com/a?b=1
"""


def outcome(text: str) -> Fields | None:
    try:
        return read_by_parser(text, "a.md", 2)
    except ContentError:
        return None


def same(one: Fields, other: Fields) -> bool:
    return (dict(one), one.places, one.duplicates) == (dict(other), other.places, other.duplicates)


def test_an_ordinary_header_needs_no_parser() -> None:
    quick, slow = read_quick(HEADER, 2), outcome(HEADER)

    assert quick is not None
    assert slow is not None
    assert same(quick, slow)
    assert quick["date"] == Scalar("2025-11-30 08:38:57 +0000", True, 4, 7)


@pytest.mark.parametrize(
    "line",
    [
        "title: a: b",
        "title：全角",
        "title:　全角",
        'title: "a" b',
        "tags: [a, [b]]",
        "tags: []",
        "tags: [a,]",
        'tags: ["a" "b"]',
        'tags: ["a\\t", "b"]',
        "a: |",
        "a: &x 1",
        "a: *x",
        "a: !x 1",
        "- a",
        "a: 1 # b",
        'a: "\\n"',
        "a: 'b''c'",
        "a:",
        "a: ~",
        "a: {b: c}",
        "? a",
        "a: b\n c",
        "a: b\na: c",
        "a: \u2028",
        "<<: b",
        "a: -",
        "a: - b",
        "a: @b",
        "a: %b",
        "a: b:",
    ],
)
def test_what_only_a_parser_can_tell_is_left_to_it(line: str) -> None:
    quick = read_quick(line, 2)
    slow = outcome(line)
    assert quick is None or (slow is not None and same(quick, slow))


_MARKS = ("a", "b: ", "key: ", ": ", ":", "\n", " ", "  ", '"', "'", "[", "]", ", ", ",", "#", " #", "- ", "-", "?")
_WORDS = ("日本", "：", "\u3000", "\\", "&x", "*x", "!t", "|", ">", "{", "}", "%", "@", "`", "~", "=", "<<", "0")
_ODD = ("2024-01-05", "\u2028", "\u0085", "\ufeff", "\t", "\x7f")
PIECES = st.sampled_from([*_MARKS, *_WORDS, *_ODD])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30))
@example("a: b\u0085c")
@example("a: 'b'c")
@example('a: [b\'c, "d" ]')
@example("a: [b:c]")
@example("a: b, c")
@example("a: =")
def test_on_any_text_it_says_the_same_or_nothing(text: str) -> None:
    quick = read_quick(text, 2)
    if quick is not None:
        slow = outcome(text)
        assert slow is not None, text
        assert same(quick, slow)


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.lists(PIECES, max_size=6).map("".join)), max_size=4))
def test_on_header_like_text_it_says_the_same_or_nothing(pairs: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in pairs)
    quick = read_quick(text, 2)
    if quick is not None:
        slow = outcome(text)
        assert slow is not None, text
        assert same(quick, slow)
