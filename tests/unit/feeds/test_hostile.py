"""Whatever stands in a post, no rule of a validator is broken, and equal feeds give equal bytes."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.serialised import SITE, XML
from support.validator import faults

from publisher.feeds import recover, serialise
from publisher.model.feed import Archive, Enclosure, Entry, Episode, Feed, FeedFormat, Label, Podcast
from publisher.model.post import Author
from publisher.struct import replace

NEWEST = datetime(2025, 1, 1, tzinfo=UTC)
HOSTILE = [
    "\x00\x08\x0b\x1f\x7f",
    "\x80\x85\x9f",
    "\ud800\udfff",
    "\ufffe\uffff\ufffd",
    "]]>",
    "<![CDATA[<b>]]]]><![CDATA[>]]>",
    "<script>alert(1)</script>",
    "</title></item>",
    "&amp;lt;b&amp;gt; &#0; &#x1F; &bogus; R&D2",
    "<a@example.jp>",
    "\u202eهذا\u202c \u2066עברית\u2069",
    "👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "ﾊﾝｶｸｶﾅ　全角ＡＢＣ１２３",
    "\r\n\t\u2028\u2029",
    "",
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=4), max_size=3).map("".join)
names = texts.map(lambda text: f"株{text}")
addresses = texts.map(lambda text: f"{SITE}{text}")
labels = st.builds(Label, texts, texts, st.sampled_from(["", f"{SITE}tag/"]))
people = st.builds(Author, texts, st.none() | texts | st.just("a..b@example.jp"))
numbers = st.none() | st.integers(-1, 3)
entries = st.builds(
    Entry,
    id=st.uuids().map(lambda uuid: f"tag:kabu.example.jp,2026:{uuid}"),
    url=addresses,
    title=texts,
    published=st.just(NEWEST),
    updated=st.just(NEWEST),
    summary=texts,
    html=st.none() | st.just("<p>株</p>"),
    categories=st.lists(labels, max_size=2).map(tuple),
    tags=st.lists(labels, max_size=2).map(tuple),
    authors=st.lists(people, max_size=2).map(tuple),
    language=st.sampled_from([None, "ja", "en_GB", "日本語", ""]),
    image=st.none() | addresses,
    enclosures=st.lists(st.builds(Enclosure, addresses, texts, st.integers(-2, 2), numbers), max_size=2).map(tuple),
    episode=st.none() | st.builds(Episode, numbers, numbers, texts, st.none() | st.booleans()),
)
SHOW = Podcast((("Business", "Investing"),), f"{SITE}cover.png", owner=Author("編集部", "info@example.jp"))
feeds = st.builds(
    Feed,
    id=st.just(f"{SITE}feed"),
    title=texts,
    description=texts,
    page_url=st.just(SITE),
    self_url=st.just(f"{SITE}feed"),
    language=st.just("ja"),
    updated=st.just(NEWEST),
    entries=st.lists(entries, max_size=2, unique_by=lambda entry: entry.url).map(tuple),
    author=st.none() | people,
    icon=st.none() | addresses,
    logo=st.none() | addresses,
    hub=st.none() | st.just("https://hub.example.org/"),
    style=st.none() | texts.map(lambda text: f"/{text}.css"),
    archive=st.sampled_from([None, Archive(previous=f"{SITE}1"), Archive(current=f"{SITE}live", previous=f"{SITE}1")]),
    podcast=st.none() | st.just(SHOW),
)
# Which the posts themselves bring about: two of one moment, and files that Apple does not play.
OF_THE_POSTS = {"DuplicateUpdated", "UnsupportedItunesFormat"}


@given(feeds, st.sampled_from(FeedFormat))
@settings(max_examples=150, deadline=None)
def test_no_rule_of_a_validator_is_broken(feed: Feed, format: FeedFormat) -> None:
    data = serialise(feed, format)
    assert [fault for fault in faults(data, feed.self_url) if fault.rule not in OF_THE_POSTS] == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("format", FeedFormat)
def test_a_post_of_hostile_text_harms_no_other(feed: Feed, entry: Entry, text: str, format: FeedFormat) -> None:
    hostile = replace(entry, id=f"{entry.id}#2", title=text, summary=text, html=text, authors=(Author(text),))
    data = serialise(replace(feed, entries=(hostile, entry)), format)
    assert data == serialise(replace(feed, entries=(hostile, entry)), format)
    read = recover(data, format)
    assert list(read) == [hostile.id, entry.id]
    assert (read[entry.id].title, read[entry.id].html) == (entry.title, entry.html)


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize("piece", ["株価", "<b>&amp;１２３４５６７８９", "]]>", "\x00", "&" + "a" * 1000])
def test_a_title_of_five_megabytes_is_written_in_a_moment(
    feed: Feed, entry: Entry, format: FeedFormat, piece: str
) -> None:
    title = piece * (5_000_000 // len(piece.encode()))
    began = perf_counter()
    data = serialise(replace(feed, entries=(replace(entry, title=title),)), format)
    assert perf_counter() - began < 10
    read = recover(data, format)[entry.id]
    assert read.title == (title.replace("\x00", "") or entry.url)


@pytest.mark.parametrize("format", FeedFormat)
def test_ten_thousand_categories_are_written(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    many = tuple(Label(f"c{n}", f"分類{n}", f"{SITE}category/") for n in range(10_000))
    data = serialise(replace(feed, entries=(replace(entry, categories=many),)), format)
    assert [one.name for one in recover(data, format)[entry.id].categories] == [one.name for one in many]


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize(
    "moment", [datetime.min.replace(tzinfo=UTC) - timedelta(0), datetime.max.replace(tzinfo=UTC, microsecond=0)]
)
def test_the_ends_of_time_are_moments(feed: Feed, entry: Entry, format: FeedFormat, moment: datetime) -> None:
    for zone in (UTC, NEWEST.astimezone().tzinfo, entry.published.tzinfo):
        there = replace(entry, published=moment.replace(tzinfo=zone), updated=moment.replace(tzinfo=zone))
        data = serialise(replace(feed, entries=(there,)), format)
        assert list(recover(data, format)) == [entry.id]


@pytest.mark.parametrize("format", XML)
def test_direction_marks_and_families_stay(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    title = "\u2066עברית\u2069 👨‍👩‍👧‍👦 ﾊﾟ　Ａ"
    data = serialise(replace(feed, entries=(replace(entry, title=title),)), format)
    assert feedparser.parse(data).entries[0].title == title


def test_who_writes_of_the_replacement_character_still_shows_it(feed: Feed, entry: Entry) -> None:
    # BadCharacters of the W3C validator.
    data = serialise(replace(feed, entries=(replace(entry, html="<p>文字化けの\ufffd</p>"),)), FeedFormat.ATOM)
    assert "\ufffd".encode() not in data
    assert recover(data, FeedFormat.ATOM)[entry.id].html == "<p>文字化けの&#xFFFD;</p>"
