from typing import Any

import pytest

from publisher.content import Engine
from publisher.model.post import Author


@pytest.fixture
def plain(site: Any) -> Any:
    site.engine = Engine.PLAIN
    return site


@pytest.mark.parametrize(
    ("file", "header", "permalink", "path"),
    [
        ("2024-01-05-投資 の話.md", "", None, "/2024-01-05-投資 の話/"),
        ("日記/2024-01-05.md", "", None, "/日記/2024-01-05/"),
        ("旅/index.md", "date: 2024-01-05\n", None, "/旅/"),
        ("a.md", "date: 2024-01-05\nslug: 別名\n", None, "/別名/"),
        ("a.md", "date: 2024-01-05\npermalink: /:year/x/\n", None, "/2024/x/"),
        ("a.md", "date: 2024-01-05\nurl: x.html\n", None, "/x.html"),
        ("2024-01-05-投資.md", "", "/:year/:month/:title/", "/2024/01/投資/"),
    ],
)
def test_an_address_is_what_a_person_expects(
    plain: Any, file: str, header: str, permalink: str | None, path: str
) -> None:
    plain.permalink = permalink
    plain.write(file, f"---\n{header}---\n本文\n" if header else "本文\n")
    assert plain.post().path == path


def test_a_date_is_local_whether_quoted_or_not(plain: Any) -> None:
    plain.write("a.md", "---\ndate: 2024-01-05 09:00:00\n---\n")
    plain.write("b.md", '---\ndate: "2024年1月5日 09:00"\n---\n')
    assert {post.published.isoformat() for post in plain.scan().posts} == {"2024-01-05T09:00:00+09:00"}


def test_the_title_is_the_file_name_without_its_date(plain: Any) -> None:
    plain.write("2024-01-05-投資の話.md", "本文\n")
    assert plain.post().title == "投資の話"


def test_lists_may_be_written_with_commas(plain: Any) -> None:
    plain.write("a.md", "---\ndate: 2024-01-05\ncategories: 投資、技術, Market News\ntags: [a b]\n---\n")
    post = plain.post()
    assert post.categories == ("投資", "技術", "Market News")
    assert post.tags == ("a b",)


def test_a_readme_is_no_post_and_a_header_without_a_date_is_a_fault(plain: Any) -> None:
    plain.write("README.md", "# 読んでください\n")
    plain.write("a.md", "---\ntitle: 題\n---\n")
    plain.write("2024-13-01-b.md", "本文\n")
    assert plain.places() == [("2024-13-01-b.md", 1, 1, "impossible-date"), ("a.md", 1, 1, "no-date")]


def test_folders_that_are_not_the_writers_are_not_entered(plain: Any) -> None:
    for folder in (".git", "_publisher", "node_modules", "public"):
        plain.write(f"{folder}/2024-01-05-a.md", "本文\n")
    plain.exclude = ("public/",)
    assert plain.scan().posts == ()


def test_the_text_before_the_mark_is_the_excerpt(plain: Any) -> None:
    plain.write("2024-01-05-a.md", "最初の文。\n\n二番目の文。\n\n<!--more-->\n\n続き。\n")
    assert plain.rendered().summary == "最初の文。二番目の文。"


def test_pictures_authors_and_languages_are_read(plain: Any) -> None:
    plain.write(
        "旅/a.md", "---\ndate: 2024-01-05\nimage: 図.png\nauthor: {name: 山田, email: y@example.jp}\nlang: ja_JP\n---\n"
    )
    post = plain.post()
    assert post.image == "https://example.com/%E6%97%85/a/%E5%9B%B3.png"
    assert (post.authors, post.language, post.translation) == ((Author("山田", "y@example.jp"),), "ja-JP", None)


def test_drafts_are_left_out(plain: Any) -> None:
    plain.write("2024-01-05-a.md", "---\ndraft: true\n---\n")
    plain.write("2024-01-05-b.md", "---\npublished: no\n---\n")
    assert (plain.scan().posts, plain.scan().problems) == ((), ())


def test_our_own_home_is_never_read_whatever_is_excluded(plain: Any) -> None:
    plain.exclude = ()
    for engine in (Engine.PLAIN, Engine.ELEVENTY):
        plain.engine = engine
        plain.write("_publisher/2024-01-05-a.md", "---\ntags: posts\n---\n")
        assert plain.scan().posts == ()
