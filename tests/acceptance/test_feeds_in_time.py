"""Feeds while clocks, files and runs misbehave: the folder is real, the moments are given."""

import gzip
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.site import Site

from publisher.config import load_config
from publisher.errors import ConfigError, OutputError
from publisher.jobs.build import _built, build
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import recall
from publisher.jobs.library import open_library
from publisher.jobs.report import Report
from publisher.jobs.unchanged import unchanged
from publisher.struct import replace

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OLD = datetime(2026, 1, 5, tzinfo=UTC)
RSS_ONLY = "feeds:\n  formats: [rss]\n"


@pytest.fixture
def garden(tmp_path: Path) -> Site:
    """Two posts of January, one of which has a category of its own."""
    site = Site(tmp_path / "庭")
    configure(site, "")
    site.post("梅", OLD, title="梅の花", categories="庭")
    site.post("椿", OLD + timedelta(days=1), title="椿の花", categories="庭, 花")
    return site


def configure(site: Site, text: str) -> None:
    site.write("config.yaml", f"site:\n  title: 庭\n  url: https://niwa.example/\ncontent: {{path: posts}}\n{text}")


def built(site: Site, hours: float = 0) -> Report:
    """What a build does that runs so many hours after noon."""
    now = NOW + timedelta(hours=hours)
    return build(load_config(None, {}, site.folder), at=max(now, NOW), now=now)


def record(site: Site, path: str = "atom.xml") -> FeedRecord:
    return next(one for one in recall(site.folder).feeds if one.path == path)


def output(site: Site, path: str = "atom.xml") -> Path:
    return site.folder / "public" / path


def updated(site: Site, post: str) -> str:
    return next(one.updated for one in recall(site.folder).records if one.source == f"posts/{post}.md")


def test_a_feed_that_comes_back_is_later_than_it_ever_was_though_the_clock_went_back(garden: Site) -> None:
    built(garden)
    garden.post("桜", OLD, title="桜の花")
    built(garden, 1)
    last = record(garden).changed

    configure(garden, RSS_ONLY)
    built(garden, -9000)
    assert record(garden).gone > last
    configure(garden, "")
    built(garden, -8999)

    assert record(garden).changed > last


def test_a_text_that_changed_again_is_updated_later_though_the_clock_went_back(garden: Site) -> None:
    built(garden)
    moments = []
    for hours, text in ((1, "咲いた"), (-9000, "散った")):
        garden.post("梅", OLD, title="梅の花", body=text)
        built(garden, hours)
        moments.append(updated(garden, "梅"))

    assert "" < moments[0] < moments[1]


def test_a_post_that_was_updated_in_a_year_to_come_is_not_yet(garden: Site) -> None:
    path = garden.post("松", OLD + timedelta(days=2), title="松")
    path.write_text(path.read_text("utf-8").replace("title:", "last_modified_at: 2099-01-01\ntitle:"), "utf-8")

    built(garden)

    assert "<updated>2099" not in output(garden).read_text("utf-8")
    assert record(garden).changed == "2026-01-07T00:00:00Z"
    built(garden, 24 * 365 * 80)
    assert "<updated>2099" in output(garden).read_text("utf-8"), "its day has come"


def test_posts_of_a_year_that_no_file_system_knows_have_feeds_with_a_time(garden: Site) -> None:
    shutil.rmtree(garden.folder / "posts")
    garden.post("昔", datetime(1603, 3, 24, tzinfo=UTC), title="江戸")

    built(garden)

    assert record(garden).changed == "2000-01-01T00:00:00Z"
    assert built(garden).written == ()


def test_a_build_as_of_the_past_leaves_no_trace_in_what_is_remembered_of_posts(garden: Site) -> None:
    built(garden)
    before, data = recall(garden.folder), output(garden).read_bytes()
    config = load_config(None, {}, garden.folder)

    past = build(config, at=OLD + timedelta(hours=1), now=NOW + timedelta(hours=1))
    assert [one.title for one in past.withdrawn] == ["椿の花"]
    built(garden, 2)

    assert recall(garden.folder).records == before.records
    assert output(garden).read_bytes() == data
    assert record(garden).changed == "2026-11-24T05:00:00Z"


def test_a_feed_that_takes_the_place_of_an_unknown_one_has_changed_now(garden: Site) -> None:
    """As after an upgrade from a version that remembered nothing of feeds: readers know the file's time, not ours."""
    garden.write("public/atom.xml", "<feed/>")

    built(garden)

    assert record(garden).changed == "2026-11-24T03:00:00Z"
    assert record(garden, "feed.xml").changed == "2026-01-06T00:00:00Z"


