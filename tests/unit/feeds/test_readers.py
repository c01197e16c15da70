"""What readers see between two versions, by the rules of each; test_readers_really asks the reader library itself."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.feeds import as_miniflux, serialise
from publisher.feeds.kept import document
from publisher.feeds.readers import seen
from publisher.model.feed import Enclosure, Entry, Feed, FeedFormat, Label
from publisher.model.post import Author
from publisher.model.seen import Noticed, Reader, Seen
from publisher.struct import replace

WHEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = datetime(2026, 1, 6, 9, tzinfo=UTC)
ID = "tag:midori.example,2026-01-05:/miso"
MISO = Entry(
    id=ID,
    url="https://midori.example/miso/",
    title="味噌を仕込む",
    published=WHEN,
    updated=WHEN,
    summary="大豆1kg",
    html="<p>本文</p>",
    categories=(Label("niwa", "庭"),),
    authors=(Author("三浦 みどり"),),
)
SHELF = replace(MISO, id=ID + "/2", url="https://midori.example/2/", title="図書館の棚")


SCRAPS = [b"", b"<", b"&#0;", b"\xff", b'"', b"<id>", b"]]>", b"null"]
SOUND = Enclosure("https://midori.example/a.mp3", "audio/mpeg", 9)


def feed(*entries: Entry, **more: Any) -> Feed:
    site = "https://midori.example/"
    return replace(Feed(site, "みどりの庭", "庭", site, site + "feed", "ja", WHEN, entries), **more)


def changed(
    old: Feed | bytes, new: Feed | bytes, format_: FeedFormat = FeedFormat.RSS
) -> dict[str, tuple[str, ...] | None]:
    """By reader, what it says has changed in the only entry; None where that is new to it."""
    before, after = (one if isinstance(one, bytes) else serialise(one, format_) for one in (old, new))
    found: dict[str, tuple[str, ...] | None] = {}
    for reader, what in seen(before, after).items():
        assert len(what.new) + len(what.updated) + len(what.unchanged) == 1
        found[reader] = None if what.new else what.updated[0].changed if what.updated else ()
    return found


def rss(items: str, channel: str = "") -> bytes:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    )
    return f'<rss version="2.0" {spaces}><channel><title>題</title>{channel}{items}</channel></rss>'.encode()


def item(inner: str) -> bytes:
    return rss(f"<item>{inner}</item>")


def atom(inner: str, head: str = "", encoding: str = "utf-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">'
        f"<title>題</title><id>i</id>{head}<entry>{inner}</entry></feed>"
    )
    return text.encode(encoding)


def json_feed(*items: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "題", "items": items, **more}).encode()


@pytest.mark.parametrize("format_", FeedFormat)
def test_the_same_feed_brings_nothing(format_: FeedFormat) -> None:
    data = serialise(feed(MISO, SHELF), format_)

    entries = (Noticed("味噌を仕込む", ID), Noticed("図書館の棚", ID + "/2"))
    assert seen(data, data) == dict.fromkeys(Reader, Seen(unchanged=entries))


@pytest.mark.parametrize("format_", FeedFormat)
def test_entries_come_and_go_and_only_change_places(format_: FeedFormat) -> None:
    third = replace(MISO, id=ID + "/3", title="三つ目")
    old, new = serialise(feed(MISO, SHELF), format_), serialise(feed(third, SHELF), format_)
    turned = serialise(feed(SHELF, MISO), format_)

    expected = Seen(
        new=(Noticed("三つ目", ID + "/3"),),
        unchanged=(Noticed("図書館の棚", ID + "/2"),),
        gone=(Noticed("味噌を仕込む", ID),),
    )
    assert seen(old, new) == dict.fromkeys(Reader, expected)
    assert all(not one.new and not one.updated and not one.gone for one in seen(old, turned).values())


def test_a_feed_that_was_not_there_is_new_and_one_that_goes_is_gone() -> None:
    data = serialise(feed(MISO), FeedFormat.ATOM)

    assert seen(None, data) == dict.fromkeys(Reader, Seen(new=(Noticed("味噌を仕込む", ID),)))
    assert seen(data, None) == dict.fromkeys(Reader, Seen(gone=(Noticed("味噌を仕込む", ID),)))
    assert seen(None, None) == dict.fromkeys(Reader, Seen())


@pytest.mark.parametrize("format_", FeedFormat)
def test_a_new_id_is_a_new_entry(format_: FeedFormat) -> None:
    renamed = replace(MISO, id="tag:midori.example,2026-01-05:/another")

    assert changed(feed(MISO), feed(renamed), format_) == dict.fromkeys(Reader, None)


def test_a_feed_may_change_its_format_where_it_lies() -> None:
    versions = [serialise(feed(MISO), format_) for format_ in FeedFormat]

    for old in versions:
        for new in versions:
            assert all(one.new == one.gone == () for one in seen(old, new).values())


ALL = (FeedFormat.RSS, FeedFormat.ATOM, FeedFormat.JSON)
RSS, ATOM, JSON = ((one,) for one in ALL)
XML = RSS + ATOM
EDITS = [
    (ALL, {"title": "味噌を仕込む日"}, "title", "title", "title"),
    (ALL, {"url": "https://midori.example/moved/"}, "url", "link", "link"),
    (ALL, {"html": "<p>直した本文</p>"}, "content", "content", "content"),
    # Who has the whole content shows no summary, but the library keeps both.
    (ALL, {"summary": "直した要約"}, "", "", "summary"),
    (ALL, {"updated": LATER}, "", "", "updated"),
    # RSS has the second moment only where it is another.
    (RSS, {"published": LATER, "updated": LATER}, "", "", "published"),
    (ATOM + JSON, {"published": LATER, "updated": LATER}, "", "", "updated published"),
    (ALL, {"categories": (Label("niwa", "庭"), Label("hon", "本"))}, "tags", "tags", ""),
    # FreshRSS reads neither authors nor attachments of a JSON Feed.
    (XML, {"authors": (Author("山田"),)}, "author", "authors", "authors"),
    (JSON, {"authors": (Author("山田"),)}, "author", "", "authors"),
    (RSS, {"language": "en"}, "language", "", ""),
    (ATOM + JSON, {"language": "en"}, "language", "", "content"),
    (XML, {"enclosures": (SOUND,)}, "enclosures", "enclosures", "enclosures"),
    (JSON, {"enclosures": (SOUND,)}, "enclosures", "", "enclosures"),
]


@pytest.mark.parametrize(
    ("format_", "edit", "miniflux", "freshrss", "reader"), [(one, *row) for formats, *row in EDITS for one in formats]
)
def test_each_reader_compares_what_its_own_rules_say(
    format_: FeedFormat, edit: dict[str, Any], miniflux: str, freshrss: str, reader: str
) -> None:
    found = changed(feed(MISO), feed(replace(MISO, **edit)), format_)

    expected = {"miniflux": miniflux, "freshrss": freshrss, "reader": reader}
    assert found == {name: tuple(words.split()) for name, words in expected.items()}


@pytest.mark.parametrize("format_", [FeedFormat.ATOM, FeedFormat.JSON])
def test_a_new_author_of_the_feed_marks_entries_that_take_theirs_from_it(format_: FeedFormat) -> None:
    anonymous = replace(MISO, authors=())

    found = changed(feed(anonymous, author=Author("三浦")), feed(anonymous, author=Author("山田")), format_)

    assert found == {"miniflux": ("author",), "freshrss": ("authors",) if format_ == "atom" else (), "reader": ()}


def test_a_new_language_of_the_feed_marks_its_entries() -> None:
    found = changed(feed(MISO), feed(MISO, language="en"), FeedFormat.ATOM)

    assert found == {"miniflux": ("language",), "freshrss": (), "reader": ("content",)}


def test_miniflux_hashes_the_id_as_it_stands() -> None:
    """Its own code gave these hashes of these feeds."""
    data = [
        atom("<id> tag:x,2026:味噌\n</id><title>味噌</title>"),
        item("<guid isPermaLink='false'>tag:x,2026:味噌</guid><title>味噌</title>"),
        json_feed({"id": " tag:x,2026:味噌 ", "content_html": "x"}),
        item("<link> https://x.example/a </link><title>味噌</title>"),
        item("<title>味噌</title><description>本文</description>"),
    ]

    hashed = [as_miniflux.kept(found)[0].key for one in data if (found := document(one)) is not None]

    texts = [" tag:x,2026:味噌\n", "tag:x,2026:味噌", "tag:x,2026:味噌", "https://x.example/a", "味噌本文"]
    assert hashed == [sha256(text.encode()).hexdigest() for text in texts]


def test_of_several_items_with_one_guid_miniflux_tells_the_later_ones_by_their_address() -> None:
    one = "<item><guid>g</guid><link>https://x.example/1</link><title>一</title></item>"
    two = "<item><guid>g</guid><link>https://x.example/2</link><title>二</title></item>"

    found = seen(rss(one + two), rss(one + two.replace("二", "2")))

    assert [len(found[Reader.MINIFLUX].unchanged), len(found[Reader.MINIFLUX].updated)] == [1, 1]
    # The others keep one of the two: FreshRSS the last, the library the first.
    assert found[Reader.FRESHRSS] == Seen(updated=(Noticed("2", "g", ("title",)),))
    assert found[Reader.READER] == Seen(unchanged=(Noticed("一", "g"),))


def test_ids_that_differ_in_japanese_only_are_one_to_freshrss() -> None:
    data = rss("<item><guid>x:味噌</guid><title>一</title></item><item><guid>x:醤油</guid><title>二</title></item>")

    found = seen(None, data)

    assert [one.title for one in found[Reader.FRESHRSS].new] == ["二"]
    assert [one.title for one in found[Reader.MINIFLUX].new] == ["一", "二"]


def test_an_item_without_an_id_is_known_by_its_address_and_freshrss_adds_its_date() -> None:
    old = item("<link>https://x.example/a</link><pubDate>Mon, 05 Jan 2026 09:00:00 GMT</pubDate>")
    new = item("<link>https://x.example/a</link><pubDate>Tue, 06 Jan 2026 09:00:00 GMT</pubDate>")

    assert changed(old, new) == {"miniflux": (), "freshrss": None, "reader": ("published",)}


def test_a_title_that_was_escaped_twice_looks_the_same_to_those_who_unescape_it_twice() -> None:
    old = item("<guid>g</guid><title>麹 &amp;amp; 塩</title>")
    new = item("<guid>g</guid><title>麹 &amp; 塩</title>")

    assert changed(old, new) == {"miniflux": (), "freshrss": (), "reader": ("title",)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<category>庭</category><category>本</category>", "<category>本</category><category>庭</category>",
         {"miniflux": (), "freshrss": ("tags",)}),
        ("<category>庭, 本</category>", "<category>庭</category><category>本</category>",
         {"miniflux": ("tags",), "freshrss": ()}),
        ("<dc:language>ja_JP</dc:language>", "<dc:language>ja-jp</dc:language>", {"miniflux": (), "freshrss": ()}),
        ("<media:thumbnail url='https://x.example/a.png'/>", "<media:thumbnail url='https://x.example/b.png'/>",
         {"miniflux": ("enclosures",), "freshrss": ()}),
        ("<itunes:author>三浦</itunes:author><dc:creator>a</dc:creator>",
         "<itunes:author>三浦</itunes:author><dc:creator>b</dc:creator>",
         {"miniflux": (), "freshrss": ("authors",)}),
        ("<comments>https://x.example/1</comments>", "<comments>https://x.example/2</comments>",
         {"miniflux": ("comments",), "freshrss": ()}),
        ("<itunes:duration>61</itunes:duration>", "<itunes:duration>300</itunes:duration>",
         {"miniflux": ("duration",), "freshrss": ()}),
    ],
)  # fmt: skip
def test_what_is_compared_of_an_rss_item(before: str, after: str, expected: dict[str, tuple[str, ...]]) -> None:
    found = changed(item("<guid>g</guid>" + before), item("<guid>g</guid>" + after))

    assert {name: found[name] for name in expected} == expected


def test_the_label_of_an_atom_category_is_its_name() -> None:
    old = atom("<id>i</id><title>t</title><category term='niwa' label='庭'/>")

    assert changed(old, atom("<id>i</id><title>t</title><category term='garden' label='庭'/>")) == dict.fromkeys(
        Reader, ()
    )
    assert changed(old, atom("<id>i</id><title>t</title><category term='niwa'/>"))["freshrss"] == ("tags",)


def test_xhtml_is_compared_with_its_markup() -> None:
    content = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{}</p></div></content>'
    old, new = (atom("<id>i</id><title>t</title>" + content.format(text)) for text in ("本文", "<b>本文</b>"))

    found = changed(old, new)

    assert found["miniflux"] == found["freshrss"] == ("content",)
    # feedparser makes a summary of it, too.
    assert found["reader"] == ("summary", "content")


def test_who_resolves_links_sees_no_change_where_they_become_absolute() -> None:
    """As where jekyll-feed's feed is replaced by ours."""
    content = '<content type="html">&lt;a href="{}x"&gt;庭&lt;/a&gt; &lt;img src="{}"/&gt;</content>'
    entry = '<id>i</id><title type="html">麹 &amp;amp; 塩</title><link href="https://x.example/a/b.html"/>'
    old = atom(entry + content.format("/", "b.png"))
    new = atom(
        entry.replace(' type="html"', "").replace("&amp;amp;", "&amp;")
        + content.format("https://x.example/", "https://x.example/a/b.png")
    )

    found = changed(old, new)

    # miniflux takes entities in an HTML title for text.
    assert (found["miniflux"], found["freshrss"]) == (("title",), ())


