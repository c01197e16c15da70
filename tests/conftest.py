"""What all tests share: a clock that stands still, ledgers on both databases, a private PostgreSQL."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import settings
from support.ledgers import emptied, fresh_ledger

from publisher.store.engine import Store

# How long an example takes says something of the machine, nothing of the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """Tuesday noon in Tokyo."""
    return NOW


def _postgres_binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = str(found[0]) if found else shutil.which(name)
    assert path, f"PostgreSQL's {name} is not installed: run scripts/system-packages"
    return path


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as Debian's own user."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private PostgreSQL cluster on a socket: the URL of its maintenance database."""
    folder = Path(tempfile.mkdtemp(prefix="publisher-pg-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, user_prefix = folder / "data", _as_server_user()
    initdb = [_postgres_binary("initdb"), "-D", str(data), "-U", "publisher", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*user_prefix, *initdb, "--locale=C"], check=True, capture_output=True, cwd=folder)
    control = [*user_prefix, _postgres_binary("pg_ctl"), "-D", str(data), "-w"]
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c full_page_writes=off"
    start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        yield f"postgresql+psycopg://publisher@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """A database with the ledger's tables, to copy."""
    _create_database(postgres, "ledger_template")
    Store(postgres.replace("/postgres?", "/ledger_template?")).close()
    return "ledger_template"


def _create_database(url: str, name: str, template: str = "template1") -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()


def _copied(url: str, template: str) -> str:
    name = f"ledger_{uuid4().hex}"
    _create_database(url, name, template)
    return name


@pytest.fixture(scope="session")
def emptied_ledgers() -> list[str]:
    """Databases that tests are done with."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A fresh ledger, on each database in turn."""
    if request.param == "sqlite":
        with fresh_ledger(tmp_path / "publisher.db") as ledger:
            yield ledger
        return
    url, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    free: list[str] = request.getfixturevalue("emptied_ledgers")
    name = free.pop() if free else _copied(url, template)
    own = url.replace("/postgres?", f"/{name}?")
    with closing(Store(own)) as ledger:
        yield ledger
    if emptied(own):
        free.append(name)
