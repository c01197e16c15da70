"""Patterns of paths, as servers are told them."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from publisher.config import load_config
from publisher.jobs.feed_records import FeedRecord
from publisher.model.site import Site
from publisher.web.snippets.layout import Layout, any_of, layout, regex

NOW = "2026-11-24T03:00:00Z"
ARCHIVED = """\
site: {title: みどりの庭}
feeds:
  formats: [rss]
  by: [tag]
  archive: true
  paths: {tag_rss: "tags/{slug}.xml"}
  custom: {kitchen: {title: 台所, where: {tag: 台所}}}
  redirects: {rss.xml: feed.xml}
"""


def laid_out(folder: Path, text: str, *records: FeedRecord) -> Layout:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    config = load_config(folder / "config.yaml", {}, folder)
    site = Site(title="みどりの\n庭", url="https://midori.example/", language="ja", timezone="Asia/Tokyo")
    return layout(config, site, records)


def test_every_feed_that_may_come_has_a_pattern(tmp_path: Path) -> None:
    found = laid_out(tmp_path, ARCHIVED)

    (rss,) = found.kin
    assert rss.patterns == ("/feed.xml", "/tags/{slug}.xml", "/custom/kitchen/feed.xml")
    assert rss.archives == (
        "/feed-archive/{slug}.xml",
        "/tags/{slug}-archive/{slug}.xml",
        "/custom/kitchen/feed-archive/{slug}.xml",
    )
    assert found.title == "みどりの 庭"


def test_what_lies_elsewhere_is_named_and_what_is_gone_too(tmp_path: Path) -> None:
    found = laid_out(
        tmp_path,
        ARCHIVED,
        FeedRecord("tags/台所.xml", "tag", "台所", "rss", NOW, "a"),
        FeedRecord("old/index.xml", "site", "", "rss", NOW, "b"),
        FeedRecord("feed-archive/1.xml", "archive", "feed.xml", "rss", NOW, "c"),
        FeedRecord("atom.xml", "site", "", "atom", NOW, "d", NOW),
        FeedRecord("rss.xml", "site", "", "rss", NOW, "e"),
    )

    assert found.kin[0].patterns[-1] == "/old/index.xml"
    assert len(found.kin[0].patterns) == 4
    assert found.gone == ("/atom.xml",)
    assert [kin.format for kin in found.kin] == ["rss"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}\n\r"), max_size=30))
def test_a_path_fits_its_own_pattern_and_no_other(path: str) -> None:
    assert re.fullmatch(regex(path), path)
    assert not re.fullmatch(regex(path), f"{path}x")


def test_a_slug_may_hold_anything_and_must_hold_something() -> None:
    pattern = any_of(["/庭/category/{slug}/feed.xml", "/庭/feed (1).xml"], "/庭/")

    assert re.search(pattern, "/庭/category/台所/味噌/feed.xml")
    assert re.search(pattern, "/庭/feed (1).xml")
    assert not re.search(pattern, "/庭/category//feed.xml")
    assert not re.search(pattern, "/庭/feed 1.xml")
    assert not re.search(pattern, "/x/庭/feed (1).xml")
    assert not re.search(pattern, "/庭/category/台所/feedxxml")
