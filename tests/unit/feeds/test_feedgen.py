"""feedgen's faults, one test each: where one fails, upstream has mended it and our mend can go."""

import locale
from datetime import UTC, datetime
from typing import Any

import pytest
from feedgen.feed import FeedGenerator
from lxml import etree

NAMES = {"a": "http://www.w3.org/2005/Atom"}
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def generator() -> Any:
    generator = FeedGenerator()
    generator.id("https://kabu.example.jp/")
    generator.title("株の日記")
    generator.description("毎週")
    generator.link(href="https://kabu.example.jp/", rel="alternate")
    generator.updated(MOMENT)
    return generator


@pytest.fixture
def entry(generator: Any) -> Any:
    entry = generator.add_entry()
    entry.id("tag:kabu.example.jp,2026:1")
    entry.title("投資")
    entry.link(href="https://kabu.example.jp/1", rel="alternate", type="text/html")
    entry.updated(MOMENT)
    return entry


def test_an_atom_entry_link_loses_its_rel(generator: Any, entry: Any) -> None:
    assert entry.link()[0]["rel"] == "alternate"
    (link,) = etree.fromstring(generator.atom_str()).findall("a:entry/a:link", NAMES)
    assert link.keys() == ["href"]


def test_the_last_link_of_any_rel_becomes_the_site(generator: Any) -> None:
    generator.link(href="https://hub.example.org/", rel="hub")
    assert etree.fromstring(generator.rss_str()).findtext("channel/link") == "https://hub.example.org/"


def test_a_hub_does_not_reach_rss(generator: Any) -> None:
    generator.link(href="https://hub.example.org/", rel="hub")
    assert etree.fromstring(generator.rss_str()).find("channel/a:link[@rel='hub']", NAMES) is None


def test_entries_are_put_before_earlier_ones(generator: Any, entry: Any) -> None:
    second = generator.add_entry()
    assert generator.entry() == [second, entry]


def test_an_entry_is_of_the_moment_it_was_made() -> None:
    before = datetime.now(UTC)
    generator = FeedGenerator()
    assert before <= generator.updated() <= generator.add_entry().updated() <= datetime.now(UTC)


def test_an_author_without_an_address_is_dropped_from_rss(generator: Any, entry: Any) -> None:
    entry.author({"name": "山田 太郎"})
    assert "山田".encode() not in generator.rss_str()


def test_content_without_a_summary_becomes_the_description(generator: Any, entry: Any) -> None:
    entry.content("<p>株</p>", type="html")
    assert etree.fromstring(generator.rss_str()).findtext("channel/item/description") == "<p>株</p>"


def test_cdata_content_has_an_impossible_type(generator: Any, entry: Any) -> None:
    entry.content("<p>株</p>", type="CDATA")
    content = etree.fromstring(generator.atom_str()).find("a:entry/a:content", NAMES)
    assert content is not None
    assert content.get("type") == "CDATA"


def test_an_rss_date_switches_the_locale_of_the_process(generator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(locale, "setlocale", lambda *args: asked.append(args))
    generator.rss_str()
    assert len(asked) == 3


@pytest.mark.parametrize("character", ["\x00", "\x08", "\ufffe", "\uffff"])
def test_an_illegal_character_is_refused(generator: Any, entry: Any, character: str) -> None:
    entry.title(f"投資{character}")
    with pytest.raises(ValueError, match="XML compatible"):
        generator.rss_str()


def test_an_entry_without_a_title_is_refused(generator: Any, entry: Any) -> None:
    entry.title("")
    with pytest.raises(ValueError, match="Required fields"):
        generator.atom_str()


def test_one_thumbnail_lies_in_a_group_of_its_own(generator: Any, entry: Any) -> None:
    generator.load_extension("media")
    entry.media.thumbnail(url="https://kabu.example.jp/1.jpg")
    assert b"<media:group><media:thumbnail" in generator.atom_str()


@pytest.mark.parametrize("image", ["cover.jpeg", "cover.webp", "cover.png?v=2"])
def test_a_picture_of_a_podcast_must_end_in_jpg_or_png(generator: Any, entry: Any, image: str) -> None:
    generator.load_extension("podcast")
    # It forgets to raise the error that it makes.
    assert generator.podcast.itunes_image(f"https://kabu.example.jp/{image}") is None
    with pytest.raises(ValueError, match="png or jpg"):
        entry.podcast.itunes_image(f"https://kabu.example.jp/{image}")


@pytest.mark.parametrize("word", ["true", "false", True, False])
def test_a_podcast_can_not_be_explicit_in_apples_words(generator: Any, entry: Any, word: object) -> None:
    generator.load_extension("podcast")
    for part in (generator, entry):
        with pytest.raises(ValueError, match="explicit"):
            part.podcast.itunes_explicit(word)


def test_a_quote_in_a_category_of_a_podcast_breaks_the_feed(generator: Any) -> None:
    generator.load_extension("podcast")
    generator.podcast.itunes_category([{"cat": '投資"'}])
    with pytest.raises(SyntaxError):
        generator.rss_str()


def test_an_archive_link_does_not_reach_rss(generator: Any) -> None:
    generator.link(href="https://kabu.example.jp/1.xml", rel="prev-archive")
    generator.link(href="https://kabu.example.jp/", rel="alternate")
    assert b"prev-archive" in generator.atom_str()
    assert b"prev-archive" not in generator.rss_str()


def test_the_last_enclosure_is_the_one_of_rss(generator: Any, entry: Any) -> None:
    entry.enclosure("https://kabu.example.jp/1.mp3", 1, "audio/mpeg")
    entry.enclosure("https://kabu.example.jp/2.mp3", 2, "audio/mpeg")
    assert etree.fromstring(generator.rss_str()).xpath("//enclosure/@url") == ["https://kabu.example.jp/2.mp3"]
