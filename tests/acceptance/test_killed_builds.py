"""kill -9 at random moments of builds: the next one ends where a site that was never killed does."""

import contextlib
import hashlib
import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.site import Site

from publisher.config import load_config
from publisher.jobs.build import build

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CONFIG = "site: {title: 庭, url: https://niwa.example/}\ncontent: {path: posts}\n"
SETTINGS = (
    "",
    "feeds: {formats: [rss]}\n",
    "feeds: {limit: 7, formats: [rss, atom, json]}\n",
    "categories: {本: books}\nfeeds: {redirects: {category/本/feed.xml: category/books/feed.xml}}\n",
    "feeds: {archive: true}\n",
    "feeds: {by: [author]}\n",
)
BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from publisher.config import load_config
from publisher.jobs.build import build
now = datetime.fromisoformat(sys.argv[1])
build(load_config(None, {}, Path(".")), at=now, now=now)
"""


def edits(chance: random.Random) -> Callable[[Site], object]:
    """Something a writer does, to be done to both sites alike."""
    number, text, kind = chance.randrange(600), str(chance.random()), chance.random()
    categories, settings = chance.choice(["庭", "本", "庭, 本", "花"]), chance.choice(SETTINGS)
    if kind < 0.2:
        return lambda site: (site.folder / f"posts/{number}.md").unlink(missing_ok=True)
    if kind < 0.4:
        return lambda site: site.write("config.yaml", CONFIG + settings)
    return lambda site: post(site, number, categories, text)


def post(site: Site, number: int, categories: str, body: str) -> None:
    site.post(
        str(number), NOW - timedelta(hours=7 * number + 1), title=f"第{number}回", categories=categories, body=body
    )


def whole(site: Site) -> dict[str, tuple[str, int]]:
    """Every output with its digest and its time, and what is remembered."""
    paths = [site.folder / "ids.json", *(path for path in (site.folder / "public").rglob("*") if path.is_file())]
    return {
        str(path.relative_to(site.folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            0 if path.name == "ids.json" else path.stat().st_mtime_ns,
        )
        for path in paths
    }


@pytest.mark.parametrize("rounds", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_no_kill_changes_what_a_build_ends_with(tmp_path: Path, rounds: int) -> None:
    chance = random.Random(f"kill/{rounds}")
    killed, twin = Site(tmp_path / "killed"), Site(tmp_path / "twin")
    killed.write("config.yaml", CONFIG)
    for number in range(600):
        post(killed, number, chance.choice(["庭", "本"]), "本文")
    shutil.copytree(killed.folder, twin.folder)

    for number in range(rounds):
        now = NOW + timedelta(minutes=number)
        for edit in [edits(chance) for _ in range(chance.randint(1, 6))]:
            edit(killed)
            edit(twin)
        for _ in range(2):
            process = killed.python("-c", BUILD, now.isoformat())
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=chance.uniform(0.2, 1.0))
            process.kill()
            process.communicate()
        for site in (killed, twin):
            build(load_config(None, {}, site.folder), at=now, now=now)
        assert whole(killed) == whole(twin), number
