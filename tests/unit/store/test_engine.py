"""Opening the ledger."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext

from publisher.errors import StoreBusy, StoreError, WrongDatabase
from publisher.mail import Filling
from publisher.store import issues, schema
from publisher.store.engine import Store, backup, migrate, open_engine
from publisher.store.tables import meta, metadata, suppressions


def test_a_new_ledger_has_a_uid_and_a_secret_that_stay(store: Store) -> None:
    again = Store(store.engine.url.render_as_string(hide_password=False))

    assert (again.uid, again.secret) == (store.uid, store.secret)
    assert len(store.uid) == 32
    assert len(store.secret) == 32
    again.close()


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def test_what_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    def fail_in_the_middle() -> None:
        with store.write() as connection:
            connection.execute(sa.text("DELETE FROM meta"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()

    with store.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM meta")) == 2


def test_another_programs_database_is_refused_and_untouched(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    before = file.read_bytes()

    with pytest.raises(WrongDatabase, match="another program's"):
        Store(f"sqlite:///{file}")

    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "publisher.db"
    file.write_text("日本語の文章であって、データベースではない。" * 100, encoding="utf-8")

    with pytest.raises(WrongDatabase, match="not a database") as refusal:
        Store(f"sqlite:///{file}")

    assert refusal.value.hint == "restore it from a backup"


NO_ROOM = """
import resource, sys
from publisher.errors import StoreError
from publisher.store.engine import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
try:
    Store(sys.argv[1])
except StoreError as error:
    print(error.told())
