from typing import Any

import pytest

from publisher.content import Engine


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
