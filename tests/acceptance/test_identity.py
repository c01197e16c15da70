"""Ids outlive a lost ids.json, a broken file that was moved, and merges."""

import shlex
import subprocess
from pathlib import Path

import feedparser
import pytest
from support.site import Done, Site, days_ago

EMPTIED = '{"version": 1,\n"ledger": null,\n"posts": [\nnull]}\n'
BROKEN = '---\ntitle: "{}\ndate: {}\n---\n\n本文です。\n'


def fed(site: Site, name: str = "feed.xml") -> dict[str, str]:
    """The ids in one of our feeds, by title."""
    return {entry.title: entry.id for entry in feedparser.parse(str(site.folder / "public" / name)).entries}


def written(site: Site) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (site.folder / "public").rglob("*.*")}


def rename(site: Site, before: str, after: str) -> Path:
    return (site.folder / "posts" / before).rename(site.folder / "posts" / after)


def built_with_a_renamed_post(site: Site) -> dict[str, str]:
    """A site whose ids cannot all be derived anew: the ids in its feed."""
    site.ok("build")
    rename(site, "図書館の棚.md", "改名.md")
    site.ok("build")
    return fed(site)


def way_out(done: Done) -> list[str]:
    """The command of ours that an error names, as a shell splits it."""
    return shlex.split(done.err.rpartition("publisher ")[2])


@pytest.mark.parametrize("text", [None, EMPTIED], ids=["gone", "emptied"])
def test_a_build_stops_where_ids_json_is_lost_and_its_way_out_gives_every_post_its_id_back(
    site: Site, text: str | None
) -> None:
    ids = built_with_a_renamed_post(site)
    before = written(site)
    ids_file = site.folder / "ids.json"
    ids_file.unlink()
    if text is not None:
        ids_file.write_text(text, encoding="utf-8")

    done = site.run("build")

    assert done.code == 78
    assert "ids.json: is gone, or has no post in it, and 1 post stands in the feeds under another id" in done.err
    assert "git checkout -- ids.json" in done.err
    assert written(site) == before
    assert (ids_file.read_text(encoding="utf-8") if ids_file.exists() else None) == text
    site.ok(*way_out(done))
    site.ok("build")
    assert fed(site) == ids


def test_no_mail_goes_out_and_checks_tell_where_ids_json_is_lost(site: Site) -> None:
    built_with_a_renamed_post(site)
    (site.folder / "ids.json").unlink()
    site.ok("subscriber", "add", "hanako@example.jp")

    done = site.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert "publisher ids adopt public/feed.xml" in done.err
    assert not (site.folder / "ids.json").exists()
    told = site.ok("check", "--json", PUBLISHER_SITE__ADDRESS="東京都").json
    assert {one["code"] for one in told} == {"lost-ids"}
    checked = site.run("ids", "check", "--json")
    assert checked.code == 65
    assert "git checkout" in checked.json["problems"][0]["message"]


def test_every_feed_that_alone_shows_a_lost_id_is_named(site: Site) -> None:
    site.post("旧", days_ago(30), title="旧い話", categories="庭 仕事")
    environ = {"PUBLISHER_FEEDS__LIMIT": "1"}
    site.ok("build", **environ)
    rename(site, "旧.md", "改名.md")
    rename(site, "味噌を仕込む.md", "味噌.md")
    site.ok("build", **environ)
    ids = fed(site) | fed(site, "category/庭-仕事/feed.xml")
    (site.folder / "ids.json").unlink()

    done = site.run("build", **environ)

    assert way_out(done) == ["ids", "adopt", "public/feed.xml", "public/category/庭-仕事/feed.xml"]
    site.ok(*way_out(done))
    site.ok("build", **environ)
    assert fed(site) | fed(site, "category/庭-仕事/feed.xml") == ids


