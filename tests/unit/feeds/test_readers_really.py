"""The `reader` library sees what we say it will: for any two versions of a feed, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.readers import Shelf, shelf

from publisher.feeds import serialise
from publisher.feeds.readers import seen
from publisher.model.feed import Enclosure, Entry, Feed, FeedFormat, Label
from publisher.model.post import Author
from publisher.model.seen import Reader
from publisher.struct import replace

WORDS = st.sampled_from(
    ["味噌", "大豆1kg & 麹", "<b>太字</b>", "&amp;", "👩‍👩‍👧", "ＡＢＣ", "a\n  b", "]]>", "ٱلْعَرَبِيَّة", ""]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
MOMENTS = st.integers(0, 3).map(lambda day: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=day))
ADDRESSES = st.sampled_from(["a", "b/?q=1&r=2", "味噌"]).map(lambda path: f"https://midori.example/{path}")
LABELS = st.lists(st.builds(Label, WORDS, WORDS), max_size=2).map(tuple)
NAMES = WORDS.map(lambda word: " ".join(word.split()))
AUTHORS = st.lists(st.builds(Author, NAMES, st.sampled_from([None, "m@midori.example"])), max_size=2).map(tuple)
FILES = st.lists(
    st.builds(Enclosure, ADDRESSES, st.just("audio/mpeg"), st.integers(0, 3), st.sampled_from([None, 61])), max_size=2
).map(tuple)
FIELDS = {
    "url": ADDRESSES,
    "title": TEXTS,
    "published": MOMENTS,
    "updated": MOMENTS,
    "summary": TEXTS,
    "html": st.none() | TEXTS.map(lambda text: f"<p>{text}</p>"),
    "categories": LABELS,
    "tags": LABELS,
    "authors": AUTHORS,
    "language": st.sampled_from([None, "en"]),
    "image": st.none() | ADDRESSES,
    "enclosures": FILES,
}
ENTRIES = st.builds(Entry, id=st.integers(0, 5).map(lambda n: f"tag:midori.example,2026:/{n}"), **FIELDS)


@st.composite
def feeds(draw: st.DrawFn) -> tuple[Feed, Feed]:
    """Two versions: entries stay, are edited in a field or two, go, come, and change places."""
    old = draw(st.lists(ENTRIES, max_size=4, unique_by=lambda entry: entry.id))
    edits = [
        {name: draw(FIELDS[name]) for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=2))} for _ in old
    ]
    edited = [replace(entry, **edit) for entry, edit in zip(old, edits, strict=True) if draw(st.integers(0, 4))]
    come = draw(st.lists(ENTRIES, max_size=2))
    new = draw(st.permutations(list({entry.id: entry for entry in [*come, *edited]}.values())))
    author = st.sampled_from([None, Author("三浦 みどり")])
    return feed(old, draw(author)), feed(new, draw(author))


def feed(entries: list[Entry], author: Author | None = None) -> Feed:
    site = "https://midori.example/"
    when = datetime(2026, 1, 9, tzinfo=UTC)
    return Feed(site, "みどりの庭", "庭", site, site + "feed", "ja", when, tuple(entries), author=author)


def written_by(*versions: tuple[Author, ...]) -> tuple[Feed, ...]:
    """A feed with one entry, by these authors, and then by those."""
    when, address = datetime(2026, 1, 5, tzinfo=UTC), "https://midori.example/a"
    entry = Entry("tag:midori.example,2026:/0", address, "味噌", when, when)
    return tuple(feed([replace(entry, authors=authors)]) for authors in versions)


MIDORI, KOJI = Author("緑", "m@midori.example"), Author("大豆1kg & 麹")


@pytest.fixture(scope="module")
def server() -> Iterator[Shelf]:
    with shelf() as made:
        yield made


@pytest.mark.parametrize("format_", FeedFormat)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(versions=feeds())
@example(versions=written_by((MIDORI,), (MIDORI, Author("緑"))))
@example(versions=written_by((Author("味噌"), KOJI), (KOJI,)))
def test_the_reader_library_is_told_of_what_was_foreseen(
    server: Shelf, format_: FeedFormat, versions: tuple[Feed, ...]
) -> None:
    old, new = (serialise(version, format_) for version in versions)

    told = server.fetched(format_, old, new)

    foreseen = seen(old, new)[Reader.READER]
    assert {entry.id for entry in foreseen.new} == told.get("new", set())
    assert {entry.id for entry in foreseen.updated} == told.get("modified", set())
