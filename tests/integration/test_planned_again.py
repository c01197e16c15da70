"""The same commit, planned on another machine: the same mails, byte for byte."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from support.pictures import painted
from support.planning import AT
from support.site import CONFIG, Site

TESTS = Path(__file__).parents[1]
NEWSLETTERS = """\
newsletters:
  attached:
    title: "みどりの便り"
    from: "三浦 みどり <tayori@midori.example>"
    schedules: {weekly: "mon 09:00", daily: "07:00"}
    images: attached
  linked:
    title: "Green Letters"
    from: "Midori Miura <letters@midori.example>"
    schedules: {weekly: "mon 09:00"}
    utm: {source: letters, medium: email, campaign: weekly}
"""


def commit(site: Site) -> list[Callable[[], object]]:
    """What writes the files of one commit, in any order."""
    picture = painted("PNG", 40, 20)
    (site.folder / "posts").mkdir(parents=True)
    config, _, _ = CONFIG.partition("newsletters:")
    head = "categories: [庭, 本]\nimage: /posts/樽.png\ntags: [冬, 味噌, 大豆]"
    body = "![樽](樽.png) と [棚](図書館.md)、`print('霜')`。\n\n| 豆 | 塩 |\n|---|---|\n| 1kg | 400g |\n"
    texts = {
        "config.yaml": config + NEWSLETTERS,
        "posts/味噌.md": f"---\ntitle: 味噌を仕込む日\ndate: 2026-11-22 08:00\n{head}\n---\n\n{body}",
        "posts/図書館.md": "---\ntitle: 図書館の棚\ndate: 2026-11-21\ncategories: [本]\n---\n\n# 棚\n\n本文です。\n",
        "posts/frost.md": "---\ntitle: First frost\ndate: 2026-11-20 23:30\nlanguage: en\n---\n\nIt was *cold*.\n",
    }
    writes: list[Callable[[], object]] = [lambda: (site.folder / "posts/樽.png").write_bytes(picture)]
    return writes + [lambda name=name, text=text: site.write(name, text) for name, text in texts.items()]


def planned(site: Site, *words: str, **environ: str) -> Any:
    process = site.python("-m", "support.planning", *words, PYTHONPATH=str(TESTS), **environ)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def test_planned_again_from_the_same_commit_each_mail_is_the_same(tmp_path: Path) -> None:
    """Another folder, clock, zone and hash seed, files made in another order, and a cache from before."""
    here, there = Site(tmp_path / "here"), Site(tmp_path / "別の所" / "there")
    for write in commit(here):
        write()
    for write in reversed(commit(there)):
        write()

    first = planned(here, AT.isoformat(), TZ="Asia/Tokyo", PYTHONHASHSEED="1")
    later = AT + timedelta(days=40, hours=7, minutes=31)
    second = planned(there, later.isoformat(), "warm", TZ="America/St_Johns", PYTHONHASHSEED="2", LC_ALL="C")

    assert second == first
    assert [sorted(one["templates"]) for one in first] == [["digest/en", "digest/ja"], ["one_off/ja"]] * 2
    assert all(len(one["posts"]) in (1, 3) for one in first)
    sums = [variant["html_sha256"] for one in first for variant in one["variants"]]
    assert len(sums) == len(set(sums)) == 6
