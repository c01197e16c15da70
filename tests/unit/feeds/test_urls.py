from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.feeds.urls import uri, web

PAIRS = {
    "https://kabu.example.jp/%E6%8A%95%E8%B3%87.html?a=1&b=2#c": None,
    "https://kabu.example.jp/投資（１）.html": "https://kabu.example.jp/%E6%8A%95%E8%B3%87%EF%BC%88%EF%BC%91%EF%BC%89.html",
    "https://日本語.jp/a": "https://xn--wgv71a119e.jp/a",
    "https://ann@日本語.jp:8080/a": "https://ann@xn--wgv71a119e.jp:8080/a",
    "https://[2001:db8::1]:80/a": "https://[2001:db8::1]:80/a",
    "https://e.example/a[1].html": "https://e.example/a%5B1%5D.html",
    "https://e.example/100%": "https://e.example/100%25",
    "https://e.example/100%zz": "https://e.example/100%25zz",
    "https://e.example/a b": "https://e.example/a%20b",
    " https://e.example/a\n": "https://e.example/a",
    "https://e.example/a\tb": "https://e.example/ab",
    'https://e.example/"<>\\^`{|}': "https://e.example/%22%3C%3E%5C%5E%60%7B%7C%7D",
    "https://e.example/a#b#c": "https://e.example/a#b%23c",
    "https://e.example/\ud800": "https://e.example/",
    "mailto:ann@example.jp": None,
}


@pytest.mark.parametrize(("raw", "clean"), PAIRS.items())
def test_an_address_becomes_a_uri(raw: str, clean: str | None) -> None:
    assert uri(raw) == (raw if clean is None else clean)


@given(st.text(st.characters(), max_size=30).map("https://".__add__))
@example("https://投資。jp/")
@example(f"https://{'投' * 80}.jp/")
@example("https://[/")
def test_any_text_is_ascii_and_stays_as_it_is(raw: str) -> None:
    once = uri(raw)
    assert once.isascii()
    assert not set(once) & set(' "<>\\^`{|}')
    assert uri(once) == once


@pytest.mark.parametrize("raw", ["", None, "/a.png", "data:image/png,", "javascript:alert(1)", "https:///a", "http:a"])
def test_what_is_not_of_the_web_is_nothing(raw: str | None) -> None:
    assert web(raw) is None


def test_a_host_in_capitals_is_of_the_web() -> None:
    assert urlsplit(web("HTTPS://KABU.EXAMPLE.JP/画像.png") or "").path == "/%E7%94%BB%E5%83%8F.png"
