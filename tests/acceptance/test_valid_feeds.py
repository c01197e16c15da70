"""Every feed of real sites by the strictest validator's rules, by the standards' schemas and by feedparser."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.feeds import found, parsed, written
from support.site import CONFIG, JST, Site, days_ago

HERE = Path(__file__).parents[1]
GOLDEN = HERE / "golden/0.1/site"
ROOT = "https://midori.example/%E5%BA%AD/"
ALL = {"PUBLISHER_FEEDS__FORMATS": '["rss", "atom", "json"]'}
EVERY_KIND = {"PUBLISHER_FEEDS__BY": '["category", "tag", "author", "language", "section"]'}


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Site]:
    """The site of the golden feeds, which has all that a post may have."""
    shutil.copytree(GOLDEN, tmp_path / "garden")
    site = Site(tmp_path / "garden")
    yield site
    site.stop()


def ids_of(path: Path) -> list[str]:
    if path.suffix == ".json":
        return [item["id"] for item in json.loads(path.read_bytes())["items"]]
    return [entry.id for entry in parsed(path).entries]


def test_every_feed_of_every_kind_is_valid(garden: Site) -> None:
    garden.ok("build", "--strict")

    public = garden.folder / "public"
    assert found(public, ROOT) == []
    kinds = {path.relative_to(public).parts[0] for path in written(public)}
    assert kinds == {
        *("feed.xml", "atom.xml", "feed.json", "feeds.opml"),
        *("category", "tag", "author", "language", "section", "custom"),
    }


def test_the_formats_of_one_feed_say_the_same(garden: Site) -> None:
    garden.ok("build")

    folders = {path.parent for path in written(garden.folder / "public")}
    assert len(folders) > 15
    for folder in folders:
        of = {name: ids_of(folder / name) for name in ("feed.xml", "atom.xml", "feed.json")}
        assert of["feed.xml"] == of["atom.xml"] == of["feed.json"], folder
        assert 0 < len(of["feed.xml"]) <= 6, folder


def test_feedparser_reads_titles_languages_authors_files_and_pictures(garden: Site) -> None:
    garden.ok("build")

    for name in ("feed.xml", "atom.xml"):
        feed = parsed(garden.folder / "public" / name)
        entries = {entry.title: entry for entry in feed.entries}
        assert feed.feed.language == "ja"
        assert feed.feed.title == "みどりの庭 & 台所"
        miso = entries["味噌を仕込む日：大豆1kg、麹1kg、塩450g"]
        assert [author.name for author in miso.authors if author] == ["三浦 みどり", "Ann Miura"]
        assert miso.media_thumbnail[0]["url"].endswith(".jpg")
        assert {tag["term"] for tag in miso.tags} >= {"庭", "味噌"}
        voice = next(entry for entry in feed.entries if entry.get("enclosures"))
        assert (voice.enclosures[0].type, voice.enclosures[0].length) == ("audio/mpeg", "8320")
        english = next(entry for entry in feed.entries if "Plain files" in entry.title)
        assert (english.content[0].language or english.get("language")) == "en"


ENGINES = {
    "jekyll": {
        "_config.yml": "title: 投資ブログ\nurl: https://blog.example\nbaseurl: /b\ntimezone: Asia/Tokyo\nlang: ja\n",
        "_posts/2026-01-05-米国株.md": "---\ntitle: 米国株\ncategories: [投資 分析]\nauthor: 編集部\n---\n\n"
        "{% raw %}{{ x }}{% endraw %} [前](../日本株/)\n\n```ruby\nputs 1\n```\n",
        "_posts/2026-01-04-日本株.markdown": "---\ntitle: 日本株 & 円\ntags: [円]\n---\n\n![図](/図.png)\n",
    },
    "hugo": {
        "hugo.toml": 'title = "投資ブログ"\nbaseURL = "https://blog.example/b/"\ntimeZone = "Asia/Tokyo"\n'
        'languageCode = "ja"\n',
        "content/posts/米国株.md": "+++\ntitle = '米国株'\ndate = 2026-01-05\ncategories = ['投資']\n+++\n\n"
        '{{< figure src="図.png" alt="図" >}}\n',
        "content/posts/japan/index.md": "---\ntitle: 日本株\ndate: 2026-01-04\ntags: [円]\n---\n\n"
        "本文[^1]\n\n[^1]: 注\n",
    },
    "pelican": {
        "pelicanconf.py": 'SITENAME = "投資ブログ"\nSITEURL = "https://blog.example/b"\nTIMEZONE = "Asia/Tokyo"\n'
        'DEFAULT_LANG = "ja"\nAUTHOR = "編集部"\nPATH = "content"\n',
        "content/投資/米国株.md": "Title: 米国株\nDate: 2026-01-05 09:00\nTags: 円, ドル\n\n本文\n",
        "content/日本株.rst": "日本株\n######\n\n:date: 2026-01-04 09:00\n:category: 投資\n\n本文の *強調* 。\n",
    },
    "eleventy": {
        "eleventy.config.js": "export default function (c) {}\n",
        "_publisher/config.yaml": 'site: {title: 投資ブログ, url: "https://blog.example/b/", language: ja}\n',
        "posts/米国株.md": "---\ntitle: 米国株\ndate: 2026-01-05\ntags: [投資]\n---\n\n本文 [図](図.png)\n",
    },
    "zola": {
        "config.toml": 'title = "投資ブログ"\nbase_url = "https://blog.example/b"\ndefault_language = "ja"\n',
        "content/posts/米国株.md": "+++\ntitle = '米国株'\ndate = 2026-01-05\n[taxonomies]\ntags = ['円']\n+++\n\n"
        "本文\n",
    },
}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_feeds_of_a_site_of_any_engine_are_valid(tmp_path: Path, engine: str) -> None:
    site = Site(tmp_path / "blog", {**ALL, **EVERY_KIND})
    for name, text in ENGINES[engine].items():
        site.write(name, text)
    if not (site.folder / "_publisher").exists():
        site.ok("init")

    done = site.ok("build", "--json").json

    output = site.folder / Path(done["written"][0]).parts[0]
    assert found(output, "https://blog.example/b/") == []
    assert len(list(written(output))) >= 3 + 1 + 3
    assert len(ids_of(output / "feed.json")) == sum("/" in name and "_pub" not in name for name in ENGINES[engine])


def test_the_feeds_of_the_examples_are_valid(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", ALL)
    site.write("config.yaml", CONFIG)
    shutil.copytree(HERE.parent / "examples/posts", site.folder / "posts")

    site.ok("build")

    assert found(site.folder / "public", "https://midori.example/") == []
    assert len(ids_of(site.folder / "public/feed.xml")) == 5


def test_feeds_that_lost_their_last_post_are_valid_and_empty(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", ALL)
    site.write("config.yaml", CONFIG)
    site.post("一", days_ago(2), categories="庭")
    gone = site.post("二", days_ago(1), categories="本")
    site.ok("build")
    gone.unlink()

    site.ok("build")

    public = site.folder / "public"
    assert found(public, "https://midori.example/") == []
    assert [ids_of(public / "category/本" / name) for name in ("feed.xml", "atom.xml", "feed.json")] == [[], [], []]


def test_a_site_without_a_post_has_a_valid_feed(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", ALL)
    site.write("config.yaml", CONFIG)
    (site.folder / "posts").mkdir()

    site.ok("build")

    assert found(site.folder / "public", "https://midori.example/") == []
    assert ids_of(site.folder / "public/feed.xml") == []


def test_feeds_with_archives_are_valid_and_lead_to_every_post(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", {**ALL, "PUBLISHER_FEEDS__ARCHIVE": "true"})
    site.write("config.yaml", CONFIG)
    for number in range(300):
        when = datetime(2026, 1, 1, tzinfo=JST) - timedelta(days=number, minutes=number)
        site.post(f"記事{number}", when, title=f"記事 {number}", categories="庭" if number % 2 else "本")

    site.ok("build")

    public = site.folder / "public"
    # A feed with one archive alone has none to name beside it; the W3C validator warns, RFC 5005 does not.
    assert [fault for fault in found(public, "https://midori.example/") if "ArchiveIncomplete" not in fault] == []
    assert not [fault for fault in found(public, "https://midori.example/") if fault.startswith("feed-archive")]
    assert len(list((public / "feed-archive").glob("*.xml"))) >= 3
    seen: list[str] = []
    path: Path | None = public / "feed.xml"
    while path is not None:
        feed = parsed(path)
        seen += [entry.title for entry in feed.entries if entry.title not in seen]
        older = [link.href for link in feed.feed.links if link.rel == "prev-archive"]
        path = public / older[0].removeprefix("https://midori.example/") if older else None
    assert seen == [f"記事 {number}" for number in range(300)]