@pytest.mark.parametrize("encoding", ["euc-jp", "shift_jis", "utf-16"])
def test_a_feed_of_old_may_be_in_an_encoding_of_japan(encoding: str) -> None:
    entry = "<id>i</id><title>味噌</title><updated>2026-01-05T00:00:00Z</updated>"
    old, new = atom(entry, encoding=encoding), atom(entry)

    assert changed(old, new) == dict.fromkeys(Reader, ())


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><p>", "ただの文".encode(), b"{", b"[]", b"{}", b'{"items": 1}', b"<rss/>", b'{"items": [1, null]}',
     b"<?xml version='1.0' encoding='nonsense'?><rss/>", b"\xff\xfe\x00", b"[" * 100_000, b'{"items":' * 100_000],
)  # fmt: skip
def test_what_is_no_feed_has_no_entries(data: bytes) -> None:
    new = serialise(feed(MISO), FeedFormat.RSS)

    assert seen(data, new) == dict.fromkeys(Reader, Seen(new=(Noticed("味噌を仕込む", ID),)))


def test_a_json_feed_with_odd_values_is_read_as_far_as_it_goes() -> None:
    odd = {"id": 12, "url": None, "title": ["x"], "tags": "庭", "authors": [None, {"name": 3}], "attachments": [7],
           "date_modified": 5, "language": True}  # fmt: skip

    found = seen(json_feed(odd), json_feed(odd | {"url": "https://x.example/a"}))

    assert found[Reader.MINIFLUX].updated == (Noticed("", "12", ("url",)),)
    assert found[Reader.READER].updated == (Noticed("", "12", ("link",)),)
    # An item without an address is none to FreshRSS.
    assert found[Reader.FRESHRSS].new == (Noticed("", "12"),)


@pytest.mark.parametrize("format_", FeedFormat)
@given(cut=st.tuples(st.integers(0, 3000), st.integers(0, 3000)), put=st.sampled_from(SCRAPS))
def test_a_damaged_feed_raises_nothing(format_: FeedFormat, cut: tuple[int, int], put: bytes) -> None:
    whole = serialise(feed(MISO, SHELF), format_)
    damaged = whole[: min(cut)] + put + whole[max(cut) :]

    for before, after in ((whole, damaged), (damaged, whole)):
        for what in seen(before, after).values():
            assert after is damaged or len(what.new) + len(what.updated) + len(what.unchanged) == 2
