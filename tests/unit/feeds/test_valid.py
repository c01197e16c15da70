"""Whatever a writer wrote, each format is valid by the strictest validator's rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.validator import faults

from publisher.content.safe import make_safe
from publisher.feeds import serialise
from publisher.model.feed import Enclosure, Entry, Episode, Feed, FeedFormat, Label, Podcast
from publisher.model.post import Author

SITE = "https://kabu.example.jp/"
NEWEST = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOSTILE = st.sampled_from(
    [
        *("", " ", "\u3000", "]]>", "<![CDATA[", "<b>太字</b>", "</script>", "&amp;amp;", "&#x3C;", "<", "&", "\x00"),
        *(
            "\x08",
            "\x85",
            "\ud800",
            "\ufffe",
            "\ufffd",
            "\u202e",
            "\u2028",
            "👩‍👩‍👧",
            "ﾊﾝｶｸ",
            "葛󠄀",
            "か\u3099",
            "%zz",
        ),
        *("../", "a b", "株"),
    ]
)
# UTF-8 that was read as Latin-1 is the writer's own to mend; the validator tells it (BadCharacters).
TEXT = st.text(st.characters(exclude_characters="ÂÃ"), max_size=6)
ANY = st.lists(HOSTILE | TEXT, max_size=4).map("".join)
TAGS = st.sampled_from(["<p>", "</p>", "<b>", "<a href='/x'>", "<a href='javascript:x'>", "</a>", "<table>", "<td>"])
MORE = st.sampled_from(["<img src='図.png' srcset='a 1x'>", "<script>", "<svg onload=x>", "<p style='color:red;x:y'>"])
MARKUP = st.lists(TAGS | MORE | ANY, max_size=8).map("".join)


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    published = NEWEST - timedelta(days=number)
    html = draw(st.none() | MARKUP)
    files = st.builds(Enclosure, st.just(SITE + "音.mp3"), ANY, st.integers(-9, 9))
    labels = st.lists(st.builds(Label, ANY, ANY, st.just(f"{SITE}category/")), max_size=3).map(tuple)
    return Entry(
        id=f"tag:kabu.example.jp,2026:/{number}",
        url=SITE + draw(ANY),
        title=draw(ANY),
        published=published,
        updated=published + timedelta(hours=draw(st.integers(0, 20))),
        summary=draw(ANY),
        html=None if html is None else make_safe(html, SITE),
        categories=draw(labels),
        tags=draw(labels),
        authors=draw(st.lists(st.builds(Author, ANY, st.none() | ANY), max_size=2).map(tuple)),
        language=draw(st.sampled_from([None, "ja", "en-GB", "zh_TW"])),
        image=draw(st.none() | ANY | st.just(SITE + "図 1.png")),
        enclosures=draw(st.lists(files, max_size=2).map(tuple)),
        episode=draw(
            st.none() | st.builds(Episode, st.none() | st.integers(-1, 3), st.none() | st.integers(-1, 3), ANY)
        ),
    )


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    found = tuple(draw(entries(number)) for number in range(draw(st.integers(0, 3))))
    shows = st.builds(
        Podcast, st.just((("Arts", "Food"),)), st.just(SITE + "c.jpg"), owner=st.just(Author("三浦", "m@x.jp"))
    )
    return Feed(
        id=SITE + "feed",
        title=draw(ANY),
        description=draw(ANY),
        page_url=SITE,
        self_url=SITE + "feed",
        language="ja",
        updated=max((entry.updated for entry in found), default=NEWEST),
        entries=found,
        author=draw(st.none() | st.builds(Author, ANY, st.none() | ANY)),
        icon=draw(st.none() | ANY),
        logo=draw(st.none() | ANY | st.just(SITE + "logo.png")),
        hub=draw(st.none() | ANY),
        podcast=draw(st.none() | shows),
    )


@pytest.mark.parametrize("format_", FeedFormat)
@given(feeds())
def test_whatever_stands_in_a_feed_it_is_valid(format_: FeedFormat, feed: Feed) -> None:
    data = serialise(feed, format_)

    # Of tangled tags HTML5 makes trees that no text gives back, such as a link in a link around a table.
    wrong = [str(fault) for fault in faults(data, SITE + "feed") if fault.rule != "NotHtml"]

    assert wrong == []
