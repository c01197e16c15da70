import errno
import os
import threading
from pathlib import Path

import pytest

from publisher.errors import OutputError
from publisher.feeds import remove_all, replace

OLD = "<rss>昨日の投資分析</rss>".encode()
NEW = "<rss>今日の投資分析</rss>".encode()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "category" / "投資分析" / "feed.xml"
    assert replace(path, NEW)
    assert path.read_bytes() == NEW
    assert names(path.parent) == ["feed.xml"]


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    replace(path, NEW)
    before = path.stat()
    assert not replace(path, NEW)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_other_bytes_of_the_same_length_are_written(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(OLD)
    assert len(OLD) == len(NEW)
    assert replace(path, NEW)
    assert path.read_bytes() == NEW


def test_a_reader_of_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(OLD)
    with path.open("rb") as reader:
        replace(path, NEW)
        assert reader.read() == OLD


def test_what_a_killed_run_left_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    (tmp_path / ".feed.xml.publisher-new").write_bytes(OLD * 1000)
    assert replace(path, NEW)
    assert path.read_bytes() == NEW
    assert names(tmp_path) == ["feed.xml"]


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(OLD)
    path.chmod(0o664)
    replace(path, NEW)
    assert path.stat().st_mode & 0o777 == 0o664


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    (served / "feed.xml").write_bytes(OLD)
    link = tmp_path / "feed.xml"
    link.symlink_to(Path("served") / "feed.xml")
    assert replace(link, NEW)
    assert link.is_symlink()
    assert (served / "feed.xml").read_bytes() == NEW
    assert names(served) == ["feed.xml"]


def test_a_link_to_nothing_gets_its_file(tmp_path: Path) -> None:
    link = tmp_path / "feed.xml"
    link.symlink_to(tmp_path / "served" / "feed.xml")
    assert replace(link, NEW)
    assert (tmp_path / "served" / "feed.xml").read_bytes() == NEW


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    link = tmp_path / "feed.xml"
    link.symlink_to(link)
    with pytest.raises(OutputError):
        replace(link, NEW)
    assert link.is_symlink()


def test_a_pipe_is_neither_waited_for_nor_replaced(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    os.mkfifo(path)
    with pytest.raises(OutputError, match="a device, a pipe or a socket"):
        replace(path, NEW)
    assert path.is_fifo()
    assert names(tmp_path) == ["feed.xml"]


def test_a_file_goes_after_its_copies_and_stays_where_one_cannot_go(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(OLD)
    (tmp_path / "feed.xml.br").write_bytes(OLD)
    (tmp_path / "feed.xml.gz").mkdir()
    with pytest.raises(OutputError, match=r"feed.xml.gz"):
        remove_all(path)
    assert names(tmp_path) == ["feed.xml", "feed.xml.gz"]
    (tmp_path / "feed.xml.gz").rmdir()
    remove_all(path)
    assert names(tmp_path) == []


def test_a_folder_in_the_way_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    (path / "中身").mkdir(parents=True)
    with pytest.raises(OutputError) as caught:
        replace(path, NEW)
    assert caught.value.path == str(path)
    assert "folder stands" in (caught.value.hint or "")
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EISDIR
    assert names(tmp_path) == ["feed.xml"]
    assert names(path) == ["中身"]


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "category").write_bytes(OLD)
    with pytest.raises(OutputError) as caught:
        replace(tmp_path / "category" / "投資" / "feed.xml", NEW)
    assert f"{tmp_path / 'category'} is a file and should be a folder" in (caught.value.hint or "")
    assert (tmp_path / "category").read_bytes() == OLD


def test_a_link_in_place_of_the_temporary_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(OLD)
    (tmp_path / ".feed.xml.publisher-new").symlink_to(tmp_path / "secret")
    with pytest.raises(OutputError):
        replace(tmp_path / "feed.xml", NEW)
    assert (tmp_path / "secret").read_bytes() == OLD


def test_many_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    contents = [bytes([65 + n]) * (100_000 + n) for n in range(6)]
    threads = [threading.Thread(target=replace, args=(path, content)) for content in contents * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert names(tmp_path) == ["feed.xml"]
