import json

import feedparser
import pytest
from support.serialised import SITE, XML, atom, rss

from publisher.feeds import recover, serialise
from publisher.model.feed import Enclosure, Entry, Feed, FeedFormat
from publisher.struct import replace


def with_(feed: Feed, entry: Entry) -> Feed:
    return replace(feed, entries=(entry,))


def test_rss_has_one_enclosure_and_the_others_as_media(feed: Feed, episode: Entry) -> None:
    shown = with_(feed, episode)
    assert [dict(one.attrib) for one in rss(shown, "//item/enclosure")] == [
        {"url": f"{SITE}1.mp3", "length": "34216300", "type": "audio/mpeg"}
    ]
    assert [dict(one.attrib) for one in rss(shown, "//item/media:content")] == [
        {"url": f"{SITE}1.mp4", "fileSize": "155000000", "type": "video/mp4", "duration": "1777"},
        {"url": f"{SITE}memo.pdf", "type": "application/pdf"},
    ]


def test_atom_links_to_each_enclosure_with_its_type_and_length(feed: Feed, episode: Entry) -> None:
    links = atom(with_(feed, episode), "//a:entry/a:link[@rel='enclosure']")
    assert [dict(one.attrib) for one in links] == [
        {"href": f"{SITE}1.mp3", "rel": "enclosure", "type": "audio/mpeg", "length": "34216300"},
        {"href": f"{SITE}1.mp4", "rel": "enclosure", "type": "video/mp4", "length": "155000000"},
        {"href": f"{SITE}memo.pdf", "rel": "enclosure", "type": "application/pdf"},
    ]


def test_json_attaches_each_enclosure(feed: Feed, episode: Entry) -> None:
    (item,) = json.loads(serialise(with_(feed, episode), FeedFormat.JSON))["items"]
    assert item["attachments"] == [
        {
            "url": f"{SITE}1.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 34_216_300,
            "duration_in_seconds": 1776,
        },
        {
            "url": f"{SITE}1.mp4",
            "mime_type": "video/mp4",
            "size_in_bytes": 155_000_000,
            "duration_in_seconds": 1777,
        },
        {"url": f"{SITE}memo.pdf", "mime_type": "application/pdf"},
    ]


@pytest.mark.parametrize("format", XML)
def test_an_enclosure_is_not_read_as_the_article(feed: Feed, episode: Entry, format: FeedFormat) -> None:
    # feedgen #135: the mp3 was a second alternate link, and the last one is what readers open.
    read = feedparser.parse(serialise(with_(feed, episode), format)).entries[0]
    assert read.link == episode.url
    assert read.enclosures[0].href == f"{SITE}1.mp3"
    assert (read.enclosures[0].type, read.enclosures[0].length) == ("audio/mpeg", "34216300")


def test_an_rss_length_that_is_not_known_is_zero(feed: Feed, entry: Entry) -> None:
    # UseZeroForUnknown of the W3C validator.
    unknown = replace(entry, enclosures=(Enclosure(f"{SITE}live.mp3", "audio/mpeg", -1),))
    assert rss(with_(feed, unknown), "//enclosure/@length") == ["0"]
    assert atom(with_(feed, unknown), "//a:link[@rel='enclosure']/@length") == []


@pytest.mark.parametrize("format", XML)
def test_an_entry_shows_its_own_picture_outside_any_group(feed: Feed, episode: Entry, format: FeedFormat) -> None:
    data = serialise(with_(feed, episode), format)
    assert b"media:group" not in data
    assert feedparser.parse(data).entries[0].media_thumbnail == [{"url": f"{SITE}cover.jpg"}]


def test_json_has_the_picture_of_an_entry(feed: Feed, episode: Entry) -> None:
    (item,) = json.loads(serialise(with_(feed, episode), FeedFormat.JSON))["items"]
    assert item["image"] == f"{SITE}cover.jpg"


@pytest.mark.parametrize("format", XML)
def test_a_feed_without_media_has_not_heard_of_them(feed: Feed, format: FeedFormat) -> None:
    data = serialise(feed, format)
    assert b"search.yahoo.com" not in data
    assert b"itunes.com" not in data
    assert b"history" not in data


@pytest.mark.parametrize("format", FeedFormat)
def test_what_the_web_cannot_reach_is_not_offered(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    local = Enclosure("file:///etc/passwd", "text/plain", 1)
    hostile = replace(entry, image="data:image/png;base64,AA==", enclosures=(local, replace(local, url="投資.mp3")))
    (read,) = recover(serialise(with_(feed, hostile), format), format).values()
    assert (read.image, read.enclosures) == (None, ())


@pytest.mark.parametrize("format", FeedFormat)
def test_media_come_back(feed: Feed, episode: Entry, format: FeedFormat) -> None:
    (read,) = recover(serialise(with_(feed, episode), format), format).values()
    assert read.image == episode.image
    assert [(one.url, one.type, one.length) for one in read.enclosures] == [
        (one.url, one.type, one.length) for one in episode.enclosures
    ]
    if format is FeedFormat.JSON:
        assert read.enclosures == episode.enclosures