"""


def test_a_disk_that_takes_nothing_is_told_with_what_to_do_about_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    Store(url).close()

    done = subprocess.run([sys.executable, "-c", NO_ROOM, url], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [
        "the ledger: disk I/O error",
        "  where the disk is full, make room; else 'publisher db backup' copies what can be read",
    ]


def test_a_stale_schema_is_refused_until_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    Store(url).close()
    _set_revision(tmp_path, "0000")

    with pytest.raises(WrongDatabase) as refusal:
        Store(url)

    assert refusal.value.hint == "run 'publisher db migrate'"


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    Store(url).close()
    _set_revision(tmp_path, "9999")

    with pytest.raises(WrongDatabase, match="newer"):
        Store(url)
    with pytest.raises(WrongDatabase, match="newer"):
        migrate(url)


def test_migrating_a_current_ledger_does_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"

    assert migrate(url) is True
    assert migrate(url) is False


def test_a_ledger_that_is_held_is_busy(tmp_path: Path) -> None:
    file = tmp_path / "publisher.db"
    Store(f"sqlite:///{file}").close()
    ledger = Store(f"sqlite:///{file}", wait_seconds=0.05)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusy), ledger.write():
        pass

    holder.close()
    ledger.close()


def test_readers_are_not_stopped_by_a_writer(tmp_path: Path) -> None:
    ledger = Store(f"sqlite:///{tmp_path / 'publisher.db'}")

    with ledger.write() as writing:
        writing.execute(sa.text("DELETE FROM meta"))
        with ledger.read() as reading:
            assert reading.scalar(sa.text("SELECT count(*) FROM meta")) == 2
    ledger.close()


def test_a_backup_is_whole_and_overwrites_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    ledger = Store(url)
    copy = tmp_path / "copy.db"

    backup(url, copy)
    restored = Store(f"sqlite:///{copy}")

    assert restored.uid == ledger.uid
    with pytest.raises(StoreError, match="there already"):
        backup(url, copy)
    ledger.close()
    restored.close()


def test_a_naive_moment_is_a_bug_that_shows(store: Store) -> None:
    import datetime as dt

    row = {"address_key": "a@example.com", "reason": "x", "created_at": dt.datetime(2026, 1, 1)}
    with pytest.raises(sa.exc.StatementError, match="naive"), store.write() as connection:
        connection.execute(suppressions.insert().values(**row))


def _set_revision(folder: Path, revision: str) -> None:
    with sqlite3.connect(folder / "publisher.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.close()


def test_a_ledger_whose_making_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    engine = open_engine(url)

    def die(_connection: sa.Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(engine, die)
    engine.dispose()

    assert len(Store(url).uid) == 32


def test_nobody_else_may_read_the_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'publisher.db'}"
    Store(url).close()
    backup(url, tmp_path / "copy.db")

    assert (tmp_path / "publisher.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_ledger_damaged_inside_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "publisher.db"
    Store(f"sqlite:///{file}").close()
    data = file.read_bytes()
    file.write_bytes(data[:100] + b"\xff" * (len(data) - 100))

    with pytest.raises(StoreError, match="ledger"):
        Store(f"sqlite:///{file}")


def test_a_full_disk_is_said_so_and_what_was_written_stands(tmp_path: Path) -> None:
    ledger = Store(f"sqlite:///{tmp_path / 'publisher.db'}")

    def fill() -> None:
        with ledger.write() as connection:
            # SQLite answers as on a full disk where a database may grow no further.
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.execute(meta.insert().values(key="long", value="長い" * 100_000))

    with pytest.raises(StoreError, match="full") as refusal:
        fill()

    assert "make room" in (refusal.value.hint or "")
    with ledger.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM meta")) == 2
    ledger.close()


def test_a_ledger_that_may_not_be_written_names_the_way_out(tmp_path: Path) -> None:
    ledger = Store(f"sqlite:///{tmp_path / 'publisher.db'}")

    def write() -> None:
        with ledger.write() as connection:
            # SQLite answers as where the file or its folder are read-only.
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.execute(meta.insert().values(key="a", value="b"))

    with pytest.raises(StoreError, match="readonly") as refusal:
        write()

    assert "let this user write" in (refusal.value.hint or "")
    ledger.close()


def test_a_ledger_of_the_first_version_keeps_what_waits_to_be_sent(tmp_path: Path) -> None:
    file = tmp_path / "publisher.db"
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO meta VALUES ('uid', 'u'), ('secret', 'ab')"))
        connection.execute(
            sa.text(
                "INSERT INTO issues (id, uid, kind, status, reason, sender, list_title, at, created_at)"
                " VALUES (1, 'x', 'digest', 'sending', '', 'a@example.jp', '便り', '2026-01-01', '2026-01-01')"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO variants (id, issue_id, key, language, marker, subject, html, text)"
                " VALUES (1, 1, 'k', 'ja', 'slot0', '便り', '<p>{{ 7*7 }} slot0nameslot0様</p>',"
                " 'slot0unsubscribe_urlslot0')"
            )
        )
    engine.dispose()
    migrate(f"sqlite:///{file}")
    store = Store(f"sqlite:///{file}")
    try:
        with store.read() as connection:
            rendered = issues.variant(connection, 1).rendered
            issue = issues.get(connection, 1)
    finally:
        store.close()

    filled = Filling(rendered).fill({"name": "<山田>", "unsubscribe_url": "mailto:a@example.jp"})
    assert filled.html == "<p>{{ 7*7 }} &lt;山田&gt;様</p>"
    assert filled.text == "mailto:a@example.jp"
    assert (issue.archive_url, issue.page_url, rendered.pictures) == ("", None, ())


@pytest.mark.parametrize(
    ("query", "level"), [("", 2), ("?synchronous=FULL", 2), ("?synchronous=NORMAL", 1), ("?Synchronous=normal", 1)]
)
def test_how_surely_a_commit_is_on_the_disk_is_set_in_the_url(tmp_path: Path, query: str, level: int) -> None:
    ledger = Store(f"sqlite:///{tmp_path / 'publisher.db'}{query}")

    with ledger.read() as connection:
        assert connection.scalar(sa.text("PRAGMA synchronous")) == level
    ledger.close()
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"publisher.db"}


@pytest.mark.parametrize("folder", ["庭 100%", "what?is=it", "a#b"])
def test_a_ledger_may_lie_in_any_folder(tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "publisher.db"

    Store(f"sqlite:///{file}?synchronous=NORMAL").close()
    backup(f"sqlite:///{file}?synchronous=NORMAL", tmp_path / "copy.db")

    assert file.stat().st_size > 0
    Store(f"sqlite:///{tmp_path / 'copy.db'}").close()


def test_a_url_without_a_file_is_refused() -> None:
    with pytest.raises(StoreError, match="names no ledger"):
        open_engine("sqlite://")
