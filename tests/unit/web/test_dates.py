"""Dates of HTTP: what is written is read back, and what is none is none."""

from calendar import timegm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.dates import http_date, parse_http_date

NOW = 2026
EXAMPLE = timegm((1994, 11, 6, 8, 49, 37))


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_the_three_forms_of_rfc_9110_say_the_same(text: str) -> None:
    assert parse_http_date(text, NOW) == EXAMPLE


@given(st.integers(min_value=0, max_value=timegm((2999, 1, 1, 0, 0, 0))))
def test_what_is_written_is_read_back(seconds: int) -> None:
    assert parse_http_date(http_date(seconds), NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "yesterday",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0900",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "日, 06 Nov 1994 08:49:37 GMT",
        "Sun, ０６ Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_of_http_is_none(text: str) -> None:
    assert parse_http_date(text, NOW) is None


def test_a_leap_second_is_the_one_before_midnight_and_one_more() -> None:
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == timegm((2017, 1, 1, 0, 0, 0))


@pytest.mark.parametrize(("year", "meant"), [("76", 2076), ("77", 1977), ("26", 2026), ("00", 2000), ("99", 1999)])
def test_two_digits_mean_no_year_more_than_fifty_ahead(year: str, meant: int) -> None:
    assert parse_http_date(f"Sunday, 06-Nov-{year} 08:49:37 GMT", NOW) == timegm((meant, 11, 6, 8, 49, 37))


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = parse_http_date(text, NOW)

    assert found is None or isinstance(found, int)
