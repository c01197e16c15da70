"""Jekyll's settings, defaults and filters beside the real Jekyll, and the real command on its site."""

from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest
from support.jekyll import Pair, build, on_disk, read, write
from support.site import Site

SETTINGS = """\
title: 設定
url: https://例え.example
timezone: America/New_York
collections_dir: 書庫
permalink: pretty
future: true
plugins: [jekyll-feed]
markdown_ext: "md,text"
show_drafts: true
include: [_kept]
exclude: ["書庫/_posts/古い", "*.tmp.md", "書庫/skipped/", "書庫/_posts/2024-02-0[1-3]*"]
feed: {posts_limit: 1000, collections: {recipes: {path: /recipes.xml}, posts: {}}}
collections:
  posts: {}
  recipes: {output: true}
  notes: {output: true}
defaults:
- {scope: {path: ""}, values: {categories: 全部 の, author: 山田, lang: ja}}
- {scope: {path: "書庫/_posts/図鑑", type: posts}, values: {permalink: "/図鑑/:title/", title: 既定の題}}
- {scope: {path: _posts, type: post}, values: {permalink: "/p/:title", categories: [投稿]}}
- {scope: {path: "書庫/*/_posts/深*", type: posts}, values: {category: 深い, slug: 深}}
- {scope: {path: "書庫/**/_posts", type: posts}, values: {tags: [どこでも]}}
- {scope: {type: recipes}, values: {date: "2020-01-01 10:00:00 +0900"}}
- {scope: {type: pages}, values: {categories: [違う]}}
- {scope: {path: _posts/図鑑/消す}, values: {published: false}}
- {scope: {type: posts}, values: {tags: [既定]}}
"""
# Below the collections' folder: a header, or None for a file without one.
LIBRARY = {
    "_posts/2024-01-01-普通.md": "",
    "_posts/2024-01-02-自分.text": "categories: [自分]\ntags: ~\npermalink: ~\nlang: en",
    "_posts/2024-01-03-無.md": None,
    "_posts/2024-01-04-x.markdown": "",
    "_posts/図鑑/2024-01-05-鳥.md": "",
    "_posts/図鑑/消す/2024-01-06-a.md": "",
    "_posts/図鑑/消す/2024-01-07-b.md": "published: true",
    "_posts/古い本/2024-01-08-a.md": "",
    "_posts/2024-02-02-a.md": "",
    "_posts/2024-02-04-a.tmp.md": "",
    "_posts/2024-02-05-a.md~": "",
    "_posts/2024-02-06-a.md": "published: no",
    "_posts/2024-02-07-a.md": "published:",
    "_posts/_kept/2024-02-08-a.md": "",
    "_posts/_lost/2024-02-09-a.md": "",
    "_posts/a/_deep/2024-02-10-a.md": "",
    "_posts/.hidden/2024-02-11-a.md": "",
    "動物/_posts/深海/2024-03-01-魚.md": "",
    "動物/_posts/浅瀬/2024-03-02-貝.md": "category: 貝\nslug: 自分",
    "skipped/_posts/2024-03-03-a.md": "",
    "_kept/_posts/2024-03-04-a.md": "",
    "_lost/_posts/2024-03-05-a.md": "",
    "_drafts/下書き.md": "date: 2024-04-01 20:00:00 +0900",
    "_drafts/2024-04-02-日付.md": "",
    "動物/_drafts/下書き2.md": "date: 2024-04-03\ndraft: true",
    "_posts/2024-04-04-a.md": "draft: true",
    "_recipes/味噌.md": "",
    "_recipes/和/2024-05-02-漬物.md": "title: 漬物",
    "_recipes/和/豆腐..md": "date: 2024-05-03\npermalink: /:collection/:path/:name/:slug",
}


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("jekyll") / "site"
    folder.mkdir()
    (folder / "_config.yml").write_text(SETTINGS, encoding="utf-8")
    for file, header in LIBRARY.items():
        write(folder, f"書庫/{file}", header or "")
        if header is None:
            (folder / "書庫" / file).write_text("本文だけ", encoding="utf-8")
    write(folder, "書庫/_notes/覚え書き.md", "date: 2024-05-01")
    write(folder, "_posts/2024-01-01-外.md")
    return read(folder)


def test_settings_defaults_and_filters_choose_the_posts_that_jekyll_chooses(configured: Pair) -> None:
    pages = {f"書庫/{file}": page for file, page in configured.built.pages.items() if not file.startswith("_notes")}
    assert {post.source: post.path for post in configured.posts} == {
        file: unquote(page.url) for file, page in pages.items()
    }
    for post in configured.posts:
        page = pages[post.source]
        assert (post.published.timestamp(), list(post.categories)) == (page.moment.timestamp(), page.categories)
        assert (post.title, list(post.tags)) == (page.title, page.tags)
        assert configured.built.files.intersection(on_disk(post.path))
    assert 15 < len(pages) < len(LIBRARY)


def test_drafts_and_defaults_have_jekyll_feeds_ids(configured: Pair) -> None:
    theirs = {entry.id for entry in configured.built.entries}
    assert theirs == {each for file, each in configured.ids.items() if "_recipes" not in file}


def test_the_command_writes_jekyll_feeds_entries(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.write(
        "_config.yml",
        "title: 投資\nurl: https://blog.example\nbaseurl: /b\ntimezone: Asia/Tokyo\nplugins: [jekyll-feed]\n",
    )
    for number, name in enumerate(["米国株", "か\u3099き", "two words", "C#入門"], 1):
        header = f"title: 題{number}\ndate: 2026-01-0{number} 20:00:00 +0000\ncategories: [投資, 分析{number}]"
        write(site.folder, f"_posts/2026-01-0{number}-{name}.md", header)
    theirs = build(site.folder).entries

    site.ok("init")
    done = site.ok("build", "--json").json

    assert done["posts"] == len(theirs)
    # Feed readers find the entries where they were, in their order, and none of them is new.
    ours = feedparser.parse((site.folder / "_site/feed.xml").read_bytes())
    assert [(entry.id, entry.published_parsed, entry.title) for entry in ours.entries] == [
        (entry.id, entry.published_parsed, entry.title) for entry in theirs
    ]
    assert [[tag.term for tag in entry.tags] for entry in ours.entries] == [
        [tag.term for tag in entry.tags] for entry in theirs
    ]
    # But jekyll-feed links to the composed が, where Jekyll wrote the decomposed one.
    assert [unquote(entry.link) for entry in ours.entries if "き" not in unquote(entry.link)] == [
        unquote(entry.link) for entry in theirs if "き" not in unquote(entry.link)
    ]
