"""Moving in: init beside the real engines, whose feeds' readers see nothing new; and any other program's feed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from support.site import Site, days_ago
from support.smtp import Server

from publisher.config import load_config
from publisher.feeds.foreign import read_feed
from publisher.model.foreign import ForeignFeed

BINARIES = Path(sys.executable).parent


def post(title: str, day: int, categories: str, *more: str) -> str:
    lines = [f'title: "{title}"', f"date: 2026-01-{day:02} 08:38:57 +0900", f"categories: [{categories}]", *more]
    return "\n".join(["---", *lines, "---", "", f"{title}の本文です。", ""])


def run(site: Site, *words: str | Path) -> None:
    subprocess.run([*map(str, words)], cwd=site.folder, check=True, capture_output=True)


def run_jekyll(site: Site, *words: str) -> None:
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    run(site, executable, "build", "--quiet", *words)


def feeds_in(folder: Path, pattern: str = "**/*.xml") -> dict[str, ForeignFeed]:
    """Every feed with entries, by its path."""
    found = {path.relative_to(folder).as_posix(): read_feed(path.read_bytes(), "") for path in folder.glob(pattern)}
    return {path: feed for path, feed in found.items() if feed.entries}


def ids(feed: ForeignFeed) -> list[str]:
    return [entry.id for entry in feed.entries]


def assert_nothing_is_new(before: dict[str, ForeignFeed], now: dict[str, ForeignFeed]) -> None:
    """Every entry of every feed stands at the same place in the same feed; ours may reach further back."""
    for path, feed in before.items():
        assert now[path].generator == "Publisher", path
        assert now[path].format == feed.format
        assert ids(now[path])[: len(feed.entries)] == ids(feed), path


def jekyll_site(folder: Path) -> Site:
    site = Site(folder)
    settings = (
        "title: 投資ブログ\nurl: https://blog.example\nbaseurl: /b\ntimezone: Asia/Tokyo\nplugins: [jekyll-feed]\n"
    )
    site.write("_config.yml", settings + "feed: {categories: [投資分析, Market News, C++], posts_limit: 5}\n")
    for day in range(1, 10):
        site.write(f"_posts/2026-01-{day:02}-日本語、記事（{day}）.md", post(f"記事 {day} -- '投資'", day, "投資分析"))
    site.write("_posts/2026-01-10-Case_x.v2.md", post("Market", 10, "Market News, C++", 'slug: "My Slug"'))
    site.write("_posts/2026-01-11-plain.md", post("Plain", 11, "投資分析, AI", "permalink: /own/:title"))
    return site


def test_readers_of_jekyll_feed_see_nothing_new_when_publisher_takes_over(tmp_path: Path) -> None:
    site = jekyll_site(tmp_path / "blog")
    run_jekyll(site)
    before = feeds_in(site.folder / "_site")
    assert set(before) == {"feed.xml", "feed/投資分析.xml", "feed/Market News.xml", "feed/C++.xml"}

    done = site.ok("init")

    assert "feed.xml" in done.err
    assert "take jekyll-feed out" in done.err
    config = load_config(None, {}, site.folder).settings
    assert config.feeds.formats == ["atom"]
    assert config.categories == {"AI": "AI", "C++": "C++", "Market News": "Market News"}
    site.ok("build")
    now = feeds_in(site.folder / "_site")
    assert_nothing_is_new(before, now)

    run_jekyll(site, "--destination", str(tmp_path / "all"), "--config", all_of_them(site))
    everything = read_feed((tmp_path / "all/feed.xml").read_bytes(), "")
    assert len(everything.entries) == 11
    assert ids(now["feed.xml"]) == ids(everything), "posts older than the feed have the ids that jekyll-feed gave them"

    renamed = (site.folder / "_posts/2026-01-03-日本語、記事（3）.md").rename(site.folder / "_posts/2026-01-03-改題.md")
    site.ok("build")
    renamed.write_text(post("改題", 3, "AI"), encoding="utf-8")
    site.ok("build")
    assert ids(feeds_in(site.folder / "_site")["feed.xml"]) == ids(now["feed.xml"])
    checked = site.ok("ids", "check", "--json").json
    assert (checked["posts"], checked["records"], checked["new"], checked["problems"]) == (11, 11, [], [])


def all_of_them(site: Site) -> str:
    site.write("all.yml", "feed: {posts_limit: 100}\n")
    return "_config.yml,all.yml"


def test_a_jekyll_site_that_was_never_built_here_keeps_paths_and_ids_by_jekylls_rule(tmp_path: Path) -> None:
    site = jekyll_site(tmp_path / "blog")

    done = site.ok("init")

    assert "feed.xml is not built yet" in done.err
    site.ok("build")
    ours = feeds_in(site.folder / "_site")
    run_jekyll(site)
    jekylls = feeds_in(site.folder / "_site")
    assert set(jekylls) <= set(ours)
    plain = [id_ for id_ in ids(jekylls["feed.xml"]) if "(" not in id_]
    assert plain == [id_ for id_ in ids(ours["feed.xml"])[:5] if "%EF%BC%88" not in id_ and "(" not in id_]
    assert len(plain) == 2


def hugo_site(folder: Path) -> Site:
    site = Site(folder)
    site.write("hugo.toml", 'title = "投資ブログ"\nbaseURL = "https://blog.example/b/"\ntimeZone = "Asia/Tokyo"\n')
    for kind in ("single", "list"):
        site.write(f"layouts/_default/{kind}.html", "{{ .RelPermalink }}\n")
    for day in range(1, 6):
        site.write(f"content/posts/日本語、記事（{day}）.md", post(f"記事 {day}", day, "投資分析"))
    site.write("content/posts/market.md", post("Market", 6, "Market News"))
    site.write("content/about.md", "---\ntitle: About\n---\n\nNo post.\n")
    return site


def test_readers_of_hugos_feeds_see_nothing_new_when_publisher_takes_over(tmp_path: Path) -> None:
    site = hugo_site(tmp_path / "blog")
    run(site, BINARIES / "hugo", "--quiet")
    before = feeds_in(site.folder / "public", "**/index.xml")

    done = site.ok("init")

    assert "disableKinds" in done.err
    config = load_config(None, {}, site.folder).settings
    assert config.feeds.formats == ["rss"]
    site.ok("build")
    now = feeds_in(site.folder / "public", "**/index.xml")
    for path in ("categories/投資分析/index.xml", "categories/market-news/index.xml"):
        assert_nothing_is_new({path: before[path]}, now)
    posts = [entry.id for entry in before["index.xml"].entries if "/posts/" in entry.link]
    assert ids(now["index.xml"]) == posts
    assert len(posts) == 6


def pelican_site(folder: Path) -> Site:
    site = Site(folder)
    settings = {
        "SITENAME": "投資ブログ",
        "SITEURL": "https://blog.example",
        "TIMEZONE": "Asia/Tokyo",
        "DEFAULT_LANG": "ja",
        "PATH": "content",
        "FEED_ALL_ATOM": "feeds/all.atom.xml",
        "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
        "AUTHOR_FEED_ATOM": None,
        "AUTHOR_FEED_RSS": None,
        "TRANSLATION_FEED_ATOM": None,
        "FEED_MAX_ITEMS": 4,
    }
    site.write("pelicanconf.py", "".join(f"{key} = {value!r}\n" for key, value in settings.items()))
    for day in range(1, 6):
        head = f"Title: 記事（{day}）\nDate: 2026-01-{day:02} 08:38\nCategory: 投資分析\nSlug: kiji-{day}\n"
        site.write(f"content/記事{day}.md", f"{head}\n記事{day}の本文です。\n")
    site.write("content/market.md", "Title: Market\nDate: 2026-01-06 08:38\nCategory: Market News\n\nText.\n")
    return site


def test_readers_of_pelicans_feeds_see_nothing_new_when_publisher_takes_over(tmp_path: Path) -> None:
    site = pelican_site(tmp_path / "blog")
    run(site, BINARIES / "pelican", "content", "-q")
    before = feeds_in(site.folder / "output")
    assert set(before) == {"feeds/all.atom.xml", "feeds/tou-zi-fen-xi.atom.xml", "feeds/market-news.atom.xml"}

    site.ok("init")

    config = load_config(None, {}, site.folder).settings
    assert config.feeds.paths["atom"] == "feeds/all.atom.xml"
    assert config.categories["投資分析"] == "tou-zi-fen-xi"
    site.ok("build")
    now = feeds_in(site.folder / "output")
    assert_nothing_is_new(before, now)
    assert len(ids(now["feeds/all.atom.xml"])) == 6


WORDPRESS = """\
<rss version="2.0"><channel><title>みどりの庭</title><link>https://midori.example</link>
<generator>https://wordpress.org/?v=6.4</generator>
{}</channel></rss>
"""


def item(number: int, title: str, link: str) -> str:
    guid = f'<guid isPermaLink="false">https://midori.example/?p={number}</guid>'
    return f"<item><title>{title}</title><link>https://midori.example{link}</link>{guid}</item>\n"


def our_ids(site: Site) -> dict[str, str]:
    """The ids in our own feed, by title."""
    return {entry.title: entry.id for entry in read_feed((site.folder / "public/feed.xml").read_bytes(), "").entries}


def test_readers_of_wordpress_are_kept_by_link_and_by_title(site: Site) -> None:
    items = [
        item(12, "図書館", f"/{quote('図書館の棚')}/"),
        item(3, "味噌を仕込む日：大豆1kg", "/2026/01/miso/"),
        item(7, "消した記事", "/2020/gone/"),
    ]
    site.write("old.xml", WORDPRESS.format("".join(items)))

    done = site.ok("ids", "adopt", "old.xml")

    assert "2 posts keep the id of a feed" in done.out
    assert "消した記事" in done.out
    site.ok("build")
    found = our_ids(site)
    assert found["図書館の棚"] == "https://midori.example/?p=12"
    assert found["味噌を仕込む日：大豆1kg"] == "https://midori.example/?p=3"
    assert found["昔の記事"].startswith("tag:midori.example,")
    again = site.ok("ids", "adopt", "old.xml", "--json").json
    assert (again["adopted"]["link"], again["adopted"]["title"], again["changed"]) == (1, 1, 0)
    assert [one["title"] for one in again["unmatched"]] == ["消した記事"]


def test_who_follows_our_own_feed_already_is_told_what_comes_again(site: Site) -> None:
    site.ok("build")
    site.write("old.xml", WORDPRESS.format(item(12, "図書館の棚", "/x/")))

    done = site.ok("ids", "adopt", "old.xml", "--json").json

    assert done["changed"] == 1
    site.ok("build")
    assert our_ids(site)["図書館の棚"] == "https://midori.example/?p=12"


def test_ids_of_the_placeholders_days_are_not_told_as_seen_once_more(site: Site) -> None:
    site.ok("build", PUBLISHER_SITE__URL="https://your-site.invalid/")
    site.write("old.xml", WORDPRESS.format(item(12, "図書館の棚", "/x/")))

    done = site.ok("ids", "adopt", "old.xml")

    assert "1 post keeps the id of a feed: 1 by title" in done.out
    assert "once more" not in done.out


def test_what_was_mailed_under_the_old_id_is_not_mailed_again_under_the_new(site: Site, smtp: Server) -> None:
    site.post("詳しい話", days_ago(2), title="詳しい話")
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("send", "詳しい話", "--newsletter", "weekly", "--yes")
    smtp.mails.clear()
    site.write("old.xml", WORDPRESS.format(item(5, "詳しい話", "/x/")))

    site.ok("ids", "adopt", "old.xml")
    site.ok("digest", "weekly", "--yes")

    digest = smtp.message("hanako@example.jp").get_body(("html",))
    assert digest is not None
    assert "図書館の棚" in digest.get_content()
    assert "詳しい話" not in digest.get_content()


def test_two_posts_that_would_have_one_id_are_an_error_that_names_both(site: Site) -> None:
    links = [f"/{quote(name)}/" for name in ("図書館の棚", "昔の記事")]
    site.write("old.xml", WORDPRESS.format("".join(item(1, "x", link) for link in links)))

    done = site.run("ids", "adopt", "old.xml")

    assert done.code == 65
    assert "posts/図書館の棚.md" in done.err
    assert "posts/昔の記事.md" in done.err
    assert not (site.folder / "ids.json").exists()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a web server on a folder."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_feeds_are_fetched_from_addresses_also_of_this_machine(site: Site, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/page.html").write_text("<!DOCTYPE html>\n<p>no feed", encoding="utf-8")
    (tmp_path / "web/feed").write_text(WORDPRESS.format(item(12, "図書館の棚", "/x/")), encoding="utf-8")
    with served(tmp_path / "web") as url:
        done = site.ok("ids", "adopt", f"{url}/feed", "--json")
        missing = site.run("ids", "adopt", f"{url}/feed", f"{url}/none.xml")
        page = site.run("ids", "adopt", f"{url}/page.html")

    assert done.json["adopted"]["title"] == 1
    assert (missing.code, page.code) == (69, 65)
    assert "none.xml: the server answered 404" in missing.err
    assert "page.html:2:" in page.err
    assert site.run("ids", "adopt", "nowhere.xml").code == 2


def test_a_check_of_ids_names_what_is_new_gone_or_there_twice(site: Site) -> None:
    assert site.ok("ids", "check", "--json").json["new"] == [
        "posts/味噌を仕込む.md",
        "posts/図書館の棚.md",
        "posts/昔の記事.md",
    ]
    assert not (site.folder / "ids.json").exists(), "looking writes nothing"
    site.ok("build")
    (site.folder / "posts/昔の記事.md").unlink()
    assert site.ok("ids", "check").out.splitlines() == ["2 posts, 3 records", "gone: posts/昔の記事.md"]

    ids_file = site.folder / "ids.json"
    lines = ids_file.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if "昔の記事" in line)
    doubled = [*lines[: first + 1], lines[first].replace("昔の記事", "別の記事"), *lines[first + 1 :]]
    ids_file.write_text("\n".join(doubled), encoding="utf-8")
    done = site.run("ids", "check", "--json")

    assert done.code == 65
    assert {problem["code"] for problem in done.json["problems"]} == {"duplicate-id"}


@pytest.mark.parametrize("words", [["ids"], ["ids", "adopt"]])
def test_words_that_are_missing_are_said_so(site: Site, words: list[str]) -> None:
    assert site.run(*words).code == 2
