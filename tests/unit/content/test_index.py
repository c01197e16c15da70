import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher import cache
from publisher.content import Index, Rendered, Renderer, output, put_output, scan
from publisher.content.renderings import put_rendering
from publisher.errors import CacheDamaged, StoreBusy, StoreError

POST = "_posts/2024-01-05-記事.md"


def test_an_output_is_remembered(tmp_path: Path) -> None:
    with Index(tmp_path / "cache.db", "key") as index:
        assert output(index, "category/投資/feed.xml") is None
        put_output(index, "category/投資/feed.xml", "abc", 10**18, 42)
    with Index(tmp_path / "cache.db", "key") as index:
        assert output(index, "category/投資/feed.xml") == ("abc", 10**18, 42)


def test_another_key_empties_it(tmp_path: Path) -> None:
    with Index(tmp_path / "cache.db", "key") as index:
        put_output(index, "feed.xml", "abc", 1, 2)
    with Index(tmp_path / "cache.db", "other") as index:
        assert output(index, "feed.xml") is None


def test_what_was_read_is_kept_where_an_exception_leaves(site: Any) -> None:
    site.write(POST, "あ")

    def fail() -> None:
        with site.index() as index:
            scan(site.rules, index)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with site.index() as index:
        assert index.paths() == [POST]


@pytest.mark.parametrize(
    "damage", [b"this is no database, whatever its name says" * 100, b"", b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(damage)
    with Index(tmp_path / "cache.db", "key") as index:
        put_output(index, "feed.xml", "abc", 1, 2)
    with Index(tmp_path / "cache.db", "key") as index:
        assert output(index, "feed.xml") == ("abc", 1, 2)


def test_another_programs_database_is_made_anew(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "cache.db") as connection:
        connection.execute("CREATE TABLE files (name)")
        connection.execute(f"PRAGMA user_version = {cache.LAYOUT}")
    connection.close()
    with Index(tmp_path / "cache.db", "key") as index:
        put_output(index, "feed.xml", "abc", 1, 2)
        assert output(index, "feed.xml") == ("abc", 1, 2)


def test_damage_that_shows_late_is_told_and_gone_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with Index(path, "key") as index:
        for number in range(500):
            put_output(index, f"記事/{number}.xml", "f" * 64, number, number)
        put_rendering(index, "digest", "url", Rendered("本文" * 10_000, ""))
    data = bytearray(path.read_bytes())
    for offset in range(4096 * 4, len(data), 4096):
        data[offset : offset + 4096] = b"\xff" * min(4096, len(data) - offset)
    path.write_bytes(data)
    with pytest.raises(CacheDamaged), Index(path, "key") as index:
        output(index, "記事/250.xml")
    assert path.read_bytes() == b""
    with Index(path, "key") as index:
        put_output(index, "feed.xml", "abc", 1, 2)
        assert output(index, "feed.xml") == ("abc", 1, 2)


def test_a_second_build_waits_and_says_so(tmp_path: Path) -> None:
    second = Index(tmp_path / "cache.db", "key", busy_seconds=0.1)
    with Index(tmp_path / "cache.db", "key"), pytest.raises(StoreBusy), second:
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys; from publisher.content import Index, put_output\n"
        "with Index(pathlib.Path(sys.argv[1]), 'key') as index:\n"
        "    put_output(index, 'feed.xml', 'abc', 1, 2)\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "cache.db")], check=False)
    assert done.returncode == 9
    with Index(tmp_path / "cache.db", "key") as index:
        assert output(index, "feed.xml") is None


def test_a_place_where_no_file_can_be_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError), Index(tmp_path / "missing" / "cache.db", "key"):
        pass


def test_a_held_post_can_still_be_rendered_and_old_renderings_go(site: Any) -> None:
    site.write(POST, "古い本文\n")
    old = site.post()
    html = site.html()
    site.write(POST, "---\nbroken: b: c\n---\n")
    (held,) = site.scan().held
    with site.index() as index:
        made = Renderer(site.rules, index, tuple).render(held)
        assert made is not None
        assert made.html == html
    site.write(POST, "新しい本文\n")
    site.scan()
    with site.index() as index:
        assert Renderer(site.rules, index, tuple).render(old) is None


@pytest.mark.parametrize("column", ["published", "offset", "updated", "categories", "tags", "authors"])
def test_a_text_that_makes_no_sense_is_damage(site: Any, column: str) -> None:
    site.write(POST, "---\ntitle: 題\n---\n")
    site.scan()
    with site.index() as index:
        index.write(f"UPDATE posts SET {column} = '[題'")
    with pytest.raises(CacheDamaged), site.index() as index:
        index.posts()
    with site.index() as index:
        assert not index.has_posts()


def test_nothing_is_to_come_where_no_post_waits_and_none_expires(site: Any) -> None:
    site.write(POST, "---\ntitle: 題\n---\n")
    site.scan()
    with site.index() as index:
        (post,) = index.posts()
        assert index.moments(datetime(2026, 1, 1, tzinfo=UTC)) == (post.published.timestamp(), None)
        assert index.moments(datetime(2020, 1, 1, tzinfo=UTC)) == (0.0, post.published.timestamp())
