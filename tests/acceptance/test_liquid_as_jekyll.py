"""Beside the real Jekyll: each snippet gives what Jekyll makes of it."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from publisher.content import Engine, Index, Rules, scan, survey
from publisher.content.dialects.jekyll import to_html
from publisher.content.render import read_source
from publisher.content.world import Page, World
from publisher.model.post import Post

CONFIG = """\
title: 投資ブログ
url: https://例え.example
baseurl: /b
timezone: Asia/Tokyo
author: {name: 編集部, email: a@example.com}
numbers: [3, 1, 2]
flag: yes
version: 1.10
time_like: 12:30
since: 2020-04-01
"""

PEOPLE = """\
- name: 太郎
  age: 30
  tags: [本, 味噌]
- name: 花子
  age: 4
  tags: [本]
- name: 次郎
  tags: []
"""

FILES = {
    "_config.yml": CONFIG,
    "_data/people.yml": PEOPLE,
    "_data/places/cities.json": '{"東京": {"人口": 1400, "率": 1.5}, "ok": true, "none": null}',
    "_data/rows.csv": "名,数\n一,1\n二,2\n",
    "_data/merged.yml": "base: &b {x: 1, y: no}\nchild:\n  <<: *b\n  y: 2\nat: 2024-01-05 10:00:00\n",
    "_includes/box.html": '<b class="{{ include.kind }}">{{ include.text }}{{ include.missing }}</b>',
    "_includes/outer.html": "({% include inner.html %}|{% include inner.html v=include.v %})",
    "_includes/inner.html": "{{ include.v }}",
    "_includes/assigns.html": "{% assign leaked = 'はい' %}{{ page.title }}",
    "_posts/part.txt": "相対 {{ page.title }}",
    "assets/図.png": "png",
    "about.md": "---\ntitle: 約\n---\n",
    "docs/index.html": "---\n---\n",
    "fixed.html": "---\npermalink: /固定/\n---\n",
    "_posts/2023-05-01-古い記事.md": "---\ntitle: 古い記事\ncategories: [投資分析, Market]\ntags: [AI]\n"
    "rating: 07\n---\n最初の段落。\n\n次。\n",
    "_posts/2024-02-01-ハードカバー、本.md": "---\ntags: [AI, 本]\ncategory: Market\nrating: 2\n---\n本文。\n",
}

HEADER = """\
---
title: "記事 {number}"
layout: null
categories: [雑記]
tags: [試し]
number: 012
ratio: 1.50
on_sale: on
day: 2024-01-31
moment: 2024-01-31 10:00:00
offset: 2024-01-31 10:00:00 -0500
list: [い, ろ, は]
nested: {{a: {{b: [1, 2]}}}}
empty_text: ""
nothing: ~
excerpt: 要約
---
"""

SNIPPETS = Path(__file__).with_name("liquid_as_jekyll.txt").read_text(encoding="utf-8")


def snippets() -> list[str]:
    """One a line; a line that does not start with a brace or a `$` or a quote goes on with the one before."""
    return re.split(r"\n(?=[{$\"])", SNIPPETS.strip("\n"))


def write_site(folder: Path) -> None:
    posts = {
        f"_posts/2024-01-10-snippet-{number:03}.html": HEADER.format(number=number) + text + "\n"
        for number, text in enumerate(snippets())
    }
    for name, text in (FILES | posts).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def jekylls(folder: Path) -> dict[str, str]:
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    settings = os.environ | {"JEKYLL_ENV": "production"}
    command = [executable, "build", "--quiet"]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = (folder / "_site").rglob("snippet-*.html")
    return {page.stem: page.read_text(encoding="utf-8") for page in pages}


def ours(folder: Path) -> dict[str, str]:
    found = survey(folder, Engine.JEKYLL)
    rules = Rules(
        engine=Engine.JEKYLL,
        folder=folder,
        content=found.content,
        url=found.url or "",
        timezone=found.timezone or "UTC",
        permalink=found.permalink,
        exclude=("_site",),
        output=found.output,
        settings=found.settings,
    )
    with Index(folder.parent / "cache.db", "key") as index:
        scan(rules, index)
        posts: Sequence[Post] = tuple(index.posts())
    world = World(rules, lambda: posts)
    return {
        post.source[len("_posts/2024-01-10-") : -len(".html")]: rendered(post, world)
        for post in posts
        if "snippet" in post.source
    }


def rendered(post: Post, world: World) -> str:
    source = read_source(world.rules, post, {})
    assert source is not None
    return to_html(Page(post, source, world))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    folder = tmp_path_factory.mktemp("liquid") / "site"
    write_site(folder)
    return ours(folder), jekylls(folder)


def squeezed(text: str) -> str:
    return " ".join(text.split(" ")).strip("\n")


@pytest.mark.parametrize("number", range(len(snippets())), ids=range(len(snippets())))
def test_a_snippet_gives_what_jekyll_gives(both: tuple[dict[str, str], dict[str, str]], number: int) -> None:
    mine, theirs = both
    name = f"snippet-{number:03}"
    assert squeezed(mine[name]) == squeezed(theirs[name])
