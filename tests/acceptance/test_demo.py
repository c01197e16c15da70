"""make demo: the whole way, the same on any day."""

from email import message_from_bytes, policy
from pathlib import Path

from support.site import Done, Site


def play(tmp_path: Path) -> tuple[Site, Done]:
    site = Site(tmp_path)
    return site, site.ok("demo", "--into", "demo")


def test_the_demo_shows_feeds_a_digest_and_three_mails_and_says_where(tmp_path: Path) -> None:
    site, done = play(tmp_path)

    places = [Path(line) for line in done.out.split("\n") if line]
    assert all(place.exists() for place in places)
    folder = site.folder / "demo"
    assert folder / "public/feed.xml" in places
    assert folder / "public/category/garden/atom.xml" in places
    assert folder / "preview/weekly.html" in places
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "mail/new").iterdir()]
    assert sorted(str(mail["To"]) for mail in mails) == [
        "Alice <alice@example.com>",
        "山田 花子 <hanako@example.com>",
        "鈴木 太郎 <taro@example.com>",
    ]
    assert {str(mail["Subject"]) for mail in mails} == {"みどりの便り 第1号"}


def test_the_future_post_of_the_example_is_nowhere(tmp_path: Path) -> None:
    site, _ = play(tmp_path)

    for path in (site.folder / "demo").rglob("*"):
        if path.is_file() and "examples" not in path.parts and path.suffix in (".xml", ".json", ".html", ".txt"):
            assert "桜が咲いたら" not in path.read_text(encoding="utf-8") or path.name == "ids.json"


def test_playing_again_plays_anew_with_the_same_feeds(tmp_path: Path) -> None:
    site, first = play(tmp_path)
    feed = site.folder / "demo/public/feed.xml"
    before = feed.read_bytes()

    second = site.ok("demo", "--into", "demo", PUBLISHER_FEEDS__LIMIT="1", TZ="America/New_York")

    assert feed.read_bytes() == before
    assert len(second.out.splitlines()) == len(first.out.splitlines())


def test_a_folder_that_is_no_demo_is_not_touched(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("demo/大切.txt", "消さないで")

    done = site.run("demo")

    assert done.code == 2
    assert (site.folder / "demo/大切.txt").read_text(encoding="utf-8") == "消さないで"
