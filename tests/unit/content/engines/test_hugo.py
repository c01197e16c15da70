from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.content import Engine, scan


@pytest.fixture
def hugo(site: Any) -> Any:
    site.engine = Engine.HUGO
    site.content = "content"
    return site


@pytest.mark.parametrize(
    ("file", "header", "path"),
    [
        ("posts/日本語、記事（１）.md", "", "/posts/日本語記事１/"),
        ("posts/2024-01-07-My Post.md", "", "/posts/2024-01-07-my-post/"),
        ("posts/束/index.md", "", "/posts/束/"),
        ("posts/a.md", "slug: 別の名\n", "/posts/別の名/"),
        ("posts/a.md", "url: /x/Y.html\n", "/x/Y.html"),
        ("a.md", "", "/a/"),
    ],
)
def test_an_address_is_hugos(hugo: Any, file: str, header: str, path: str) -> None:
    hugo.write(f"content/{file}", f"---\ndate: 2024-01-05\n{header}---\n本文\n")
    assert hugo.post().path == path


def test_toml_and_json_headers_are_read_in_any_case(hugo: Any) -> None:
    hugo.write("content/posts/a.md", '+++\nTitle = "題一"\nDate = 2024-01-05\nCategories = ["投資"]\n+++\n本文\n')
    hugo.write("content/posts/b.md", '{"title": "題二", "date": "2024-01-06T09:00:00+09:00"}\n本文\n')
    assert [(post.title, post.categories) for post in hugo.scan().posts] == [("題一", ("投資",)), ("題二", ())]


def test_the_publishing_date_goes_before_the_date(hugo: Any) -> None:
    hugo.write(
        "content/posts/a.md", "---\ndate: 2024-01-05\npublishDate: 2024-02-01T10:00:00Z\nlastmod: 2024-03-01\n---\n"
    )
    post = hugo.post()
    assert post.published.isoformat() == "2024-02-01T10:00:00+00:00"
    assert post.updated is not None
    assert post.updated.isoformat() == "2024-03-01T00:00:00+09:00"


def test_drafts_are_left_out(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\ndraft: true\n---\n")
    hugo.write("content/posts/b.md", "---\ndate: 2024-01-05\npublished: false\n---\n")
    assert (hugo.scan().posts, hugo.scan().problems) == ((), ())


def test_an_expired_post_is_left_out_from_its_moment_on(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\nexpiryDate: 2024-06-01T00:00:00Z\n---\n")
    with hugo.index() as index:
        before = scan(hugo.rules, index, now=datetime(2024, 5, 31, tzinfo=UTC))
        after = scan(hugo.rules, index, now=datetime(2024, 6, 1, tzinfo=UTC))
    assert (len(before.posts), len(after.posts)) == (1, 0)


def test_pages_beside_the_posts_are_no_posts(hugo: Any) -> None:
    hugo.write("content/_index.md", "---\ntitle: 表紙\n---\n")
    hugo.write("content/about.md", "---\ntitle: 紹介\n---\n")
    hugo.write("content/posts/束/index.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/束/付録.md", "---\ntitle: 付録\n---\n")
    assert len(hugo.scan().posts) == 1
    assert hugo.scan().problems == ()


def test_a_page_in_a_section_without_a_date_is_worth_a_warning(hugo: Any) -> None:
    hugo.write("content/posts/2024-01-07-a.md", "---\ntitle: 題\n---\n")
    assert hugo.places() == [("content/posts/2024-01-07-a.md", 1, 1, "no-date")]
    assert hugo.scan().unreadable == ()


def test_a_date_that_hugo_would_put_in_the_year_one_is_an_error(hugo: Any) -> None:
    hugo.write("content/posts/a.md", '+++\ntitle = "題"\ndate = "2024-01-05 01:30"\n+++\n')
    assert hugo.places() == [("content/posts/a.md", 3, 1, "unknown-date")]


def test_a_shortcode_is_warned_of_where_it_stands(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\n---\n\n図{{< figure src=x.png >}}\n{{</* 例 */>}}\n")
    assert hugo.places() == [("content/posts/a.md", 5, 2, "shortcode-not-rendered")]
    assert len(hugo.scan().posts) == 1
