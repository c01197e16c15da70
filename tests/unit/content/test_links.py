import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.links import absolute_value

BASE = "https://example.com/blog/2024/01/05/x.html"


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("../a.html", "https://example.com/blog/2024/01/a.html"),
        ("/b/", "https://example.com/b/"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("?p=1", "https://example.com/blog/2024/01/05/x.html?p=1"),
        ("#節", "https://example.com/blog/2024/01/05/x.html#%E7%AF%80"),
        ("", "https://example.com/blog/2024/01/05/x.html"),
        ("図 一（１）.png", "https://example.com/blog/2024/01/05/%E5%9B%B3%20%E4%B8%80%EF%BC%88%EF%BC%91%EF%BC%89.png"),
        ("か\u3099", "https://example.com/blog/2024/01/05/%E3%81%8B%E3%82%99"),
        ("https://例.jp:8080/a", "https://xn--fsq.jp:8080/a"),
        ("https://user@例.jp/", "https://user@xn--fsq.jp/"),
        ("https://example.com/%E3%81%82?q=%20a#x", "https://example.com/%E3%81%82?q=%20a#x"),
        ("100%.html", "https://example.com/blog/2024/01/05/100%25.html"),
        ("mailto:a@example.com?subject=件名", "mailto:a@example.com?subject=%E4%BB%B6%E5%90%8D"),
        ("tel:+81-3-0000", "tel:+81-3-0000"),
        (" \n/a ", "https://example.com/a"),
    ],
)
def test_a_link_becomes_absolute_and_ascii(written: str, absolute: str) -> None:
    assert absolute_value("href", written, BASE) == absolute


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://[bad",
    ],
)
def test_an_address_that_is_none_to_follow_is_dropped(written: str) -> None:
    assert absolute_value("href", written, BASE) is None
    assert absolute_value("src", written, BASE) is None


def test_a_small_picture_may_be_in_the_text() -> None:
    picture = "data:image/png;base64,iVBORw0KGgo="
    assert absolute_value("src", picture, BASE) == picture
    assert absolute_value("href", picture, BASE) is None
    assert absolute_value("src", "data:image/png;base64," + "A" * 70_000, BASE) is None


def test_what_is_loaded_by_itself_has_an_address() -> None:
    assert absolute_value("src", "", BASE) is None
    assert absolute_value("poster", "mailto:a@example.com", BASE) is None


@pytest.mark.parametrize(
    ("written", "absolute"),
    [
        ("a.png 1x, /b.png 2x", "https://example.com/blog/2024/01/05/a.png 1x, https://example.com/b.png 2x"),
        ("a.png, b.png 2x", "https://example.com/blog/2024/01/05/a.png, https://example.com/blog/2024/01/05/b.png 2x"),
        ("/a,b.png 300w", "https://example.com/a,b.png 300w"),
        ("/a.png  strange", "https://example.com/a.png"),
        ("javascript:x 1x, data:image/png,x 2x", None),
        (" , ,", None),
    ],
)
def test_each_candidate_of_a_srcset_becomes_absolute(written: str, absolute: str | None) -> None:
    assert absolute_value("srcset", written, BASE) == absolute


@pytest.mark.parametrize("pattern", [",", " ", "a ", "a,", "a ,", ", a"])
def test_a_hostile_srcset_takes_no_time(pattern: str) -> None:
    started = time.process_time()
    absolute_value("srcset", pattern * 20_000 + "x", BASE)
    assert time.process_time() - started < 5


@given(st.sampled_from(["href", "src", "srcset", "poster"]), st.text())
def test_any_address_becomes_ascii_or_nothing_and_stays_so(name: str, value: str) -> None:
    found = absolute_value(name, value, BASE)
    assert found is None or (found.isascii() and absolute_value(name, found, BASE) == found)
