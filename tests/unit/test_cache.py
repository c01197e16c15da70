"""cache.db as a place for notes, and as a lock."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from publisher.cache import Cache, WrongProcess, peek
from publisher.errors import CacheDamaged, StoreBusy, StoreError

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


def test_a_note_whose_bytes_changed_on_the_disk_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.put_note("settings", '{"key": "kkkkkkkk"}')
        opened.put_note("other", "値")
    path.write_bytes(path.read_bytes().replace(b'{"key"', b'{"kex"'))

    assert peek(path, "settings", "other") == {"other": "値"}
    with cache(path) as opened:
        assert opened.note("settings") is None
        assert opened.note("other") == "値"


@pytest.mark.parametrize("data", [b"\xfe\xff" * 4096, b"SQLite format 3\0" + b"\xff" * 5000, b"SQLite", b""])
def test_what_is_no_database_is_emptied_where_it_lies(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(data)
    (tmp_path / "cache.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 600)
    before = path.stat().st_ino

    with cache(path) as opened:
        opened.put_note("key", "value")

    assert peek(path, "key") == {"key": "value"}
    assert path.stat().st_ino == before


def test_a_schema_that_is_no_text_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.put_note("key", "value")
    broken = path.read_bytes().replace(b"things", b"\xd1" * 6).replace(b"TABLE \xd1", b"TABLX \xd1")
    path.write_bytes(broken)

    with cache(path) as opened:
        assert opened.note("key") is None


def test_damage_that_shows_late_leaves_an_empty_cache(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.write_many("INSERT INTO things VALUES (?)", [(f"物{number}" * 50,) for number in range(500)])
    data = bytearray(path.read_bytes())
    data[8 * 4096 :] = b"\xff" * (len(data) - 8 * 4096)
    path.write_bytes(data)

    with pytest.raises(CacheDamaged), cache(path) as opened:
        opened.rows("SELECT * FROM things")

    assert path.read_bytes() == b""
    with cache(path) as opened:
        assert opened.rows("SELECT * FROM things") == []


def test_where_its_tables_cannot_be_dropped_it_is_made_anew_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with cache(path) as opened:
        opened.write_many("INSERT INTO things VALUES (?)", [("物" * 90,)] * 500)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    data = bytearray(path.read_bytes())
    data[2 * 4096 :] = b"\xff" * (len(data) - 2 * 4096)
    path.write_bytes(data)

    with cache(path) as opened:
        assert opened.rows("SELECT * FROM things") == []


def test_a_folder_in_its_place_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "cache.db").mkdir()

    with pytest.raises(StoreError, match=r"cache\.db: unable to open") as caught, cache(tmp_path / "cache.db"):
        pass

    assert caught.value.hint is not None
    assert "let this user write" in caught.value.hint


HOLD = """
import sys
from pathlib import Path
from publisher.cache import Cache
with Cache(Path(sys.argv[1]), "CREATE TABLE things (name TEXT);") as opened:
    opened.put_note("key", "value")
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_what_another_build_made_anew_is_not_taken_from_under_it(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"\xff" * 50_000)
    words = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy, match="another build is running"):
            cache(path).renew()
        other.communicate("end\n")

    assert other.returncode == 0
    assert peek(path, "key") == {"key": "value"}


def test_a_fork_is_not_given_the_connection(tmp_path: Path) -> None:
    with cache(tmp_path / "cache.db") as opened:
        child = os.fork()
        if not child:
            try:
                opened.note("key")
            except WrongProcess:
                os._exit(7)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert opened.note("key") is None
