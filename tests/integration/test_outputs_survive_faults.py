"""A feed is old or new, never in between: processes killed, files too large, several writers at once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.feeds import replace

OLD = "昨日の投資分析\n".encode() * 60_000
NEW = "今日の株価\n".encode() * 90_000

WRITE_FOR_EVER = """
import sys
from itertools import cycle
from pathlib import Path
from publisher.feeds import replace
contents = [Path(name).read_bytes() for name in sys.argv[2:]]
for content in cycle(contents):
    replace(Path(sys.argv[1]), content)
    print("done", flush=True)
"""

WRITE_TWENTY_TIMES = """
import sys
from pathlib import Path
from publisher.feeds import replace
contents = [Path(name).read_bytes() for name in sys.argv[2:]]
for number in range(20):
    replace(Path(sys.argv[1]), contents[number % 2])
"""

WRITE_BEYOND_THE_LIMIT = """
import resource, sys
from pathlib import Path
from publisher.errors import OutputError
from publisher.feeds import replace
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    replace(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())
except OutputError as error:
    print(error.path, error.hint, sep="\\n")
    sys.exit(error.exit_code)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "old").write_bytes(OLD)
    (tmp_path / "new").write_bytes(NEW)
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "feed.xml").write_bytes(OLD)
    return tmp_path


def start(program: str, site: Path, *names: str) -> subprocess.Popen[str]:
    arguments = [str(site / "public" / "feed.xml"), *(str(site / name) for name in names)]
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def killed_while_writing(site: Path, after: int) -> None:
    with start(WRITE_FOR_EVER, site, "new", "old") as process:
        done = lines(process)
        for _ in range(after):
            assert next(done) == "done\n"
        process.kill()
    assert process.returncode == -9


def test_a_writer_killed_at_any_moment_leaves_the_file_whole(site: Path) -> None:
    feed = site / "public" / "feed.xml"
    for after in range(1, 13):
        killed_while_writing(site, after)
        assert feed.read_bytes() in (OLD, NEW)
        assert {path.name for path in feed.parent.iterdir()} <= {"feed.xml", ".feed.xml.publisher-new"}
    replace(feed, b"<rss/>")
    assert [path.name for path in feed.parent.iterdir()] == ["feed.xml"]
    assert feed.read_bytes() == b"<rss/>"


@pytest.mark.parametrize("size", [4097, 8000, len(NEW)])
def test_a_file_too_large_to_write_leaves_the_old_one(site: Path, size: int) -> None:
    (site / "new").write_bytes(NEW[:size])

    feed = site / "public" / "feed.xml"
    with start(WRITE_BEYOND_THE_LIMIT, site, "new") as process:
        path, hint = lines(process)
    assert process.returncode == 75
    assert path == f"{feed}\n"
    assert "ulimit" in hint
    assert feed.read_bytes() == OLD
    assert [path.name for path in feed.parent.iterdir()] == ["feed.xml"]


def test_writers_at_once_never_show_a_reader_half_a_file(site: Path) -> None:
    feed = site / "public" / "feed.xml"
    writers = [start(WRITE_TWENTY_TIMES, site, *names) for names in (("old", "new"), ("new", "old"), ("new", "old"))]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(feed.read_bytes())
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert seen <= {OLD, NEW}
    assert [path.name for path in feed.parent.iterdir()] == ["feed.xml"]
