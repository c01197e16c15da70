"""Addresses, checked by hand against Jekyll 4.3.1."""

from datetime import datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.permalinks import STYLES, Slots, absolute, fill, slugify

WHEN = datetime(2024, 1, 5, 9, 8, 7, tzinfo=timezone(timedelta(hours=9)))


def slots(slug: str = "hello", categories: tuple[str, ...] = ()) -> Slots:
    return Slots(WHEN, slug, f"2024-01-05-{slug}", f"2024-01-05-{slug}", categories)


@pytest.mark.parametrize(
    ("style", "path"),
    [
        ("none", "/投資分析/hello.html"),
        ("date", "/投資分析/2024/01/05/hello.html"),
        ("ordinal", "/投資分析/2024/005/hello.html"),
        ("pretty", "/投資分析/2024/01/05/hello/"),
        ("weekdate", "/投資分析/2024/W01/Fri/hello.html"),
    ],
)
def test_a_style_makes_its_address(style: str, path: str) -> None:
    assert fill(style, slots(categories=("投資分析",))) == path


def test_japanese_letters_stay_and_full_width_signs_become_hyphens() -> None:
    assert slugify("日本語、記事（１）", pretty=True) == "日本語-記事-１"


def test_decomposed_kana_keep_their_marks() -> None:
    assert slugify("か\u3099 き") == "か\u3099-き"


def test_title_keeps_its_case_and_slug_does_not() -> None:
    assert fill("/:title/:slug/", slots("My_Slug.v2")) == "/My_Slug.v2/my-slug-v2/"


def test_categories_are_lowered_but_not_slugified() -> None:
    assert fill("/:categories/x", slots(categories=("投資分析", "Market News", "A/B"))) == "/投資分析/market news/a/b/x"
    assert fill("/:slugified_categories/x", slots(categories=("Market News", "A/B"))) == "/market-news/a-b/x"


def test_every_placeholder_has_a_value() -> None:
    template = "/:year:month:day/:hour:minute:second/:i_day/:i_month/:short_month/:long_month/:short_year"
    assert fill(template, slots()) == "/20240105/090807/5/1/Jan/January/24"
    assert fill("/:w_year/:week/:w_day/:short_day/:long_day/:y_day", slots()) == "/2024/01/5/Fri/Friday/005"
    assert fill("/:name/:path/:collection:output_ext", slots()) == "/2024-01-05-hello/2024-01-05-hello/posts.html"


def test_an_underscore_after_a_placeholder_is_text() -> None:
    assert fill("/:year_:month", slots()) == "/2024_01"


def test_what_a_template_holds_encoded_lies_decoded_on_disk() -> None:
    assert fill("/a%20b/%E6%97%A5/:title/", slots("50%25、", ())) == "/a b/日/50-25/"
    assert fill("/%2e%2e/:title", slots()) == "/../hello"
    assert fill("/%ff/:path", Slots(WHEN, "a", "a", "100%41", ())) == "/\ufffd/100%41"


def test_a_collection_and_another_ending_have_their_placeholders() -> None:
    recipe = Slots(WHEN, "味噌", "味噌", "/和/味噌", (), "recipes", ".htm")
    assert fill("/:collection/:path:output_ext", recipe) == "/recipes/和/味噌.htm"


def test_letters_are_lowered_as_ruby_does() -> None:
    assert fill("/:categories/:slug", slots("ΟΔΟΣ-É", ("ΟΔΟΣ", "İ"))) == "/οδοσ/i\u0307/οδοσ-é"


def test_an_unknown_placeholder_is_named() -> None:
    with pytest.raises(KeyError, match="titel"):
        fill("/:titel/", slots())


def test_a_path_never_climbs() -> None:
    assert fill("/a/../b//c.html", slots()) == "/a/b/c.html"


def test_an_address_is_percent_encoded_below_the_base_path() -> None:
    assert absolute("https://example.com/blog/", "/投資/a b?.html") == (
        "https://example.com/blog/%E6%8A%95%E8%B3%87/a%20b%3F.html"
    )


@given(st.sampled_from(sorted(STYLES)), st.text(min_size=1), st.lists(st.text(), max_size=3))
def test_any_slug_makes_an_ascii_address_that_leads_back(style: str, slug: str, categories: list[str]) -> None:
    path = fill(style, slots(slug.encode(errors="ignore").decode(), tuple(categories)))
    url = absolute("https://example.com/", path)
    assert url.isascii()
    assert " " not in url
    assert unquote(urlsplit(url).path) == path