@pytest.mark.parametrize("foreign", ["<guid>記事</guid>".encode("shift_jis"), b'  "id": "tag:\\q"\n'])
def test_another_programs_feed_of_any_kind_is_replaced(garden: Site, foreign: bytes) -> None:
    configure(garden, "feeds:\n  formats: [rss, json]\n")
    output(garden, ".").mkdir()
    for name in ("feed.xml", "feed.json"):
        output(garden, name).write_bytes(foreign)

    report = built(garden)

    assert {"public/feed.xml", "public/feed.json"} <= set(report.written)
    assert report.withdrawn == ()


def test_a_removal_that_was_broken_off_is_finished(garden: Site) -> None:
    built(garden)
    data = output(garden).read_bytes()
    configure(garden, RSS_ONLY)
    built(garden, 1)
    for name in ("atom.xml", "atom.xml.gz", "atom.xml.br"):
        output(garden, name).write_bytes(data)

    report = built(garden, 2)

    assert report.gone == ("public/atom.xml",)
    assert not list(output(garden, ".").glob("atom.xml*"))
    assert built(garden, 3).gone == ()


def test_a_feed_that_was_to_be_replaced_and_then_is_made_no_more_is_removed(garden: Site) -> None:
    """A build that is killed has remembered bytes which it did not get to write."""
    built(garden)
    garden.post("桜", OLD, title="桜の花")
    output(garden, "feed.xml.gz").unlink()
    output(garden, "feed.xml.gz").mkdir()
    with pytest.raises(OutputError, match=r"feed.xml.gz"):
        built(garden, 1)
    output(garden, "feed.xml.gz").rmdir()
    configure(garden, RSS_ONLY)

    assert "public/atom.xml" in built(garden, 2).gone
    assert not output(garden).exists()


def test_a_feed_of_a_format_that_another_version_wrote_is_removed_where_it_is_made_no_more(garden: Site) -> None:
    built(garden)
    ids = garden.folder / "ids.json"
    told = '"name": "花", "format": "atom"'
    assert told in ids.read_text("utf-8")
    ids.write_text(ids.read_text("utf-8").replace(told, told.replace("atom", "rdf")), encoding="utf-8")

    configure(garden, "feeds:\n  by: []\n")

    assert "public/category/花/atom.xml" in built(garden, 1).gone
    assert not output(garden, "category/花/atom.xml").exists()


def test_two_feeds_that_are_linked_to_one_file_are_refused_and_none_is_lost(garden: Site) -> None:
    built(garden)
    data = output(garden, "feed.xml").read_bytes()
    output(garden).unlink()
    output(garden).symlink_to("feed.xml")

    with pytest.raises(OutputError, match=r"atom.xml: is linked to the file of feed.xml") as refusal:
        built(garden, 1)

    assert "feeds.redirects" in (refusal.value.hint or "")
    assert output(garden, "feed.xml").read_bytes() == data


def test_a_device_in_a_feeds_place_is_never_replaced(garden: Site) -> None:
    built(garden)
    output(garden).unlink()
    os.mkfifo(output(garden))

    with pytest.raises(OutputError, match="a device, a pipe or a socket"):
        built(garden, 1)

    assert output(garden).is_fifo()


def test_an_unchanged_build_sees_that_a_compressed_copy_is_gone(garden: Site) -> None:
    config = load_config(None, {}, garden.folder)
    with open_library(config, at=NOW) as library:
        # As if everything had lain there for a while.
        _built(replace(library, began_ns=time.time_ns() + 3_000_000_000), NOW)
    assert unchanged(config, NOW) is not None

    output(garden, "atom.xml.gz").unlink()

    assert unchanged(config, NOW) is None
    built(garden, 1)
    assert gzip.decompress(output(garden, "atom.xml.gz").read_bytes()) == output(garden).read_bytes()


def test_a_line_of_before_that_a_merge_left_does_not_tell_readers_of_a_change_once_more(garden: Site) -> None:
    built(garden)
    path = garden.folder / "ids.json"
    before = next(line for line in path.read_text("utf-8").splitlines() if "梅.md" in line)
    garden.post("梅", OLD, title="梅の花", body="咲いた")
    built(garden, 1)
    told = updated(garden, "梅")
    now = next(line for line in path.read_text("utf-8").splitlines() if "梅.md" in line)
    assert now != before

    for lines in (f"{before}\n{now}", f"{now}\n{before}"):
        path.write_text(path.read_text("utf-8").replace(now, lines), encoding="utf-8")
        garden.post("桜", OLD, title="桜の花", body=lines)
        built(garden, 2)
        assert updated(garden, "梅") == told


def test_what_is_remembered_of_a_feed_cannot_reach_out_of_the_output_folder(garden: Site) -> None:
    built(garden)
    path = garden.folder / "ids.json"
    path.write_text(path.read_text("utf-8").replace('"path": "atom.xml"', '"path": "../posts/梅.md"'), "utf-8")

    with pytest.raises(ConfigError, match="no path below the output folder"):
        built(garden, 1)

    assert (garden.folder / "posts/梅.md").exists()