def test_feeds_that_show_what_is_derived_stop_no_build_without_ids_json(site: Site) -> None:
    site.ok("build")
    ids = fed(site)
    (site.folder / "posts/昔の記事.md").unlink()
    site.post("新しい話", days_ago(0.5), title="昔の記事")
    (site.folder / "ids.json").unlink()

    site.ok("build")

    assert {title: id_ for title, id_ in fed(site).items() if title != "昔の記事"}.items() < ids.items()


def test_ids_of_the_placeholders_days_may_be_lost(site: Site) -> None:
    site.ok("build", PUBLISHER_SITE__URL="https://your-site.invalid/")
    (site.folder / "ids.json").unlink()

    site.ok("build")

    assert all(id_.startswith("tag:midori.example,") for id_ in fed(site).values())


@pytest.mark.parametrize("cache", ["with its cache", "without its cache"])
@pytest.mark.parametrize("name", ["移した先/図書館の棚", "まったく別の名"])
def test_a_post_that_was_moved_and_cannot_be_read_there_stays_as_it_was(site: Site, name: str, cache: str) -> None:
    site.ok("build")
    ids, before = fed(site), written(site)
    path = site.folder / "posts/図書館の棚.md"
    good = path.read_text(encoding="utf-8")
    path.unlink()
    moved = site.write(f"posts/{name}.md", BROKEN.format("図書館の棚", days_ago(3).isoformat()))
    if cache == "without its cache":
        (site.folder / "cache.db").unlink()

    first, second = site.run("build"), site.run("build")

    for done in (first, second):
        assert done.code == 65
        assert f"posts/{name}.md:1:1: warning looks-renamed: looks like posts/図書館の棚.md" in done.err
        assert f"posts/{name}.md:2:8: error broken-front-matter" in done.err
    assert written(site) == before
    assert site.run("check").code == 65

    moved.write_text(good, encoding="utf-8")
    site.ok("build")
    assert fed(site) == ids


def test_a_post_that_is_removed_leaves_beside_a_file_that_never_could_be_read(site: Site) -> None:
    site.write("posts/覚え書き.md", BROKEN.format("覚え書き", "2026-01-05"))
    site.ok("build")
    (site.folder / "posts/図書館の棚.md").unlink()

    site.ok("build")

    assert "図書館の棚" not in fed(site)


def test_the_only_post_moved_and_broken_is_named_with_its_place(site: Site) -> None:
    for name in ("味噌を仕込む", "昔の記事"):
        (site.folder / f"posts/{name}.md").unlink()
    site.ok("build")
    before = written(site)
    (site.folder / "posts/図書館の棚.md").unlink()
    site.write("posts/別.md", BROKEN.format("別", "2026-01-05"))

    done = site.run("build")

    assert done.code == 65
    assert "none of what was here can be found (1 post)" in done.err
    assert "posts/別.md:2:8" in done.err
    assert written(site) == before


def test_a_date_alone_makes_a_post_suspect_where_one_is_new_and_one_is_gone(site: Site) -> None:
    site.write("posts/前.md", "---\ntitle: 旧題\ndate: 2026-01-05\n---\n\n本文\n")
    site.ok("build")
    (site.folder / "posts/前.md").unlink()
    site.write("posts/後.md", "---\ntitle: 新題\ndate: 2026-01-05\n---\n\n書き直した本文\n")

    done = site.ok("build")

    assert "posts/後.md:1:1: warning looks-renamed: looks like posts/前.md" in done.err


def test_a_file_with_two_ids_is_told_and_waits_until_one_is_removed(site: Site) -> None:
    site.ok("build")
    ids = fed(site)
    path = site.folder / "ids.json"
    before = path.read_text(encoding="utf-8")
    (line,) = [line for line in before.splitlines(keepends=True) if "図書館の棚" in line]
    path.write_text(before.replace(line, line + line.replace("tag:midori.example", "tag:old.example")), "utf-8")

    done = site.run("build", "--json")

    (problem,) = done.json["problems"]
    assert (problem["file"], problem["code"]) == ("posts/図書館の棚.md", "duplicate-id")
    assert "tag:midori.example" in problem["message"]
    assert "tag:old.example" in problem["message"]
    assert "図書館の棚" not in fed(site)
    checked = site.run("ids", "check", "--json")
    assert (checked.code, checked.json["gone"]) == (65, [])

    path.write_text(before, encoding="utf-8")
    site.ok("build")
    assert fed(site) == ids


