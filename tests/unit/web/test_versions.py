"""What is read of a file is of one version, and of nothing outside the folder."""

import os
from pathlib import Path

import pytest
from support.serving import put

from publisher.web.versions import Replaced, Shelf, opened

FIRST, SECOND = 1_795_000_000, 1_795_000_001
DATA = "味噌を仕込む。".encode() * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "public"
    put(made / "feed.xml", DATA, FIRST)
    return made


def test_a_file_comes_with_its_copies_each_with_a_digest_of_its_own(folder: Path) -> None:
    version = Shelf(folder).version("feed.xml")

    assert version is not None
    assert version.modified == FIRST
    assert {coding: copy.data for coding, copy in version.copies.items()} == {
        "": DATA,
        "gzip": (folder / "feed.xml.gz").read_bytes(),
        "br": (folder / "feed.xml.br").read_bytes(),
    }
    assert len({copy.digest for copy in version.copies.values()}) == 3


def test_what_did_not_change_is_not_read_again(folder: Path) -> None:
    shelf = Shelf(folder)

    assert shelf.version("feed.xml") is shelf.version("feed.xml")


def test_a_file_that_was_replaced_is_read_again(folder: Path) -> None:
    shelf = Shelf(folder)
    before = shelf.version("feed.xml")

    put(folder / "feed.xml", DATA[::-1], SECOND)
    after = shelf.version("feed.xml")

    assert before is not None
    assert after is not None
    assert after.copies[""].data == DATA[::-1]
    assert before.copies[""].digest != after.copies[""].digest


def test_a_copy_of_another_moment_is_left_alone(folder: Path) -> None:
    shelf = Shelf(folder)
    assert shelf.version("feed.xml") is not None

    os.utime(folder / "feed.xml.gz", (SECOND, SECOND))
    version = shelf.version("feed.xml")

    assert version is not None
    assert sorted(version.copies) == ["", "br"]


def test_a_copy_that_comes_later_is_seen(folder: Path) -> None:
    data = (folder / "feed.xml.gz").read_bytes()
    (folder / "feed.xml.gz").unlink()
    shelf = Shelf(folder)
    without = shelf.version("feed.xml")

    (folder / "feed.xml.gz").write_bytes(data)
    os.utime(folder / "feed.xml.gz", (FIRST, FIRST))
    version = shelf.version("feed.xml")

    assert without is not None
    assert "gzip" not in without.copies
    assert version is not None
    assert "gzip" in version.copies


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘密", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/feed.xml").write_text("秘密", encoding="utf-8")
    (folder / "link.xml").symlink_to(tmp_path / "secret")
    (folder / "category").symlink_to(tmp_path / "folder")
    shelf = Shelf(folder)

    assert shelf.version("link.xml") is None
    assert shelf.version("category/feed.xml") is None
    assert shelf.version("../secret") is None


def test_links_within_the_folder_and_a_folder_that_is_one_are_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "rss.xml").symlink_to(folder / "feed.xml")
    (tmp_path / "www").symlink_to(folder)

    version = Shelf(tmp_path / "www").version("rss.xml")

    assert version is not None
    assert version.copies[""].data == DATA


def test_a_copy_that_leads_out_of_the_folder_is_left_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘密", encoding="utf-8")
    os.utime(tmp_path / "secret", (FIRST, FIRST))
    (folder / "feed.xml.gz").unlink()
    (folder / "feed.xml.gz").symlink_to(tmp_path / "secret")

    version = Shelf(folder).version("feed.xml")

    assert version is not None
    assert "gzip" not in version.copies


def test_what_is_no_file_is_not_read(folder: Path) -> None:
    (folder / "folder.xml").mkdir()
    os.mkfifo(folder / "pipe.xml")
    shelf = Shelf(folder)

    assert [shelf.version(name) for name in ("folder.xml", "pipe.xml", "missing.xml", "a\0b", "x" * 5000)] == [None] * 5


def test_another_file_at_the_same_path_is_noticed_when_it_is_opened(folder: Path) -> None:
    version = Shelf(folder).version("feed.xml")
    assert version is not None
    copy = version.copies[""]

    put(folder / "feed.xml", DATA[::-1], SECOND)

    with pytest.raises(Replaced):
        opened(copy.file, copy.mark)


def test_a_long_file_is_known_by_its_digest_and_not_kept(folder: Path) -> None:
    put(folder / "long.xml", DATA * 200, FIRST)

    version = Shelf(folder).version("long.xml")

    assert version is not None
    assert version.copies[""].data is None
    assert version.copies["gzip"].data is not None
    assert version.copies[""].length == len(DATA) * 200


def test_the_shelf_gives_up_what_is_asked_for_least(folder: Path) -> None:
    shelf = Shelf(folder)
    for number in range(700):
        (folder / f"{number}.xml").write_bytes(b"%d" % number + bytes(100_000))
        assert shelf.version(f"{number}.xml") is not None

    assert shelf.bytes <= 64 * 1024 * 1024
    assert shelf.version("0.xml") is not None
