"""Feeds of earlier releases: what they wrote is written still, byte for byte."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.feeds import written
from support.site import Site

GOLDEN = Path(__file__).parents[1] / "golden"
RELEASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())
BREAKING = """\
{name} of the golden site is no longer what release {release} wrote. FreshRSS, miniflux and others tell what is new by \
such bytes: on every site old entries would come back as unread. That is a breaking change. If it has to be, run \
scripts/golden, call it breaking in CHANGELOG.md, and say why in docs/design-notes.md."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site")
    yield made
    made.stop()


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns"])
def test_the_feeds_of_a_release_are_written_still(site: Site, release: str, zone: str) -> None:
    shutil.copytree(GOLDEN / release / "site", site.folder)
    golden, public = GOLDEN / release / "feeds", site.folder / "public"

    site.ok("build", TZ=zone, LC_ALL="C")

    assert {path.relative_to(public) for path in written(public)} == {
        path.relative_to(golden) for path in written(golden)
    }
    for path in written(golden):
        name = path.relative_to(golden)
        assert (public / name).read_bytes() == path.read_bytes(), BREAKING.format(name=name, release=release)


@pytest.mark.parametrize("release", RELEASES)
def test_a_build_over_the_feeds_of_a_release_touches_none_of_them(site: Site, release: str) -> None:
    shutil.copytree(GOLDEN / release / "site", site.folder)
    shutil.copytree(GOLDEN / release / "feeds", site.folder / "public")
    before = {path: path.stat().st_ino for path in written(site.folder / "public")}

    site.ok("build")

    assert {path: path.stat().st_ino for path in written(site.folder / "public")} == before
