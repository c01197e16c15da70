"""Which feeds there are, when their entries change, and how their files come and go."""

import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import feedparser
import pytest
from support.site import Site, days_ago

BY = "feeds:\n  by: [category, tag, author, language, section]\n"
CUSTOM = """\
feeds:
  limit: 5
  custom:
    books-in-english:
      title: "Books, in English"
      where: {category: 本, language: en}
      content: summary
      formats: [json]
      paths: {json: english/books.json}
    not-garden:
      title: 庭のほか
      where: {not: {category: 庭}}
"""


def configure(site: Site, text: str) -> None:
    path = site.folder / "config.yaml"
    path.write_text(path.read_text("utf-8") + text, encoding="utf-8")


def entries(site: Site, path: str = "feed.xml") -> dict[str, Any]:
    parsed = feedparser.parse(str(site.folder / "public" / path))
    assert not parsed.bozo, parsed.get("bozo_exception")
    return {entry.title: entry for entry in parsed.entries}


def remembered(site: Site) -> dict[str, dict[str, str]]:
    lines = json.loads((site.folder / "ids.json").read_text("utf-8"))["feeds"]
    return {line["path"]: line for line in lines if line}


def mtime(path: Path) -> str:
    seconds = path.stat().st_mtime_ns / 1e9
    assert seconds == int(seconds)
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_tags_authors_languages_and_sections_have_feeds_when_asked(site: Site) -> None:
    configure(site, BY)
    head = 'tags: [発酵食品]\nauthors: ["三浦 みどり", "Ann Lee"]\nlang: en\n'
    site.write("posts/news/味噌.md", f"---\ntitle: 味噌\ndate: {days_ago(2).isoformat()}\n{head}---\n本文\n")

    site.ok("build")

    for path in ("tag/発酵食品", "author/ann-lee", "language/en", "section/news"):
        assert list(entries(site, f"{path}/feed.xml")) == list(entries(site, f"{path}/atom.xml")) == ["味噌"]
    assert len(entries(site, "author/三浦-みどり/feed.xml")) == 4, "who names no author has the site's"
    assert list(entries(site, "language/ja/feed.xml")) == ["味噌を仕込む日：大豆1kg", "図書館の棚", "昔の記事"]
    assert feedparser.parse(str(site.folder / "public/language/en/atom.xml")).feed.language == "en"


