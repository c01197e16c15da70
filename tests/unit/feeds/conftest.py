from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.serialised import CATEGORIES, SITE, TAGS

from publisher.model.feed import Enclosure, Entry, Episode, Feed, Label, Podcast
from publisher.model.post import Author
from publisher.struct import replace

JST = timezone(timedelta(hours=9))


@pytest.fixture
def entry() -> Entry:
    return Entry(
        id="tag:kabu.example.jp,2026-11-23:/2026/11/23/%E6%8A%95%E8%B3%87.html",
        url="https://kabu.example.jp/2026/11/23/%E6%8A%95%E8%B3%87%EF%BC%88%EF%BC%91%EF%BC%89.html",
        title="投資分析（１）：Q&A ﾊﾝｶｸ 🗻",
        published=datetime(2026, 11, 23, 9, 0, tzinfo=JST),
        updated=datetime(2026, 11, 24, 0, 30, tzinfo=UTC),
        summary="利回り < 3% & 手数料 > 0 の場合、<b> を使う。",
        html='<p>株価は<strong>上昇</strong>。</p>\n<pre>a &lt; b &amp;&amp; c ]]&gt;</pre>\n<p><a href="https://kabu.example.jp/x">次</a></p>',
        categories=(Label("investment", "投資分析", CATEGORIES), Label("ｶﾌﾞ・入門", "ｶﾌﾞ・入門", CATEGORIES)),
        authors=(Author("山田 太郎"), Author("Ann", "ann@example.jp")),
    )


@pytest.fixture
def feed(entry: Entry) -> Feed:
    older = Entry(
        id="tag:kabu.example.jp,2026-11-16:/en.html",
        url="https://kabu.example.jp/en.html",
        title="In English",
        published=datetime(2026, 11, 16, 23, 59, 59, tzinfo=UTC),
        updated=datetime(2026, 11, 16, 23, 59, 59, tzinfo=UTC),
        language="en",
    )
    return Feed(
        id="https://kabu.example.jp/",
        title="株の日記 & Co.",
        description="毎週の投資分析",
        page_url="https://kabu.example.jp/",
        self_url="https://kabu.example.jp/feed.xml",
        language="ja",
        updated=entry.updated,
        entries=(entry, older),
    )


@pytest.fixture
def episode(entry: Entry) -> Entry:
    """An entry with all that only a podcast has."""
    return replace(
        entry,
        tags=(Label("ai", "人工知能", TAGS),),
        image=f"{SITE}cover.jpg",
        enclosures=(
            Enclosure(f"{SITE}1.mp3", "audio/mpeg", 34_216_300, 1776),
            Enclosure(f"{SITE}1.mp4", "video/mp4", 155_000_000, 1777),
            Enclosure(f"{SITE}memo.pdf", "application/pdf", 0),
        ),
        episode=Episode(number=3, season=2, kind="bonus", explicit=False, image=f"{SITE}3.webp"),
    )


@pytest.fixture
def podcast(feed: Feed, episode: Entry) -> Feed:
    show = Podcast(
        categories=(("Business", "Investing"), ("Education", ""), ("Business", "Careers")),
        image=f"{SITE}cover.jpeg",
        explicit=True,
        kind="serial",
        author="株の編集部",
        owner=Author("編集部", "info@example.jp"),
    )
    return replace(feed, entries=(episode, feed.entries[1]), podcast=show)
