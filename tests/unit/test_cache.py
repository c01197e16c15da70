"""cache.db as a place for notes, and as a lock."""

import sqlite3
from pathlib import Path

import pytest

from publisher.cache import Cache, peek

TABLE = "CREATE TABLE things (name TEXT);"


def cache(path: Path) -> Cache:
    return Cache(path, TABLE, busy_seconds=0.1)


def test_a_note_is_read_without_opening_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "置き場 #1?.db"
    with cache(path) as opened:
        opened.put_note("設定", "値")
        opened.put_note("other", "")

    assert peek(path, "設定", "missing") == {"設定": "値"}


def test_the_note_of_before_is_read_while_a_build_runs(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.put_note("key", "before")

    with cache(path) as opened:
        opened.put_note("key", "after")
        assert peek(path, "key") == {"key": "before"}

    assert peek(path, "key") == {"key": "after"}


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", b"not a database" * 999])
def test_nothing_is_read_of_what_is_no_cache(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(data)

    assert peek(tmp_path / "cache.db", "key") == {}
    assert peek(tmp_path / "missing.db", "key") == {}
    assert peek(tmp_path, "key") == {}
    assert (tmp_path / "cache.db").read_bytes() == data


def test_nothing_is_read_of_another_layout_or_of_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.connection.execute("INSERT INTO notes VALUES ('bytes', CAST(x'b2' AS TEXT))")
        opened.put_note("key", "value")
    assert peek(path, "bytes") == {}
    assert peek(path, "key") == {"key": "value"}

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert peek(path, "key") == {}
