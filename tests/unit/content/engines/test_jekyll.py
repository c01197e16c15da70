"""What Jekyll 4.3.1 was seen to make of the same files."""

import os
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from publisher.content.engines import jekyll
from publisher.content.engines.jekyll_names import absolute_id
from publisher.content.source import Source
from publisher.model.post import Author

REAL = """\
    ---
    layout: post
    title: "Amazonの米政府AI投資500億ドル、その真意とは？"
    date: 2025-11-30 08:38:57 +0000
    categories: ["投資分析"]
    tags: ["AI", "最新ニュース"]
    author: "ALLFORCES編集部"
    excerpt: "Amazon、米政府に500億ドルAI投資について詳細に分析します。"
    reading_time: 8
    ---

    本文です。
    """


def test_a_real_post_is_read_whole(site: Any) -> None:
    site.write("_posts/2025-11-30-amazon-us-government-ai-investment.md", REAL)
    post = site.post()
    assert post.path == "/投資分析/2025/11/30/amazon-us-government-ai-investment.html"
    assert post.url == (
        "https://example.com/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/2025/11/30/amazon-us-government-ai-investment.html"
    )
    assert post.title == "Amazonの米政府AI投資500億ドル、その真意とは？"
    assert post.published.isoformat() == "2025-11-30T17:38:57+09:00"
    assert (post.categories, post.tags) == (("投資分析",), ("AI", "最新ニュース"))
    assert post.authors == (Author("ALLFORCES編集部"),)
    assert post.summary == "Amazon、米政府に500億ドルAI投資について詳細に分析します。"
    assert (post.in_feeds, post.in_newsletters, post.updated, post.language) == (True, True, None, None)


