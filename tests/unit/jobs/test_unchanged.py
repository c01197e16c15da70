"""What shows that something changed since a build, and what does not count."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import Config, load_config
from publisher.jobs.library import open_library
from publisher.jobs.unchanged import RACY_NS, is_settled, mark_of, mark_of_tree

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "config.yaml").write_text("site: {url: 'https://x.example/'}\n", encoding="utf-8")
    (tmp_path / "記事.md").write_text("---\ndate: 2026-01-05\n---\n", encoding="utf-8")
    return load_config(None, {}, tmp_path)


def tree(config: Config) -> str:
    found = mark_of_tree(config, ["", "下"] if (config.folder / "下").is_dir() else [""])
    assert found is not None
    return found.text


@pytest.mark.parametrize("name", ["新.md", "preview-新.md", "cache.dbの話.md", "ids.json.md", ".ids", "下/新.md"])
def test_a_file_that_comes_changes_or_goes_shows(config: Config, name: str) -> None:
    path = config.folder / name
    path.parent.mkdir(exist_ok=True)
    marks = [tree(config)]
    path.write_text("一", encoding="utf-8")
    marks.append(tree(config))
    path.write_text("二番", encoding="utf-8")
    marks.append(tree(config))
    path.unlink()

    assert len({*marks}) == 3
    assert tree(config) == marks[0]


def test_a_folder_of_posts_may_be_called_like_the_one_that_previews_go_to(config: Config) -> None:
    before = tree(config)
    (config.folder / "preview").mkdir()

    assert tree(config) != before


@pytest.mark.parametrize("name", ["cache.db", "cache.db-journal", "publisher.db-wal", "ids.json", ".gitignore"])
def test_what_our_own_doing_changes_does_not_count(config: Config, name: str) -> None:
    before = tree(config)
    (config.home / name).write_text("私たちの", encoding="utf-8")
    assert tree(config) == before


def test_a_link_to_nothing_is_a_name_like_any_other(config: Config) -> None:
    before = tree(config)
    (config.folder / ".#記事.md").symlink_to("花子@localhost.1")

    assert tree(config) != before
    assert tree(config) == tree(config)


def test_a_tree_with_anything_newer_than_expected_is_not_looked_at_further(config: Config) -> None:
    newest = max((config.folder / name).stat().st_ctime_ns for name in ("config.yaml", "記事.md"))

    assert mark_of_tree(config, [""], newest_ns=newest) is not None
    assert mark_of_tree(config, [""], newest_ns=newest - 1) is None
    assert mark_of_tree(config, ["ない"]) is None


def test_a_folder_is_marked_by_all_that_is_below_it(tmp_path: Path) -> None:
    place = tmp_path / "_data"
    (place / "下").mkdir(parents=True)
    empty = mark_of(place)
    (place / "下" / "人.yml").write_text("花子", encoding="utf-8")
    one = mark_of(place)
    os.utime(place / "下" / "人.yml", ns=(1, 2))
    other = mark_of(place)

    assert len({empty.text, one.text, other.text}) == 3
    assert one.newest_ns >= (place / "下" / "人.yml").stat().st_mtime_ns
    assert mark_of(tmp_path / "ない").text == mark_of(tmp_path / "a\0b").text == mark_of(tmp_path / "\ud800").text == ""


def test_a_change_is_told_from_what_a_build_saw_only_after_a_while() -> None:
    assert is_settled(0, RACY_NS + 1)
    assert not is_settled(1, RACY_NS + 1)


def test_a_build_begins_before_anything_is_looked_at(config: Config) -> None:
    seen: list[int] = []
    before = time.time_ns()
    with open_library(config, at=NOW, progress=lambda _done, _total: seen.append(time.time_ns())) as library:
        assert before <= library.began_ns <= seen[0]
