"""Feeds of other programs."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ContentError
from publisher.feeds import serialise
from publisher.feeds.foreign import read_feed
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.foreign import ForeignEntry, ForeignFeed
from publisher.struct import replace

WORDPRESS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>みどりの庭</title><link>https://wp.example</link>
<generator>https://wordpress.org/?v=6.4</generator>
<item><title>味噌 &#8211; 大豆1kg &amp;amp; 麹</title><link>https://wp.example/2026/01/miso/</link>
<dc:creator>みどり</dc:creator><pubDate>Mon, 05 Jan 2026 08:38:57 +0900</pubDate>
<guid isPermaLink="false">https://wp.example/?p=123</guid>
<content:encoded><![CDATA[<p>本文</p>]]></content:encoded></item>
</channel></rss>"""

RDF = """\
<?xml version="1.0" encoding="{encoding}"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/"><title>日記</title><link>https://old.example/</link></channel>
<item rdf:about="https://old.example/1"><title>投資</title><link>https://old.example/1.html</link>
<dc:date>2005-01-02T03:04:05+09:00</dc:date></item></rdf:RDF>"""


def atom(entry: str, attributes: str = "") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>題</title><id>i</id>'
        f'<link href="https://blog.example/b/"/><entry>{entry}</entry></feed>'
    ).encode()


def only(data: bytes) -> ForeignEntry:
    (entry,) = read_feed(data, "feed.xml").entries
    return entry


def test_wordpress_knows_a_post_by_a_guid_that_is_no_link() -> None:
    feed = read_feed(WORDPRESS.encode(), "feed.xml")

    assert feed == ForeignFeed(
        title="みどりの庭",
        home="https://wp.example",
        generator="https://wordpress.org/?v=6.4",
        format=FeedFormat.RSS,
        entries=(
            ForeignEntry(
                id="https://wp.example/?p=123",
                link="https://wp.example/2026/01/miso/",
                title="味噌 – 大豆1kg &amp; 麹",
                published=datetime(2026, 1, 4, 23, 38, 57, tzinfo=UTC),
            ),
        ),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "euc-jp", "shift_jis", "utf-16"])
def test_rss_1_knows_an_item_by_its_about(encoding: str) -> None:
    entry = only(RDF.format(encoding=encoding).encode(encoding))

    assert (entry.id, entry.link, entry.title) == ("https://old.example/1", "https://old.example/1.html", "投資")
    assert entry.updated == datetime(2005, 1, 1, 18, 4, 5, tzinfo=UTC)


def test_atom_of_both_versions_gives_both_moments() -> None:
    new = atom(
        "<id>tag:x,2004:1</id><title>a</title><published>2004-01-01T00:00:00Z</published>"
        "<updated>2004-01-02T00:00:00+09:00</updated>"
    )
    old = (
        b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><entry><id>tag:x,2004:1</id>'
        b"<title>a</title><issued>2004-01-01T00:00:00Z</issued><modified>2004-01-01T15:00:00Z</modified></entry></feed>"
    )

    assert only(new) == only(old)
    assert only(new).published == datetime(2004, 1, 1, tzinfo=UTC)
    assert only(new).updated == datetime(2004, 1, 1, 15, tzinfo=UTC)
    assert read_feed(old, "x").format is FeedFormat.ATOM


@pytest.mark.parametrize(
    "id_", ["/posts/1", "posts/1", "../1", "HTTP://Blog.Example:80/a/../b?q#f", "a  b", "日本、（１）"]
)
def test_an_id_stays_as_it_stands_whatever_the_base(id_: str) -> None:
    entry = only(atom(f'<id> {id_}\n</id><link href="../a"/>', 'xml:base="https://blog.example/b/c/"'))

    assert entry.id == id_
    assert entry.link == "https://blog.example/b/a"


@pytest.mark.parametrize(
    "item",
    [
        "<guid>{}</guid><link>https://x.example/a</link>",
        '<guid isPermaLink="false">{}</guid><atom:id>another</atom:id><link>https://x.example/a</link>',
        "<media:id>another</media:id><guid>{}</guid><link>https://x.example/a</link>",
    ],
)
def test_an_rss_item_is_known_by_its_guid(item: str) -> None:
    spaces = 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    data = f'<rss version="2.0" {spaces}><channel><title>t</title><item>{item.format("g/1")}</item></channel></rss>'

    assert only(data.encode()).id == "g/1"


