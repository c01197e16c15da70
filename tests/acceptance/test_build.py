"""Feeds through the real command: first builds, unchanged builds, bad posts."""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import pytest
from support.site import Site, days_ago


def feed(site: Site, path: str = "public/feed.xml") -> feedparser.FeedParserDict:
    parsed = feedparser.parse(str(site.folder / path))
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def titles(site: Site, path: str = "public/feed.xml") -> list[str]:
    return [entry.title for entry in feed(site, path).entries]


def outputs(site: Site) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted((site.folder / "public").rglob("*"))
        if path.is_file()
    }


def test_a_build_says_what_it_did_for_programs(site: Site) -> None:
    first = site.ok("build", "--json").json
    second = site.ok("build", "--json").json

    assert first["posts"] == 3
    assert "public/feed.xml" in first["written"]
    assert "public/category/庭/atom.xml" in first["written"]
    assert (second["written"], second["unchanged"], second["problems"]) == ([], len(first["written"]), [])


def test_a_second_build_touches_nothing_from_another_clock_and_zone(site: Site) -> None:
    site.ok("build")
    before = outputs(site)

    site.ok("build", "--at", "2031-01-01T00:00", TZ="America/New_York", LC_ALL="C")

    assert outputs(site) == before


def test_without_its_cache_a_build_gives_the_same_bytes_and_touches_nothing(site: Site) -> None:
    site.ok("build")
    before = outputs(site)
    (site.folder / "cache.db").unlink()

    done = site.ok("build", "--json").json

    assert done["written"] == []
    assert outputs(site) == before


def test_another_machine_gives_the_same_bytes_without_anything_of_ours(site: Site, tmp_path: Path) -> None:
    site.ok("build")
    other = Site(tmp_path / "elsewhere")
    shutil.copytree(site.folder / "posts", other.folder / "posts")
    shutil.copy(site.folder / "config.yaml", other.folder)

    other.ok("build", TZ="Pacific/Auckland")

    assert {p.relative_to(other.folder): b for p, (_, b) in outputs(other).items()} == {
        p.relative_to(site.folder): b for p, (_, b) in outputs(site).items()
    }


def test_a_future_post_enters_when_its_moment_comes(site: Site) -> None:
    site.post("未来", days_ago(-2), title="未来の記事")
    site.ok("build")
    assert "未来の記事" not in titles(site)

    site.ok("build", "--at", days_ago(-3).isoformat())

    assert titles(site)[0] == "未来の記事"


def test_a_renamed_and_retitled_post_keeps_its_id(site: Site) -> None:
    site.ok("build")
    before = {entry.title: entry.id for entry in feed(site).entries}
    old = site.folder / "posts/図書館の棚.md"
    old.rename(site.folder / "posts/図書館.md")
    site.ok("build")
    renamed = site.folder / "posts/図書館.md"
    renamed.write_text(renamed.read_text(encoding="utf-8").replace("図書館の棚", "改題"), encoding="utf-8")

    site.ok("build")

    assert {entry.title: entry.id for entry in feed(site).entries}["改題"] == before["図書館の棚"]


