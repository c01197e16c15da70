"""Real feed readers on our feeds, over HTTP: `reader` as a subscriber for weeks, Newsboat, sfeed."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.feeds import parsed
from support.lines import Lines
from support.server import Served, served
from support.site import CONFIG, Site, days_ago

# Its own copy of feedparser wants sgmllib, which newer ones no longer bring along.
os.environ.setdefault("READER_NO_VENDORED_FEEDPARSER", "1")

from reader import make_reader

NAMES = ("feed.xml", "atom.xml", "feed.json")
GARDEN = Path(__file__).parents[1] / "golden/0.1/site"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Three posts, built."""
    made = Site(tmp_path / "site", {"PUBLISHER_FEEDS__FORMATS": '["rss", "atom", "json"]'})
    made.write("config.yaml", CONFIG)
    made.post("味噌を仕込む", days_ago(5), title="味噌を仕込む日：大豆1kg", categories="庭, 本")
    made.post("図書館の棚", days_ago(6), title="図書館の棚", categories="本")
    made.post("昔の記事", days_ago(900), title="昔の記事")
    made.ok("build")
    yield made
    made.stop()


@contextmanager
def our_server(site: Site, port: int) -> Iterator[str]:
    process = site.start("serve", "--listen", f"127.0.0.1:{port}")
    Lines(process).until("127.0.0.1")
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(timeout=20)


def weeks_of_a_subscriber(site: Site, url: str) -> None:
    """Visits between builds, to the feed in each format; whoever fails to see just what changed fails."""
    with closing(make_reader(":memory:")) as reader:
        for name in NAMES:
            reader.add_feed(url + name)

        def visit() -> dict[str, tuple[int, int] | None]:
            """New and changed entries; None where the server says that nothing changed."""
            results = {name: reader.update_feed(url + name) for name in NAMES}
            return {name: (one.new, one.modified) if one else None for name, one in results.items()}

        assert visit() == dict.fromkeys(NAMES, (3, 0)), "the first visit"
        assert visit() == dict.fromkeys(NAMES), "a visit between"
        site.ok("build")
        assert visit() == dict.fromkeys(NAMES), "built anew without a change"

        site.post("新着", days_ago(0), title="新着：ﾊﾝｶｸ & 全角 👩‍🌾")
        site.ok("build")
        assert visit() == dict.fromkeys(NAMES, (1, 0)), "one new post"
        assert visit() == dict.fromkeys(NAMES)

        site.post("図書館の棚", days_ago(6), title="図書館の棚", categories="本", body="書き直した本文です。")
        site.ok("build")
        assert visit() == dict.fromkeys(NAMES, (0, 1)), "one edited post"
        assert visit() == dict.fromkeys(NAMES)

        (site.folder / "posts/味噌を仕込む.md").rename(site.folder / "posts/味噌.md")
        site.ok("build")
        assert visit() == dict.fromkeys(NAMES, (0, 1)), "a renamed post is the same post at another address"

        (site.folder / "posts/昔の記事.md").unlink()
        site.ok("build")
        assert visit() == dict.fromkeys(NAMES, (0, 0)), "a withdrawn post changes the feed, and no entry"

        titles = [entry.title for entry in reader.get_entries()]
        assert len(titles) == 4 * len(NAMES)
        edited = [entry for entry in reader.get_entries() if entry.title == "図書館の棚"]
        assert all("書き直した本文です。" in entry.content[0].value for entry in edited)


def test_a_subscriber_sees_just_the_changes_from_any_web_server(site: Site) -> None:
    with served(site.folder / "public") as server:
        weeks_of_a_subscriber(site, server.url)

    unchanged = [length for _, status, length in server.answers if status == 304]
    assert len(unchanged) == 4 * len(NAMES)
    assert set(unchanged) == {0}, "what did not change is not sent again"


def test_a_subscriber_sees_just_the_changes_from_our_own_server(site: Site, unused_port: int) -> None:
    with our_server(site, unused_port) as url:
        weeks_of_a_subscriber(site, url)


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Site]:
    """The site of the golden feeds, which has all that a post may have, built."""
    shutil.copytree(GARDEN, tmp_path / "garden")
    site = Site(tmp_path / "garden")
    site.ok("build")
    yield site
    site.stop()


def tool(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed: run scripts/system-packages"
    return found


def newsboat(folder: Path, server: Served, name: str) -> dict[str, tuple[str, str, str, int, str]]:
    """What Newsboat holds after one visit: title, link, author, time and file of each entry by its id."""
    folder.mkdir()
    (folder / "urls").write_text(f"{server.url}{name}\n", encoding="utf-8")
    (folder / "config").write_text("", encoding="utf-8")
    command = [tool("newsboat"), "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
    environ = {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    subprocess.run(command, cwd=folder, env=environ, check=True, timeout=60, capture_output=True)
    with closing(sqlite3.connect(folder / "cache.db")) as cache:
        rows = cache.execute("SELECT guid, title, url, author, pubDate, enclosure_url FROM rss_item").fetchall()
    return {guid: (title, url, author, when, file) for guid, title, url, author, when, file in rows}


def test_newsboat_reads_what_we_wrote(garden: Site, tmp_path: Path) -> None:
    public = garden.folder / "public"
    with served(public) as server:
        for name in ("feed.xml", "atom.xml"):
            expected = {entry.id: entry for entry in parsed(public / name).entries}

            held = newsboat(tmp_path / name, server, name)

            assert {guid: row[:2] for guid, row in held.items()} == {
                guid: (entry.title, entry.link) for guid, entry in expected.items()
            }
            voice = next(row for row in held.values() if row[0].startswith("第1回"))
            assert voice[4].endswith(".mp3")
            assert {row[2] for row in held.values()} >= {"三浦 みどり", "Ann Miura"}


def test_sfeed_reads_what_we_wrote(garden: Site) -> None:
    # Of Atom it takes the terms, which stand in paths too.
    for name, categories in (("feed.xml", "庭|料理|味噌|発酵・基本"), ("atom.xml", "庭|cooking|味噌|発酵-基本")):
        path = garden.folder / "public" / name
        done = subprocess.run(
            [tool("sfeed"), "https://midori.example/"], input=path.read_bytes(), check=True, capture_output=True
        )

        rows = [line.split("\t") for line in done.stdout.decode().splitlines()]

        # https://codemadness.org/sfeed.html: time, title, link, content, its type, id, author, file, categories.
        assert [(row[1], row[2], row[5]) for row in rows] == [
            (entry.title, entry.link, entry.id) for entry in parsed(path).entries
        ]
        assert {row[4] for row in rows} == {"html"}
        assert rows[0][7].endswith(".mp3")
        assert rows[1][8] == categories
