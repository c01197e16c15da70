import subprocess
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.listed import ROOT, one, site, whole

from publisher.feeds.opml import opml
from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.listing import Listed
from publisher.struct import replace

FEEDS = (one("旅", FeedKind.CUSTOM), one("投資分析"), one("Market News"), one("三浦", FeedKind.AUTHOR), whole())


def read(*feeds: Listed, language: str = "ja") -> Element:
    return ElementTree.fromstring(opml(site(language), feeds, overrides=None))


def subscriptions(root: Element) -> list[Element]:
    return root.findall(".//outline[@type='rss']")


def test_the_head_says_whose_list_it_is() -> None:
    root = read(*FEEDS)

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [(child.tag, child.text) for child in root[0]] == [
        ("title", "みどりの庭"),
        ("ownerName", "三浦 みどり"),
        ("ownerEmail", "midori@midori.example"),
        ("docs", "http://opml.org/spec2.opml"),
    ]


def test_the_sites_feed_stands_first_and_all_others_below_their_kind() -> None:
    body = read(*FEEDS)[1]

    assert [(outline.get("text"), [inner.get("text") for inner in outline]) for outline in body] == [
        ("みどりの庭", []),
        ("カテゴリー", ["投資分析 – みどりの庭", "Market News – みどりの庭"]),
        ("著者", ["三浦 – みどりの庭"]),
        ("テーマ", ["旅 – みどりの庭"]),
    ]


def test_a_subscription_says_all_that_readers_take() -> None:
    assert subscriptions(read(one("本")))[0].attrib == {
        "type": "rss",
        "text": "本 – みどりの庭",
        "title": "本 – みどりの庭",
        "xmlUrl": f"{ROOT}category/%E6%9C%AC/feed.xml",
        "htmlUrl": ROOT,
        "description": "本 – みどりの庭",
        "language": "ja",
        "version": "RSS2",
    }


@pytest.mark.parametrize(
    ("formats", "file", "version"),
    [
        ((FeedFormat.JSON, FeedFormat.ATOM, FeedFormat.RSS), "atom.xml", None),
        ((FeedFormat.RSS, FeedFormat.ATOM), "feed.xml", "RSS2"),
        ((FeedFormat.JSON,), "feed.json", None),
    ],
)
def test_each_feed_is_named_once_as_json_only_where_there_is_nothing_else(
    formats: tuple[FeedFormat, ...], file: str, version: str | None
) -> None:
    found = subscriptions(read(one("本", FeedKind.CATEGORY, *formats)))

    assert [(one.get("xmlUrl", "").rpartition("/")[2], one.get("version")) for one in found] == [(file, version)]


def test_kinds_are_named_in_the_sites_language() -> None:
    assert read(one("本"), language="en")[1][0].get("text") == "Categories"
    assert read(one("本"), language="ja-JP")[1][0].get("text") == "カテゴリー"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_gives_xml_that_keeps_what_xml_can_hold(text: str) -> None:
    found = subscriptions(read(replace(one("本"), title=f"本{text}本")))[0].get("text", "")

    kept = [character for character in text if character.isprintable()]
    assert (found[0], found[-1]) == ("本", "本")
    assert [character for character in found[1:-1] if character.isprintable()] == kept


def test_a_site_without_feeds_has_an_empty_list() -> None:
    assert len(read()[1]) == 0


def test_newsboat_imports_each_feed_with_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_bytes(opml(site(), FEEDS, overrides=None))
    urls = tmp_path / "urls"
    command: list[str | Path] = ["newsboat", "-u", urls, "-c", tmp_path / "cache.db", "-C", "/dev/null", "-i", file]
    subprocess.run(command, check=True, capture_output=True, env={"HOME": str(tmp_path), "LANG": "C.UTF-8"})

    assert urls.read_text(encoding="utf-8").splitlines() == [
        f"{ROOT}feed.xml",
        f'{ROOT}category/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/feed.xml "カテゴリー"',
        f'{ROOT}category/Market%20News/feed.xml "カテゴリー"',
        f'{ROOT}author/%E4%B8%89%E6%B5%A6/feed.xml "著者"',
        f'{ROOT}custom/%E6%97%85/feed.xml "テーマ"',
    ]


def test_sfeed_imports_each_feed_with_its_title() -> None:
    data = opml(site(), FEEDS, overrides=None)
    done = subprocess.run(["sfeed_opml_import"], input=data, check=True, capture_output=True)

    found = [line.strip() for line in done.stdout.decode().splitlines() if line.startswith("\tfeed ")]
    assert found[:2] == [
        f"feed 'みどりの庭' '{ROOT}feed.xml'",
        f"feed '投資分析 – みどりの庭' '{ROOT}category/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/feed.xml'",
    ]
    assert len(found) == len(FEEDS)
