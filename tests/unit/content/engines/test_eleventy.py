"""The addresses, dates and tags in these tables are what Eleventy 3.1.8 gave for the same files."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import Engine, Rules
from publisher.content.engines.eleventy import split
from publisher.content.engines.eleventy_globs import is_like
from publisher.content.engines.eleventy_permalinks import address
from publisher.content.engines.eleventy_slugs import NoSlug, slug, slugify
from publisher.content.front import Front
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar
from publisher.errors import ContentError
from publisher.model.post import Author


@pytest.fixture
def eleventy(site: Any) -> Any:
    site.engine = Engine.ELEVENTY
    return site


DATE = "date: 2024-01-05\n"


def post(header: str) -> str:
    return f"---\n{header}---\n本文\n"


@pytest.mark.parametrize(
    ("file", "header", "path"),
    [
        ("blog/2024-01-05-foo.md", "", "/blog/2024-01-05-foo/"),
        ("blog/2024-01-06-日本語、記事（１）.md", "", "/blog/2024-01-06-日本語、記事（１）/"),
        ("blog/2024-01-07-index.md", "", "/blog/2024-01-07-index/"),
        ("blog/か\u3099.md", "date: 2024-01-05\n", "/blog/か\u3099/"),
        ("blog/blog.md", "date: 2024-01-05\n", "/blog/"),
        ("blog/2024/index.md", "date: 2024-01-05\n", "/blog/2024/"),
        ("index.md", "date: 2024-01-05\n", "/"),
        ("2024-01-09.md", "", "/2024-01-09/"),
        ("a.md", "date: 2024-01-05\npermalink: /foo.html\n", "/foo.html"),
        ("a.md", "date: 2024-01-05\npermalink: x/\n", "/x/"),
        ("a.md", "date: 2024-01-05\npermalink: /foo//bar/../b/index.html\n", "/foo/b/"),
        ("a.md", "date: 2024-01-05\npermalink: {build: /x/}\n", "/x/"),
        ("a.md", "date: 2024-01-05\npermalink: {}\n", "/a/"),
        ("投資/index.md", DATE + "permalink: /x/{{ page.fileSlug }}/{{ title | slugify }}/\ntitle: 投資\n", "/x/投資/"),
        ("a.md", DATE + "permalink: 'p/{{ title | slugify }}/'\ntitle: Ünï & 投資 AI\n", "/p/ueni-and-ai/"),
        ("a.md", DATE + "permalink: \"/{{ page.date | date: '%Y/%m/%d' }}/{{page.fileSlug}}/\"\n", "/2024/01/05/a/"),
        ("b/2024-01-05-a.md", "permalink: '{{ page.filePathStem }}.html'\n", "/b/a.html"),
        ("a.md", DATE + "at: {y: 年}\npermalink: \"/{{ at.y }}/{{ 'x' | append: '-y' | upcase }}/\"\n", "/年/X-Y/"),
        ("a.md", "date: 2024-01-05\npermalink: \"/{{ title | replace('a', 'b') | lower }}/\"\ntitle: A a\n", "/a b/"),
        ("a.md", "date: 2024-01-05\ndynamicPermalink: false\npermalink: '/{{ x }}/'\n", "/{{ x }}/"),
    ],
)  # fmt: skip
def test_an_address_is_eleventys(eleventy: Any, file: str, header: str, path: str) -> None:
    eleventy.write(file, post(header))
    assert eleventy.post().path == path


def test_an_address_follows_the_input_folder_even_where_the_content_is_deeper(eleventy: Any) -> None:
    eleventy.write("eleventy.config.js", 'export const config = { dir: { input: "src" } }\n')
    eleventy.content = "src/記事"
    eleventy.write("src/記事/2024-01-05-a.md", post(""))
    assert eleventy.post().path == "/記事/2024-01-05-a/"


@pytest.mark.parametrize(
    ("permalink", "code"),
    [
        ("'/{{ site.x }}/'", "bad-permalink"),
        ("'/{{ page.date }}/'", "bad-permalink"),
        ("'/{{ title | custom }}/'", "bad-permalink"),
        ("'/{% if x %}a{% endif %}/'", "bad-permalink"),
        ("'/{{ page.date.getFullYear() }}/'", "bad-permalink"),
        ("'/{{ title | slugify }}/'", "bad-permalink"),
        ("\"/{{ page.date | date: '%B' }}/\"", "bad-permalink"),
        ("'/{{ title | replace }}/'", "bad-permalink"),
        ("'/{{ }}/'", "bad-permalink"),
        ("true", "bad-value"),
        ("[a]", "bad-value"),
    ],
)
def test_an_address_that_only_running_the_site_would_tell_is_a_fault(eleventy: Any, permalink: str, code: str) -> None:
    eleventy.write("a.md", post(f"date: 2024-01-05\ntitle: Привет\npermalink: {permalink}\n"))
    assert eleventy.places() == [("a.md", 4, 12, code)] or eleventy.places() == [("a.md", 4, 1, code)]


def test_a_filter_that_the_site_has_made_itself_is_not_guessed(eleventy: Any) -> None:
    eleventy.write(".eleventy.js", 'module.exports = c => { c.addFilter("slugify", t => t) }\n')
    eleventy.write("a.md", post("date: 2024-01-05\ntitle: x\npermalink: '/{{ title | slugify }}/'\n"))
    assert eleventy.places() == [("a.md", 4, 12, "bad-permalink")]


def test_an_address_by_date_is_in_utc_and_says_where_that_is_another_day(eleventy: Any) -> None:
    header = "date: 2024-01-05T23:00:00Z\npermalink: \"/{{ page.date | date: '%Y-%m-%d' }}/\"\n"
    eleventy.write("a.md", post(header))
    assert eleventy.post().path == "/2024-01-05/"
    assert eleventy.places() == [("a.md", 3, 12, "date-differs")]


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2024-01-05", "2024-01-05T00:00:00+00:00"),
        ("2024-01-05 10:00:00", "2024-01-05T10:00:00+00:00"),
        ("2024-01-05T10:00", "2024-01-05T10:00:00+00:00"),
        ('"2024-01"', "2024-01-01T00:00:00+00:00"),
        ("2024-01-05 01:30:00 +9", "2024-01-04T16:30:00+00:00"),
        ("2024-03-03T01:02:03+09:00", "2024-03-02T16:02:03+00:00"),
        ('"2024-03-03T01:02:03+0900"', "2024-03-02T16:02:03+00:00"),
        ('"20240105"', "2024-01-05T00:00:00+00:00"),
        ('"2024-01-05T10"', "2024-01-05T10:00:00+00:00"),
        ("2024-01-05t10:00:00z", "2024-01-05T10:00:00+00:00"),
        ("2024-1-5 1:02:03", "2024-01-05T01:02:03+00:00"),
        ("2024-01-05 10:00:00.250 -05:30", "2024-01-05T15:30:00+00:00"),
    ],
)
def test_a_date_is_eleventys(eleventy: Any, date: str, instant: str) -> None:
    eleventy.timezone = "UTC"
    eleventy.write("a.md", post(f"date: {date}\n"))
    assert eleventy.post().published.isoformat() == instant
    assert eleventy.places() == []


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2019-08-08 14:10:00 +0800", "unknown-date"),
        ("2024-1-5", "unknown-date"),
        ("20240105", "unknown-date"),
        ('"2024-01-05 10:00:00"', "unknown-date"),
        ("2024-02-30", "impossible-date"),
        ("2024-00-10", "impossible-date"),
        ("9999-12-31", "impossible-date"),
        ("0001-01-01", "impossible-date"),
        ("2024-01-05T10:00:00+99:00", "impossible-date"),
        ("[2024-01-05]", "bad-value"),
    ],
)
def test_a_date_that_eleventy_stops_at_is_a_fault(eleventy: Any, date: str, code: str) -> None:
    eleventy.write("a.md", post(f"date: {date}\n"))
    assert [fault[3] for fault in eleventy.places()] == [code]
    assert eleventy.scan().posts == ()


def test_a_japanese_date_is_read_and_said_not_to_be_eleventys(eleventy: Any) -> None:
    eleventy.write("a.md", post("date: 令和6年1月5日\n"))
    assert eleventy.post().published.isoformat() == "2024-01-05T00:00:00+09:00"
    assert eleventy.places() == [("a.md", 2, 7, "date-not-the-engines")]


def test_a_day_that_may_not_be_the_one_that_is_meant_is_said(eleventy: Any) -> None:
    eleventy.write("a.md", post("date: 2024-01-05 20:00:00\n"))
    eleventy.write("2024-01-08-b.md", post("date: 2024-01-05\n"))
    eleventy.write("2024-01-06-c.md", post("date: 2024-01-05T20:00:00Z\n"))
    assert eleventy.places() == [("2024-01-08-b.md", 2, 7, "date-differs"), ("a.md", 2, 7, "date-differs")]


def test_the_first_date_in_the_path_counts_and_must_be_one(eleventy: Any) -> None:
    eleventy.write("2024-01-05/2024-01-06-a.md", post("title: 題\n"))
    eleventy.write("2024-13-01-b.md", post("title: 題\n"))
    assert eleventy.post().published == datetime(2024, 1, 5, tzinfo=UTC)
    assert eleventy.places() == [("2024-13-01-b.md", 1, 1, "impossible-date")]


def test_a_file_of_its_own_date_is_a_post_only_by_its_tag_and_warned_of(eleventy: Any) -> None:
    file = eleventy.write("a.md", post("date: Last Modified\ntags: posts\n"))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    eleventy.write("b.md", post("date: Created\n"))
    assert eleventy.post().published == datetime.fromtimestamp(1_700_000_000, UTC)
    assert eleventy.places() == [("a.md", 2, 7, "date-of-file")]


def test_a_date_out_of_the_history_is_a_fault(eleventy: Any) -> None:
    eleventy.write("a.md", post("date: git Last Modified\ntags: [post]\n"))
    assert (eleventy.places(), eleventy.scan().posts) == ([("a.md", 2, 7, "date-of-file")], ())


def test_a_tagged_page_without_a_date_is_a_fault_and_another_no_post(eleventy: Any) -> None:
    eleventy.write("a.md", post("tags: posts\n"))
    eleventy.write("about.md", post("title: 紹介\n"))
    eleventy.write("README.md", "# 読んでください\n")
    assert eleventy.places() == [("a.md", 1, 1, "no-date")]


def test_pages_that_are_not_served_or_not_collected_are_no_posts(eleventy: Any) -> None:
    for number, header in enumerate(
        (
            "permalink: false",
            "permalink: {serverless: /x/}",
            "eleventyExcludeFromCollections: true",
            "eleventyExcludeFromCollections: [posts]",
            "pagination: {data: x, size: 1}",
            "draft: true",
        )
    ):
        eleventy.write(f"{number}.md", post(f"date: 2024-01-05\ntags: [posts]\n{header}\n"))
    assert (eleventy.scan().posts, eleventy.places()) == ((), [])


def test_of_html_files_only_those_with_a_layout_or_a_tag_are_posts(eleventy: Any) -> None:
    eleventy.write("2024-01-05-a.html", "<p>断片</p>\n")
    eleventy.write("2024-01-05-b.html", post("layout: post\n"))
    eleventy.write("2024-01-05-c.html", post("tags: post\n"))
    assert [post.path for post in eleventy.scan().posts] == ["/2024-01-05-b/", "/2024-01-05-c/"]


def test_the_collection_of_the_sites_own_feed_says_what_is_a_post(eleventy: Any) -> None:
    eleventy.write(
        "eleventy.config.js",
        'export default c => { c.addPlugin(feedPlugin, { type: "rss", collection: { name: "記事" } }) }\n',
    )
    eleventy.write("a.md", post("date: 2024-01-05\ntags: [記事, 投資, nav]\n"))
    eleventy.write("b.md", post("date: 2024-01-05\ntags: posts\n"))
    assert (eleventy.post().path, eleventy.post().tags) == ("/a/", ("投資",))


def test_a_collection_by_glob_says_what_is_a_post(eleventy: Any) -> None:
    eleventy.write(
        ".eleventy.js",
        """\
        module.exports = function (config) {
          config.addPlugin(rss, { collection: { name: 'notes', limit: 3 } })
          config.addCollection('notes', api => api.getFilteredByGlob(['./notes/**/*.md']))
        }
        """,
    )
    eleventy.write("notes/2024/a.md", post("date: 2024-01-05\n"))
    eleventy.write("notes/b.md", post("date: 2024-01-05\n"))
    eleventy.write("c.md", post("date: 2024-01-05\n"))
    assert [post.path for post in eleventy.scan().posts] == ["/notes/2024/a/", "/notes/b/"]


def test_tags_of_layout_folder_and_post_are_joined(eleventy: Any) -> None:
    eleventy.write("_includes/l.njk", "---\ntags: [fromlayout]\nlayout: base\n---\n{{ content }}")
    eleventy.write("_includes/base.njk", "---\ntags: 基\n---\n{{ content }}")
    eleventy.write("blog/blog.json", '{"tags": ["fromdir", "x"], "layout": "l"}')
    eleventy.write("blog/2024-01-05-a.md", post("tags: posts\n"))
    eleventy.write("blog/2024-01-06-b.md", post('"override:tags": [q]\n'))
    eleventy.write("blog/2024-01-07-c.md", post("tags: a, b\nlayout: none\n"))
    found = [post.tags for post in eleventy.scan().posts]
    assert found == [("基", "fromlayout", "fromdir", "x"), ("q",), ("fromdir", "x", "a", "b")]


def test_data_files_give_what_the_post_does_not_say_and_the_nearest_wins(eleventy: Any) -> None:
    eleventy.write("eleventy.config.mjs", 'export default c => { c.setInputDirectory("src") }\n')
    eleventy.content = "src"
    eleventy.write("src/src.json", '{"author": "甲", "lang": "ja", "tags": "a"}')
    script = 'export default { author: "乙", tags: ["posts"], permalink: "/b/{{ page.fileSlug }}/" }'
    eleventy.write("src/blog/blog.11tydata.js", script)
    eleventy.write("src/blog/blog.json", '{"author": "丙", "category": "雑記"}')
    eleventy.write("src/blog/投資.md", post("date: 2024-01-05\n"))
    eleventy.write("src/blog/投資.json", '{"title": "題", "category": "投資分析"}')
    eleventy.write("src/blog/data.json", "[1, 2]")
    found = eleventy.post()
    assert (found.path, found.title, found.language) == ("/b/投資/", "題", "ja")
    assert (found.authors, found.tags, found.categories) == ((Author("乙"),), ("a",), ("投資分析",))
    assert eleventy.places() == []


def test_a_data_file_that_is_no_object_says_nothing_and_a_broken_one_is_a_fault(eleventy: Any) -> None:
    eleventy.write("blog/blog.json", "[1]")
    eleventy.write("blog/2024-01-05-a.md", post(""))
    eleventy.write("x/x.json", "{")
    assert [fault[0] for fault in eleventy.places()] == ["x/x.json"]
    assert len(eleventy.scan().posts) == 1


def test_data_files_may_be_called_otherwise_and_not_be_joined(eleventy: Any) -> None:
    eleventy.write(
        "eleventy.config.js",
        'export default c => { c.setDataFileBaseName("index"); c.setDataFileSuffixes([".data", ""]);'
        " c.setDataDeepMerge(false) }\n",
    )
    eleventy.write("blog/index.data.json", '{"tags": ["posts", "x"]}')
    eleventy.write("blog/2024-01-05-a.md", post("tags: y\n"))
    eleventy.write("blog/2024-01-06-b.md", post(""))
    assert [post.tags for post in eleventy.scan().posts] == [("y",), ("x",)]


def test_a_program_that_makes_the_address_is_a_fault_but_for_one_that_only_may(eleventy: Any) -> None:
    eleventy.write("a/a.11tydata.js", "module.exports = { permalink: data => `/${data.x}/` }")
    eleventy.write("a/2024-01-05-a.md", post("title: 題\n"))
    eleventy.write("b/b.11tydata.js", "module.exports = { eleventyComputed: { permalink: d => d.permalink } }")
    eleventy.write("b/2024-01-05-b.md", post("title: 題\n"))
    assert eleventy.places() == [
        ("a/2024-01-05-a.md", 1, 1, "not-executed"),
        ("b/2024-01-05-b.md", 1, 1, "not-executed"),
    ]
    assert [post.path for post in eleventy.scan().posts] == ["/b/2024-01-05-b/"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('---js\nconst title = "題"; const date = "2024-02-02"; function f() {}\n---\n', "題"),
        ('---js\n{ title: "題", tags: ["posts"], date: new Date("2024-03-03") }\n---\n', "題"),
        ('---json\n{"title": "題", "date": "2024-03-03T01:02:03+09:00"}\n---\n', "題"),
        ('---toml\ntitle = "題"\ndate = 2024-03-03\n---\n', "題"),
        ("--- yaml\ntitle: 題\ndate: 2024-03-03\n---- x\n", "題"),
    ],
)
def test_front_matter_is_read_in_every_language(eleventy: Any, text: str, title: str) -> None:
    eleventy.write("a.md", text + "本文\n")
    assert (eleventy.post().title, eleventy.places()) == (title, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("---js\nconst title = f()\nconst date = '2024-01-05'\n---\n", (2, 7, "not-executed")),
        ("---js\nif (x) { title = 1 }\n---\n", (2, 1, "not-executed")),
        ("---js\n{ date: new Date('2024-01-05T10:00:00') }\n---\n", (2, 1, "not-executed")),
        ("---ruby\ntitle: 題\n---\n", (1, 1, "broken-front-matter")),
        ("---\ntitle: 題\n", (1, 1, "unclosed-front-matter")),
    ],
)
def test_front_matter_that_has_to_be_run_is_a_fault(eleventy: Any, text: str, place: tuple[int, int, str]) -> None:
    eleventy.write("a.md", text)
    assert eleventy.places() == [("a.md", *place)]


def test_folders_that_eleventy_does_not_read_are_not_read(eleventy: Any) -> None:
    eleventy.write(".eleventyignore", "# 下書き\ndrafts\n*.skip.md\n")
    eleventy.write(".gitignore", "secret/\n")
    eleventy.write("eleventy.config.js", 'export default c => { c.ignores.add("**/README.md") }\n')
    for folder in ("_publisher", "_data", "_includes", "drafts", "secret", "_site", "node_modules", ".obsidian"):
        eleventy.write(f"{folder}/2024-01-05-a.md", post("tags: posts\n"))
    eleventy.write("2024-01-05.skip.md", post(""))
    eleventy.write("2024-01-05/README.md", post(""))
    eleventy.write("_drafts/2024-01-05-a.md", post(""))
    assert [post.path for post in eleventy.scan().posts] == ["/_drafts/2024-01-05-a/"]


def test_the_excerpts_separator_is_the_configurations(eleventy: Any) -> None:
    options = "{ excerpt: true, excerpt_separator: '<!-- 抜粋 -->' }"
    eleventy.write(".eleventy.js", f"module.exports = c => {{ c.setFrontMatterParsingOptions({options}) }}\n")
    eleventy.write("2024-01-05-a.md", post(""))
    assert eleventy.rules.settings.excerpt == "<!-- 抜粋 -->"


def test_languages_are_the_folders_where_the_plugin_says_so(eleventy: Any) -> None:
    eleventy.write("eleventy.config.js", 'export default c => { c.addPlugin(I18nPlugin, { defaultLanguage: "ja" }) }\n')
    for file in ("en/blog/2024-01-05-a.md", "blog/2024-01-05-a.md", "js/2024-01-05-b.md"):
        eleventy.write(file, post(""))
    found = {post.source: (post.language, post.translation) for post in eleventy.scan().posts}
    assert found == {
        "en/blog/2024-01-05-a.md": ("en", "blog/2024-01-05-a"),
        "blog/2024-01-05-a.md": ("ja", "blog/2024-01-05-a"),
        "js/2024-01-05-b.md": ("ja", "js/2024-01-05-b"),
    }


def test_languages_may_be_the_folders_own_data(eleventy: Any) -> None:
    eleventy.write("en/en.json", '{"lang": "en"}')
    eleventy.write("en/2024-01-05-a.md", post(""))
    eleventy.write("2024-01-05-a.md", post(""))
    assert [(post.language, post.translation) for post in eleventy.scan().posts] == [
        (None, None),
        ("en", "2024-01-05-a"),
    ]


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("投資の話", "", ""),
        ("投資 AI", "ai", "ai"),
        ("Don't stop", "dont-stop", "don't-stop"),
        ("--a--b--", "a-b", "a-b"),
        ("a_b", "a-b", "a_b"),
        ("A.B.C", "a-b-c", "a.b.c"),
        ("über & x", "ueber-and-x", "uber-and-x"),
        ("100円", "100", "100yen"),
        ("か\u3099ー１２", "", ""),
    ],
)
def test_slugs_are_those_of_eleventys_filters(text: str, new: str, old: str) -> None:
    assert (slugify(text), slug(text)) == (new, old)


@pytest.mark.parametrize("make", [slugify, slug])
def test_the_slug_of_another_script_is_not_guessed(make: Any) -> None:
    with pytest.raises(NoSlug, match="П"):
        make("日本 Привет")


@given(st.sampled_from(["---\n", "---js\n", "---json\n", "---toml\n", ""]), st.text(max_size=200), st.booleans())
def test_no_front_matter_raises_anything_but_content_errors(fence: str, text: str, closed: bool) -> None:
    with suppress(ContentError):
        assert split(fence + text + ("\n---\n" if closed else ""), "a.md").body_line >= 1


_PARTS = st.lists(
    st.sampled_from(
        ["{{", "}}", "|", "slugify", "page", ".", "date", ":", "'", "(", ")", ",", "title", "x", "/", "あ"]
    ),
    max_size=12,
)


@given(_PARTS)
def test_no_permalink_raises_anything_but_content_errors(parts: list[str]) -> None:
    fields = Fields()
    fields.update({"permalink": Scalar(" ".join(parts), False, 1, 1), "title": Scalar("題", True, 1, 1)})
    rules = Rules(Engine.ELEVENTY, Path(), ".", "https://example.com/", "UTC", None, ())
    source = Source("a.md", "a.md", Front(fields, "", 1), rules, ZoneInfo("UTC"))
    with suppress(ContentError):
        assert address(source, datetime(2024, 1, 5, tzinfo=UTC)).startswith("/")


@pytest.mark.parametrize(
    ("glob", "file", "means"),
    [
        ("posts/**/*.md", "posts/a.md", True),
        ("posts/**/*.md", "posts/2024/一/a.md", True),
        ("posts/*.md", "posts/2024/a.md", False),
        ("**/README.md", "README.md", True),
        ("**/*.md", "xREADME.md", True),
        ("drafts/**", "drafts/a/b.md", True),
        ("drafts/**", "drafts.md", False),
        ("a.md", "aamd", False),
        ("posts/{一,二}/*.md", "posts/二/a.md", True),
        ("*" + "a*" * 30 + "b", "a" * 200, False),
    ],
)
def test_globs_are_eleventys(glob: str, file: str, means: bool) -> None:
    assert is_like(glob, file) is means


def test_a_post_follows_its_data_file_and_its_layout_when_they_change(eleventy: Any) -> None:
    eleventy.write("blog/2024-01-05-a.md", post("layout: l\n"))
    eleventy.write("blog/blog.json", '{"permalink": "/一/"}')
    eleventy.write("_includes/l.njk", "---\ntags: 一\n---\n")
    assert (eleventy.post().path, eleventy.post().tags) == ("/一/", ("一",))
    eleventy.write("blog/blog.json", '{"permalink": "/二/"}')
    eleventy.write("_includes/l.njk", "---\ntags: 二\n---\n")
    eleventy.key = f"{eleventy.key} {eleventy.rules.settings!r}"
    assert (eleventy.post().path, eleventy.post().tags) == ("/二/", ("二",))