BAD = {
    "yaml": (b'---\ntitle: "x\ndate: 2026-01-01\n---\n\xe6\x9c\xac\n', ":"),
    "no-date": ("---\ntitle: 日付なし\n---\n本文\n".encode(), "date"),
    "impossible": ("---\ntitle: 無い日\ndate: 2026-02-30\n---\n本文\n".encode(), "2026-02-30"),
    "control": ("---\ntitle: 制御\ndate: 2026-01-01\n---\n本\x08文\n".encode(), "U+0008"),
    "utf8": (b"---\ntitle: x\ndate: 2026-01-01\n---\n" + "日本".encode("cp932") + b"\n", "UTF-8"),
    "unclosed": ("---\ntitle: 閉じない\ndate: 2026-01-01\n本文\n".encode(), "---"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_post_is_named_with_its_place_left_out_and_the_rest_built(site: Site, kind: str) -> None:
    data, word = BAD[kind]
    (site.folder / "posts/悪い記事.md").write_bytes(data)

    done = site.run("build")

    assert done.code == 0, done.err
    (line,) = [line for line in done.err.splitlines() if "悪い記事" in line]
    file, row, column, message = line.split(":", 3)
    assert file == "posts/悪い記事.md"
    assert int(row) >= 1
    assert int(column) >= 1
    assert word in message
    assert len(titles(site)) == 3
    assert site.run("build", "--strict").code == 65
    assert site.run("check").code == 0
    assert site.run("check", "--strict").code == 65


@pytest.mark.parametrize("cache", ["kept", "lost"])
def test_a_post_that_was_fed_and_cannot_be_read_now_stays_as_it_was(site: Site, cache: str) -> None:
    site.ok("build")
    before = outputs(site)
    (site.folder / "posts/図書館の棚.md").write_text('---\ntitle: "途中\n', encoding="utf-8")
    if cache == "lost":
        (site.folder / "cache.db").unlink()

    done = site.run("build")

    assert done.code == 65
    assert "図書館の棚.md" in done.err
    assert outputs(site) == before
    site.post("新着", days_ago(0), title="新着", categories="本")
    assert site.run("build").code == 65
    assert titles(site, "public/category/本/feed.xml") == ["新着", "味噌を仕込む日：大豆1kg", "図書館の棚"]


def test_a_post_that_cannot_be_read_keeps_its_place_among_those_of_its_moment_without_the_cache(site: Site) -> None:
    for name in "いろは":
        site.post(name, days_ago(0), title=name)
    site.ok("build")
    before = outputs(site)
    (site.folder / "posts/い.md").write_text('---\ntitle: "途中\n', encoding="utf-8")
    (site.folder / "cache.db").unlink()

    assert site.run("build").code == 65

    assert outputs(site) == before


def test_a_post_that_is_removed_leaves_the_feed(site: Site) -> None:
    site.ok("build")
    (site.folder / "posts/図書館の棚.md").unlink()

    site.ok("build")

    assert "図書館の棚" not in titles(site)


def test_two_posts_that_claim_one_id_are_both_named(site: Site) -> None:
    config = (site.folder / "config.yaml").read_text(encoding="utf-8")
    site.write("config.yaml", config.replace("content: {path: posts}", "content: {path: posts, permalink: /:year/}"))
    twin = days_ago(2000)
    site.post("双子一", twin)
    site.post("双子二", twin)

    (problem,) = [p for p in site.run("check", "--json").json if p["code"] == "duplicate-id"]

    assert "双子" in problem["file"]
    assert "双子" in problem["message"]


def test_a_disk_that_is_full_leaves_every_feed_whole(site: Site) -> None:
    site.ok("build")
    before = outputs(site)
    for number in range(30):
        site.post(f"新{number}", days_ago(0.5), body="長い本文。" * 2000)
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({200_000}, {200_000}))"
    site.write("sitecustomize.py", limit)

    done = site.run("build", PYTHONPATH=str(site.folder))

    assert done.code == 75
    assert "feed.xml" in done.err
    assert "Traceback" not in done.err
    assert all(not os.path.basename(path).startswith(".") for path in outputs(site))  # noqa: PTH119
    after = outputs(site)
    assert all(after[path] == before[path] for path in before if path.name == "feed.xml")


def test_a_damaged_ids_file_stops_everything_before_ids_are_guessed(site: Site) -> None:
    site.ok("build")
    (site.folder / "ids.json").write_text('{"version": 1,\n<<<<<<< HEAD\n', encoding="utf-8")

    done = site.run("build")

    assert done.code == 78
    assert "ids.json:2:1" in done.err
    assert "version control" in done.err


def test_two_feeds_at_one_path_are_refused_before_either_is_written(site: Site) -> None:
    site.post("a", days_ago(1), categories="feed")

    done = site.run("build", PUBLISHER_FEEDS__PATHS='{"category_rss": "{slug}.xml"}')

    assert done.code == 78
    assert "feed.xml" in done.err
    assert not (site.folder / "public/feed.xml").exists()


def test_a_future_post_that_breaks_was_never_out(site: Site) -> None:
    path = site.post("未来", days_ago(-9))
    site.ok("build")
    path.write_text("---\ntitle: [\n---\n", encoding="utf-8")

    assert site.run("build").code == 0


def test_a_mistyped_content_path_does_not_empty_the_feeds(site: Site) -> None:
    site.ok("build")
    before = outputs(site)

    done = site.run("build", PUBLISHER_CONTENT__PATH="post")

    assert done.code == 65
    assert "content.path" in done.err
    assert outputs(site) == before


def test_a_site_whose_address_nobody_knows_is_built_with_a_warning(site: Site) -> None:
    site.write("config.yaml", "content: {path: posts}\n")

    for words in (["build"], ["build"], ["check"]):
        done = site.ok(*words)
        assert "config.yaml: warning no-site-url: site.url: is not known yet" in done.out + done.err, words

    site.write("config.yaml", "content: {path: posts}\nsite:\n  url: https://your-site.invalid/\n")
    assert "config.yaml:3:8: warning no-site-url: " in site.ok("build").err
    assert site.ok("build", "--json", PUBLISHER_SITE__URL="https://midori.example/").json["problems"] == []


def test_an_output_that_is_the_posts_folder_is_refused(site: Site) -> None:
    done = site.run("build", PUBLISHER_FEEDS__OUTPUT="posts")

    assert done.code == 78
    assert "feeds.output" in done.err


def test_a_category_longer_than_a_file_name_is_built_like_any_other(site: Site) -> None:
    site.post("a", days_ago(1), title="長い分類", categories="長" * 90)

    site.ok("build")

    (path,) = list((site.folder / "public/category").glob("長*/feed.xml"))
    assert [entry.title for entry in feedparser.parse(str(path)).entries] == ["長い分類"]


def test_a_post_changed_in_several_ways_at_once_is_warned_of_before_mail(site: Site) -> None:
    site.ok("subscriber", "add", "a@example.jp")
    site.ok("digest", "weekly", "--yes")
    old = site.folder / "posts/図書館の棚.md"
    text = old.read_text(encoding="utf-8").replace("title: ", "title: '別の題' #")
    old.with_name("新しい名.md").write_text(text + "加筆。\n", encoding="utf-8")
    old.unlink()

    done = site.run("digest", "weekly")

    assert done.code == 2
    assert "posts/新しい名.md" in done.err
    assert "looks like posts/図書館の棚.md" in done.err


def test_categories_that_share_a_feed_though_they_differ_are_warned_of(site: Site) -> None:
    site.post("a", days_ago(1), categories="C, C++")

    (problem,) = [one for one in site.run("check", "--json").json if one["code"] == "shared-feed"]

    assert "C and C++" in problem["message"]


def test_tags_and_authors_that_share_a_feed_are_warned_of_where_they_have_feeds(site: Site) -> None:
    head = f'title: 言語\ndate: {days_ago(2)}\ntags: [C, "C++"]\nauthors: ["山田・太郎", "山田 太郎"]'
    site.write("posts/言語.md", f"---\n{head}\n---\n\n本文\n")

    assert site.ok("check", "--json", PUBLISHER_SITE__ADDRESS="東京都").json == []
    told = site.ok("check", "--json", PUBLISHER_SITE__ADDRESS="東京都", PUBLISHER_FEEDS__BY='["author", "tag"]').json

    assert [problem["message"] for problem in told] == [
        "C and C++ share the feed tag/c: rename one of them",
        "山田 太郎 and 山田・太郎 share the feed author/山田-太郎: rename one of them",
    ]


@pytest.mark.parametrize("content", [".", "posts"])
def test_feeds_may_lie_at_the_sites_own_root(site: Site, content: str) -> None:
    site.ok("build", PUBLISHER_FEEDS__OUTPUT=".", PUBLISHER_CONTENT__PATH=content)

    assert len(feed(site, "feed.xml").entries) == 3


def test_the_only_post_that_breaks_is_named_with_its_place(site: Site) -> None:
    for name in ("味噌を仕込む", "図書館の棚"):
        (site.folder / f"posts/{name}.md").unlink()
    site.ok("build")
    (site.folder / "posts/昔の記事.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    (site.folder / "cache.db").unlink()

    done = site.run("build", "--json")

    assert done.code == 65
    assert [problem["file"] for problem in done.json["problems"]] == ["posts/昔の記事.md"]
    assert titles(site) == ["昔の記事"], "it stays in the feed as it was"


def test_a_post_that_breaks_after_the_sites_address_is_set_is_only_a_problem(site: Site) -> None:
    site.ok("build", PUBLISHER_SITE__URL="https://your-site.invalid/")
    (site.folder / "posts/図書館の棚.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")

    done = site.run("build")

    assert done.code == 65
    assert "図書館の棚.md" in done.err
    assert "Traceback" not in done.err


def test_a_build_that_is_killed_leaves_every_feed_whole(site: Site) -> None:
    for number in range(30):
        site.post(f"記事{number}", days_ago(5), body="長い本文。" * 3000)
    site.ok("build")
    for round_ in range(6):
        site.post(f"新{round_}", days_ago(4), body="さらに長い本文。" * 3000)
        process = site.start("build", "--json")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.25 + round_ * 0.08)
        process.kill()
        process.communicate()
        for path in (site.folder / "public").rglob("*.xml"):
            assert not feedparser.parse(str(path)).bozo, path

    site.ok("build")
    assert "新5" in titles(site)


def test_two_lines_of_ids_json_with_one_id_are_an_error_that_names_both(site: Site) -> None:
    site.ok("build")
    path = site.folder / "ids.json"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    posts = [number for number, line in enumerate(lines) if line.startswith('{"id": ')]
    first, second = json.loads(lines[posts[0]].rstrip(",\n")), json.loads(lines[posts[1]].rstrip(",\n"))
    second["id"] = first["id"]
    lines[posts[1]] = json.dumps(second, ensure_ascii=False) + ",\n"
    path.write_text("".join(lines), encoding="utf-8")

    done = site.run("build", "--json")

    (problem,) = [problem for problem in done.json["problems"] if problem["code"] == "duplicate-id"]
    assert problem["file"] == second["source"]
    assert first["source"] in problem["message"]
    left = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[posts[0] :] == left[posts[0] :], "which line is wrong a person must say"


def test_a_post_whose_built_page_is_missing_waits_and_one_that_was_out_stays(site: Site) -> None:
    site.ok("build")
    entries = feedparser.parse(str(site.folder / "public/feed.xml")).entries
    built = {"PUBLISHER_CONTENT__SOURCE": "built"}

    first = site.run("build", "--json", **built)
    assert first.code == 65
    assert {problem["code"] for problem in first.json["problems"]} == {"no-built-page"}
    kept = feedparser.parse(str(site.folder / "public/feed.xml")).entries
    assert [(one.id, one.content[0].value) for one in kept] == [(one.id, one.content[0].value) for one in entries]

    for entry in entries:
        page = site.folder / "public" / unquote(urlsplit(entry.link).path).strip("/") / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<main><p>作られたページです。</p></main>", encoding="utf-8")
    site.ok("build", **built)
    for entry in feedparser.parse(str(site.folder / "public/feed.xml")).entries:
        assert "作られたページです。" in entry.content[0].value