def test_a_dispute_of_two_files_about_an_id_ends_when_one_of_them_is_removed(site: Site) -> None:
    site.ok("build")
    path = site.folder / "ids.json"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (first,) = [line for line in lines if "図書館の棚" in line]
    (second,) = [line for line in lines if "昔の記事" in line]
    id_ = first.partition('", "source"')[0]
    path.write_text("".join(lines).replace(second, id_ + second[second.index('", "source"') :]), encoding="utf-8")
    assert "duplicate-id" in site.run("build").err
    (site.folder / "posts/図書館の棚.md").unlink()

    done = site.ok("build")

    assert "duplicate-id" not in done.err
    assert "昔の記事" in fed(site)


def git(site: Site, *words: str) -> None:
    name = ["-c", "user.name=三浦", "-c", "user.email=miura@midori.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *name, *words], cwd=site.folder, check=True, capture_output=True)


def commit(site: Site) -> None:
    site.ok("build")
    git(site, "add", "--all")
    git(site, "commit", "--message", "書いた")


def test_two_branches_with_a_new_post_each_merge_by_themselves(site: Site) -> None:
    text = (site.folder / "config.yaml").read_text(encoding="utf-8")
    (site.folder / "config.yaml").unlink()
    site.write(".gitignore", "public/\n")
    site.ok("init")
    site.write("config.yaml", text)
    edited = site.folder / "posts/図書館の棚.md"
    git(site, "init")
    commit(site)
    git(site, "checkout", "-b", "枝")
    site.post("枝の話", days_ago(0.4))
    edited.write_text(edited.read_text(encoding="utf-8") + "書き足しました。\n", encoding="utf-8")
    commit(site)
    git(site, "checkout", "main")
    site.post("幹の話", days_ago(0.5))
    edited.write_text(edited.read_text(encoding="utf-8").replace("の棚", "の新しい棚", 1), encoding="utf-8")
    commit(site)

    git(site, "merge", "枝")

    site.ok("ids", "check")
    site.ok("build")
    assert set(fed(site)) == {"枝の話", "幹の話", "図書館の新しい棚", "味噌を仕込む日：大豆1kg", "昔の記事"}
    assert site.ok("ids", "check").out.splitlines() == ["5 posts, 5 records"]


def test_a_merge_that_stopped_in_ids_json_is_told_with_what_to_do(site: Site) -> None:
    site.ok("build")
    path = site.folder / "ids.json"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    conflict = ["<<<<<<< HEAD\n", lines[3], "=======\n", lines[4], ">>>>>>> 枝\n"]
    path.write_text("".join([*lines[:3], *conflict, *lines[5:]]), encoding="utf-8")

    done = site.run("build")

    assert done.code == 78
    assert "ids.json:4:1: a merge stopped here" in done.err
    assert "keep the lines of both sides" in done.err


def test_a_post_that_was_left_out_gets_its_id_when_the_other_is_gone(site: Site) -> None:
    for name in ("一", "二"):
        head = f"title: 題{name}\ndate: {days_ago(3).isoformat()}\npermalink: /同じ/\n"
        site.write(f"posts/{name}.md", f"---\n{head}---\n\n本文です。\n")
    site.ok("build")
    shown = {title for title in fed(site) if title.startswith("題")}
    assert shown == {"題一"}
    (site.folder / "posts/一.md").unlink()
    site.ok("build")
    assert "題二" in fed(site)
    assert "題一" not in fed(site)