@pytest.mark.parametrize(
    ("file", "text", "path", "title", "categories", "tags"),
    [
        ("2024-01-03-日本語、記事（１）.md", "あ", "/2024/01/03/日本語-記事-１.html", "日本語、記事（１）", (), ()),
        (
            "2024-01-02-Hello_World.v2..md",
            "---\ncategories: [投資分析, Market News, A/B]\n---\n",
            "/投資分析/market news/a/b/2024/01/02/Hello_World.v2.html",
            "Hello_world.v2",
            ("投資分析", "Market News", "A/B"),
            (),
        ),
        (
            "2024-01-04-naive.md",
            "---\ndate: 2024-01-05 18:30:00\ncategories: a  b\ncategory: Several Words\n---\n",
            "/a/b/several words/2024/01/06/naive.html",
            "Naive",
            ("a", "b", "Several Words"),
            (),
        ),
        (
            "2024-01-04-quoted.md",
            '---\ndate: "2024-01-05 18:30:00"\ncategory: [X, y]\ncategories: [y, z]\ntag: one\ntags: two three\n---\n',
            "/y/z/x/2024/01/05/quoted.html",
            "Quoted",
            ("y", "z", "X"),
            ("one",),
        ),
        (
            "2024-01-04-slug.md",
            "---\nslug: My Slug、です\npermalink: /p/:year_:month/:slug/:title/:y_day-:i_day:output_ext\n---\n",
            "/p/2024_01/my-slug-です/My-Slug-です/004-4.html",
            "Slug",
            (),
            (),
        ),
        ("sub/2024-1-8-X.md", "---\ntitle:\n---\n", "/2024/01/08/X.html", "X", (), ()),
        ("24-01-09-two-投資-AI.md", "no front", "/2024/01/09/two-投資-AI.html", "Two 投資 Ai", (), ()),
        ("2024-01-11-dmy.md", "---\ndate: '11-9-2017'\n---\n", "/2017/09/11/dmy.html", "Dmy", (), ()),
    ],
)
def test_a_post_is_what_jekyll_makes_of_it(
    site: Any, file: str, text: str, path: str, title: str, categories: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    site.write(f"_posts/{file}", text)
    post = site.post()
    assert (post.path, post.title, post.categories, post.tags) == (path, title, categories, tags)


def test_folders_above_posts_are_categories(site: Any) -> None:
    site.write("ja/news/_posts/2024-01-07-foo.md", "---\ndate: 2024-01-06 23:30 -0800\ncategories: ~\n...\n")
    post = site.post()
    assert post.categories == ("ja", "news")
    assert post.path == "/ja/news/2024/01/07/foo.html"


def test_the_sites_template_makes_the_address(site: Any) -> None:
    site.permalink = "/:year/:month/:title/"
    site.write("_posts/2024-01-03-記事.md", "あ")
    assert site.post().path == "/2024/01/記事/"


def test_drafts_and_unpublished_posts_are_left_out_without_a_word(site: Any) -> None:
    for number, line in enumerate(["draft: true", "draft: yes", "published: false", "published: no"], 1):
        site.write(f"_posts/2024-01-0{number}-a.md", f"---\n{line}\n---\n")
    assert (site.scan().posts, site.scan().problems) == ((), ())


def test_files_that_jekyll_does_not_look_at_are_no_posts(site: Any) -> None:
    for file in (
        "_posts/_x.md",
        "_posts/2024-01-01-a.md~",
        "_posts/.x.md",
        "_posts/図.png",
        "README.md",
        "_drafts/a.md",
    ):
        site.write(file, "x")
    assert (site.scan().posts, site.scan().problems) == ((), ())


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("日付なし.md", "---\ntitle: 題\ndate: 2024-01-01\n---\n", (1, 1, "no-date")),
        ("2024-01-01-a.md", "---\ntitle: 題\ndate: 2024-02-30\n---\n", (3, 7, "impossible-date")),
        ("2024-02-30-a.md", "題", (1, 1, "impossible-date")),
        ("2024-01-01-a.md", "---\ndate:\n---\n", (2, 6, "no-date")),
        ("2024-01-01-a.md", "---\ndate: 令和6年\n---\n", (2, 7, "unknown-date")),
        ("2024-01-01-a.md", "---\ndate: 平成31年5月1日\n---\n", (2, 7, "impossible-date")),
        ("2024-01-01-a.md", "---\ndate: 2024-01-01 10:00 XYZ\n---\n", (2, 7, "unknown-zone")),
        ("2024-01-01-a.md", "---\npermalink: /:titel/\n---\n", (2, 12, "bad-permalink")),
        ("2024-01-01-a.md", "---\npermalink: 5\n---\n", (2, 12, "bad-value")),
        ("2024-01-01-a.md", "---\nslug: 007\n---\n", (2, 7, "bad-value")),
        ("2024-01-01-a.md", "---\ncategories: 5\n---\n", (2, 13, "bad-value")),
        ("2024-01-01-a.md", "---\ncategories: no\n---\n", (2, 13, "bad-value")),
        ("2024-01-01-a.md", "---\ncategories: {a: b}\n---\n", (2, 1, "bad-value")),
        ("2024-01-01-a.md", "---\ncategory: {a: b}\n---\n", (2, 1, "bad-value")),
        ("2024-01-01-a.textile", "h1. 題", (1, 1, "unknown-format")),
        ("2024-01-01-a.md", '---\ntitle: "a\\u0008b"\n---\n', (2, 8, "control-character")),
    ],
)
def test_a_fault_leaves_the_post_out_and_has_its_place(
    site: Any, file: str, text: str, place: tuple[int, int, str]
) -> None:
    site.write(f"_posts/{file}", text)
    site.write("_posts/2024-01-02-良い.md", "あ")
    assert [post.title for post in site.scan().posts] == ["良い"]
    assert site.places() == [(f"_posts/{file}", *place)]
    assert site.scan().unreadable == (f"_posts/{file}",)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("---\ndate: 令和6年1月1日\n---\n", (2, 7, "date-not-the-engines")),
        ("---\nlast_modified_at: 2024年2月1日\n---\n", (2, 19, "date-not-the-engines")),
        ("---\ndate: 2024-01-02\n---\n", (2, 7, "date-differs")),
        ("---\ndate: 2024-01-01 20:00:00\n---\n", (2, 7, "date-differs")),
        ("---\ndate: 24/1/1\n---\n", (2, 7, "ambiguous-date")),
        ("---\nupdated: きのう\n---\n", (2, 10, "unknown-date")),
        ("---\nlang: 日本語\n---\n", (2, 7, "bad-language")),
        ("---\ntitle: a\ntitle: 題\n---\n", (3, 1, "duplicate-key")),
    ],
)
def test_a_warning_leaves_the_post_in(site: Any, text: str, place: tuple[int, int, str]) -> None:
    site.write("_posts/2024-01-01-a.md", text)
    assert site.post().title in ("題", "A")
    assert site.places() == [("_posts/2024-01-01-a.md", *place)]
    assert site.scan().unreadable == ()


def test_the_rest_of_a_header_is_read(site: Any) -> None:
    site.write(
        "_posts/2024-01-01-a.md",
        """\
        ---
        title: 2024-01-01
        last_modified_at: 2024-02-01
        lang: ja_JP
        authors: [{name: 山田, email: yamada@example.jp}, 佐藤]
        categories: [no, 1.10]
        feed: false
        newsletter: no
        ---
        最初の段落。

        次の段落。
        """,
    )
    post = site.post()
    assert post.title == "2024-01-01"
    assert post.updated is not None
    assert post.updated.isoformat() == "2024-02-01T00:00:00+09:00"
    assert post.language == "ja-JP"
    assert post.authors == (Author("山田", "yamada@example.jp"), Author("佐藤"))
    assert post.categories == ("no", "1.10")
    # Jekyll itself has /false/1.1/ there.
    assert post.path == "/false/1.1/2024/01/01/a.html"
    assert (post.in_feeds, post.in_newsletters) == (False, False)


