"""Addresses and titles of different programs."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.addresses import page_of, path_of, title_of

PAGE = "https://blog.example/2026/投資（１）/"


@pytest.mark.parametrize(
    "other",
    [
        "http://blog.example/2026/投資（１）/",
        "https://www.blog.example/2026/投資（１）",
        "HTTPS://Blog.Example./2026/投資（１）/index.html",
        "https://blog.example:443/2026//投資（１）/?utm_source=rss#more",
        "https://blog.example/2026/%E6%8A%95%E8%B3%87%EF%BC%88%EF%BC%91%EF%BC%89/",
        "https://blog.example/2026/投資(1)/",
        " https://blog.example/2026/投資（１）/ ",
    ],
)
def test_one_page_has_many_addresses(other: str) -> None:
    assert page_of(other) == page_of(PAGE) != ""


def test_a_hosts_name_in_its_own_script_is_the_one_in_ascii() -> None:
    assert page_of("https://日本.example/a") == page_of("https://xn--wgv71a.example/a")


@pytest.mark.parametrize(
    "other",
    [
        "https://other.example/2026/投資（１）/",
        "https://blog.example/投資（１）/",
        "https://blog.example/2026/投資（２）/",
    ],
)
def test_another_page_is_another(other: str) -> None:
    assert page_of(other) != page_of(PAGE)


def test_decomposed_kana_in_an_address_are_the_composed_ones() -> None:
    assert page_of("https://x.example/" + unicodedata.normalize("NFD", "がぎ")) == page_of("https://x.example/がぎ")


@pytest.mark.parametrize(
    "url", ["", "https://x.example", "https://x.example/", "https://x.example/index.html", "/a", "http://["]
)
def test_a_home_page_or_no_address_names_no_page(url: str) -> None:
    assert page_of(url) == ""
    assert path_of("https://x.example/b/", "https://x.example/b") == ""


def test_a_query_counts_where_there_is_no_path() -> None:
    assert page_of("https://x.example/?p=1") != page_of("https://x.example/?p=2") != ""


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://x.example/old/2026/Post.html", "https://x.example/old/"),
        ("https://x.example/2026/post/", "https://x.example/old/"),
        ("https://x.example/2026/post/index.html", ""),
        ("/2026/post", ""),
    ],
)
def test_a_path_below_the_home_page_is_told_without_extension_and_capitals(url: str, home: str) -> None:
    assert path_of(url, home) == "2026/post"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('記事 "1" -- 投資', "記事 “1” – 投資"),
        ("A &amp;amp; B", "a & b"),
        ("投資の話（１）：米国株", "投資の話(1):米国株"),
        ("It's\n a   <em>test</em>…", "It’s a test..."),
        ("ﾊﾝｶｸ", "ハンカク"),
        (unicodedata.normalize("NFD", "ガギ"), "ガギ"),
    ],
)
def test_a_title_is_the_same_however_it_is_set(one: str, other: str) -> None:
    assert title_of(one) == title_of(other) != ""


def test_titles_that_differ_in_a_sign_differ() -> None:
    assert len({title_of(title) for title in ("C", "C++", "C#", "C-1", "C1")}) == 5


@given(st.text(), st.text())
def test_no_text_raises(one: str, other: str) -> None:
    for text in (one, f"https://{one}", f"https://x.example/{one}"):
        assert page_of(text) == page_of(text)
        assert path_of(text, f"http://{other}") == path_of(text, f"http://{other}").casefold()
    assert title_of(title_of(one)) == title_of(title_of(title_of(one)))
