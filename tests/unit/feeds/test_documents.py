"""What a feed says of itself: its other documents, its style, its pictures."""

import json

import pytest
from lxml import etree
from support.serialised import SITE, XML, atom, found, rss

from publisher.feeds import serialise
from publisher.model.feed import Archive, Feed, FeedFormat
from publisher.struct import replace

MIDDLE = Archive(current=f"{SITE}feed.xml", previous=f"{SITE}feed-archive/1.xml", next=f"{SITE}feed-archive/3.xml")


@pytest.mark.parametrize("format", XML)
def test_an_archive_links_to_its_neighbours(feed: Feed, format: FeedFormat) -> None:
    data = serialise(replace(feed, archive=MIDDLE), format)
    links = {one.get("rel"): one for one in found(data, "/a:feed/a:link | /rss/channel/a:link")}
    assert [links[rel].get("href") for rel in ("self", "current", "prev-archive", "next-archive")] == [
        feed.self_url,
        MIDDLE.current,
        MIDDLE.previous,
        MIDDLE.next,
    ]
    assert {links[rel].get("type") for rel in ("self", "current", "prev-archive", "next-archive")} == {
        f"application/{format}+xml"
    }


@pytest.mark.parametrize("format", XML)
def test_an_archive_says_that_it_is_one(feed: Feed, format: FeedFormat) -> None:
    path = "/a:feed/fh:archive | /rss/channel/fh:archive"
    assert len(found(serialise(replace(feed, archive=MIDDLE), format), path)) == 1
    live = replace(feed, archive=Archive(previous=MIDDLE.previous))
    assert found(serialise(live, format), path) == []
    assert found(serialise(live, format), "//a:link[@rel='prev-archive']/@href") == [MIDDLE.previous]


def test_json_goes_on_with_the_previous_document(feed: Feed) -> None:
    assert json.loads(serialise(replace(feed, archive=MIDDLE), FeedFormat.JSON))["next_url"] == MIDDLE.previous
    first = replace(feed, archive=Archive(current=MIDDLE.current))
    assert "next_url" not in json.loads(serialise(first, FeedFormat.JSON))


@pytest.mark.parametrize("format", XML)
def test_the_site_stays_the_site_of_an_archive(feed: Feed, format: FeedFormat) -> None:
    data = serialise(replace(feed, archive=MIDDLE), format)
    path = "/a:feed/a:link[@rel='alternate']/@href | /rss/channel/link/text()"
    assert found(data, path) == [feed.page_url]


@pytest.mark.parametrize("format", XML)
def test_a_style_sheet_stands_before_the_feed(feed: Feed, format: FeedFormat) -> None:
    data = serialise(replace(feed, style='/feeds/見た目"?><&.css'), format)
    lines = data.decode().splitlines()
    assert lines[0] == "<?xml version='1.0' encoding='UTF-8'?>"
    assert lines[1] == (
        '<?xml-stylesheet type="text/css" href="/feeds/%E8%A6%8B%E3%81%9F%E7%9B%AE%22?%3E%3C&amp;.css"?>'
    )
    assert etree.fromstring(data).getprevious() is not None


@pytest.mark.parametrize("format", XML)
def test_a_feed_without_a_style_has_none(feed: Feed, format: FeedFormat) -> None:
    assert b"<?xml-stylesheet" not in serialise(feed, format)


def test_each_format_has_the_pictures_that_it_has_a_place_for(feed: Feed) -> None:
    full = replace(feed, icon=f"{SITE}favicon.ico", logo=f"{SITE}logo.png")
    assert rss(full, "//image/url/text()") == [full.logo]
    assert atom(full, "/a:feed/a:icon/text() | /a:feed/a:logo/text()") == [full.icon, full.logo]
    document = json.loads(serialise(full, FeedFormat.JSON))
    assert (document["icon"], document["favicon"]) == (full.logo, full.icon)


@pytest.mark.parametrize(
    ("icon", "logo", "image"),
    [
        ("i.png", "l.svg", "i.png"),
        ("i.PNG?v=1", None, "i.PNG?v=1"),
        ("favicon.ico", "l.webp", None),
        (None, "logo", "logo"),
        (None, None, None),
    ],
)
def test_rss_shows_a_picture_that_it_knows(feed: Feed, icon: str | None, logo: str | None, image: str | None) -> None:
    # ImageUrlFormat of the W3C validator: GIF, JPEG and PNG alone.
    shown = replace(feed, icon=icon and SITE + icon, logo=logo and SITE + logo)
    assert rss(shown, "//image/url/text()") == ([SITE + image] if image else [])
