"""Headers as real files have them, python-frontmatter's traps among them."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.codes import Code
from publisher.content.front import Front, split_front
from publisher.content.front_handlers import split_by_handler
from publisher.content.values import Scalar
from publisher.errors import ContentError, Problem

WITHOUT_LIBYAML = """
import sys, yaml
del yaml.CBaseLoader
from publisher.content.front import split_front
from publisher.errors import ContentError
try:
    split_front(sys.argv[1], "記事.md", lenient=False)
except ContentError as error:
    (problem,) = error.problems
    print(problem.line, problem.column, problem.code)
"""


def fault(text: str, *, lenient: bool = False) -> Problem:
    with pytest.raises(ContentError) as caught:
        split_front(text, "記事.md", lenient=lenient)
    (problem,) = caught.value.problems
    return problem


def place(text: str, *, lenient: bool = False) -> tuple[int, int, str]:
    problem = fault(text, lenient=lenient)
    return problem.line, problem.column, problem.code


def test_values_are_the_texts_that_were_written() -> None:
    front = split_front(
        "---\ntitle: 2024-01-01\ncategory: no\nversion: 1.10\ntime: 12:30:45\n---\n本文\n", "a", lenient=False
    )
    assert {key: front.fields.text(key) for key in front.fields} == {
        "title": "2024-01-01", "category": "no", "version": "1.10", "time": "12:30:45",
    }  # fmt: skip
    assert (front.body, front.body_line) == ("本文\n", 7)


def test_quotes_and_places_are_kept() -> None:
    fields = split_front('---\ntitle: "題"\ndate: 2024-01-05\n---\n', "a", lenient=False).fields
    assert fields["title"] == Scalar("題", False, 2, 8)
    assert fields["date"] == Scalar("2024-01-05", True, 3, 7)


def test_a_header_may_end_in_dots() -> None:
    front = split_front("---\ntitle: 題\n...\n本文\n", "a", lenient=False)
    assert (front.fields.text("title"), front.body) == ("題", "本文\n")


def test_keys_named_content_and_handler_are_keys() -> None:
    assert set(split_front("---\ncontent: a\nhandler: b\n1: c\n---\n", "a", lenient=False).fields) == {
        "content",
        "handler",
        "1",
    }


def test_a_leading_code_block_keeps_its_indent() -> None:
    assert split_front("---\ntitle: 題\n---\n\n    code\n", "a", lenient=False).body == "\n    code\n"


def test_a_text_without_a_fence_is_all_body() -> None:
    assert split_front("本文\n\n---\n\nまだ本文\n", "a", lenient=False).body == "本文\n\n---\n\nまだ本文\n"


@pytest.mark.parametrize("header", ["", "# 注釈だけ\n", "~\n"])
def test_an_empty_header_is_a_header(header: str) -> None:
    front = split_front(f"---\n{header}---\n本文\n", "a", lenient=False)
    assert (dict(front.fields), front.body) == ({}, "本文\n")


def test_toml_is_read_with_its_dates() -> None:
    text = '+++\ntitle = "題"\ndate = 2024-01-05T09:00:00+09:00\ntags = ["a", "ｂ"]\ndraft = true\n+++\n本文\n'
    front = split_front(text, "a", lenient=True)
    assert front.fields.text("date") == "2024-01-05T09:00:00+09:00"
    assert front.fields.says_yes("draft")
    assert front.fields.places["tags"] == (4, 1)
    assert (front.body, front.body_line) == ("本文\n", 7)


def test_nested_json_is_read() -> None:
    front = split_front('\n{\n  "title": "題",\n  "params": {\n    "a": {"b": 1}\n  }\n}\n本文\n', "a", lenient=True)
    assert front.fields["params"] == {"a": {"b": Scalar("1", True, 4, 3)}}
    assert (front.body, front.body_line) == ("本文\n", 8)


def test_json_on_one_line_is_read() -> None:
    assert split_front('{"Title": "題"}\n本文\n', "a", lenient=True).fields.text("title") == "題"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: a: b\n---\n", (2, 9, Code.BROKEN_FRONT_MATTER)),
        ("---\ntitle: 題\ntags: [a\n---\n", (3, 7, Code.BROKEN_FRONT_MATTER)),
        ('---\ntitle: "題\ndate: 2024-01-05\n---\n', (2, 8, Code.BROKEN_FRONT_MATTER)),
        ("---\ntitle: 題\ndate 2024-01-05\ntags: a\n---\n", (3, 1, Code.BROKEN_FRONT_MATTER)),
        ("---\ntitle: 題\n\ttags: a\n---\n", (3, 1, Code.BROKEN_FRONT_MATTER)),
        ("---\ntitle: 題\x7f\n---\n", (2, 9, Code.BROKEN_FRONT_MATTER)),
        ("---\na: *b\n---\n", (2, 4, Code.BROKEN_FRONT_MATTER)),
        ("---\ntitle: 題\n本文\n", (1, 1, Code.UNCLOSED_FRONT_MATTER)),
        ("---\n- a\n- b\n---\n", (2, 1, Code.NO_MAPPING)),
        ("---\nただの文\n---\n", (2, 1, Code.NO_MAPPING)),
        ("---\ntitle：全角\n---\n", (2, 6, Code.FULL_WIDTH_COLON)),
        ("---\ndate: 2024-01-01\ntitle：全角\n---\n", (3, 6, Code.FULL_WIDTH_COLON)),
        ("---\ntitle:　全角\n---\n", (2, 6, Code.FULL_WIDTH_COLON)),
        ("---\ntitle：a: b\n---\n", (2, 6, Code.FULL_WIDTH_COLON)),
        ("---\na: &a [*a]\n---\n", (2, 8, Code.BROKEN_FRONT_MATTER)),
        ("---\na: " + "[" * 500 + "\n---\n", (2, 44, Code.FRONT_MATTER_TOO_LARGE)),
        ("---\n" + "- " * 20_000 + "\n---\n", (2, 1, Code.NO_MAPPING)),
        ("---\na: " + "- " * 2000 + "\n---\n", (2, 4, Code.BROKEN_FRONT_MATTER)),
        ("---\na: " + "x" * 70_000 + "\n---\n", (2, 1, Code.FRONT_MATTER_TOO_LARGE)),
    ],
)
def test_a_broken_yaml_header_is_placed(text: str, expected: tuple[int, int, Code]) -> None:
    assert place(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('+++\ntitle = "題\n+++\n', (2, 11, Code.BROKEN_FRONT_MATTER)),
        ("+++\na = 1\na = 2\n+++\n", (3, 6, Code.BROKEN_FRONT_MATTER)),
        ('{\n  "title": 題\n}\n', (2, 12, Code.BROKEN_FRONT_MATTER)),
        ("+++\na = " + "[" * 5000 + "\n+++\n", (2, 1, Code.FRONT_MATTER_TOO_LARGE)),
        ('{"a": ' + "[" * 50_000 + "\n", (1, 1, Code.FRONT_MATTER_TOO_LARGE)),
        ("\n\n+++\na = 1\n", (3, 1, Code.UNCLOSED_FRONT_MATTER)),
    ],
)
def test_a_broken_toml_or_json_header_is_placed(text: str, expected: tuple[int, int, Code]) -> None:
    assert place(text, lenient=True) == expected


@pytest.mark.parametrize("text", ["---\ntitle: 題\x7f\n---\n", "---\ntitle: 題: x\n---\n", "---\ntitle：題\n---\n"])
def test_a_fault_has_its_place_where_pyyaml_has_no_libyaml_too(text: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LIBYAML, text], capture_output=True, text=True, check=True)

    assert tuple(done.stdout.split()) == tuple(map(str, place(text)))


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert fault("---\n" + "\n".join(lines) + "\n---\n").code == Code.FRONT_MATTER_TOO_LARGE


@pytest.mark.parametrize("text", ["---\ntitle: a\ntitle: 題\n---\n", '{"title": "a", "title": "題"}\n'])
def test_the_last_of_two_same_keys_counts_and_is_noted(text: str) -> None:
    fields = split_front(text, "a", lenient=True).fields
    assert fields.text("title") == "題"
    assert [key for key, _, _ in fields.duplicates] == ["title"]


def test_a_full_width_colon_inside_a_text_is_nobodys_fault() -> None:
    text = "---\nexcerpt: |\n  注意：これは本文\ntags:\n- 注意：x\n---\n"
    assert split_front(text, "a", lenient=False).fields.text("excerpt") == "注意：これは本文"


@given(st.text(), st.booleans())
def test_any_header_is_fields_or_a_placed_problem(text: str, lenient: bool) -> None:
    for whole in (f"---\n{text}\n---\n", f"+++\n{text}\n+++\n", "{" + text):
        try:
            found: Front | ContentError = split_front(whole, "a", lenient=lenient)
        except ContentError as error:
            found = error
        assert whole.endswith(found.body) if isinstance(found, Front) else found.problems[0].line >= 1


LINES = st.sampled_from(["---", "--- ", "----", "...", "a: 1", "題: x", "", " ---", "+++", "\\", "a: [", "b: c"])


@given(st.lists(LINES, max_size=7).map("\n".join), st.booleans())
def test_the_quick_way_splits_as_the_handlers_do(text: str, lenient: bool) -> None:
    def outcome(split: Any) -> Any:
        try:
            front = split(text, "a.md", lenient=lenient)
        except ContentError as error:
            return error.problems
        folded = front.fields.folded()
        return front.body, front.body_line, front.escaped, dict(folded), folded.places, folded.duplicates

    assert outcome(split_front) == outcome(split_by_handler)


def test_half_a_surrogate_pair_in_json_is_what_hugo_makes_of_it() -> None:
    text = '{"title": "題\\ud800", "tags": ["\\udc00", ["\\ud83d\\ude00"]], "a\\ud800": {"b": "\\ud800"}}\n本文\n'

    fields = split_front(text, "記事.md", lenient=True).fields

    assert fields.text("title") == "題\ufffd"
    repr(fields).encode()
    assert "\U0001f600" in repr(fields)
