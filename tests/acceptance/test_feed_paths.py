"""Feeds that would lie at one path, or one inside another."""

import pytest
from support.site import CONFIG, Site


def test_a_page_of_the_site_is_not_written_over_by_that_of_all_feeds(site: Site) -> None:
    theirs = site.write("public/feeds/index.html", "<!DOCTYPE html><title>飼料の話</title>")

    done = site.run("build")

    assert done.code == 78
    assert "feeds.paths.page: public/feeds/index.html is a page of your site, and would be written over" in done.err
    assert theirs.read_text("utf-8") == "<!DOCTYPE html><title>飼料の話</title>"
    assert not (site.folder / "public/feed.xml").exists()
    site.ok("build", PUBLISHER_FEEDS__PATHS__PAGE="all/index.html")


def test_our_own_page_is_known_again_where_all_that_was_remembered_is_lost(site: Site) -> None:
    site.ok("build")
    for path in (site.folder / "ids.json", *site.folder.glob("cache.db*")):
        path.unlink()

    site.ok("build")


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        (
            "paths: {page: category/庭/feed.xml}",
            "config.yaml:15:17: feeds.paths.page: "
            "the page of all feeds and the feed of category 庭 would both be category/庭/feed.xml",
        ),
        (
            "custom: {mine: {title: 私の, where: {tag: 株}, paths: {rss: feed.xml}}}",
            "config.yaml:15:60: feeds.custom.mine.paths.rss: "
            "the feed of the whole site and the feed of custom mine would both be feed.xml",
        ),
        (
            "paths: {rss: feeds.opml/feed.xml}",
            "config.yaml: feeds.paths.opml: "
            "the opml of all feeds would be feeds.opml, which is a folder of the feed of the whole site",
        ),
        (
            "paths: {category_rss: 'category/{slug}'}",
            "config.yaml:15:10: feeds.paths: "
            "the feed of category 庭 would be category/庭, which is a folder of the feed of category 庭",
        ),
        (
            "redirects: {feed.xml/old.xml: feed.xml}",
            "config.yaml: feeds.paths.rss: "
            "the feed of the whole site would be feed.xml, which is a folder of a redirect from feed.xml/old.xml",
        ),
    ],
)
def test_files_that_cannot_lie_beside_one_another_are_refused_before_any_is_written(
    site: Site, feeds: str, message: str
) -> None:
    site.write("config.yaml", f"{CONFIG}feeds:\n  {feeds}\n")

    done = site.run("build")

    assert (done.code, done.err.splitlines()[0]) == (78, message)
    assert "choose another path: feeds.paths" in done.err
    assert not (site.folder / "public").exists()
    assert not (site.folder / "ids.json").exists()


@pytest.mark.parametrize(
    "path",
    ["posts/図書館の棚.md", "config.yaml", "ids.json", "publisher.db", "cache.db", "templates/feed/index.html.j2"],
)
def test_nothing_of_the_writers_is_written_over(site: Site, path: str) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    site.write("config.yaml", f"{CONFIG}feeds:\n  output: .\n  paths: {{opml: {path}}}\n")
    before = {file: file.read_bytes() for file in site.folder.rglob("*.*") if "cache" not in file.name}

    done = site.run("build")

    assert done.code == 78
    assert done.err.startswith(f"config.yaml:16:17: feeds.paths.opml: {path} is no feed, and would be written over\n")
    assert {file: file.read_bytes() for file in site.folder.rglob("*.*") if "cache" not in file.name} == before
