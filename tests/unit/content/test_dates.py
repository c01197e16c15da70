"""The dates of real posts, with what Jekyll 4.3 on Ruby 3.1 makes of them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.codes import Code
from publisher.content.dates import BadDate, doubts, japanese_moment, plain_moment, ruby_moment
from publisher.content.eras import western

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")
PARIS = ZoneInfo("Europe/Paris")


def code(text: str, zone: ZoneInfo = TOKYO, *, plain: bool = True) -> Code:
    with pytest.raises(BadDate) as caught:
        ruby_moment(text, plain, zone)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "tokyo", "new_york"),
    [
        ("2024-01-05", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("2024-01-05 01:30", "2024-01-05T01:30:00+09:00", "2024-01-05T01:30:00-05:00"),
        ("2024-01-05 01:30:00", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05T01:30:00", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 +0900", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05 01:30:00 +09:00", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05 01:30:00 +9", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05T01:30+09:00", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("2024-01-05T01:30:00Z", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 UTC", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-01-05 01:30:00 EST", "2024-01-05T15:30:00+09:00", "2024-01-05T01:30:00-05:00"),
        ("2024-01-05 10:00:00 +0000 (UTC)", "2024-01-05T19:00:00+09:00", "2024-01-05T05:00:00-05:00"),
        ("2024-01-05 10:00 (UTC)", "2024-01-05T19:00:00+09:00", "2024-01-05T05:00:00-05:00"),
        ("2024-01-05 (draft) 10:00", "2024-01-05T10:00:00+09:00", "2024-01-05T10:00:00-05:00"),
        ("2024-01-05（金）10:00", "2024-01-05T10:00:00+09:00", "2024-01-05T10:00:00-05:00"),
        ("2015-06-03 18::48::00", "2015-06-03T00:00:00+09:00", "2015-06-03T00:00:00-04:00"),
        ("2024/01/05", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("20240105", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("20240105T013000Z", "2024-01-05T10:30:00+09:00", "2024-01-04T20:30:00-05:00"),
        ("2024-1-5", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("24-01-09", "2024-01-09T00:00:00+09:00", "2024-01-09T00:00:00-05:00"),
        ("January 5, 2024", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
        ("5th January, 2024 at 1pm", "2024-01-05T13:00:00+09:00", "2024-01-05T13:00:00-05:00"),
        ("Jan 5 2024 1:30 PM", "2024-01-05T13:30:00+09:00", "2024-01-05T13:30:00-05:00"),
        ("2024-01-05 13:00 PM", "2024-01-05T13:00:00+09:00", "2024-01-05T13:00:00-05:00"),
        ("2024-01-05 24:00", "2024-01-06T00:00:00+09:00", "2024-01-06T00:00:00-05:00"),
        ("2024-01-05 23:59:60 +0900", "2024-01-06T00:00:00+09:00", "2024-01-05T10:00:00-05:00"),
        ("5 January 2024 13:30", "2024-01-05T13:30:00+09:00", "2024-01-05T13:30:00-05:00"),
        ("Fri, 05 Jan 2024 01:30:00 +0900", "2024-01-05T01:30:00+09:00", "2024-01-04T11:30:00-05:00"),
        ("Fri Jan  5 01:30:00 EST 2024", "2024-01-05T15:30:00+09:00", "2024-01-05T01:30:00-05:00"),
        ("11-9-2017", "2017-09-11T00:00:00+09:00", "2017-09-11T00:00:00-04:00"),
        ("R6.1.5", "2024-01-05T00:00:00+09:00", "2024-01-05T00:00:00-05:00"),
    ],
)
def test_an_unquoted_date_is_what_jekyll_makes_of_it(text: str, tokyo: str, new_york: str) -> None:
    assert ruby_moment(text, True, TOKYO).isoformat() == tokyo
    assert ruby_moment(text, True, NEW_YORK).isoformat() == new_york


def test_a_quoted_naive_timestamp_is_local_in_jekyll() -> None:
    assert ruby_moment("2024-01-05 01:30:00", False, TOKYO).isoformat() == "2024-01-05T01:30:00+09:00"


def test_a_zone_name_is_read_where_the_site_itself_lies_in_it() -> None:
    assert ruby_moment("2024-01-05 01:30 JST", True, TOKYO).isoformat() == "2024-01-05T01:30:00+09:00"
    # In winter too the summer's name means the summer's offset.
    assert ruby_moment("2024-01-05 10:00 CEST", True, PARIS).isoformat() == "2024-01-05T09:00:00+01:00"
    assert code("2024-01-05 01:30 JST", NEW_YORK) is Code.UNKNOWN_ZONE


@pytest.mark.parametrize("zone", ["XYZ", "Asia/Tokyo", "GMT+9", "UTC+09:00", "+930", "+99:99", "today"])
def test_a_zone_that_ruby_takes_no_notice_of_is_unknown(zone: str) -> None:
    assert code(f"2024-01-05 01:30 {zone}", plain=False) is Code.UNKNOWN_ZONE


def test_an_hour_that_the_clocks_show_twice_is_the_later_and_a_skipped_one_is_the_next() -> None:
    assert ruby_moment("2024-11-03 01:30", True, NEW_YORK).isoformat() == "2024-11-03T01:30:00-05:00"
    assert ruby_moment("2024-03-10 02:30", True, NEW_YORK).isoformat() == "2024-03-10T03:30:00-04:00"


@pytest.mark.parametrize(
    "text",
    [
        *("2024-02-30", "2024-13-01", "2024-01-05 25:00:00", "2024-01-05 24:30", "0000-01-01", "2024-01-05 13:00 AM"),
        *("9999-12-31", "9/13/2017", "H31.5.1"),
    ],
)
def test_a_date_that_does_not_exist_is_impossible(text: str) -> None:
    with pytest.raises(BadDate) as plain:
        plain_moment(text, TOKYO)
    assert (code(text), plain.value.code) == (Code.IMPOSSIBLE_DATE, Code.IMPOSSIBLE_DATE)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "令和6年1月5日",
            "2024年1月5日",
            "２０２４-01-05",
            "2024-01",
            "きのう",
            "12:30",
            "5th of January 2024",
            "2024",
        ),
        *("2024-01-05 (Mar)", "2024-01-05T013000", "Fri Jan 5 01:30:00 2024 +0900", "20240105, 10:30", "20" * 60),
    ],
)
def test_what_ruby_cannot_read_or_reads_as_another_day_is_unknown(text: str) -> None:
    assert code(text) is Code.UNKNOWN_DATE


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024年1月5日", "2024-01-05T00:00:00+09:00"),
        ("西暦2024年 1月 5日", "2024-01-05T00:00:00+09:00"),
        ("２０２４年１月５日（金）　１０時３０分１５秒", "2024-01-05T10:30:15+09:00"),
        ("2024年1月5日（金曜日）午後3時半", "2024-01-05T15:30:00+09:00"),
        ("2024年1月5日 午前0時5分", "2024-01-05T00:05:00+09:00"),
        ("2024年1月5日 9:00", "2024-01-05T09:00:00+09:00"),
        ("2024年1月5日 9:00:30 +0000", "2024-01-05T18:00:30+09:00"),
        ("令和6年1月5日", "2024-01-05T00:00:00+09:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00+09:00"),
        ("平成31年4月30日 23時", "2019-04-30T23:00:00+09:00"),
        ("平成元年1月8日", "1989-01-08T00:00:00+09:00"),
        ("昭和64年1月7日", "1989-01-07T00:00:00+09:00"),
        ("昭和元年12月25日", "1926-12-25T00:00:00+09:00"),
        ("大正15年12月25日", "1926-12-25T00:00:00+09:00"),
        ("明治45年7月30日", "1912-07-30T00:00:00+09:00"),
        ("R6.1.5", "2024-01-05T00:00:00+09:00"),
        ("h31.4.30 10:30", "2019-04-30T10:30:00+09:00"),
        ("㍻31年4月30日", "2019-04-30T00:00:00+09:00"),
        ("２０２４／１／５　１０：３０", "2024-01-05T10:30:00+09:00"),
    ],
)
def test_a_japanese_date_is_read_as_it_is_written(text: str, moment: str) -> None:
    assert plain_moment(text, TOKYO).isoformat() == moment
    found = japanese_moment(text, TOKYO)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("平成31年5月1日", "令和元年5月1日"),
        ("令和元年4月30日", "平成31年4月30日"),
        ("昭和64年1月8日", "平成元年1月8日"),
        ("令和0年5月1日", "there is no"),
        ("大正元年7月29日", "明治45年7月29日"),
        ("明治5年12月1日", "1872"),
        ("令和6年2月30日", "there is no"),
        ("2024年13月1日", "there is no"),
        ("2024年1月5日 午後12時", "午前"),
        ("2024年1月5日 25時", "there is no"),
    ],
)
def test_a_day_that_an_era_does_not_have_is_impossible_and_its_era_is_named(text: str, hint: str) -> None:
    with pytest.raises(BadDate, match=hint) as caught:
        japanese_moment(text, TOKYO)
    assert caught.value.code is Code.IMPOSSIBLE_DATE


@pytest.mark.parametrize("text", ["2024-01-05", "きのう", "2024年", "令和6年", "平成の1日", "年月日", "1月5日"])
def test_what_is_no_whole_japanese_date_is_left_to_others(text: str) -> None:
    assert western(text) is None


@given(st.dates(date(1873, 1, 1), date(2117, 12, 31)))
def test_every_day_since_1873_has_one_era_but_for_the_days_of_change(day: date) -> None:
    zeros = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
    names = [f"{era}{day.year - zero}年{day.month}月{day.day}日" for era, zero in zeros.items() if day.year > zero]
    read = []
    for name in names:
        try:
            found = japanese_moment(name, ZoneInfo("UTC"))
        except BadDate:
            continue
        if found:
            read.append(found.date())
    assert 1 <= len(read) <= 2
    assert set(read) == {day}


@pytest.mark.parametrize(
    ("text", "plain", "codes"),
    [
        ("2024-01-05 20:00:00", True, [Code.DATE_DIFFERS]),
        ("2024-01-05 10:00:00", True, []),
        ("2024-01-05 20:00:00", False, []),
        ("2024-01-05 20:00:00 +0000", True, []),
        ("11-9-2017", True, [Code.AMBIGUOUS_DATE]),
        ("11/9/2017 10:00", True, [Code.AMBIGUOUS_DATE]),
        ("11-11-2017", True, []),
        ("13-9-2017", True, []),
        ("11-9-17", True, [Code.AMBIGUOUS_DATE]),
        ("99-9-17", True, []),
        ("2015-06-03 18::48::00", True, [Code.AMBIGUOUS_DATE]),
        ("5 Jan 2024", True, []),
    ],
)
def test_a_doubtful_date_is_told(text: str, plain: bool, codes: list[Code]) -> None:
    assert [code for code, _message in doubts(text, ruby_moment(text, plain, TOKYO))] == codes


def test_local_mean_time_becomes_utc_since_no_feed_can_write_its_seconds() -> None:
    assert ruby_moment("1880-01-01", True, TOKYO).isoformat() == "1879-12-31T14:41:01+00:00"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))
def test_an_aware_iso_date_is_the_same_moment_to_all(moment: datetime) -> None:
    offset = moment.utcoffset()
    if offset is None or offset.seconds % 60:
        moment = moment.astimezone(ZoneInfo("UTC"))
    moment = moment.replace(microsecond=0)
    text = moment.isoformat()
    assert ruby_moment(text, True, TOKYO).timestamp() == moment.timestamp()
    assert plain_moment(text, TOKYO).timestamp() == moment.timestamp()


PIECES = [
    "2024",
    "-",
    "/",
    ".",
    ":",
    " ",
    "T",
    "01",
    "5",
    "31",
    "Jan",
    "(",
    ")",
    "（金）",
    "年",
    "月",
    "日",
    "令和",
    "元",
]
PIECES += ["午後", "時", "１", "pm", "+0900", "EST", "Z", "R6", "\u3000", "，", "²", "9999", "0000", "\u0660"]


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)), st.booleans())
def test_any_text_is_a_moment_or_a_bad_date(text: str, plain: bool) -> None:
    try:
        found: datetime | BadDate = ruby_moment(text, plain, NEW_YORK)
    except BadDate as error:
        found = error
    assert found.message if isinstance(found, BadDate) else found.utcoffset() is not None
    assert isinstance(found, BadDate) or all(message for _code, message in doubts(text, found))


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_any_text_is_a_persons_moment_or_a_bad_date(text: str) -> None:
    try:
        found: datetime | BadDate = plain_moment(text, TOKYO)
    except BadDate as error:
        found = error
    assert found.message if isinstance(found, BadDate) else found.utcoffset() is not None
