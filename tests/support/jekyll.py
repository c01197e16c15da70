"""The real Jekyll with jekyll-feed, and what it made of a site."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from publisher.content import Engine, Index, Rules, scan, survey
from publisher.content.native import native_ids
from publisher.model.post import Post

DUMP = """\
---
---
[{% for post in site.documents %}{"file": {{ post.path | jsonify }}, "url": {{ post.url | jsonify }},
"title": {{ post.title | jsonify }}, "moment": {{ post.date | date: "%s" }},
"categories": {{ post.categories | jsonify }}, "tags": {{ post.tags | jsonify }}}{% unless forloop.last %},
{% endunless %}{% endfor %}]
"""
# The Addressable that Debian's Jekyll uses: it folds ids by NFKC, and Publisher knows it by this file.
LOCK = "GEM\n  specs:\n    addressable (2.8.1)\n    jekyll (4.3.1)\n"


@dataclass(frozen=True)
class Page:
    """A document as Jekyll's own templates see it."""

    file: str
    url: str
    title: Any
    moment: datetime
    categories: list[Any]
    tags: list[Any]


@dataclass(frozen=True)
class Built:
    """Documents by file, the entries of `/feed.xml` in its order, and every file that was written."""

    pages: dict[str, Page]
    entries: list[Any]
    files: set[str]


def build(folder: Path, feed: str = "feed.xml") -> Built:
    """Run Jekyll on the site in `folder`, whose configuration has to name jekyll-feed."""
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    (folder / "dump.json").write_text(DUMP, encoding="utf-8")
    (folder / "Gemfile.lock").write_text(LOCK, encoding="utf-8")
    environ = os.environ | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run([executable, "build"], cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    out = folder / "_site"
    listed = json.loads((out / "dump.json").read_text(encoding="utf-8"))
    pages = [Page(**each | {"moment": datetime.fromtimestamp(each["moment"], UTC)}) for each in listed]
    parsed = feedparser.parse((out / feed).read_bytes())
    assert not parsed.bozo, parsed.bozo_exception
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    return Built({page.file: page for page in pages}, parsed.entries, files)


@dataclass(frozen=True)
class Pair:
    """A site as Jekyll made it, and as it is read here; ids by file."""

    built: Built
    posts: tuple[Post, ...]
    ids: dict[str, str]


def read(folder: Path) -> Pair:
    """Both on the site in `folder`."""
    built = build(folder)
    found = survey(folder)
    assert found.url is not None
    rules = Rules(
        *(Engine.JEKYLL, folder, found.content, found.url, found.timezone or "UTC", found.permalink, ("_site",)),
        output=found.output,
        settings=found.settings,
    )
    with Index(folder.parent / "cache.db", "key") as index:
        scanned = scan(rules, index)
        posts = tuple(index.posts())
    return Pair(built, posts, native_ids(rules, posts, scanned.context))


def write(folder: Path, file: str, header: str = "", body: str = "本文です。") -> None:
    """Write a document; `header` is YAML."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{header}\n---\n{body}\n", encoding="utf-8")


def on_disk(path: str) -> Iterator[str]:
    """The files that a page at an address may be written to (document.rb, destination)."""
    yield path.lstrip("/") + "index.html" if path.endswith("/") else path.lstrip("/")
    yield from (path.lstrip("/") + ending for ending in (".html", ".markdown"))
