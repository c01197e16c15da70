import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content import ContentSource, Engine, survey
from publisher.content.engines.hugo_globs import matches
from publisher.model.post import Author


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
        ("posts/a.md", "title: 題 / 名\nurl: /:year/:slug/\n", "/2024/題-名/"),
        ("posts/a.html", "", "/posts/a/"),
        ("a.md", "", "/a/"),
    ],
)
def test_an_address_is_hugos(hugo: Any, file: str, header: str, path: str) -> None:
    hugo.write(f"content/{file}", f"---\ndate: 2024-01-05\n{header}---\n本文\n")
    assert hugo.post().path == path


def test_a_folder_outside_hugos_tree_is_a_tree_of_its_own(hugo: Any) -> None:
    hugo.content = "記事"
    hugo.write("記事/日記/a.md", "---\ndate: 2024-01-05\n---\n")
    assert hugo.post().path == "/日記/a/"


def test_a_folder_within_hugos_tree_keeps_its_place_in_it(hugo: Any) -> None:
    hugo.content = "content/posts"
    hugo.write("content/posts/日記/a.md", "---\ndate: 2024-01-05\n---\n")
    assert hugo.post().path == "/posts/日記/a/"


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


def test_a_draft_in_a_word_that_hugo_does_not_read_is_held_back_and_said(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\ndraft: yes\n---\n")
    assert hugo.scan().posts == ()
    assert hugo.places() == [("content/posts/a.md", 3, 8, "yaml-surprise")]


def test_an_expired_post_is_left_out_from_its_moment_on(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\nexpiryDate: 2024-06-01T00:00:00Z\n---\n")
    assert len(hugo.scan(datetime(2024, 5, 31, tzinfo=UTC)).posts) == 1
    assert hugo.scan(datetime(2024, 6, 1, tzinfo=UTC)).posts == ()


def test_pages_beside_the_posts_are_no_posts(hugo: Any) -> None:
    hugo.write("content/_index.md", "---\ntitle: 表紙\n---\n")
    hugo.write("content/about.md", "---\ntitle: 紹介\n---\n")
    hugo.write("content/posts/片.html", "<p>頭の無い断片</p>\n")
    hugo.write("content/posts/束/index.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/束/付録.md", "---\ntitle: 付録\n---\n")
    assert len(hugo.scan().posts) == 1
    assert hugo.scan().problems == ()


def test_a_page_in_a_section_without_a_date_is_worth_a_warning(hugo: Any) -> None:
    hugo.write("content/posts/2024-01-07-a.md", "---\ntitle: 題\n---\n")
    assert hugo.places() == [("content/posts/2024-01-07-a.md", 1, 1, "no-date")]
    assert hugo.scan().unreadable == ()


@pytest.mark.parametrize("value", ['"2024-01-05 01:30"', '"令和6年1月5日"', "[2024-01-05]", "{ y = 2024 }"])
def test_a_date_that_hugo_does_not_read_is_an_error(hugo: Any, value: str) -> None:
    hugo.write("content/posts/a.md", f'+++\ntitle = "題"\ndate = {value}\n+++\n')
    assert hugo.places() == [("content/posts/a.md", 3, 1, "unknown-date")]


def test_a_whole_number_is_a_moment_with_a_warning(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ntitle: 題\ndate: 20240105\n---\n")
    assert hugo.post().published.isoformat() == "1970-08-23T06:15:05+00:00"
    assert hugo.places() == [("content/posts/a.md", 3, 7, "ambiguous-date")]


@pytest.mark.parametrize("source", [":fileModTime", ":git"])
def test_a_date_of_the_file_is_not_taken(hugo: Any, source: str) -> None:
    hugo.write("hugo.toml", f'[frontmatter]\ndate = ["{source}", ":default"]\n')
    hugo.write("content/posts/a.md", "---\ntitle: 一\n---\n")
    hugo.write("content/posts/b.md", "---\ntitle: 二\ndate: 2024-01-05\n---\n")
    assert [post.title for post in hugo.scan().posts] == ["二"]
    assert [(file, code) for file, _line, _column, code in hugo.places()] == [
        ("content/posts/a.md", "date-of-file"),
        ("content/posts/b.md", "date-of-file"),
    ]


@pytest.mark.parametrize(
    ("url", "config"),
    [
        ("/:nothing/", ""),
        ("/:MST/", ""),
        ("https://example.com/a/", ""),
        ("", '[permalinks]\nposts = "/:categories/"\n'),
        ("", '[permalinks]\nposts = "/:sectionslug/:slug/"\n'),
    ],
)
def test_an_address_that_cannot_be_made_is_an_error_at_its_place(hugo: Any, url: str, config: str) -> None:
    hugo.write("hugo.toml", config)
    hugo.write("content/posts/a.md", f"---\ndate: 2024-01-05\nurl: {url}\n---\n")
    line = (3, 6) if url else (1, 1)
    assert hugo.places() == [("content/posts/a.md", *line, "bad-permalink")]


def test_a_section_with_a_title_can_be_in_an_address(hugo: Any) -> None:
    hugo.write("hugo.toml", '[permalinks]\nposts = "/:sectionslug/:slug/"\n')
    hugo.write("content/posts/_index.md", "---\ntitle: 投稿 一覧\n---\n")
    hugo.write("content/posts/a.md", "---\ntitle: 題\ndate: 2024-01-05\n---\n")
    assert hugo.post().path == "/投稿-一覧/題/"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("posts/a.org", "#+TITLE: 題\n#+DATE: 2024-01-05\n\n本文\n"),
        ("posts/a.rst", "---\ndate: 2024-01-05\n---\n本文\n"),
        ("posts/束/index.adoc", "= 題\n:date: 2024-01-05\n\n本文\n"),
    ],
)
def test_a_dated_page_in_another_markup_is_an_error(hugo: Any, file: str, text: str) -> None:
    hugo.write(f"content/{file}", text)
    assert hugo.places() == [(f"content/{file}", 1, 1, "unknown-format")]
    hugo.write(f"content/{file}", "題\n")
    assert hugo.places() == []


def test_a_page_in_another_markup_is_a_post_where_content_comes_from_the_built_page(hugo: Any) -> None:
    hugo.source = ContentSource.BUILT
    hugo.write("content/posts/a.rst", "---\ntitle: 題\ndate: 2024-01-05\n---\n本文\n")
    assert hugo.post().path == "/posts/a/"


def test_parameters_stand_for_the_keys_at_the_top(hugo: Any) -> None:
    hugo.write(
        "content/posts/a.md",
        "---\ndate: 2024-01-05\ntags: [上]\nparams:\n  Author: {name: 山田, email: y@example.jp}\n  tags: [下]\n"
        "  image: x.png\n  slug: no\n  draft: true\n---\n",
    )
    post = hugo.post()
    assert post.authors == (Author("山田", "y@example.jp"),)
    assert (post.tags, post.image, post.path) == (("下",), "https://example.com/x.png", "/posts/a/")


def test_the_defaults_of_a_section_count_for_its_posts(hugo: Any) -> None:
    hugo.write("content/posts/_index.md", "---\ncascade:\n  params: {author: 編集部}\n  categories: [日々]\n---\n")
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/b.md", "---\ndate: 2024-01-06\ncategories: [自]\nauthor: 山田\n---\n")
    found = [(post.authors, post.categories) for post in hugo.scan().posts]
    assert found == [((Author("編集部"),), ("日々",)), ((Author("山田"),), ("自",))]
    hugo.write("content/posts/_index.md", "---\ncascade: {categories: [別]}\n---\n")
    assert [post.categories for post in hugo.scan().posts] == [("別",), ("自",)]


def test_languages_and_translations_are_told_by_names(hugo: Any) -> None:
    hugo.write("hugo.toml", '[languages.ja]\nlocale = "ja-JP"\n[languages.en]\n')
    hugo.write("content/posts/Ａ b.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/Ａ b.ja.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/c.ja.md", "---\ndate: 2024-01-05\ntranslationKey: 鍵\nlang: zh-Hant\n---\n")
    found = sorted((post.language, post.translation, post.path) for post in hugo.scan().posts)
    assert found == [
        ("en", "/posts/ａ-b", "/posts/ａ-b/"),
        ("ja-JP", "/posts/ａ-b", "/ja/posts/ａ-b/"),
        ("zh-Hant", "鍵", "/ja/posts/c/"),
    ]


def test_one_language_is_the_sites_and_says_nothing(hugo: Any) -> None:
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\n---\n")
    assert (hugo.post().language, hugo.post().translation) == (None, None)


@pytest.mark.parametrize(
    ("config", "line", "code"),
    [
        ('timeZone = "Asia/Tokio"\n', 1, "unknown-zone"),
        ('[languages.ja]\ntimeZone = "../x"\n', 1, "unknown-zone"),
        ("buildExpired = true\n", 1, "setting-not-read"),
        ('ignoreFiles = ["["]\n', 1, "setting-not-read"),
        ('contentDir = "../記事"\n', 1, "setting-not-read"),
        ('publishDir = "/srv/www"\n', 1, "setting-not-read"),
        ('[[module.mounts]]\nsource = "../x"\ntarget = "content"\n', 1, "setting-not-read"),
        ('[frontmatter]\nexpiryDate = ["end"]\n', 1, "setting-not-read"),
        ("[roles.guest]\nweight = 1\n", 1, "setting-not-read"),
        (
            'baseURL = "https://a.example/"\n[languages.ja]\n[languages.en]\nbaseURL = "https://b.example/"\n'
            'title = "題"\n',
            2,
            "setting-not-read",
        ),
    ],
)
def test_what_is_not_followed_is_said_where_it_stands(site: Any, config: str, line: int, code: str) -> None:
    site.write("hugo.toml", config)
    found = survey(site.folder, Engine.HUGO).problems
    assert [(fault.file, fault.line, fault.code) for fault in found] == [("hugo.toml", line, code)]


def test_a_language_on_another_host_is_left_out(hugo: Any) -> None:
    hugo.write(
        "hugo.toml",
        'defaultContentLanguage = "ja"\n[languages.ja]\nbaseURL = "https://example.com/"\n'
        '[languages.en]\nbaseURL = "https://en.example/"\n',
    )
    hugo.write("content/posts/a.md", "---\ndate: 2024-01-05\n---\n")
    hugo.write("content/posts/a.en.md", "---\ndate: 2024-01-05\n---\n")
    assert hugo.post().url == "https://example.com/posts/a/"
    assert survey(hugo.folder, Engine.HUGO).url == "https://example.com/"


def test_a_line_that_moved_in_the_configuration_changes_nothing(site: Any) -> None:
    config = '[cascade]\ntags = ["あ"]\n[cascade.target]\npath = "/x/**"\n'
    site.write("hugo.toml", config)
    before = repr(survey(site.folder).settings)
    site.write("hugo.toml", f"# 一行\n{config}")
    assert repr(survey(site.folder).settings) == before


def test_a_file_of_the_configuration_that_cannot_be_read_is_a_problem_and_the_others_count(site: Any) -> None:
    site.write("config/_default/hugo.toml", 'title = "題"\n')
    site.write("config/_default/params.toml", "壊れた\n")
    site.write("config/_default/menus.toml", "これも\n")
    found = survey(site.folder)
    assert found.title == "題"
    assert [(fault.file, fault.line) for fault in found.problems] == [("config/_default/params.toml", 1)]


def test_a_glob_without_bounds_matches_nothing_and_soon() -> None:
    assert matches("/" + "*a" * 40 + "*b", "/" + "a" * 5000) is False
    assert matches("{a,b}" * 40, "ab" * 20) is False
    assert matches("*" * 400, "a") is False
    assert matches("{a", "a") is False
    assert matches("/日記/{二〇二四,二〇二五}/**", "/日記/二〇二五/一/二") is True


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("あa:/.*[]{}-%#0\\", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ja", "posts", "target", "path"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    (
        *(
            "baseURL",
            "languages",
            "permalinks",
            "cascade",
            "module",
            "outputs",
            "outputFormats",
            "taxonomies",
            "uglyURLs",
        ),
        *("frontmatter", "contentDir", "publishDir", "timeZone", "ignoreFiles", "disableLanguages", "params", "locale"),
        *("defaultContentLanguage", "summaryLength", "title", "author", "buildDrafts", "mediaTypes", "disableKinds"),
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(config=st.dictionaries(KEYS, VALUES, max_size=6), header=st.dictionaries(st.text("あabc", max_size=3), VALUES))
def test_no_configuration_and_no_header_stops_the_reading(hugo: Any, config: Any, header: Any) -> None:
    fixed = {"date": "2024-01-05", "title": "題"}
    hugo.write("hugo.json", json.dumps(config, ensure_ascii=False))
    hugo.write("content/posts/a.md", json.dumps(header | fixed, ensure_ascii=False) + "\n本文\n")
    hugo.write("content/posts/_index.md", json.dumps({"cascade": header}, ensure_ascii=False))
    hugo.key = json.dumps([config, header])
    found = hugo.scan()
    assert len(found.posts) + len(found.unreadable) <= 1
    assert all(post.title == "題" for post in found.posts)


HEADERS = st.sampled_from(
    (
        "date",
        "publishdate",
        "slug",
        "url",
        "title",
        "build",
        "outputs",
        "draft",
        "published",
        "params",
        "categories",
        "lang",
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(header=st.dictionaries(HEADERS, VALUES, max_size=6), pattern=st.text(":slugtiecon[]0/%\\あ", max_size=20))
def test_no_value_of_a_key_that_hugo_knows_stops_the_reading(hugo: Any, header: Any, pattern: str) -> None:
    hugo.write("hugo.json", json.dumps({"permalinks": {"posts": pattern}}))
    hugo.write("content/posts/a.md", json.dumps({"date": "2024-01-05"} | header, ensure_ascii=False) + "\n本文\n")
    hugo.key = json.dumps([header, pattern])
    found = hugo.scan()
    assert all(post.path.startswith("/") for post in found.posts)
    assert all(fault.file == "content/posts/a.md" for fault in found.problems)
