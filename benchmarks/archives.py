#!/usr/bin/env python3
"""Archives: every post of every feed reachable, beside Hugo with every post in every feed.

    python benchmarks/archives.py CORPUS [--posts 10000] [--rounds 3]

CORPUS as in benchmarks/feeds.py. Hugo has no archives, so its feeds are given no limit: the same texts in the same
files' worth of bytes, in one document for each feed where ours are hundreds that hardly ever change. Every figure is a
ratio of medians of runs that take turns.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from feeds import CONFIG, Case, Sites, compare, corpus

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


def _cases(sites: Archived) -> Mapping[str, Case]:
    # Of wall time. All texts are made once, by Python instead of Go; after that archives must cost next to nothing.
    return {
        "cold": (sites.clean, {"wall": 5.0}),
        "unchanged": (sites.settle, {"wall": 0.12}),
        "one new": (lambda: (sites.settle(), sites.add()), {"wall": 0.5}),
        "back-dated": (lambda: (sites.settle(), sites.back_date()), {"wall": 0.5}),
        "deleted": (lambda: (sites.settle(), sites.delete()), {"wall": 0.5}),
    }


if __name__ == "__main__":
    compare(__doc__, 3, Archived, _cases)
