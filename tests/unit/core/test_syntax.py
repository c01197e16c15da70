"""The faults that writers make most, in plain words, wherever they are read."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.config.document import read_document
from publisher.content.data_text import read_json, read_toml
from publisher.content.liquid.data import BadData, value_of
from publisher.content.yaml_text import read_yaml
from publisher.core.syntax import explained
from publisher.errors import ConfigError, ContentError, Problem

YAML = {
    "a: b: c\n": (1, "a ': ' too many"),
    "a: 1\n b: 2\n": (2, "a ': ' too many"),
    "a:\n\tb: 1\n": (2, "a tab stands where YAML allows only spaces"),
    "a: x\n\tb: 1\n": (2, "a tab stands where YAML allows only spaces"),
    "a: @花子\n": (1, "no value may start with this character: put the value in quotes"),
    "a: 1\nb 2\nc: 3\n": (2, "the line has no ': '"),
    "a: '庭\nb: 1\n": (1, "the quote that opens here is never closed"),
    "a: [庭, 畑\nb: 1\n": (1, "the list that '[' opens here is not closed by ']'"),
    "a: {b: 庭\nc: 1\n": (1, "the mapping that '{' opens here is not closed by '}'"),
    "a: [新着] 庭\n": (1, "something follows a value that is complete"),
    "a:\n  b: 1\n c: 2\n": (3, "the line is not indented as those above"),
    "a: **庭**\n": (1, "'*' or '&' before a value refers to another one"),
    "a: - 庭\n": (1, "a list starts on the line after its key"),
    "a:\n  - 庭\n  b: 1\n": (3, "among the lines of a list each has to start with '- '"),
    'a: "C:\\写真"\n': (1, "write '\\\\', or single quotes"),
    "a: | 庭\n": (1, "'|' or '>' announces lines of text below"),
    "a: ,庭\n": (1, "a value is missing, or starts with ','"),
    "a: 庭\x07\n": (1, "a character that cannot be seen: delete it"),
}
TOML = {
    "a = 庭\n": "text has to be in quotes",
    "a: 1\n": "write 'key = value'",
    "a = 'it's'\n": "something follows a value that is complete",
    'a = "庭\n': "the quote is not closed on its line",
    'a = "C:\\写真"\n': "write '\\\\', or single quotes",
    "a = 1\na = 2\n": "it stands here a second time",
    "庭 = 1\n": "a key with more than letters, digits, '-' and '_' needs quotes",
}
JSON = {
    '{"a": 1,}': "no comma follows the last value",
    "{'a': 1}": "a key has to be in double quotes",
    '{"a": 庭}': "text needs double quotes",
    '{"a": 1 "b": 2}': "a comma or colon is missing",
    '{"a": "庭\n"}': "a text goes on over the line's end",
    '{"a": "庭': "the quote that opens here is never closed",
}


def of_post(text: str) -> Problem:
    with pytest.raises(ContentError) as caught:
        read_yaml(text, "記事.md")
    return caught.value.problems[0]


def of_config(folder: Path, text: str) -> Problem:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_document(folder / "config.yaml", "config.yaml")
    return caught.value.problems[0]


@pytest.mark.parametrize("text", YAML)
def test_a_fault_in_yaml_is_told_plainly_at_its_line_in_posts_and_in_settings(tmp_path: Path, text: str) -> None:
    line, words = YAML[text]
    for problem in (of_post(text), of_config(tmp_path, text)):
        assert problem.line == line
        assert words in problem.message
        assert problem.message.endswith(")"), "the parser's own words, to search by"


@pytest.mark.parametrize("text", TOML)
def test_a_fault_in_toml_is_told_plainly(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_toml(text, "hugo.toml")
    assert TOML[text] in str(caught.value)


@pytest.mark.parametrize("text", JSON)
def test_a_fault_in_json_is_told_plainly(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_json(text, "config.json")
    assert JSON[text] in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("a:\n\tb: 1\n", ".yml", "line 2, column 1: a tab stands where YAML allows only spaces: put spaces"),
        ('{"a": 庭}', ".json", "a value is missing or is none: text needs double quotes"),
    ],
)
def test_a_fault_in_a_data_file_is_told_plainly(text: str, kind: str, reason: str) -> None:
    with pytest.raises(BadData) as caught:
        value_of(text, kind, ZoneInfo("UTC"))
    assert str(caught.value).startswith(reason)


def test_a_reason_without_plain_words_stays_as_it_is() -> None:
    assert explained("found a duplicate %YAML directive") == "found a duplicate %YAML directive"
