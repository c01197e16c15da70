"""The dates of real posts, with what Jekyll 4.3 and Hugo make of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.codes import Code
from publisher.content.dates import BadDate, hugo_moment, plain_moment, ruby_moment

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "tokyo", "new_york"),
    [
        ("2024-01-05", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("2024-01-05 01:30", "2024-01-05T01:30:00+09:00", "2024-01-05T01:30:00-05:00"),
        ("2024-01-05 01:30:00", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05T01:30:00", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 +0900", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05 01:30:00 +09:00", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05T01:30+09:00", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05T01:30:00Z", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 UTC", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 EST", "2024-01-05T15:30:00+09:00", "2024-01-05T01:30:00-05:00"),
        ("2024-01-05 10:00:00 +0000 (UTC)", "2024-01-05T19:00:00+09:00", "2024-01-05T05:00:00-05:00"),
        ("2024/01/05", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("20240105", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("2024-1-5", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("24-01-09", "2024-01-09T00:00:00+09:00", "2024-01-09T00:00:00-05:00"),
        ("January 5, 2024", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("Jan 5 2024 1:30 PM", "2024-01-05T13:30:00+09:00", "2024-01-05T13:30:00-05:00"),
        ("5 January 2024 13:30", "2024-01-05T13:30:00+09:00", "2024-01-05T13:30:00-05:00"),
        ("Fri, 05 Jan 2024 01:30:00 +0900", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("11-9-2017", "2017-09-11T00:00:00+09:00", "2017-09-11T00:00:00-04:00"),
    ],
)
def test_an_unquoted_date_is_what_jekyll_makes_of_it(text: str, tokyo: str, new_york: str) -> None:
    assert ruby_moment(text, True, TOKYO).isoformat() == tokyo
    assert ruby_moment(text, True, NEW_YORK).isoformat() == new_york


def test_a_quoted_naive_timestamp_is_local_in_jekyll() -> None:
    assert ruby_moment("2024-01-05 01:30:00", False, TOKYO).isoformat() == "2024-01-05T01:30:00+09:00"


def test_a_zone_name_is_read_where_the_site_itself_lies_in_it() -> None:
    assert ruby_moment("2024-01-05 01:30 JST", True, TOKYO).isoformat() == "2024-01-05T01:30:00+09:00"
    with pytest.raises(BadDate) as caught:
        ruby_moment("2024-01-05 01:30 JST", True, NEW_YORK)
    assert caught.value.code is Code.UNKNOWN_ZONE


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2024-13-01", "2024-01-05 25:00:00", "0000-01-01", "2024-01-05 13:00 PM"]
)
def test_a_date_that_does_not_exist_is_impossible(text: str) -> None:
    with pytest.raises(BadDate) as ruby:
        ruby_moment(text, True, TOKYO)
    with pytest.raises(BadDate) as plain:
        plain_moment(text, TOKYO)
    assert (ruby.value.code, plain.value.code) == (Code.IMPOSSIBLE_DATE, Code.IMPOSSIBLE_DATE)


@pytest.mark.parametrize("text", ["令和6年1月5日", "2024年1月5日", "2024-01", "きのう", "12:30"])
def test_what_ruby_cannot_read_is_unknown(text: str) -> None:
    with pytest.raises(BadDate) as caught:
        ruby_moment(text, True, TOKYO)
    assert caught.value.code is Code.UNKNOWN_DATE


def test_hugo_keeps_the_offset_that_is_written() -> None:
    assert hugo_moment("2024-01-08T20:00:00Z", TOKYO).isoformat() == "2024-01-08T20:00:00+00:00"
    assert hugo_moment("2024-01-08T20:00:00-08:00", TOKYO).isoformat() == "2024-01-08T20:00:00-08:00"
    assert hugo_moment("2024-01-08 20:00:00", TOKYO).isoformat() == "2024-01-08T20:00:00+09:00"
    assert hugo_moment("2024-01-08", TOKYO).isoformat() == "2024-01-08T00:00:00+09:00"


@pytest.mark.parametrize("text", ["2024-01-05 01:30", "Jan 5, 2024", "2024-1-5"])
def test_what_hugo_would_date_to_the_year_one_is_unknown(text: str) -> None:
    with pytest.raises(BadDate) as caught:
        hugo_moment(text, TOKYO)
    assert caught.value.code is Code.UNKNOWN_DATE


def test_a_plain_date_is_local_and_may_be_japanese() -> None:
    assert plain_moment("2024-01-05 01:30:00", TOKYO).isoformat() == "2024-01-05T01:30:00+09:00"
    assert plain_moment("2024年1月5日 9:00", TOKYO).isoformat() == "2024-01-05T09:00:00+09:00"


def test_local_mean_time_becomes_utc_since_no_feed_can_write_its_seconds() -> None:
    assert ruby_moment("1880-01-01", True, TOKYO).isoformat() == "1879-12-31T14:41:01+00:00"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))
def test_an_aware_iso_date_is_the_same_moment_to_every_engine(moment: datetime) -> None:
    offset = moment.utcoffset()
    if offset is None or offset.seconds % 60:
        moment = moment.astimezone(ZoneInfo("UTC"))
    moment = moment.replace(microsecond=0)
    text = moment.isoformat()
    assert ruby_moment(text, True, TOKYO).timestamp() == moment.timestamp()
    assert hugo_moment(text, TOKYO).timestamp() == moment.timestamp()
    assert plain_moment(text, TOKYO).timestamp() == moment.timestamp()


@given(st.text(max_size=120))
def test_any_text_is_a_moment_or_a_bad_date(text: str) -> None:
    try:
        found: datetime | BadDate = ruby_moment(text, True, TOKYO)
    except BadDate as error:
        found = error
    assert found.message if isinstance(found, BadDate) else found.utcoffset() is not None