def test_a_file_named_of_another_day_is_warned_of_but_of_an_impossible_one_is_not(site: Any) -> None:
    site.write("_posts/2024-02-30-a.md", "---\ndate: 2024-01-02\n---\n")
    assert (site.post().path, site.places()) == ("/2024/01/02/a.html", [])


def test_a_draft_without_a_date_has_its_files_time_and_is_warned_of(site: Any) -> None:
    site.write("_config.yml", "show_drafts: true\n")
    file = site.write("_drafts/下書き.md", "あ")
    os.utime(file, (1704380400, 1704380400))
    assert site.post().published.isoformat() == "2024-01-05T00:00:00+09:00"
    assert site.post().path == "/2024/01/05/下書き.html"
    assert site.places() == [("_drafts/下書き.md", 1, 1, "date-of-file")]


def test_unpublished_posts_are_in_where_the_site_shows_them(site: Any) -> None:
    site.write("_posts/2024-01-01-a.md", "---\npublished: false\n---\n")
    site.write("_posts/2024-01-02-b.md", "---\npublished:\n---\n")
    site.write("_posts/2024-01-03-c.md", '---\npublished: "false"\n---\n')
    assert [post.title for post in site.scan().posts] == ["C"]
    site.write("_config.yml", "unpublished: true\n")
    site.key = "another"
    assert [post.title for post in site.scan().posts] == ["A", "B", "C"]


def test_an_author_is_looked_up_among_the_sites_people(site: Any) -> None:
    site.write("_data/authors.yml", "yamada: {name: 山田, email: y@example.jp}\nsato: 佐藤\n")
    site.write("_posts/2024-01-01-a.md", "---\nauthor: yamada\nauthors: [sato, 鈴木]\n---\n")
    assert site.post().authors == (Author("山田", "y@example.jp"), Author("佐藤"), Author("鈴木"))


def test_translations_share_a_key_and_lie_below_their_language(site: Any) -> None:
    site.write("_config.yml", "plugins: [jekyll-polyglot]\nlanguages: [ja, en]\ndefault_lang: ja\n")
    site.write("_posts/2024-01-01-a.md", "---\nlang: ja\npage_id: 一\npermalink: /一/\n---\n")
    site.write("_posts/2024-01-02-b.md", "---\nlang: en\nref: 一\npermalink: /en/一/\n---\n")
    posts = site.scan().posts
    assert [(post.language, post.translation, post.path) for post in posts] == [
        ("ja", "一", "/一/"),
        ("en", "一", "/en/一/"),
    ]


def test_a_picture_lies_below_the_base_path(site: Any) -> None:
    site.url = "https://example.com/b/"
    for number, image in enumerate(["/図.png", "図.png", "https://cdn.example/x.png", "//cdn.example/x.png"], 1):
        site.write(f"_posts/2024-01-0{number}-a.md", f"---\nimage: {image}\n---\n")
    assert [post.image for post in site.scan().posts] == [
        *("https://example.com/b/%E5%9B%B3.png", "https://example.com/b/%E5%9B%B3.png"),
        *("https://cdn.example/x.png", "https://cdn.example/x.png"),
    ]


@pytest.mark.parametrize(
    ("header", "separator"),
    [("", "<!--続き-->"), ("excerpt_separator: '***'", "***"), ('excerpt_separator: "\\n\\n"', None)],
)
def test_the_posts_own_separator_comes_before_the_sites(site: Any, header: str, separator: str | None) -> None:
    site.write("_config.yml", "excerpt_separator: <!--続き-->\n")
    front = jekyll.split(f"---\n{header}\n---\n", "a.md")
    source = Source("_posts/2024-01-01-a.md", "_posts/2024-01-01-a.md", front, site.rules, ZoneInfo("Asia/Tokyo"))
    assert jekyll.separator(source) == separator


def test_an_id_is_folded_only_by_an_old_addressable(site: Any) -> None:
    assert absolute_id("https://a.example/", "/2024/x.html", "（１）か\u3099", nfkc=True).endswith("/(1)%E3%81%8C")
    assert unquote(absolute_id("https://a.example/", "/2024/x.html", "（１）か\u3099", nfkc=False)).endswith(
        "/（１）が"
    )
    for version, folded in (("2.8.1", True), ("2.8.2", False), ("2.10.0", False), ("1.x", True)):
        site.write("Gemfile.lock", f"GEM\n  specs:\n    addressable ({version})\n")
        assert site.rules.settings.nfkc is folded


def test_categories_within_a_list_and_of_the_defaults_are_categories(site: Any) -> None:
    site.write("_config.yml", "defaults: [{scope: {path: ''}, values: {categories: [共通]}}]\n")
    site.write("_posts/2024-01-01-a.md", "---\ncategories: [庭, [本, 棚]]\n---\n")
    assert site.post().categories == ("共通", "庭", "本", "棚")
    site.write("_config.yml", "title: 題\n")
    site.key = "other"
    assert site.post().categories == ("庭", "本", "棚")
