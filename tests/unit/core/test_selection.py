"""Which posts go where."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.selection import newest_first, published, shared_feeds
from publisher.core.slugs import category_slug
from publisher.model.post import Post
from publisher.struct import replace

T0 = datetime(2026, 1, 5, tzinfo=UTC)
BASE = Post(source="a.md", path="/a/", url="https://example.jp/a/", title="題", published=T0, digest="d")


def post(name: str, days: int = 0, *categories: str, language: str | None = None) -> Post:
    return replace(
        BASE,
        source=f"{name}.md",
        path=f"/{name}/",
        published=T0 + timedelta(days=days),
        categories=categories,
        language=language,
    )


def test_a_future_post_is_not_out_until_its_very_moment() -> None:
    future = post("未来", 3)

    assert published([future], future.published - timedelta(seconds=1)) == []
    assert published([future], future.published) == [future]


def test_the_newest_comes_first_and_ties_are_settled_by_address() -> None:
    assert [one.source for one in newest_first([post("a", 1), post("c", 2), post("b", 1)])] == ["c.md", "b.md", "a.md"]


def test_slugs_keep_letters_and_nothing_that_could_leave_the_folder() -> None:
    assert category_slug("投資分析", {}) == "投資分析"
    assert category_slug("Market News", {}) == "market-news"
    assert category_slug("C++ / Rust", {}) == "c-rust"
    assert category_slug("投資分析", {"投資分析": "investment"}) == "investment"


@given(st.text())
def test_no_category_can_name_a_path(category: str) -> None:
    slug = category_slug(category, {})

    assert slug
    assert not set(slug) & set("/\\.\0")
    assert len(slug.encode()) <= 255


def test_a_name_is_the_same_however_unicode_writes_it() -> None:
    assert category_slug("か\u3099いと\u3099", {}) == category_slug("がいど", {}) == "がいど"
    assert category_slug("か\u3099", {"が": "ga"}) == "ga"
    assert category_slug("葛\U000e0100城", {}) == "葛城"
    assert shared_feeds([("か\u3099",), ("が",)], {}) == {}


def test_vowel_signs_stay_with_their_letters() -> None:
    assert category_slug("हिन्दी समाचार", {}) == "हिन्दी-समाचार"
    assert category_slug("\u3099 か", {}) == "か"
    assert category_slug("☕\ufe0f", {}) == "category"


def test_long_categories_that_begin_alike_stay_apart() -> None:
    assert category_slug("長" * 90, {}) != category_slug("長" * 91, {})


def test_categories_that_share_a_feed_though_they_differ_are_found() -> None:
    posts = [("C", "C++"), ("AI",), ("ai",)]

    assert shared_feeds(posts, {}) == {"c": ("C", "C++")}
    assert shared_feeds(posts, {"C++": "cpp"}) == {}
