"""Only what was built is at an address, and nothing else can be reached by any spelling."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Config, load_config
from publisher.jobs.feed_records import FeedRecord
from publisher.web.addresses import Addresses, Gone, Kind, Moved, Target, addresses

NOW = "2026-11-24T03:00:00Z"
RECORDS = (
    FeedRecord("feed.xml", "site", "", "rss", NOW, "a"),
    FeedRecord("category/台所/atom.xml", "category", "台所", "atom", NOW, "b"),
    FeedRecord("feed-archive/1.xml", "archive", "feed.xml", "rss", NOW, "c"),
    FeedRecord("category/旧/feed.xml", "category", "旧", "rss", NOW, "d", NOW),
    FeedRecord("feeds/index.html", "page", "", "html", NOW, "e"),
    FeedRecord("feeds.opml", "opml", "", "opml", NOW, "f"),
    FeedRecord("旧 feed.xml", "site", "", "rss", NOW, "g"),
)


def config(folder: Path, text: str = "") -> Config:
    (folder / "config.yaml").write_text(f"site: {{title: みどりの庭}}\n{text}", encoding="utf-8")
    return load_config(folder / "config.yaml", {}, folder)


@pytest.fixture
def found(tmp_path: Path) -> Addresses:
    redirects = "feeds: {redirects: {旧 feed.xml: feed.xml, category/旧/feed.xml: category/台所/atom.xml}}\n"
    return addresses(config(tmp_path, redirects), "https://midori.example/ブログ/", RECORDS)


@pytest.mark.parametrize("base", ["/", "/ブログ/"])
def test_files_are_below_the_root_and_below_the_sites_own_path(found: Addresses, base: str) -> None:
    assert found.find(f"{base}feed.xml") == Target("feed.xml", Kind.FEED, "application/rss+xml")
    assert found.find(f"{base}category/台所/atom.xml") == Target(
        "category/台所/atom.xml", Kind.FEED, "application/atom+xml"
    )
    assert found.find(f"{base}feed-archive/1.xml") == Target("feed-archive/1.xml", Kind.ARCHIVE, "application/rss+xml")
    assert found.find(f"{base}feeds.opml") == Target("feeds.opml", Kind.OPML, "text/x-opml")


@pytest.mark.parametrize(("base", "quoted"), [("/", "/"), ("/ブログ/", "/%E3%83%96%E3%83%AD%E3%82%B0/")])
def test_an_old_path_leads_to_the_new_one_below_the_same_base(found: Addresses, base: str, quoted: str) -> None:
    assert found.find(f"{base}旧 feed.xml") == Moved(f"{quoted}feed.xml")
    assert found.find(f"{base}feeds") == Moved(f"{quoted}feeds/")


def test_the_page_is_at_its_folder_too(found: Addresses) -> None:
    assert found.find("/feeds/") == found.find("/feeds/index.html")


def test_a_feed_that_is_gone_is_gone_unless_it_is_led_elsewhere(found: Addresses, tmp_path: Path) -> None:
    without = addresses(config(tmp_path), "https://midori.example/", RECORDS)

    assert without.find("/category/旧/feed.xml") == Gone()
    assert isinstance(found.find("/category/旧/feed.xml"), Moved)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "feed.xml",
        "//feed.xml",
        "/feed.xml/",
        "/feed.xml.gz",
        "/FEED.XML",
        "/./feed.xml",
        "/feeds/../feed.xml",
        "/../feed.xml",
        "/.feed.xml.publisher-new",
        "/index.html",
        "/config.yaml",
        "/ids.json",
        "/feed-archive/2.xml",
        "/feed-archive/",
        "/feed.xml\0",
        "/ブログfeed.xml",
        "/ブログ/ブログ/feed.xml",
    ],
)
def test_nothing_else_is_there(found: Addresses, address: str) -> None:
    assert found.find(address) is None


@given(st.text(max_size=30))
def test_whatever_is_asked_for_only_known_files_are_found(text: str) -> None:
    known = Addresses("/", {"feed.xml": Target("feed.xml", Kind.FEED, "")}, frozenset(), {})

    assert known.find(f"/{text}") is None or text == "feed.xml"
