"""Which coding, which type and which language a request would rather have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.negotiation import coding, languages, rather_xml

BOTH = ("gzip", "br")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br; q=0, gzip; q=0", ""),
        ("gzip;q=0.000", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("*, br;q=0", "gzip"),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, *;q=0", ""),
        ("deflate, zstd", ""),
        ("gzip;q=2", ""),
        ("gzip;q=nonsense, br", "br"),
        (";;;,,=", ""),
    ],
)
def test_the_coding_is_the_one_that_is_preferred(accepted: str | None, expected: str) -> None:
    assert coding(accepted, BOTH) == expected


def test_a_copy_that_is_not_there_is_not_chosen() -> None:
    assert coding("br, gzip", ("gzip",)) == "gzip"
    assert coding("br", ("gzip",)) == ""
    assert coding("*", ()) == ""


FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
MINIFLUX = "application/xml, application/atom+xml, application/rss+xml, application/feed+json, text/html, */*;q=0.9"
FRESHRSS = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8,"
    " text/html;q=0.7, unknown/unknown;q=0.1, application/unknown;q=0.1, */*;q=0.1"
)


@pytest.mark.parametrize("own", ["application/rss+xml", "application/atom+xml"])
@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (FIREFOX, True),
        (CHROMIUM, True),
        (MINIFLUX, False),
        (FRESHRSS, False),
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("application/xml", True),
        ("text/html", False),
    ],
)
def test_browsers_would_rather_have_xml_and_readers_feeds(accepted: str | None, own: str, expected: bool) -> None:
    assert rather_xml(accepted, own) is expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (None, []),
        ("", []),
        ("ja", ["ja"]),
        ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", ["ja-JP", "ja", "en-US", "en"]),
        ("en;q=0.5, JA-jp", ["ja-JP", "en"]),
        ("zh-hant-tw, PT-br", ["zh-Hant-TW", "pt-BR"]),
        ("de;q=0, *", []),
        ("../../etc/passwd, ja/../x, 日本語, x", []),
    ],
)
def test_languages_come_as_they_are_liked(accepted: str | None, expected: list[str]) -> None:
    assert languages(accepted) == expected


@given(st.text(max_size=80))
def test_no_header_breaks_it(text: str) -> None:
    assert coding(text, BOTH) in ("", *BOTH)
    assert rather_xml(text, "application/rss+xml") in (True, False)
    assert all(tag.replace("-", "").isalnum() for tag in languages(text))