def test_an_entry_without_an_id_is_known_by_its_link_and_one_without_both_is_left_out() -> None:
    items = "<item><link>https://x.example/a</link><guid></guid></item><item><title>t</title></item>"
    data = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'

    assert only(data.encode()).id == "https://x.example/a"


def test_a_link_that_feedburner_has_replaced_is_the_one_before() -> None:
    data = (
        b'<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>t</title>'
        b"<item><guid>g</guid><link>http://feedproxy.example/~r/1</link>"
        b"<feedburner:origLink>https://x.example/a</feedburner:origLink></item></channel></rss>"
    )

    assert only(data).link == "https://x.example/a"


def test_ill_formed_xml_is_read_as_far_as_it_goes() -> None:
    data = '<rss version="2.0"><channel><title>壊れ & た</title><item><title>記\x08事</title><guid>g</guid>'

    assert only(data.encode()).id == "g"


def test_a_json_feed_may_number_its_items() -> None:
    items = [
        {"id": 12, "url": "https://x.example/a", "title": "投資", "date_published": "2026-01-01T00:00:00"},
        {"url": "https://x.example/b"},
        "none",
        {"id": None, "title": "left out"},
    ]
    document = {"version": "https://jsonfeed.org/version/1", "title": "題", "items": items}

    feed = read_feed(b"\xef\xbb\xbf" + json.dumps(document).encode(), "feed.json")

    assert (feed.title, feed.format, feed.generator) == ("題", FeedFormat.JSON, "")
    assert [entry.id for entry in feed.entries] == ["12", "https://x.example/b"]
    assert feed.entries[0].published == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("format_", FeedFormat)
def test_our_own_feeds_are_read_like_any_other(format_: FeedFormat) -> None:
    when = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
    entry = Entry(
        "tag:x.example,2026:/投稿", "https://x.example/%E6%8A%95", "題 & <名>", when, when, html="<p>本文</p>"
    )
    ours = Feed("i", "題", "d", "https://x.example/", "https://x.example/f", "ja", when, (entry,))

    feed = read_feed(serialise(ours, format_), "feed")

    assert (feed.generator, feed.format, feed.home) == ("Publisher", format_, "https://x.example/")
    assert [(one.id, one.link, one.published) for one in feed.entries] == [(entry.id, entry.url, when)]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "feed"),
        (b"<!DOCTYPE html>\n<html><body><p>hi<br></p></html>", "feed:2:"),
        (b'{"version": "https://jsonfeed.org/version/1",\n "items": [}', "feed:2:12"),
        (b'{"version": "2", "items": []}', "feed"),
        (b"[]", "feed"),
        (b"{}", "feed"),
        ("ただの文章です。".encode(), "feed:1:"),
    ],
)
def test_what_is_no_feed_is_an_error_at_its_place(data: bytes, place: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_feed(data, "feed")
    assert str(caught.value.problems[0]).startswith(place)
    assert caught.value.problems[0].code == "not-a-feed"
    assert caught.value.exit_code == 65


def test_a_bomb_of_entities_takes_neither_time_nor_memory() -> None:
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    data = f'<!DOCTYPE r [<!ENTITY a0 "x">{bomb}]><rss version="2.0"><channel><title>&a11;</title></channel></rss>'

    assert read_feed(data.encode(), "feed").entries == ()


def test_an_external_entity_is_not_read() -> None:
    data = (
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        '<rss version="2.0"><channel><title>t</title><item><guid>g</guid><title>a&x;b</title></item></channel></rss>'
    )

    assert only(data.encode()).title in ("ab", "a&x;b", "")


PIECES = [
    "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<guid>", "</guid>", "<link>", "<title>", "</title>",
    "<pubDate>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<id>", "<updated>", "<![CDATA[", "]]>",
    "<!--", "<!DOCTYPE", "<?xml version='1.0' encoding='", "'?>", "&amp;", "&#0;", "&x;", "2026-01-01", "99999999",
    '{"version": "https://jsonfeed.org/version/1", "items": [', '{"id": ', '"\\ud800"', "1e999", "]", "}", "\x00",
    "投資", "xml:base='",
]  # fmt: skip


@given(st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode)))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with suppress(ContentError):
        assert all(entry.id and entry.id.encode() for entry in read_feed(data, "feed").entries)


@pytest.mark.parametrize("format", FeedFormat)
def test_a_title_of_our_own_is_read_as_it_was_written(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    written = replace(entry, title="<b>株</b> & &amp; R&D2")
    found = read_feed(serialise(replace(feed, entries=(written,)), format), "feed")
    assert [one.title for one in found.entries] == [written.title]
