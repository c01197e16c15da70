import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.content import Index, scan

ALONE = """
import os, pathlib, sys
from publisher.content import Engine, Index, Rules, scan
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
rules = Rules(Engine.JEKYLL, pathlib.Path(sys.argv[1]), ".", "https://example.com/", "Asia/Tokyo", None, ())
with Index(pathlib.Path(sys.argv[2]), "key") as index:
    scan(rules, index)
    print([(post.source, post.title) for post in index.posts()])
"""
POST = "_posts/2024-01-05-記事.md"


def test_posts_are_sorted_by_moment_and_path(site: Any) -> None:
    site.write("_posts/2024-01-06-b.md", "---\ndate: 2024-01-05 10:00 +0900\n---\n")
    site.write("_posts/2024-01-04-a.md", "---\ndate: 2024-01-05 01:00 +0000\n---\n")
    site.write("_posts/2024-01-01-c.md", "い")
    site.write("_posts/2999-01-01-未来.md", "う")
    assert [post.path for post in site.scan().posts] == [
        "/2024/01/01/c.html", "/2024/01/05/a.html", "/2024/01/05/b.html", "/2999/01/01/未来.html",
    ]  # fmt: skip


def test_a_second_scan_says_the_same(site: Any) -> None:
    site.write(POST, "---\nauthor: {name: 山田, email: y@example.jp}\nlastmod: 2024-02-01\ntags: [あ]\n---\n{{ x }}\n")
    site.write("_posts/2024-01-06-悪い.md", "---\na: b: c\n---\n")
    first = site.scan()
    assert site.scan() == first
    assert len(first.posts) == 1


def untold(index: Index, path: Path) -> None:
    """As if the file system had not told of a change: same times, same size."""
    index.write("UPDATE files SET ctime_ns = ? WHERE path = ?", path.stat().st_ctime_ns, POST)


def test_an_unchanged_file_is_not_opened(site: Any) -> None:
    path = site.write(POST, "あ")
    before = site.scan()
    status = path.stat()
    path.write_bytes("い".encode())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    site.key = "key"
    with site.index() as index:
        untold(index, path)
        assert site.found(index).posts == before.posts


def test_a_file_changed_within_the_tick_of_its_reading_is_hashed_again(site: Any) -> None:
    path = site.write(POST, "---\ntitle: 古い\n---\n")
    site.ticks = lambda: path.stat().st_ctime_ns
    assert site.post().title == "古い"
    status = path.stat()
    path.write_bytes("---\ntitle: 新た\n---\n".encode())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with site.index() as index:
        untold(index, path)
        assert [post.title for post in site.found(index).posts] == ["新た"]


def test_a_changed_and_a_removed_file_are_seen(site: Any) -> None:
    site.write(POST, "---\ntitle: 一\n---\n")
    gone = site.write("_posts/2024-01-06-消える.md", "い")
    assert len(site.scan().posts) == 2
    site.write(POST, "---\ntitle: 二の題\n---\n")
    gone.unlink()
    assert site.post().title == "二の題"


def test_a_post_that_cannot_be_read_any_more_is_held(site: Any) -> None:
    site.write(POST, "---\ntitle: 良い\n---\n")
    good = site.post()
    for broken in ("---\ntitle: 壊れた\n本文\n", "---\na: b: c\n---\n", b"\xff"):
        site.write(POST, broken)
        after = site.scan()
        assert (after.posts, after.held, after.unreadable) == ((), (good,), (POST,))
    site.write(POST, "---\ntitle: 直った\n---\n")
    assert [post.title for post in site.scan().posts] == ["直った"]
    assert site.scan().held == ()


def test_a_post_made_a_draft_is_not_held(site: Any) -> None:
    site.write(POST, "あ")
    assert len(site.scan().posts) == 1
    site.write(POST, "---\ndraft: true\n---\n")
    found = site.scan()
    assert (found.posts, found.problems, found.held) == ((), (), ())
    site.write(POST, "---\nbroken: b: c\n---\n")
    assert site.scan().held == ()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("一行目\nこれは\x08悪い".encode(), (2, 4, "control-character")),
        ("\ufeff---\r\ntitle: 題\r\n---\r\nあ\x00".encode(), (4, 2, "control-character")),
        ("あ\uffffい".encode(), (1, 2, "control-character")),
        ("一行目\n日本語".encode() + b"\x83\x5c", (2, 4, "invalid-utf8")),
        ("記事".encode("cp932"), (1, 1, "invalid-utf8")),
        (b"a" * (10 * 1024 * 1024 + 1), (0, 0, "too-large")),
    ],
)
def test_bytes_that_no_feed_could_carry_are_placed(site: Any, data: bytes, place: tuple[int, int, str]) -> None:
    site.write(POST, data)
    assert site.places() == [(POST, *place)]


