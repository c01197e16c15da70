import json
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.feeds import recover, serialise
from publisher.model.feed import Archive, Enclosure, Entry, Episode, Feed, FeedFormat, Label, Podcast
from publisher.model.post import Author
from publisher.struct import replace

# Every code point, lone surrogates too, and what has broken feeds before more often than chance would have it.
awkward = st.sampled_from(
    ["]]>", "&amp;", "&#0;", "<![CDATA[", "\x08", "\ud800", "\ufffe", "\u202e", "\r\n", "投資", "ﾊﾟ", "🗻"]
)
texts = st.lists(st.text(st.characters(), max_size=6) | awkward, max_size=4).map("".join)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones).map(
    lambda m: m.replace(microsecond=0)
)
addresses = texts.map(lambda text: f"https://kabu.example.jp/{text}")
people = st.builds(Author, texts, st.none() | texts | st.just("a..b@example.jp"))
labels = st.builds(Label, texts, texts, st.just("") | addresses)
numbers = st.none() | st.integers(-1, 9)
enclosures = st.builds(Enclosure, addresses, st.just("audio/mpeg") | texts, st.integers(-1, 10**12), numbers)
kinds = st.just("bonus") | texts
episodes = st.builds(Episode, numbers, numbers, kinds, st.none() | st.booleans(), st.none() | addresses)
podcasts = st.builds(
    Podcast,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    st.none() | addresses,
    st.booleans(),
    st.just("serial") | texts,
    st.none() | texts,
    st.none() | people,
)
archives = st.builds(Archive, st.none() | addresses, st.none() | addresses, st.none() | addresses)
entries = st.builds(
    Entry,
    id=st.uuids().map(lambda uuid: f"tag:kabu.example.jp,2026:{uuid}"),
    url=addresses,
    title=texts,
    published=moments,
    updated=moments,
    summary=texts,
    html=st.none() | texts,
    categories=st.lists(labels, max_size=2).map(tuple),
    tags=st.lists(labels, max_size=2).map(tuple),
    authors=st.lists(people, max_size=2).map(tuple),
    language=st.sampled_from([None, "ja", "en", "日本語"]),
    image=st.none() | addresses,
    enclosures=st.lists(enclosures, max_size=3).map(tuple),
    episode=st.none() | episodes,
)
feeds = st.builds(
    Feed,
    id=st.just("https://kabu.example.jp/"),
    title=texts,
    description=texts,
    page_url=addresses,
    self_url=addresses,
    language=st.just("ja"),
    updated=moments,
    entries=st.lists(entries, max_size=3, unique_by=lambda entry: entry.id).map(tuple),
    author=st.none() | people,
    icon=st.none() | addresses,
    logo=st.none() | addresses,
    hub=st.none() | addresses,
    style=st.none() | texts.map(lambda text: f"/{text}"),
    archive=st.none() | archives,
    podcast=st.none() | podcasts,
)
formats = st.sampled_from(FeedFormat)


@given(feeds, formats)
def test_entries_read_back_give_the_same_bytes(feed: Feed, format: FeedFormat) -> None:
    data = serialise(feed, format)
    read = recover(data, format)
    assert list(read) == [entry.id for entry in feed.entries]
    assert serialise(replace(feed, entries=tuple(read.values())), format) == data


@given(feeds, st.sampled_from([FeedFormat.RSS, FeedFormat.ATOM]))
def test_any_text_makes_well_formed_xml(feed: Feed, format: FeedFormat) -> None:
    data = serialise(feed, format)
    assert etree.fromstring(data).tag in {"rss", "{http://www.w3.org/2005/Atom}feed"}
    parsed = feedparser.parse(data)
    assert not parsed.bozo
    assert [entry.id for entry in parsed.entries] == [entry.id for entry in feed.entries]


@given(feeds)
def test_any_text_makes_json_in_utf_8(feed: Feed) -> None:
    document = json.loads(serialise(feed, FeedFormat.JSON).decode("utf-8"))
    assert [item["id"] for item in document["items"]] == [entry.id for entry in feed.entries]


