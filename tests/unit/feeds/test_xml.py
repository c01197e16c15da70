import locale
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree
from support.serialised import NAMES, XML, found

from publisher.feeds import recover, serialise
from publisher.model.feed import Entry, Feed, FeedFormat
from publisher.model.post import Author
from publisher.struct import replace

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.mark.parametrize("format", XML)
def test_feedparser_reads_back_what_went_in(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    parsed = feedparser.parse(serialise(feed, format))
    assert not parsed.bozo
    assert parsed.feed.title == feed.title
    assert parsed.feed.link == feed.page_url
    assert parsed.feed.language == "ja"
    read = parsed.entries[0]
    assert (read.id, read.link, read.title) == (entry.id, entry.url, entry.title)
    assert [tag.label or tag.term for tag in read.tags] == [one.name for one in entry.categories]
    assert read.content[0].value == entry.html
    assert read.published_parsed[:6] == (2026, 11, 23, 0, 0, 0)
    assert read.updated_parsed[:6] == (2026, 11, 24, 0, 30, 0)
    assert "山田 太郎" in [author.get("name") for author in read.authors]


@pytest.mark.parametrize("format", XML)
def test_a_title_is_plain_text_escaped_once(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    asked = replace(entry, title="Q&A：利回り < 3% & 株 > 債券")
    data = serialise(replace(feed, entries=(asked,)), format)
    assert "<title>Q&amp;A：利回り &lt; 3% &amp; 株 &gt; 債券</title>".encode() in data


@pytest.mark.parametrize("format", XML)
def test_a_title_is_no_markup_to_readers_that_take_it_for_html(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    # jekyll-feed #388; miniflux unescapes twice, SimplePie (FreshRSS) and feedparser make `<b>` bold.
    tagged = replace(entry, title="<b>株</b> & &amp; 投資")
    read = feedparser.parse(serialise(replace(feed, entries=(tagged,)), format)).entries[0]
    assert read.title_detail.type == "text/plain"
    assert read.title == unescape(read.title) == "<\u2060b>株<\u2060/b> & &\u2060amp; 投資"


@pytest.mark.parametrize("format", FeedFormat)
def test_a_feed_without_entries_is_whole(feed: Feed, format: FeedFormat) -> None:
    data = serialise(replace(feed, entries=()), format)
    assert "株の日記".encode() in data
    assert format is FeedFormat.JSON or not feedparser.parse(data).bozo


@pytest.mark.parametrize("format", XML)
def test_entries_keep_their_order(feed: Feed, format: FeedFormat) -> None:
    assert [read.id for read in feedparser.parse(serialise(feed, format)).entries] == [e.id for e in feed.entries]


def test_the_same_moment_in_another_zone_gives_the_same_bytes(feed: Feed, entry: Entry) -> None:
    there = replace(entry, published=entry.published.astimezone(), updated=entry.updated.astimezone())
    other = replace(feed, entries=(there, feed.entries[1]), updated=feed.updated.astimezone(entry.published.tzinfo))
    assert other == feed
    for format in FeedFormat:
        assert serialise(other, format) == serialise(feed, format)


@pytest.mark.parametrize("format", XML)
def test_a_summary_with_tags_in_it_reads_as_text(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    read = feedparser.parse(serialise(feed, format)).entries[0]
    assert unescape(read.summary) == entry.summary


def test_an_rss_item_has_one_guid_that_is_no_address(feed: Feed, entry: Entry) -> None:
    data = serialise(feed, FeedFormat.RSS)
    assert found(data, "//item[1]/guid/text()") == [entry.id]
    assert found(data, "//guid/@isPermaLink") == ["false", "false"]


def test_rss_dates_have_the_right_weekday_and_come_from_the_feed(feed: Feed) -> None:
    data = serialise(feed, FeedFormat.RSS)
    assert found(data, "//item/pubDate/text()") == [
        "Mon, 23 Nov 2026 00:00:00 +0000",
        "Mon, 16 Nov 2026 23:59:59 +0000",
    ]
    (built,) = found(data, "//lastBuildDate/text()")
    assert parsedate_to_datetime(built) == feed.updated


def test_rss_says_when_an_entry_was_changed_only_where_it_was(feed: Feed) -> None:
    assert found(serialise(feed, FeedFormat.RSS), "//item/a:updated/text()") == ["2026-11-24T00:30:00+00:00"]


def test_rss_names_authors_without_an_address(feed: Feed) -> None:
    data = serialise(replace(feed, author=Author("編集部")), FeedFormat.RSS)
    assert found(data, "//item[1]/dc:creator/text()") == ["山田 太郎", "Ann"]
    assert found(data, "/rss/channel/dc:creator/text()") == ["編集部"]
    assert found(data, "//author") == []


def test_rss_content_without_a_summary_is_not_made_the_description(feed: Feed, entry: Entry) -> None:
    data = serialise(replace(feed, entries=(replace(entry, summary=""),)), FeedFormat.RSS)
    # NeedDescriptionBeforeContent of the W3C validator.
    shown = found(data, "//item/description | //item/content:encoded")
    assert [(one.tag.rpartition("}")[2], one.text) for one in shown] == [("description", None), ("encoded", entry.html)]


def test_rss_without_a_description_is_described_by_its_title(feed: Feed) -> None:
    data = serialise(replace(feed, description=""), FeedFormat.RSS)
    assert found(data, "/rss/channel/description/text()") == [feed.title]


def test_rss_shows_the_logo_with_the_title_and_the_site(feed: Feed) -> None:
    data = serialise(replace(feed, logo="https://kabu.example.jp/logo.png"), FeedFormat.RSS)
    assert found(data, "//image/*/text()") == ["https://kabu.example.jp/logo.png", feed.title, feed.page_url]


@pytest.mark.parametrize(
    ("format", "media_type"), [(FeedFormat.RSS, "application/rss+xml"), (FeedFormat.ATOM, "application/atom+xml")]
)
def test_a_feed_links_to_itself_once(feed: Feed, format: FeedFormat, media_type: str) -> None:
    (link,) = found(serialise(feed, format), "/*/a:link[@rel='self'] | /rss/channel/a:link[@rel='self']")
    assert (link.get("href"), link.get("type")) == (feed.self_url, media_type)


@pytest.mark.parametrize("format", XML)
def test_a_hub_is_named_and_the_site_stays_the_site(feed: Feed, format: FeedFormat) -> None:
    data = serialise(replace(feed, hub="https://hub.example.org/"), format)
    assert found(data, "//a:link[@rel='hub']/@href") == ["https://hub.example.org/"]
    assert feedparser.parse(data).feed.link == feed.page_url


@pytest.mark.parametrize("format", XML)
def test_the_generator_has_no_version(feed: Feed, format: FeedFormat) -> None:
    (generator,) = found(serialise(feed, format), "//generator | //a:generator")
    assert (generator.text, dict(generator.attrib)) == ("Publisher", {})


def test_an_atom_entry_has_one_alternate_link_of_a_page(feed: Feed, entry: Entry) -> None:
    (link,) = found(serialise(feed, FeedFormat.ATOM), "//a:entry[1]/a:link")
    assert dict(link.attrib) == {"href": entry.url, "rel": "alternate", "type": "text/html"}


def test_atom_content_is_html_and_a_summary_text(feed: Feed, entry: Entry) -> None:
    data = serialise(replace(feed, entries=(replace(entry, summary="Q&A、利回り < 3%"),)), FeedFormat.ATOM)
    assert found(data, "//a:content/@type") == ["html"]
    assert [(one.get("type"), one.text) for one in found(data, "//a:summary")] == [("text", "Q&A、利回り < 3%")]


def test_a_summary_that_quotes_code_is_html_in_atom(feed: Feed) -> None:
    (summary, _) = found(serialise(feed, FeedFormat.ATOM), "//a:summary")
    assert summary.get("type") == "html"
    assert summary.text == "利回り &lt; 3% &amp; 手数料 &gt; 0 の場合、&lt;b&gt; を使う。"


@pytest.mark.parametrize("html", [None, "", " \n", "\x00"])
@pytest.mark.parametrize("format", XML)
def test_there_is_no_empty_content(feed: Feed, entry: Entry, html: str | None, format: FeedFormat) -> None:
    data = serialise(replace(feed, entries=(replace(entry, html=html),)), format)
    assert found(data, "//a:content | //content:encoded") == []


@pytest.mark.parametrize("format", FeedFormat)
def test_an_entry_that_says_nothing_says_its_title(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    data = serialise(replace(feed, entries=(replace(entry, html="", summary=" "),)), format)
    (read,) = recover(data, format).values()
    assert (read.html, read.summary) == (None, entry.title)


def test_atom_names_the_language_of_an_entry_that_differs(feed: Feed, entry: Entry) -> None:
    same = replace(feed, entries=(replace(entry, language="ja"), feed.entries[1]))
    root = etree.fromstring(serialise(same, FeedFormat.ATOM))
    assert root.get(LANG) == "ja"
    assert [element.get(LANG) for element in root.findall("a:entry", NAMES)] == [None, "en"]


def test_rss_names_the_language_of_an_entry_that_differs(feed: Feed) -> None:
    assert found(serialise(feed, FeedFormat.RSS), "//item[2]/dc:language/text()") == ["en"]
    assert found(serialise(feed, FeedFormat.RSS), "//item[1]/dc:language") == []


def test_an_atom_feed_whose_entry_names_nobody_is_by_the_site(feed: Feed) -> None:
    path = "/a:feed/a:author/a:name/text()"
    assert found(serialise(feed, FeedFormat.ATOM), path) == [feed.title]
    assert found(serialise(replace(feed, entries=feed.entries[:1]), FeedFormat.ATOM), path) == []
    assert found(serialise(replace(feed, author=Author("編集部")), FeedFormat.ATOM), path) == ["編集部"]


def test_atom_carries_icon_logo_and_subtitle(feed: Feed) -> None:
    full = replace(feed, icon="https://kabu.example.jp/i.ico", logo="https://kabu.example.jp/l.png")
    data = serialise(full, FeedFormat.ATOM)
    assert found(data, "/a:feed/a:icon/text()") == [full.icon]
    assert found(data, "/a:feed/a:logo/text()") == [full.logo]
    assert found(data, "/a:feed/a:subtitle/text()") == [feed.description]


@pytest.mark.parametrize("format", XML)
def test_every_address_is_absolute_and_ascii(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    raw = replace(feed, entries=(replace(entry, url="https://kabu.example.jp/投資（１）.html"),))
    path = "//@href | //item/link/text() | /rss/channel/link/text() | //a:link/@href"
    addresses = found(serialise(raw, format), path)
    assert len(addresses) >= 3
    for address in addresses:
        assert address.isascii()
        assert urlsplit(address).scheme == "https"
        assert urlsplit(address).netloc


@pytest.mark.parametrize("format", XML)
def test_the_locale_of_the_process_is_left_alone(
    feed: Feed, format: FeedFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(locale, "setlocale", lambda *args: asked.append(args))
    assert serialise(feed, format)
    assert asked == []
