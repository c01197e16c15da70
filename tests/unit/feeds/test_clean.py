from datetime import UTC, datetime

import pytest

from publisher.feeds.clean import clean
from publisher.model.feed import Enclosure, Entry, Feed, Label
from publisher.model.post import Author
from publisher.struct import replace


@pytest.mark.parametrize("illegal", ["\x00", "\x08", "\x0b", "\x1f", "\x85", "\x9f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_out(feed: Feed, entry: Entry, illegal: str) -> None:
    labels = (Label(f"a{illegal}", f"分{illegal}析"), Label("b", illegal))
    dirty = replace(entry, title=f"投{illegal}資", html=f"<p>{illegal}株</p>", categories=labels)
    (cleaned,) = clean(replace(feed, entries=(dirty,))).entries
    assert (cleaned.title, cleaned.html, cleaned.categories) == ("投資", "<p>株</p>", (Label("a", "分析"),))


@pytest.mark.parametrize("legal", ["\t", "\n", "\r", "\u2028", "\u200f", "ﾊﾟ", "🗻", "\U0001fffe"])
def test_what_xml_can_hold_stays(feed: Feed, entry: Entry, legal: str) -> None:
    (cleaned,) = clean(replace(feed, entries=(replace(entry, summary=f"株{legal}価"),))).entries
    assert cleaned.summary == f"株{legal}価"


@pytest.mark.parametrize("blank", ["", " ", "\x00", "\u3000"])
def test_the_address_stands_in_for_a_blank_title(feed: Feed, entry: Entry, blank: str) -> None:
    cleaned = clean(replace(feed, title=blank, entries=(replace(entry, title=blank),)))
    assert (cleaned.title, cleaned.entries[0].title) == (feed.page_url, entry.url)


def test_an_encoded_address_is_not_encoded_again(feed: Feed, entry: Entry) -> None:
    assert clean(feed).entries[0].url == entry.url
    raw = replace(feed, entries=(replace(entry, url="https://kabu.example.jp/投資?a=1#上"),))
    assert clean(raw).entries[0].url == "https://kabu.example.jp/%E6%8A%95%E8%B3%87?a=1#%E4%B8%8A"


def test_the_id_of_a_feed_is_an_address(feed: Feed) -> None:
    assert clean(replace(feed, id="https://kabu.example.jp/庭/atom.xml")).id.endswith("/%E5%BA%AD/atom.xml")


def test_an_id_stays_as_it_is(feed: Feed, entry: Entry) -> None:
    japanese = replace(feed, entries=(replace(entry, id="tag:kabu.example.jp,2026:投資"),))
    assert clean(japanese).entries[0].id == "tag:kabu.example.jp,2026:投資"


def test_an_author_without_a_name_is_nobody(feed: Feed, entry: Entry) -> None:
    nameless = (Author("\x00", "a@example.jp"), Author("山田", ""))
    cleaned = clean(replace(feed, author=Author(" "), entries=(replace(entry, authors=nameless),)))
    assert cleaned.author is None
    assert cleaned.entries[0].authors == (Author("山田"),)


def test_times_are_whole_seconds_in_utc(feed: Feed, entry: Entry) -> None:
    finer = replace(entry, published=entry.published.replace(microsecond=1))
    (cleaned,) = clean(replace(feed, entries=(finer,))).entries
    assert (cleaned.published.tzinfo, cleaned.published) == (UTC, datetime(2026, 11, 23, tzinfo=UTC))


def test_cleaning_twice_changes_nothing(feed: Feed) -> None:
    once = clean(feed)
    assert clean(once) == once


@pytest.mark.parametrize(
    ("given", "kept"),
    [("ja", None), ("ja_JP", "ja-JP"), ("zh-Hant-TW", "zh-Hant-TW"), ("日本語", None), ("en us", None), ("", None)],
)
def test_a_language_is_a_tag_and_another_than_the_feeds(feed: Feed, entry: Entry, given: str, kept: str | None) -> None:
    (cleaned,) = clean(replace(feed, entries=(replace(entry, language=given),))).entries
    assert cleaned.language == kept


@pytest.mark.parametrize("address", ["ann@example.jp", "a..b.@docomo.ne.jp", "o'hara+x@mail.example.co.jp"])
def test_an_address_of_a_person_stays(feed: Feed, entry: Entry, address: str) -> None:
    (cleaned,) = clean(replace(feed, entries=(replace(entry, authors=(Author("Ann", address),)),))).entries
    assert cleaned.authors == (Author("Ann", address),)


@pytest.mark.parametrize("address", ["ann", "Ann <ann@example.jp>", "山田@example.jp", "ann@localhost", "a b@c.jp"])
def test_what_is_no_address_of_a_person_goes(feed: Feed, entry: Entry, address: str) -> None:
    (cleaned,) = clean(replace(feed, entries=(replace(entry, authors=(Author("Ann", address),)),))).entries
    assert cleaned.authors == (Author("Ann"),)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Audio/MPEG ", "audio/mpeg"), ("audio", None), ("音/声", None), ("a/b; c=d", None), ("", None)],
)
def test_a_media_type_is_one(feed: Feed, entry: Entry, given: str, kept: str | None) -> None:
    sound = Enclosure("https://kabu.example.jp/1.mp3", given, 1)
    (cleaned,) = clean(replace(feed, entries=(replace(entry, enclosures=(sound,)),))).entries
    assert cleaned.enclosures[0].type == (kept or "application/octet-stream")


def test_cleaning_a_podcast_twice_changes_nothing(podcast: Feed) -> None:
    once = clean(podcast)
    assert clean(once) == once
    assert once.podcast == podcast.podcast
