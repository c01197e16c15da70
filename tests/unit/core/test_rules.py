"""Feeds by rule."""

from typing import Any

import pytest

from publisher.core.grouping import Head
from publisher.core.rules import compiled

POST = Head("_posts/2026/投資.md", ("投資分析", "AI"), ("NISA",), ("山田 太郎",), "ja-JP", "")


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"category": "投資分析"}, True),
        ({"category": "投資"}, False),
        ({"category": "ai"}, True),
        ({"category": ["本", "AI"]}, True),
        ({"tag": "nisa"}, True),
        ({"tag": "AI"}, False),
        ({"author": "山田 太郎"}, True),
        ({"author": "山田"}, False),
        ({"language": "ja"}, True),
        ({"language": ["en", "ja-JP"]}, True),
        ({"language": "j"}, False),
        ({"path": "_posts/2026"}, True),
        ({"path": "/_posts/"}, True),
        ({"path": "_posts/20"}, False),
        ({"path": "_posts/*.md"}, False),
        ({"path": "_posts/*/*.md"}, True),
        ({"path": "**/*.md"}, True),
        ({"path": "_posts/**"}, True),
        ({"path": "**/投?.md"}, True),
        ({"path": "_posts/2026/投資.md"}, True),
        ({"path": ["drafts", "_posts"]}, True),
        ({"category": "AI", "tag": "株"}, False),
        ({"category": "AI", "tag": "NISA"}, True),
        ({"all": [{"category": "AI"}, {"not": {"tag": "広告"}}]}, True),
        ({"any": [{"category": "本"}, {"tag": "NISA"}]}, True),
        ({"any": [{"category": "本"}, {"tag": "広告"}]}, False),
        ({"not": {"any": [{"category": "本"}, {"language": "ja"}]}}, False),
    ],
)
def test_a_rule_takes_what_it_says(where: dict[str, Any], holds: bool) -> None:
    assert compiled(where, slugs={})(POST) is holds


def test_a_post_without_author_or_language_has_those_of_the_site() -> None:
    bare = Head("a.md", ())

    assert compiled({"author": "編集部", "language": "ja"}, slugs={}, author="編集部", language="ja")(bare)
    assert not compiled({"language": "en"}, slugs={}, language="ja")(bare)


def test_categories_that_share_a_path_are_one() -> None:
    assert compiled({"category": "人工知能"}, slugs={"人工知能": "ai"})(POST)


def test_a_dot_is_a_dot_and_a_pattern_ends_where_the_name_does() -> None:
    rule = compiled({"path": "a.*"}, slugs={})

    assert rule(Head("a.md", ()))
    assert not rule(Head("abmd", ()))
    assert not rule(Head("a.md/b", ()))
