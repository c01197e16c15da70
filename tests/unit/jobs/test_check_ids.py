"""ids.json held against the posts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from publisher.config import load_config
from publisher.jobs.check_ids import check_ids
from publisher.jobs.ids import Memory, recall, remember
from publisher.jobs.library import Library, open_library

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@contextmanager
def library(folder: Path, url: str) -> Iterator[Library]:
    (folder / "config.yaml").write_text(f"site: {{url: '{url}'}}\n", encoding="utf-8")
    with open_library(load_config(None, {}, folder), at=NOW) as opened:
        yield opened


def write(folder: Path, name: str, title: str, when: str = "2026-01-05T01:02:03") -> None:
    text = f"---\ntitle: {title}\ndate: {when}\n---\n\n{title}\n"
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def test_ids_of_the_placeholders_days_are_warned_of(tmp_path: Path) -> None:
    write(tmp_path, "記事", "題")
    with library(tmp_path, "https://your-site.invalid/") as opened:
        opened.keep()

    with library(tmp_path, "https://x.example/") as opened:
        found = check_ids(opened)

    assert [problem.code for problem in found.problems] == ["provisional-id"]
    assert not found.failed


def test_an_id_of_the_placeholders_days_gives_way_to_the_one_that_a_merge_brought(tmp_path: Path) -> None:
    write(tmp_path, "記事", "題")
    with library(tmp_path, "https://x.example/") as opened:
        opened.keep()
    record = recall(tmp_path).records[0]
    former = record._replace(id="tag:your-site.invalid,2026-01-05:/x/")
    remember(tmp_path, Memory((record._replace(id="adopted"), former)))

    with library(tmp_path, "https://x.example/") as opened:
        opened.keep()
        assert opened.ids == {"記事.md": "adopted"}
        assert opened.problems == ()

    assert [one.id for one in recall(tmp_path).records] == ["adopted"]


def test_a_post_that_changed_in_several_ways_at_once_is_suspected(tmp_path: Path) -> None:
    write(tmp_path, "前", "旧題")
    with library(tmp_path, "https://x.example/") as opened:
        opened.keep()
    (tmp_path / "前.md").unlink()
    write(tmp_path, "後", "新題")

    with library(tmp_path, "https://x.example/") as opened:
        found = check_ids(opened)

    assert [(problem.code, problem.file) for problem in found.problems] == [("looks-renamed", "後.md")]
    assert (found.new, found.gone) == (("後.md",), ("前.md",))


def test_a_file_that_cannot_be_read_now_is_not_gone(tmp_path: Path) -> None:
    write(tmp_path, "記事", "題")
    with library(tmp_path, "https://x.example/") as opened:
        opened.keep()
    (tmp_path / "記事.md").write_text("---\ntitle: 'open\n---\n", encoding="utf-8")

    with library(tmp_path, "https://x.example/") as opened:
        found = check_ids(opened)

    assert (found.new, found.gone, found.records) == ((), (), 1)
