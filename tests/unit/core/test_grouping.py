"""Which feeds there are."""

from publisher.core.grouping import Custom, Group, Head, Wanted, group
from publisher.model.feed import FeedKind


def told(groups: list[Group]) -> list[tuple[str, str, str, list[str]]]:
    return [(one.kind, one.name, one.slug, list(one.sources)) for one in groups]


def test_a_feed_for_the_site_and_one_for_each_category() -> None:
    heads = [Head("c.md", ()), Head("b.md", ("AI", "投資分析")), Head("a.md", ("投資分析",))]

    groups = group(heads, Wanted(limit=2, by=[FeedKind.CATEGORY], slugs={"AI": "artificial"}))

    assert told(groups) == [
        ("site", "", "", ["c.md", "b.md"]),
        ("category", "AI", "artificial", ["b.md"]),
        ("category", "投資分析", "投資分析", ["b.md", "a.md"]),
    ]
    assert len(group(heads, Wanted(limit=2, by=[]))) == 1


def test_spellings_that_share_a_slug_share_a_feed_and_no_post_stands_twice() -> None:
    groups = group([Head("b.md", ("AI", "ai")), Head("a.md", ("ai",))], Wanted(limit=9, by=[FeedKind.CATEGORY]))

    assert told(groups)[1:] == [("category", "AI", "ai", ["b.md", "a.md"])]


def test_tags_authors_languages_and_sections_have_feeds_when_asked() -> None:
    heads = [
        Head("b.md", (), ("株", "AI"), ("山田 太郎", "Ann"), "en-GB", "news"),
        Head("a.md", (), ("株",), (), None, ""),
    ]
    by = [FeedKind.TAG, FeedKind.AUTHOR, FeedKind.LANGUAGE, FeedKind.SECTION]

    groups = group(heads, Wanted(limit=9, by=by, author="編集部", language="ja"))

    assert told(groups)[1:] == [
        ("tag", "AI", "ai", ["b.md"]),
        ("tag", "株", "株", ["b.md", "a.md"]),
        ("author", "Ann", "ann", ["b.md"]),
        ("author", "山田 太郎", "山田-太郎", ["b.md"]),
        ("author", "編集部", "編集部", ["a.md"]),
        ("language", "en-GB", "en-gb", ["b.md"]),
        ("language", "ja", "ja", ["a.md"]),
        ("section", "news", "news", ["b.md"]),
    ]


def test_a_category_path_does_not_rename_a_tag() -> None:
    heads = [Head("a.md", ("株",), ("株",))]

    groups = group(heads, Wanted(limit=9, by=[FeedKind.CATEGORY, FeedKind.TAG], slugs={"株": "stocks"}))

    assert [one.slug for one in groups] == ["", "stocks", "株"]


def test_a_feed_by_rule_has_its_own_limit_and_may_be_empty() -> None:
    heads = [Head(f"{number}.md", ("株",)) for number in range(5)]
    even = Custom("even", 2, lambda head: int(head.source[0]) % 2 == 0)
    none = Custom("none", 2, lambda _head: False)

    groups = group(heads, Wanted(limit=9, by=[], custom=[even, none]))

    assert told(groups)[1:] == [("custom", "even", "even", ["0.md", "2.md"]), ("custom", "none", "none", [])]
