"""Paths percent-encoded."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.quoting import quote_path


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("/2026/01/05/a_b-c~d.html", "/2026/01/05/a_b-c~d.html"),
        ("/日誌/", "/%E6%97%A5%E8%AA%8C/"),
        ("/か\u3099/", "/%E3%81%8B%E3%82%99/"),
        ("/a b?c#d%20", "/a%20b%3Fc%23d%2520"),
        ("/a:b@c", "/a:b%40c"),
        ("", ""),
    ],
)
def test_all_but_plain_letters_and_what_is_safe_is_encoded(path: str, quoted: str) -> None:
    assert quote_path(path, ":") == quoted


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "!$&*+,;=:@"]))
def test_it_is_what_the_standard_library_makes_of_the_whole(path: str, safe: str) -> None:
    assert quote_path(path, safe) == quote(path, safe=f"/{safe}")
    assert unquote(quote_path(path, safe)) == path
