#!/usr/bin/env python3
"""Archives: every post of every feed reachable, beside Hugo with every post in every feed.

    python benchmarks/archives.py CORPUS [--posts 10000] [--rounds 3]

CORPUS as in benchmarks/feeds.py. Hugo has no archives, so its feeds are given no limit: the same texts in the same
files' worth of bytes, in one document for each feed where ours are hundreds that hardly ever change. Every figure is a
ratio of medians of runs that take turns.
"""

import argparse
import compileall
import tempfile
import time
from pathlib import Path

from feeds import CONFIG, Cost, Sites, corpus, median

GOALS = {"cold": 5.0, "unchanged": 0.12, "one new": 0.5, "back-dated": 0.5, "deleted": 0.5}
"""Of wall time. All texts are made once, by Python instead of Go; after that archives must cost next to nothing."""
_RSS = Path("layouts/_default/rss.xml")


class Archived(Sites):
    """The two sites with all their posts in feeds."""

    def __init__(self, script: Path, number: int, folder: Path) -> None:
        super().__init__(script, number, folder)
        config = CONFIG.replace("formats: [rss]", "formats: [rss], archive: true")
        (self.ours / "_publisher/config.yaml").write_text(config, encoding="utf-8")
        layout = self.hugos / _RSS
        layout.write_text(layout.read_text("utf-8").replace("first 20 ", "first 1000000 "), encoding="utf-8")

    def posts(self) -> list[Path]:
        """Our posts, oldest first."""
        return sorted((self.ours / "_posts").iterdir())

    def back_date(self) -> None:
        """One more post, older than most; Hugo's is any new one, for it makes all anew each time."""
        self.extra += 1
        old = self.posts()[len(self.posts()) // 4]
        text = old.read_text("utf-8").replace("title:", f"title: 後から{time.time_ns()}", 1)
        old.with_name(f"{old.name[:11]}late-{self.extra}.md").write_text(text, encoding="utf-8")
        corpus(self.script, self.number, self.hugos, "hugo", "--extra", str(self.extra))

    def delete(self) -> None:
        """One post less, of those in the middle."""
        self.posts()[len(self.posts()) // 2].unlink()


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    compileall.compile_dir(Path(__file__).parent.parent / "publisher", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        sites = Archived(given.corpus.resolve(), given.posts, Path(folder))
        print(f"{given.posts} posts, medians of {given.rounds}; Publisher / Hugo [seconds, megabytes]", flush=True)
        cases = {
            "cold": sites.clean,
            "unchanged": sites.settle,
            "one new": lambda: (sites.settle(), sites.add()),
            "back-dated": lambda: (sites.settle(), sites.back_date()),
            "deleted": lambda: (sites.settle(), sites.delete()),
        }
        for case, before in cases.items():
            ours: list[Cost] = []
            hugos: list[Cost] = []
            for _ in range(given.rounds):
                before()
                ours.append(sites.publisher())
                hugos.append(sites.hugo())
            figures = [(name, median(ours, name), median(hugos, name)) for name in ("wall", "cpu", "peak")]
            told = [f"{name} {mine / theirs:5.2f} [{mine:.2f} / {theirs:.2f}]" for name, mine, theirs in figures]
            print(f"{case:11} · goal {GOALS[case]} · " + " · ".join(told), flush=True)


if __name__ == "__main__":
    main()