@given(st.binary(), formats)
def test_noise_has_no_entries(data: bytes, format: FeedFormat) -> None:
    assert recover(data, format) == {}


@given(feeds, formats, st.data())
def test_a_damaged_feed_never_raises(feed: Feed, format: FeedFormat, data: st.DataObject) -> None:
    whole = serialise(feed, format)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    read = recover(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:], format)
    assert all(isinstance(entry, Entry) for entry in read.values())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


@given(feeds, entries, st.data())
def test_a_json_item_of_other_types_never_raises(feed: Feed, entry: Entry, data: st.DataObject) -> None:
    document = json.loads(serialise(replace(feed, entries=(entry,)), FeedFormat.JSON))
    item = document["items"][0]
    keys = [*item, "tags", "authors", "language", "image", "attachments", "_labels"]
    item[data.draw(st.sampled_from(keys))] = data.draw(json_values)
    read = recover(json.dumps(document).encode(), FeedFormat.JSON)
    assert serialise(replace(feed, entries=tuple(read.values())), FeedFormat.JSON)


JSON_KEYS = ["id", "url", "title", "content_html", "summary", "language", "tags", "authors", "image", "attachments"]


@pytest.mark.parametrize("key", [*JSON_KEYS, "_labels"])
def test_a_json_item_with_a_number_for_a_text_is_not_ours(podcast: Feed, entry: Entry, key: str) -> None:
    document = json.loads(serialise(podcast, FeedFormat.JSON))
    assert entry.id in recover(json.dumps(document).encode(), FeedFormat.JSON)
    document["items"][0][key] = 5
    assert recover(json.dumps(document).encode(), FeedFormat.JSON) == {}


@pytest.mark.parametrize("key", ["url", "mime_type", "size_in_bytes", "duration_in_seconds"])
@pytest.mark.parametrize("value", [True, 1.5, ["株"], {}])
def test_a_json_attachment_of_other_types_is_not_ours(podcast: Feed, key: str, value: object) -> None:
    document = json.loads(serialise(podcast, FeedFormat.JSON))
    document["items"][0]["attachments"][0][key] = value
    assert recover(json.dumps(document).encode(), FeedFormat.JSON) == {}


@pytest.mark.parametrize("format", FeedFormat)
def test_a_feed_of_another_program_has_no_entries_of_ours(feed: Feed, format: FeedFormat) -> None:
    foreign = serialise(feed, format).replace(b"Publisher", b"Jekyll")
    assert recover(foreign, format) == {}


@pytest.mark.parametrize("format", FeedFormat)
def test_half_a_feed_has_no_entries(feed: Feed, format: FeedFormat) -> None:
    data = serialise(feed, format)
    assert recover(data[: len(data) // 2], format) == {}


@pytest.mark.parametrize("format", FeedFormat)
def test_an_entry_comes_back_as_it_was(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    read = recover(serialise(feed, format), format)[entry.id]
    if format is not FeedFormat.ATOM:
        # Addresses of people stand in Atom alone, slugs too; JSON Feed knows no schemes.
        names = tuple(Label(one.name, one.name, one.scheme * (format is FeedFormat.RSS)) for one in entry.categories)
        entry = replace(entry, authors=(Author("山田 太郎"), Author("Ann")), categories=names)
    assert read == replace(entry, language="ja")
    assert read.published.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_not_ours(feed: Feed) -> None:
    data = serialise(feed, FeedFormat.ATOM).replace(b"+00:00", b"")
    assert recover(data, FeedFormat.ATOM) == {}


def test_a_thousand_brackets_are_no_feed() -> None:
    assert recover(b"[" * 200_000, FeedFormat.JSON) == {}


def test_an_entity_bomb_is_no_feed() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "株">{levels}]><rss><channel><generator>&e11;</generator></channel></rss>'
    assert recover(bomb.encode(), FeedFormat.RSS) == {}


def test_an_entry_recovered_keeps_its_moment(feed: Feed, entry: Entry) -> None:
    for format in FeedFormat:
        read = recover(serialise(feed, format), format)[entry.id]
        assert read.updated == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