def test_a_feed_by_rule_has_its_own_title_path_format_and_amount(site: Site) -> None:
    configure(site, CUSTOM)
    site.write("posts/en.md", f"---\ntitle: Koji\ndate: {days_ago(2)}\nlang: en\ncategories: [本]\n---\n\nWhole.\n")

    site.ok("build")

    feed = json.loads((site.folder / "public/english/books.json").read_text("utf-8"))
    assert (feed["title"], [item["title"] for item in feed["items"]]) == ("Books, in English", ["Koji"])
    assert "content_html" not in feed["items"][0]
    assert feed["feed_url"] == "https://midori.example/english/books.json"
    assert set(entries(site, "custom/not-garden/feed.xml")) == {"図書館の棚", "Koji"}
    assert not (site.folder / "public/custom/books-in-english").exists()


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{categry: 本}", "unknown word 'categry'"),
        ("{all: {category: 本}}", "'all' must be a list of rules"),
        ("{not: 本}", "must be a mapping of category"),
        ("{tag: []}", "'tag' must be a name or a list of names"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_its_place(site: Site, where: str, message: str) -> None:
    configure(site, f"feeds:\n  custom:\n    mine:\n      title: 私の\n      where: {where}\n")

    done = site.run("build")

    assert done.code == 78
    assert "config.yaml:18:14: feeds.custom.mine.where: " in done.err
    assert message in done.err


def test_content_can_be_whole_for_the_site_and_short_for_categories(site: Site) -> None:
    configure(site, "feeds:\n  content: {category: summary}\n")

    site.ok("build")

    assert "content" in entries(site)["図書館の棚"]
    assert "content" not in entries(site, "category/本/feed.xml")["図書館の棚"]


def test_an_entry_is_updated_only_where_its_visible_text_changed(site: Site) -> None:
    path = site.post("豆", days_ago(30), title="豆", body="大豆を*煮る*。\n\n二段落目。")
    site.ok("build")
    published = entries(site, "atom.xml")["豆"].published
    assert entries(site, "atom.xml")["豆"].updated == published

    text = path.read_text("utf-8")
    path.write_text(text.replace("*煮る*", "**煮る**").replace("categories: [庭]", "categories: [庭, 台所]"), "utf-8")
    site.ok("build")
    assert entries(site, "atom.xml")["豆"].updated == published, "markup and labels are not what is read"

    path.write_text(text.replace("煮る", "蒸す"), encoding="utf-8")
    site.ok("build")
    updated = entries(site, "atom.xml")["豆"].updated
    assert published < updated <= datetime.now(UTC).isoformat()
    assert entries(site, "atom.xml")["豆"].published == published
    assert feedparser.parse(str(site.folder / "public/atom.xml")).feed.updated == updated

    shutil.rmtree(site.folder / "public")
    (site.folder / "cache.db").unlink()
    site.ok("build")
    assert entries(site, "atom.xml")["豆"].updated == updated, "ids.json remembers"


def test_a_post_that_says_when_it_was_updated_is_believed(site: Site) -> None:
    path = site.post("豆", days_ago(30), title="豆", body="煮る。")
    path.write_text(path.read_text("utf-8").replace("categories", "last_modified_at: 2026-11-20\ncategories"), "utf-8")
    site.ok("build")
    said = entries(site, "atom.xml")["豆"].updated

    path.write_text(path.read_text("utf-8").replace("煮る", "蒸す"), encoding="utf-8")
    site.ok("build")

    assert entries(site, "atom.xml")["豆"].updated == said


def test_a_feeds_file_has_the_time_of_its_last_change_on_every_machine(site: Site, tmp_path: Path) -> None:
    site.ok("build")
    first = remembered(site)
    assert first["feed.xml"]["changed"] == entries(site, "atom.xml")["味噌を仕込む日：大豆1kg"].updated.replace(
        "+00:00", "Z"
    )
    for path, line in first.items():
        assert mtime(site.folder / "public" / path) == line["changed"]

    other = Site(tmp_path / "elsewhere")
    shutil.copytree(site.folder, other.folder, ignore=shutil.ignore_patterns("public", "cache.db*"))
    other.ok("build", TZ="America/New_York")
    assert remembered(other) == first
    assert mtime(other.folder / "public/feed.xml") == first["feed.xml"]["changed"]


def test_a_removal_is_a_change_and_its_time_is_later(site: Site) -> None:
    site.ok("build")
    before = remembered(site)["feed.xml"]["changed"]
    newest = site.folder / "posts/味噌を仕込む.md"
    kept = newest.read_text("utf-8")

    newest.unlink()
    site.ok("build")
    removed = remembered(site)["feed.xml"]["changed"]
    newest.write_text(kept, encoding="utf-8")
    site.ok("build")
    back = remembered(site)["feed.xml"]["changed"]

    assert before < removed < back
    assert mtime(site.folder / "public/feed.xml") == back


def test_beside_each_file_lie_compressed_copies_of_the_same_version(site: Site) -> None:
    site.ok("build")
    output = site.folder / "public"
    for name in ("feed.xml", "category/本/atom.xml", "feeds/index.html", "feeds/feed.css", "feeds.opml"):
        path = output / name
        for suffix, inflate in ((".gz", gzip.decompress), (".br", brotli.decompress)):
            copy = path.with_name(path.name + suffix)
            assert inflate(copy.read_bytes()) == path.read_bytes()
            assert copy.stat().st_mtime_ns == path.stat().st_mtime_ns

    (output / "feed.xml.gz").unlink()
    assert site.ok("build", "--json").json["written"] == []
    assert gzip.decompress((output / "feed.xml.gz").read_bytes()) == (output / "feed.xml").read_bytes()


def test_a_category_without_posts_keeps_an_empty_feed_and_is_told_of_once(site: Site) -> None:
    site.ok("build")
    posts = list((site.folder / "posts").glob("*.md"))
    for path in posts:
        path.write_text(path.read_text("utf-8").replace("本]", "図書]"), encoding="utf-8")

    done = site.ok("build", "--json").json
    again = site.ok("build", "--json").json

    assert done["emptied"] == ["public/category/本/feed.xml", "public/category/本/atom.xml"]
    assert entries(site, "category/本/feed.xml") == {}
    assert feedparser.parse(str(site.folder / "public/category/本/atom.xml")).feed.title == "本 – みどりの庭"
    assert (again["emptied"], again["written"]) == ([], [])

    posts[0].write_text(posts[0].read_text("utf-8").replace("図書]", "本]"), encoding="utf-8")
    site.ok("build")
    assert len(entries(site, "category/本/feed.xml")) == 1


def test_a_post_that_is_withdrawn_is_told_of_and_one_that_is_pushed_out_is_not(site: Site) -> None:
    configure(site, "feeds:\n  limit: 2\n")
    site.ok("build")
    site.post("新しい", days_ago(0.5), title="新しい記事")
    assert site.ok("build", "--json").json["withdrawn"] == []

    path = site.folder / "posts/新しい.md"
    path.write_text(path.read_text("utf-8").replace("title:", "draft: true\ntitle:"), encoding="utf-8")
    done = site.ok("build")

    assert "withdrawn from the feeds: 新しい記事 (tag:midori.example," in done.err
    assert site.ok("build", "--json").json["withdrawn"] == []


def test_a_feed_that_is_made_no_more_is_removed_said_and_remembered(site: Site) -> None:
    site.ok("build")
    stranger = site.folder / "public/category/庭/atom.xml"
    stranger.write_text("<feed>another program's</feed>", encoding="utf-8")
    configure(site, "feeds:\n  formats: [rss]\n")

    done = site.ok("build", "--json").json

    assert set(done["gone"]) == {f"public/{path}atom.xml" for path in ("", "category/庭/", "category/本/")}
    assert not (site.folder / "public/atom.xml").exists()
    assert not (site.folder / "public/atom.xml.gz").exists()
    assert stranger.exists(), "what another program wrote stays"
    assert remembered(site)["atom.xml"]["gone"]
    assert site.ok("build", "--json").json["gone"] == []


def test_a_feed_that_moves_leaves_a_copy_where_a_redirect_says(site: Site) -> None:
    site.ok("build")
    configure(site, "categories: {本: books}\nfeeds:\n  redirects: {category/本/feed.xml: category/books/feed.xml}\n")

    done = site.ok("build", "--json").json

    assert done["gone"] == ["public/category/本/atom.xml"], "what is led on is not gone"
    old, new = (site.folder / f"public/category/{name}/feed.xml" for name in ("本", "books"))
    assert old.read_bytes() == new.read_bytes()
    assert b"https://midori.example/category/books/feed.xml" in old.read_bytes()
    assert gzip.decompress(old.with_name("feed.xml.gz").read_bytes()) == new.read_bytes()

    path = site.folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("redirects:", "redirects: {} #"), encoding="utf-8")
    assert site.ok("build", "--json").json["gone"] == ["public/category/本/feed.xml"]
    assert not old.exists()


@pytest.mark.parametrize(
    ("redirects", "message"),
    [
        ("{feed.xml: atom.xml}", "the feed of the whole site lies at feed.xml"),
        ("{old.xml: rss.xml}", "old.xml leads to rss.xml, where no feed lies"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_refused(site: Site, redirects: str, message: str) -> None:
    configure(site, f"feeds:\n  redirects: {redirects}\n")

    done = site.run("build")

    assert done.code == 78
    assert message in done.err
    assert not (site.folder / "public").exists()
