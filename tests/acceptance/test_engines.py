"""Beside the real Jekyll and the real Hugo: neither reads nor publishes what is ours, and the feeds are served."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from support.site import Site

POST = """\
---
layout: post
title: "投資の話（１）：米国株"
date: 2026-01-05 08:38:57 +0900
categories: ["投資分析"]
tags: ["AI", "投資"]
author: "編集部"
excerpt: "要約です。"
---

本文の**最初**の段落です。

![図](images/chart.png) と [関連記事](/posts/1/)。
"""


@pytest.fixture
def jekyll(tmp_path: Path) -> Site:
    site = Site(tmp_path / "blog")
    site.write("_config.yml", "title: 投資ブログ\nurl: https://blog.example\nbaseurl: /b\ntimezone: Asia/Tokyo\n")
    site.write("_posts/2026-01-05-米国株.md", POST)
    site.write("index.html", "---\n---\n{% for post in site.posts %}{{ post.url }}{% endfor %}\n")
    return site


@pytest.fixture
def hugo(tmp_path: Path) -> Site:
    site = Site(tmp_path / "blog")
    site.write("hugo.toml", 'title = "投資ブログ"\nbaseURL = "https://blog.example/b/"\ntimeZone = "Asia/Tokyo"\n')
    site.write("layouts/_default/single.html", "{{ .RelPermalink }}\n")
    site.write("content/posts/米国株.md", POST)
    return site


def run_jekyll(site: Site) -> None:
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    subprocess.run([executable, "build", "--quiet"], cwd=site.folder, check=True, capture_output=True)


def run_hugo(site: Site) -> None:
    subprocess.run([str(Path(sys.executable).parent / "hugo"), "--quiet"], cwd=site.folder, check=True)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_init_beside_jekyll_takes_its_settings_and_stays_out_of_its_way(jekyll: Site) -> None:
    run_jekyll(jekyll)
    before = files(jekyll.folder / "_site")

    jekyll.ok("init")
    jekyll.ok("check", "--strict")
    run_jekyll(jekyll)
    assert files(jekyll.folder / "_site") == before, "nothing of ours is published"
    jekyll.ok("build")

    parsed = feedparser.parse(str(jekyll.folder / "_site/feed.xml"))
    assert not parsed.bozo
    assert parsed.feed.title == "投資ブログ"
    (entry,) = parsed.entries
    (page,) = [path for path in before if path != "index.html" and path.endswith(".html")]
    assert entry.title == "投資の話（１）：米国株"
    assert entry.link == "https://blog.example/b/" + quote(page)
    assert "https://blog.example/posts/1/" in entry.content[0].value
    assert (jekyll.folder / "_site/category/投資分析/atom.xml").exists()


def test_init_beside_hugo_takes_its_settings_and_stays_out_of_its_way(hugo: Site) -> None:
    run_hugo(hugo)
    before = files(hugo.folder / "public")

    hugo.ok("init")
    hugo.ok("check", "--strict")
    run_hugo(hugo)
    assert files(hugo.folder / "public") == before, "nothing of ours is published"
    hugo.ok("build")
    settings = (hugo.folder / "hugo.toml").read_text(encoding="utf-8")
    hugo.write("hugo.toml", settings + 'disableKinds = ["rss"]\n')
    run_hugo(hugo)

    parsed = feedparser.parse(str(hugo.folder / "public/index.xml"))
    assert not parsed.bozo
    (entry,) = parsed.entries
    (page,) = [path for path in before if path.startswith("posts/") and path.endswith("/index.html")]
    assert entry.link == "https://blog.example/b/" + quote(page.removesuffix("index.html"))
    assert parsed.feed.generator == "Publisher"
    assert (hugo.folder / "public/categories/投資分析/index.xml").exists()


def test_hugos_own_config_is_recognised_and_said_so(tmp_path: Path) -> None:
    site = Site(tmp_path / "blog")
    site.write("config.yaml", "baseURL: https://blog.example/\ntitle: 投資\n")
    site.write("content/posts/a.md", POST)

    done = site.run("build")

    assert done.code == 78
    assert "Hugo" in done.err
    assert "publisher init" in done.err
    site.ok("init")
    assert site.ok("build", "--json").json["posts"] == 1


def test_init_in_a_folder_of_posts_alone_knows_jekylls_layout(tmp_path: Path) -> None:
    site = Site(tmp_path / "blog")
    site.write("_posts/2026-01-05-米国株.md", POST)

    first = site.ok("init")
    again = site.run("init")

    assert first.out.strip() == "_publisher/config.yaml"
    assert "site.url" in first.err
    assert again.code == 2
    site.ok("check", "--strict")
    site.ok("build")
    names = ["feed.xml", "atom.xml", "category/投資分析/feed.xml", "category/投資分析/atom.xml"]
    for name in names:
        parsed = feedparser.parse(str(site.folder / "_site" / name))
        assert not parsed.bozo
        (entry,) = parsed.entries
        assert entry.title == "投資の話（１）：米国株"
        assert entry.author == "編集部"
        assert [tag.label or tag.term for tag in entry.tags] == ["投資分析", "AI", "投資"]
        assert "最初" in entry.content[0].value
        assert entry.summary == "要約です。"
        assert entry.published_parsed[:6] == (2026, 1, 4, 23, 38, 57)
    beside = ["feeds/index.html", "feeds/feed.css", "feeds.opml"]
    expected = {name + suffix for name in [*names, *beside] for suffix in ("", ".gz", ".br")}
    assert files(site.folder / "_site") == expected


def test_init_in_a_plain_folder_keeps_its_own_gitignore(tmp_path: Path) -> None:
    site = Site(tmp_path / "notes")
    site.write("2026-01-05-覚え書き.md", "# 覚え書き\n\n本文です。\n")
    site.write(".gitignore", "*.tmp\n")

    site.ok("init")
    done = site.ok("build", "--json").json

    ignored = (site.folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*.tmp"
    assert {"publisher.db", "*-password", "*.secret", "/keys", "/readers.csv"} <= {*ignored}
    assert done["posts"] == 1
