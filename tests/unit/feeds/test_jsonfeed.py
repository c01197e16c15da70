import json

from support.serialised import SITE

from publisher.feeds import serialise
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.post import Author
from publisher.struct import replace


def test_the_top_says_what_the_specification_asks(feed: Feed) -> None:
    full = replace(
        feed, author=Author("編集部"), icon=f"{SITE}i.ico", logo=f"{SITE}l.png", hub="https://hub.example.org/"
    )
    document = json.loads(serialise(full, FeedFormat.JSON))
    del document["items"]
    assert document == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "株の日記 & Co.",
        "home_page_url": "https://kabu.example.jp/",
        "feed_url": "https://kabu.example.jp/feed.xml",
        "description": "毎週の投資分析",
        "icon": "https://kabu.example.jp/l.png",
        "favicon": "https://kabu.example.jp/i.ico",
        "authors": [{"name": "編集部"}],
        "language": "ja",
        "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}],
        "_generator": {"name": "Publisher"},
    }


def test_an_item_carries_the_whole_post(feed: Feed, entry: Entry) -> None:
    item = json.loads(serialise(feed, FeedFormat.JSON))["items"][0]
    assert item == {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": "2026-11-23T00:00:00+00:00",
        "date_modified": "2026-11-24T00:30:00+00:00",
        "summary": entry.summary,
        "tags": ["投資分析", "ｶﾌﾞ・入門"],
        "authors": [{"name": "山田 太郎"}, {"name": "Ann"}],
    }


def test_an_item_without_content_has_its_summary_as_text(feed: Feed, entry: Entry) -> None:
    item = json.loads(serialise(replace(feed, entries=(replace(entry, html=None),)), FeedFormat.JSON))["items"][0]
    assert item["content_text"] == entry.summary
    assert "content_html" not in item


def test_an_item_in_another_language_says_so(feed: Feed) -> None:
    items = json.loads(serialise(feed, FeedFormat.JSON))["items"]
    assert [item.get("language") for item in items] == [None, "en"]


def test_japanese_stands_as_it_is_and_the_file_ends_in_a_newline(feed: Feed) -> None:
    data = serialise(feed, FeedFormat.JSON)
    assert "投資分析（１）：Q&A".encode() in data
    assert data.endswith(b"}\n")


def test_a_feed_without_entries_still_has_its_items(feed: Feed) -> None:
    assert json.loads(serialise(replace(feed, entries=()), FeedFormat.JSON))["items"] == []
