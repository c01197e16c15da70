"""build --diff: what it foretells is what the next build does, and what a subscriber is told of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.readers import Shelf, shelf
from support.site import Site, days_ago

from publisher.feeds.readers import seen
from publisher.model.seen import Reader

FORMATS = {"rss": "feed.xml", "atom": "atom.xml", "json": "feed.json"}


@pytest.fixture
def fed(site: Site) -> Site:
    """The site with its feeds written, in three formats."""
    config = site.folder / "config.yaml"
    config.write_text(config.read_text("utf-8") + "feeds: {formats: [rss, atom, json], limit: 3}\n", encoding="utf-8")
    site.ok("build")
    return site


@pytest.fixture
def server() -> Iterator[Shelf]:
    with shelf() as made:
        yield made


def files(site: Site) -> dict[str, tuple[bytes, int]]:
    """Every file but the cache, which may be written at any time."""
    found = (path for path in site.folder.rglob("*") if path.is_file() and not path.name.startswith("cache.db"))
    return {str(path.relative_to(site.folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def output(site: Site) -> dict[str, bytes]:
    return {name: (site.folder / "public" / path).read_bytes() for name, path in FORMATS.items()}


def edit(site: Site) -> None:
    """One post more, one edited, one withdrawn."""
    site.post("醤油", days_ago(0.5), title="醤油を搾る")
    path = site.folder / "posts" / "図書館の棚.md"
    path.write_text(path.read_text("utf-8").replace("本文", "直した本文"), encoding="utf-8")
    (site.folder / "posts" / "昔の記事.md").unlink()


def of(found: dict[str, Any], path: str) -> dict[str, Any]:
    return next(one for one in found["feeds"] if one["path"] == path)


def titles(found: dict[str, Any], reader: str) -> dict[str, list[str]]:
    return {word: [entry["title"] for entry in entries] for word, entries in found["readers"][reader].items()}


def test_where_nothing_changed_nothing_is_shown(fed: Site) -> None:
    done = fed.ok("build", "--diff")

    assert done.out == ""
    assert done.err == "9 unchanged; nothing was written\n"


def test_it_names_what_comes_what_changes_and_what_goes(fed: Site) -> None:
    edit(fed)

    found = of(fed.ok("build", "--diff", "--json").json, "public/atom.xml")

    assert (found["format"], found["change"]) == ("atom", "changed")
    for reader in Reader:
        assert titles(found, reader) == {
            "new": ["醤油を搾る"],
            "updated": ["図書館の棚"],
            "unchanged": ["味噌を仕込む日：大豆1kg"],
            "gone": ["昔の記事"],
        }
    changed = {reader: found["readers"][reader]["updated"][0]["changed"] for reader in Reader}
    assert changed == {
        "miniflux": ["content"],
        "freshrss": ["content"],
        "reader": ["updated", "summary", "content"],
    }


def test_it_writes_nothing_and_the_build_after_it_does_just_that(fed: Site, server: Shelf) -> None:
    edit(fed)
    before, old = files(fed), output(fed)
    foretold = fed.ok("build", "--diff", "--json").json
    assert files(fed) == before

    fed.ok("build")

    for name, data in output(fed).items():
        readers = of(foretold, f"public/{FORMATS[name]}")["readers"]
        for reader, what in seen(old[name], data).items():
            ids = {word: [entry["id"] for entry in entries] for word, entries in readers[reader].items()}
            assert ids == {
                word: [entry.id for entry in getattr(what, word)] for word in ("new", "updated", "unchanged", "gone")
            }
        told = server.fetched(name, old[name], data)
        assert told["new"] == {entry["id"] for entry in readers["reader"]["new"]}
        assert told["modified"] == {entry["id"] for entry in readers["reader"]["updated"]}
    assert fed.ok("build", "--diff").out == ""


def test_people_see_a_table_with_straight_columns(fed: Site) -> None:
    edit(fed)

    lines = fed.ok("build", "--diff").out.splitlines()

    start = lines.index("public/feed.json: changed")
    assert lines[start - 2 : start + 6] == [
        "public/feed.xml: changed",
        "public/atom.xml: changed",
        "public/feed.json: changed",
        "              miniflux           FreshRSS           reader",
        "  醤油を搾る  new                new                new",
        "  図書館の棚  updated (content)  updated (content)  updated (updated, summary, content)",
        "  昔の記事    gone               gone               gone",
        "  unchanged   1                  1                  1",
    ]


def test_posts_that_would_come_back_as_new_are_counted(fed: Site) -> None:
    ids = fed.folder / "ids.json"
    ids.write_text(ids.read_text("utf-8").replace("tag:midori.example,", "tag:other.example,"), encoding="utf-8")

    done = fed.ok("build", "--diff")

    assert "  3 titles would come back as new, under another id\n" in done.out


def test_a_feed_that_comes_and_one_that_is_no_longer_made(fed: Site) -> None:
    config = fed.folder / "config.yaml"
    text = config.read_text("utf-8").replace("limit: 3", "limit: 3, by: [tag]")
    config.write_text(text, encoding="utf-8")
    fed.post("醤油", days_ago(0.5), body="---")
    path = fed.folder / "posts" / "醤油.md"
    path.write_text(path.read_text("utf-8").replace("categories:", "tags: [麹]\ncategories:"), encoding="utf-8")

    done = fed.ok("build", "--diff")

    assert "public/category/庭/feed.xml: no longer made\n" in done.out
    assert "public/tag/麹/feed.xml: new\n" in done.out
    assert "nothing was written" in done.err


def test_a_feed_that_the_engine_removed_is_compared_by_what_is_remembered_of_it(fed: Site) -> None:
    for path in (fed.folder / "public").rglob("*"):
        if path.is_file():
            path.unlink()

    assert fed.ok("build", "--diff").out == ""
    edit(fed)
    done = fed.ok("build", "--diff")

    assert "public/feed.xml: changed, but what was written last is not there to compare with\n" in done.out


def test_a_title_cannot_steer_the_terminal(fed: Site) -> None:
    item = {"id": "x", "url": "https://midori.example/x", "title": "悪い\x1b[2J\u202e\x07題" + "長" * 50}
    other = {"version": "https://jsonfeed.org/version/1.1", "title": "他の", "items": [item]}
    fed.write("public/feed.json", json.dumps(other))

    out = fed.ok("build", "--diff").out

    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "悪い[2J題" + "長" * 17 + "…" in out


def test_of_many_entries_the_first_are_shown(fed: Site) -> None:
    config = fed.folder / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("limit: 3", "limit: 50"), encoding="utf-8")
    for number in range(30):
        fed.post(f"記事{number:02}", days_ago(10 + number))

    out = fed.ok("build", "--diff").out

    assert "  … and 10 more, all with --json\n" in out


def test_a_post_that_cannot_be_read_ends_it_as_it_ends_a_build(fed: Site) -> None:
    fed.write("posts/図書館の棚.md", "---\ntitle: [\n---\n")

    done = fed.run("build", "--diff")

    assert done.code == fed.run("build").code == 65
    assert "posts/図書館の棚.md" in done.err


def test_a_post_that_cannot_be_rendered_ends_it_as_it_ends_a_build(fed: Site) -> None:
    built = {"PUBLISHER_CONTENT__SOURCE": "built"}

    done = fed.run("build", "--diff", "--json", **built)

    after = fed.run("build", "--json", **built)
    assert done.code == after.code == 65
    assert done.json["problems"] == after.json["problems"] != []


def test_watching_and_comparing_exclude_each_other(fed: Site) -> None:
    done = fed.run("build", "--diff", "--watch")

    assert done.code == 2
    assert "leave one of them out" in done.err


def test_at_another_time_the_feeds_of_that_time_are_compared(fed: Site) -> None:
    fed.post("来週", days_ago(-7))

    assert fed.ok("build", "--diff").out == ""
    found = of(fed.ok("build", "--diff", "--json", "--at", days_ago(-8).isoformat()).json, "public/feed.xml")
    assert titles(found, "miniflux")["new"] == ["来週"]


def test_the_cache_may_be_deleted_between(fed: Site) -> None:
    edit(fed)
    found = fed.ok("build", "--diff", "--json").json
    for path in Path(fed.folder).glob("cache.db*"):
        path.unlink()

    assert fed.ok("build", "--diff", "--json").json == found
