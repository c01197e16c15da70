"""A cache that turns out to be damaged costs time, never a feed or an id."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.jobs.build import build

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
POSTS = 300
PAGE = 4096
COMMAND = (sys.executable, "-m", "publisher")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "site: {url: 'https://x.example/', title: 日誌}\nfeeds: {output: out}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    for number in range(POSTS):
        header = f"title: 題{number}\ndate: 2026-01-{number % 28 + 1:02}\ncategories: [組{number % 3}]\n"
        (tmp_path / f"記事{number}.md").write_text(f"---\n{header}---\n\n本文。\n", encoding="utf-8")
    return tmp_path


def outputs(folder: Path) -> dict[str, bytes]:
    feeds = {str(path): path.read_bytes() for path in sorted((folder / "out").rglob("*.xml"))}
    return feeds | {"ids": (folder / "ids.json").read_bytes()}


@pytest.mark.parametrize("share", range(4))
def test_whatever_part_of_it_is_damaged_the_next_build_writes_the_same(folder: Path, share: int) -> None:
    build(load_config(None, {}, folder), at=NOW)
    before = outputs(folder)
    data = bytearray((folder / "cache.db").read_bytes())
    pages = range(1, len(data) // PAGE)
    for page in pages[share * len(pages) // 4 : (share + 1) * len(pages) // 4]:
        data[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    (folder / "cache.db").write_bytes(data)
    os.utime(folder / "記事27.md")

    report = build(load_config(None, {}, folder), at=NOW)

    assert report.posts == POSTS
    assert report.problems == ()
    assert outputs(folder) == before


READING = (
    "check",
    "status",
    "preview weekly",
    "digest weekly --dry-run",
    "send 記事27.md --newsletter weekly --dry-run",
    "ids check",
)


@pytest.mark.parametrize("words", READING)
def test_whatever_part_of_it_is_damaged_commands_that_read_do_what_they_do(folder: Path, words: str) -> None:
    with (folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("newsletters: {weekly: {title: 便り, from: a@x.example, schedules: {weekly: 'mon 09:00'}}}\n")
    subprocess.run([*COMMAND, "subscriber", "add", "r@x.example"], cwd=folder, check=True)
    build(load_config(None, {}, folder), at=NOW)
    good = (folder / "cache.db").read_bytes()
    whole = subprocess.run([*COMMAND, *words.split()], cwd=folder, capture_output=True, check=False)
    assert whole.returncode == 0

    for share in range(2):
        data = bytearray(good)
        for page in range(1 + share, len(data) // PAGE, 2):
            data[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
        (folder / "cache.db").write_bytes(data)
        done = subprocess.run([*COMMAND, *words.split()], cwd=folder, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, whole.stdout, whole.stderr)