def test_a_byte_order_mark_and_crlf_are_no_fault(site: Any) -> None:
    site.write(POST, "\ufeff---\r\ntitle: 題\r\n---\r\n本文。\r\n".encode())
    post = site.post()
    assert (post.title, site.rendered().summary) == ("題", "本文。")


def test_links_that_loop_end(site: Any) -> None:
    site.write(POST, "あ")
    (site.folder / "環").symlink_to(site.folder, target_is_directory=True)
    (site.folder / "_posts" / "2024-01-01-自分.md").symlink_to("2024-01-01-自分.md")
    (site.folder / "_posts" / "2024-01-01-無い.md").symlink_to("無い.md")
    found = site.scan()
    assert len(found.posts) == 1
    assert [(fault.file, fault.code) for fault in found.problems] == [
        ("_posts/2024-01-01-無い.md", "unreadable-file"),
        ("_posts/2024-01-01-自分.md", "unreadable-file"),
        ("環", "link-loop"),
    ]


def test_links_to_links_do_not_multiply(site: Any) -> None:
    for number in range(20):
        folder = site.folder / f"d{number}"
        folder.mkdir()
        for name in ("x", "y"):
            (folder / name).symlink_to(site.folder / f"d{number + 1}", target_is_directory=True)
    site.write("d20/_posts/2024-01-05-底.md", "あ")
    assert 1 <= len(site.scan().posts) <= 40


def test_a_linked_posts_folder_is_read(site: Any) -> None:
    site.write("別/2024-01-05-記事.md", "あ")
    (site.folder / "_posts").symlink_to("別", target_is_directory=True)
    assert site.post().source == POST


def test_a_name_that_is_not_utf8_is_a_problem(site: Any) -> None:
    site.write(POST, "あ")
    Path(os.fsdecode(os.fsencode(site.folder) + b"/_posts/2024-01-05-\xff.md")).write_bytes(b"a")
    found = site.scan()
    assert len(found.posts) == 1
    assert [(fault.file, fault.code) for fault in found.problems] == [("_posts/2024-01-05-\ufffd.md", "bad-file-name")]


def test_a_content_folder_that_is_not_there_is_a_problem_and_its_posts_are_held(site: Any) -> None:
    site.content = "blog"
    site.write("blog/_posts/2024-01-05-記事.md", "あ")
    good = site.post()
    (site.folder / "blog").rename(site.folder / "移した")
    found = site.scan()
    assert found.held == (good,)
    assert found.unreadable == ("blog/_posts/2024-01-05-記事.md",)
    assert [(fault.file, fault.code) for fault in found.problems] == [("blog", "unreadable-file")]


def test_progress_counts_every_file(site: Any) -> None:
    site.write(POST, "あ")
    site.write("_posts/2024-01-06-悪い.md", b"\xff")
    seen: list[tuple[int, int]] = []
    with site.index() as index:
        scan(site.rules, index, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_many_files_are_read_by_several_processes_as_by_one(site: Any) -> None:
    for number in range(1500):
        site.write(f"_posts/2024-01-05-記事{number}.md", f"---\ntitle: 題{number}\n---\n" if number % 50 else b"\xff")
    whole = site.scan()
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, str(site.folder), str(site.folder.parent / "other.db")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert alone.stdout.strip() == repr([(post.source, post.title) for post in whole.posts])
    assert len(whole.problems) == 30


def test_an_empty_folder_holds_nothing(site: Any) -> None:
    with Index(site.folder.parent / "empty.db", "key") as index:
        found = site.found(index)
    assert (found.posts, found.problems, found.held) == ((), (), ())


def test_a_post_that_asks_not_to_be_fed_stands_in_no_feed(site: Any) -> None:
    site.write(POST, "---\nfeed: false\n---\nあ")
    site.write("_posts/2024-01-06-い.md", "い")
    with site.index() as index:
        scan(site.rules, index)
        heads = list(index.heads(datetime(2025, 1, 1, tzinfo=UTC)))
    assert [head.source for head in heads] == ["_posts/2024-01-06-い.md"]


def test_what_is_no_file_is_not_opened_though_it_has_a_posts_name(site: Any) -> None:
    site.write(POST, "い")
    os.mkfifo(site.folder / "_posts/2024-01-06-管.md")
    (site.folder / "_posts/2024-01-07-棚.md").symlink_to("..")
    assert [post.source for post in site.scan().posts] == [POST]
