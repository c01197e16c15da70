"""Addresses after Zola's content/src/page.rs; ASCII ones are what the crates slug 0.1.6 and deunicode 1.6.2 gave."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import Engine
from publisher.content.engines.zola import split
from publisher.content.engines.zola_slugs import NoSlug, Slugify, slugify
from publisher.errors import ContentError
from publisher.model.post import Author

SAFE = 'base_url = "https://example.com"\n[slugify]\npaths = "safe"\n'


@pytest.fixture
def zola(site: Any) -> Any:
    site.engine = Engine.ZOLA
    site.content = "content"
    site.write("config.toml", SAFE)
    return site


def post(header: str = "", body: str = "本文\n") -> str:
    return f"+++\n{header}+++\n{body}"


@pytest.mark.parametrize(
    ("file", "header", "path"),
    [
        ("posts/投資、分析（１）.md", "date = 2024-01-05\n", "/posts/投資、分析（１）/"),
        ("posts/か\u3099.md", "date = 2024-01-05\n", "/posts/か\u3099/"),
        ("posts/2024-01-05-投資.md", "", "/posts/投資/"),
        ("posts/2024-01-05_投資.md", "date = 2023-01-01\n", "/posts/投資/"),
        ("posts/2024-01-05T09:00:00Z-a.md", "", "/posts/a/"),
        ("posts/2024-01-05.md", "", "/posts/2024-01-05/"),
        ("Posts のみ/a?b: c..md", "date = 2024-01-05\n", "/Posts のみ/ab c/"),
        ("posts/束/index.md", "date = 2024-01-05\n", "/posts/束/"),
        ("posts/2024-01-05-束/index.md", "", "/posts/束/"),
        ("束/index.md", "date = 2024-01-05\n", "/束/"),
        ("a.md", "date = 2024-01-05\nslug = '別 名'\n", "/別 名/"),
        ("posts/a.md", "date = 2024-01-05\npath = 'x/Y'\nslug = 'b'\n", "/x/Y/"),
        ("posts/a.md", "date = 2024-01-05\npath = '/'\n", "/"),
    ],
)
def test_an_address_is_zolas(zola: Any, file: str, header: str, path: str) -> None:
    zola.write(f"content/{file}", post(header))
    assert zola.post().path == path


@pytest.mark.parametrize(
    ("text", "on", "safe"),
    [
        ("test (hey)", "test-hey", "test (hey)"),
        ("dot. ", "dot", "dot"),
        ("héhé", "hehe", "héhé"),
        ("投資分析", "tou-zi-fen-xi", "投資分析"),
        ("日本語の記事（１）", "ri-ben-yu-noji-shi-1", "日本語の記事（１）"),
        ("日本語、記事（１）", "ri-ben-yu-ji-shi-1", "日本語、記事（１）"),
        ("バッグ", "batugu", "バッグ"),
        ("コーヒーの旅", "kohinolv", "コーヒーの旅"),
        ("か\u3099", "ka", "か\u3099"),
        ("か\u3099x", "ka-x", "か\u3099x"),
        ("ü_&_x", "u-x", "ü_&_x"),
    ],
)
def test_slugs_are_zolas(text: str, on: str, safe: str) -> None:
    assert (slugify(text, Slugify.ON), slugify(text, Slugify.SAFE), slugify(text, Slugify.OFF)) == (on, safe, text)


def test_by_default_an_address_is_ascii_and_one_that_is_not_known_is_a_fault(zola: Any) -> None:
    zola.write("config.toml", 'base_url = "https://example.com"\n')
    zola.write("content/投資 一覧/投資分析.md", post("date = 2024-01-05\n"))
    zola.write("content/😀.md", post("date = 2024-01-05\n"))
    assert zola.post().path == "/投資 一覧/tou-zi-fen-xi/"
    assert zola.post().title == "投資分析"
    assert zola.places() == [("content/😀.md", 1, 1, "bad-permalink")]
    with pytest.raises(NoSlug):
        slugify("😀", Slugify.ON)


def test_dates_may_be_kept_in_addresses(zola: Any) -> None:
    zola.write("zola.toml", 'base_url = "https://example.com"\n[slugify]\npaths_keep_dates = true\n')
    zola.write("content/2024-01-05_a.md", post())
    assert zola.post().path == "/2024-01-05-a/"


@pytest.mark.parametrize(
    ("header", "instant"),
    [
        ("+++\ndate = 2024-01-05\n+++\n", "2024-01-05T00:00:00+00:00"),
        ('+++\ndate = "2024-01-05"\n+++\n', "2024-01-05T00:00:00+00:00"),
        ("+++\ndate = 2024-01-05T09:00:00+09:00\n+++\n", "2024-01-05T09:00:00+09:00"),
        ("+++\ndate = 2024-01-05 09:00:00.5\n+++\n", "2024-01-05T09:00:00+00:00"),
        ("\n---\ndate: 2024-1-5 9:00:00 -5\n---\n", "2024-01-05T09:00:00-05:00"),
        ("---\ndate: '2024-01-05T09:00:00Z'\n---\n", "2024-01-05T09:00:00+00:00"),
    ],
)
def test_a_date_is_zolas(zola: Any, header: str, instant: str) -> None:
    zola.timezone = "UTC"
    zola.write("content/a.md", header)
    assert (zola.post().published.isoformat(), zola.places()) == (instant, [])


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("'2024/01/05'", "unknown-date"),
        ("09:00:00", "unknown-date"),
        ("'2024-02-30'", "impossible-date"),
        ("'2024-01-05 09:00:00 +0900'", "unknown-date"),
    ],
)
def test_a_date_that_zola_stops_at_is_a_fault(zola: Any, date: str, code: str) -> None:
    zola.write("content/a.md", post(f"date = {date}\n"))
    assert zola.places() == [("content/a.md", 2, 1, code)]


def test_a_day_that_may_not_be_the_one_that_is_meant_is_said(zola: Any) -> None:
    zola.write("content/a.md", post("date = 2024-01-05T20:00:00\n"))
    zola.write("content/2024-01-08-b.md", post("date = 2024-01-05\n"))
    assert [fault[3] for fault in zola.places()] == ["date-differs", "date-differs"]


def test_a_date_in_the_name_that_is_none_is_a_fault(zola: Any) -> None:
    zola.write("content/2024-02-30-a.md", post())
    assert zola.places() == [("content/2024-02-30-a.md", 1, 1, "impossible-date")]


def test_pages_without_a_date_are_no_posts_and_missed_only_where_a_section_goes_by_date(zola: Any) -> None:
    zola.write("content/about.md", post("title = '紹介'\n"))
    zola.write("content/posts/_index.md", post("sort_by = 'date'\n"))
    zola.write("content/posts/a.md", post("title = '題'\n"))
    assert zola.scan().posts == ()
    assert zola.places() == [("content/posts/a.md", 1, 1, "no-date")]


def test_drafts_draft_sections_and_pages_never_rendered_are_no_posts(zola: Any) -> None:
    zola.write("content/a.md", post("date = 2024-01-05\ndraft = true\n"))
    zola.write("content/b.md", post("date = 2024-01-05\nrender = false\n"))
    zola.write("content/下書き/_index.md", post("draft = true\n"))
    zola.write("content/下書き/深く/c.md", post("date = 2024-01-05\ndraft = false\n"))
    assert (zola.scan().posts, zola.places()) == ((), [])


def test_what_zola_ignores_is_not_read(zola: Any) -> None:
    zola.write("config.toml", SAFE.replace("\n[", '\nignored_content = ["**/x-*.{md,txt}"]\n[', 1))
    for file in (
        "content/x-a.md",
        "content/.b.md",
        "content/posts/_index.ja.md",
        "content/c.markdown",
        "_publisher/d.md",
    ):
        zola.write(file, post("date = 2024-01-05\n"))
    zola.write("content/e.md", post("date = 2024-01-05\n"))
    assert zola.post().path == "/e/"


def test_a_page_without_front_matter_or_its_end_is_a_fault(zola: Any) -> None:
    zola.write("content/a.md", "本文\n")
    zola.write("content/b.md", "+++\ndate = 2024-01-05\n---\n本文\n")
    zola.write("content/c.md", "+++\ndate = 2024-01-05\ntitle = \n+++\n")
    assert zola.places() == [
        ("content/a.md", 1, 1, "broken-front-matter"),
        ("content/b.md", 1, 1, "unclosed-front-matter"),
        ("content/c.md", 3, 9, "broken-front-matter"),
    ]


def test_terms_authors_and_extras_are_read(zola: Any) -> None:
    zola.write(
        "content/a.md",
        post(
            "date = 2024-01-05\nupdated = 2024-02-01\ndescription = '要約'\nauthors = ['山田', 'y@example.jp (田中)']\n"
            "[taxonomies]\ncategories = ['投資分析']\ntags = ['AI', '株']\n[extra]\nimage = '図.png'\nfeed = false\n"
        ),
    )
    found = zola.post()
    assert (found.categories, found.tags, found.summary) == (("投資分析",), ("AI", "株"), "要約")
    assert found.authors == (Author("山田"), Author("田中", "y@example.jp"))
    assert found.updated == datetime(2024, 2, 1, tzinfo=UTC)
    assert (found.image, found.in_feeds) == ("https://example.com/%E5%9B%B3.png", False)


def test_languages_are_in_the_names(zola: Any) -> None:
    zola.write("config.toml", f'default_language = "ja"\n{SAFE}[languages.en]\n[languages.fr]\n')
    for file in ("posts/投資.md", "posts/投資.en.md", "posts/束/index.fr.md", "posts/束/index.md", "posts/a.ja.md"):
        zola.write(f"content/{file}", post("date = 2024-01-05\n"))
    zola.write("content/posts/b.de.md", post("date = 2024-01-05\n"))
    found = {found.path: (found.language, found.translation) for found in zola.scan().posts}
    assert found == {
        "/posts/投資/": ("ja", "posts/投資"),
        "/en/posts/投資/": ("en", "posts/投資"),
        "/fr/posts/束/": ("fr", "posts/束/index"),
        "/posts/束/": ("ja", "posts/束/index"),
        "/posts/a.ja/": ("ja", "posts/a"),
    }
    assert zola.places() == [("content/posts/b.de.md", 1, 1, "bad-value")]


def test_internal_links_are_the_pages_addresses(zola: Any) -> None:
    body = "[一](@/posts/投資.md#節) [二](@/about.md) [三](@/posts/_index.md)\n\n[四][x] `@/b.md`\n\n[x]: @/無い.md\n"
    zola.write("content/posts/a.md", post("date = 2024-01-05\n", body))
    zola.write("content/posts/投資.md", post("date = 2024-01-05\nslug = '別名'\n"))
    zola.write("content/about.md", post("path = '/紹介'\n"))
    zola.write("content/posts/_index.md", post())
    made = zola.rendered("content/posts/a.md")
    assert 'href="https://example.com/posts/%E5%88%A5%E5%90%8D/#%E7%AF%80"' in made.html
    assert 'href="https://example.com/%E7%B4%B9%E4%BB%8B/"' in made.html
    assert 'href="https://example.com/posts/"' in made.html
    assert "<code>@/b.md</code>" in made.html
    assert [(fault.line, fault.column, fault.code) for fault in made.problems] == [(8, 6, "missing-target")]


def test_a_link_follows_its_page_when_that_moves(zola: Any) -> None:
    zola.write("content/a.md", post("date = 2024-01-05\n", "[頁](@/b.md)\n"))
    zola.write("content/b.md", post("date = 2024-01-05\n"))
    assert 'href="https://example.com/b/"' in zola.html("content/a.md")
    zola.write("content/b.md", post("date = 2024-01-05\nslug = 'c'\n"))
    assert 'href="https://example.com/c/"' in zola.html("content/a.md")


@given(st.sampled_from(["+++\n", "---\n", "\n+++\n", ""]), st.text(max_size=200), st.sampled_from(["+++", "---", ""]))
def test_no_front_matter_raises_anything_but_content_errors(fence: str, text: str, end: str) -> None:
    with suppress(ContentError):
        assert split(f"{fence}{text}\n{end}\n", "a.md").body_line > 1


@given(st.text(max_size=40), st.sampled_from(Slugify))
def test_any_text_has_a_slug_or_says_why_not(text: str, how: Slugify) -> None:
    try:
        made = slugify(text, how)
    except NoSlug as error:
        fits = how is Slugify.ON and error.args[0] in text
    else:
        fits = how is not Slugify.ON or made.isascii()
    assert fits
