"""Beside the real Pelican: the same entries as in its own Atom feed, one by one."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree

import feedparser
import pytest

from publisher.content import Index, Renderer, Rules, scan, survey
from publisher.content.engines import pelican
from publisher.content.render import read_source
from publisher.model.post import Post

BASE = """\
SITENAME = "日々の記録"
SITEURL = "https://blog.example/b"
TIMEZONE = "Asia/Tokyo"
DEFAULT_LANG = "ja"
AUTHOR = "山田 太郎"
PATH = "content"
CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
"""

DATES = (
    "2024-01-05",
    "2024-01-05 09:30",
    "2024-01-05 09:30:15",
    "2024-01-06T01:30:00Z",
    "2024-01-06 01:30:00+0900",
    "2024-01-06 20:00 -08:00",
    "2024/1/7 8:05",
    "20240108",
    "January 9, 2024",
    "Tue, 10 Jan 2024 10:00:00 GMT",
    "11-1-2024",
    "2024-01-12_10:20",
    "13 Jan 2024 10pm",
    "2024.1.14",
)
TITLES = (
    "投資の話（１）：米国株",
    "Hello, World & <em>強調</em>",
    "ﾊﾝｶｸと Ｆｕｌｌ",
    "か\u3099き\u3099く\u3099 分解",
    "  空白   と　全角  ",
    "C++ / C# の話",
    "Émile — “引用”",
    "a_b-c--d e",
)


@dataclass(frozen=True)
class Entry:
    """What a reader sees of a post."""

    link: str
    title: str
    instant: float
    categories: tuple[str, ...]
    id: str


@dataclass(frozen=True)
class Blog:
    """A site of Pelican's."""

    folder: Path

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def theirs(self, configuration: str = "pelicanconf.py") -> list[Entry]:
        self._run(configuration)
        parsed = feedparser.parse(str(self.folder / "output/feeds/all.atom.xml"))
        return [
            Entry(
                entry.link,
                " ".join(entry.title.split()),
                datetime.fromisoformat(entry.published).timestamp(),
                tuple(tag.term for tag in entry.get("tags", ())),
                entry.id,
            )
            for entry in parsed.entries
        ]

    def ours(self) -> list[Entry]:
        with self._scanned() as (rules, index):
            return [self._entry(rules, post) for post in reversed(index.posts())]

    def their_links(self) -> dict[str, list[str]]:
        """The addresses in each entry's content, by the entry's own."""
        self._run("pelicanconf.py")
        atom = "{http://www.w3.org/2005/Atom}"
        entries = ElementTree.parse(self.folder / "output/feeds/all.atom.xml").iter(f"{atom}entry")
        found = {}
        for entry in entries:
            link, content = entry.find(f"{atom}link"), entry.find(f"{atom}content")
            assert link is not None
            assert content is not None
            found[link.attrib["href"]] = _addresses(content.text or "", link.attrib["href"])
        return found

    def our_links(self) -> dict[str, list[str]]:
        with self._scanned() as (rules, index):
            posts = index.posts()
            renderer = Renderer(rules, index, lambda: posts)
            made = {post.url: renderer.render(post) for post in reversed(posts)}
        return {url: _addresses(each.html, url) for url, each in made.items() if each}

    @contextmanager
    def _scanned(self) -> Iterator[tuple[Rules, Index]]:
        found = survey(self.folder)
        place = found.engine, self.folder, found.content, found.url or "", found.timezone or "UTC"
        rules = Rules(*place, None, (found.output,), settings=found.settings)
        with Index(self.folder.parent / "cache.db", "key") as index:
            scan(rules, index)
            yield rules, index

    def _run(self, configuration: str) -> None:
        command = [sys.executable, "-m", "pelican", "-s", configuration, "-q"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, env={"TZ": "America/New_York"}, text=True)
        assert done.returncode == 0, done.stdout[-3000:]

    def _entry(self, rules: Rules, post: Post) -> Entry:
        source = read_source(rules, post, {})
        assert source is not None
        names = tuple(dict.fromkeys((*post.categories, *post.tags)))
        return Entry(post.url, post.title, post.published.timestamp(), names, pelican.feed_id(source, post))


def _addresses(html: str, base: str) -> list[str]:
    return [unquote(urljoin(base, unescape(found))) for found in re.findall(r'(?:href|src)="([^"]*)"', html)]


def assert_same(blog: Blog) -> list[Entry]:
    theirs, ours = blog.theirs(), blog.ours()
    assert [entry.id for entry in ours] == [entry.id for entry in theirs]
    assert ours == theirs
    return ours


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "blog")


def test_every_date_and_title_is_pelicans(blog: Blog) -> None:
    blog.write("pelicanconf.py", BASE)
    for number, text in enumerate(DATES):
        blog.write(f"content/d{number}.md", f"Title: 日付 {number}\nDate: {text}\n\n本文\n")
    for number, title in enumerate(TITLES):
        blog.write(f"content/t{number}.md", f"Title: {title}\nDate: 2024-02-{number + 1:02}\n\n本文\n")

    assert len(assert_same(blog)) == len(DATES) + len(TITLES)


def test_every_form_of_header_is_pelicans(blog: Blog) -> None:
    blog.write("pelicanconf.py", BASE)
    blog.write(
        "content/meta.md",
        "\ufeffTITLE: 大文字のキー\ndate:\t2024-01-01\nTags: 日本, C++, a/b; c\nCategory: 市況\n"
        "summary: 一行目\n    二行目\nAuthors: 一郎; 二郎\n\n本文\n",
    )
    blog.write("content/fenced.md", '---\ntitle: "引用符"\ndate: 2024-01-02\ntags:\n    後, の, 行\n...\n本文\n')
    blog.write("content/twice.md", "Title: 二度の札\nDate: 2024-01-03\nTags: 一\nTags: 二\nnote: : x\n\n本文\n")
    blog.write("content/tight.md", "Title: すぐ本文\nDate: 2024-01-04\n本文 が続く\nTags: 違う\n")
    blog.write("content/dropped.md", "Title: 空の値\nDate: 2024-01-05\nCategory:\nTags: ,\nStatus:\nSlug:\n\n本文\n")
    blog.write(
        "content/page.html",
        '<html><head><title>頁 &amp; 題</title><meta name="Date" content="2024-01-06 10:00" />'
        '<meta name="keywords" content="甲,乙"><meta name="category" contents="分類 &amp; 他"></head>'
        "<body><p>本文</p></body></html>\n",
    )
    blog.write(
        "content/plain.rst",
        "題名（１）\n##########\n\n:date: 2024-01-07\n:tags: 日本, C++\n:category: 市況\n:author: 一郎\n"
        ":summary: 要約\n   です。\n\n本文\n\n節\n====\n\n本文\n",
    )
    blog.write(
        "content/marked.rst",
        "====================\n *強調* と ``x<y``\n====================\n\n:Date: 2024-01-08\n:Tags: a_b, *c*; d\n"
        ":authors: 一郎; 二郎\n\n本文\n",
    )
    blog.write("content/untitled.rst", ":date: 2024-01-09\n:slug: no-title\n\n本文\n")
    blog.write("content/japanese.rst", "別名\n====\n\n:日付: 2024-01-10\n:ステータス: published\n\n本文\n")
    blog.write("content/sub.rst", "主題\n====\n\n副題\n----\n\n:date: 2024-01-11\n\n本文\n")

    entries = assert_same_but_untitled(blog)

    assert len(entries) == 11


def assert_same_but_untitled(blog: Blog) -> list[Entry]:
    """Pelican's feed has an empty title where the text has none; a reader of ours sees the slug."""
    theirs = [entry if entry.title else replace(entry, title="No Title") for entry in blog.theirs()]
    ours = blog.ours()
    assert ours == theirs
    return ours


@pytest.mark.parametrize(
    "settings",
    [
        'ARTICLE_URL = "{date:%Y}/{date:%-m}/{date:%d}/{category}/{slug}/"\n'
        'ARTICLE_SAVE_AS = "{date:%Y}/{date:%-m}/{date:%d}/{category}/{slug}/index.html"\n'
        'ARTICLE_LANG_URL = "{lang}/{date:%b}/{slug}.html"\nARTICLE_LANG_SAVE_AS = "{lang}/{slug}.html"\n'
        "SLUGIFY_USE_UNICODE = True\n",
        'ARTICLE_URL = "posts/{author}/{date.year}-{date.month:02}/{slug}"\n'
        'ARTICLE_SAVE_AS = "posts/{author}/{date.year}-{date.month:02}/{slug}.html"\n'
        'SLUGIFY_SOURCE = "basename"\nSLUGIFY_PRESERVE_CASE = True\nSLUGIFY_USE_UNICODE = True\n',
        'ARTICLE_URL = ARTICLE_SAVE_AS = "{path}.{reader}.{date:%A-%j-%V}.{slug}.html"\n'
        'SLUG_REGEX_SUBSTITUTIONS = [(r"[^\\w\\s-]", ""), (r"投資", "toushi"), (r"\\s+", "_")]\n'
        'CATEGORY_REGEX_SUBSTITUTIONS = [("市況", "market")]\nTIMEZONE = "America/New_York"\n',
        'FILENAME_METADATA = r"(?P<date>\\d{4}-\\d{2}-\\d{2})[-_](?P<slug>.*)"\n'
        'PATH_METADATA = r"(?P<series>[^/]*)/.*"\nUSE_FOLDER_AS_CATEGORY = False\nDEFAULT_CATEGORY = "その他"\n'
        'DEFAULT_DATE = (2023, 12, 31, 10)\nDEFAULT_METADATA = {"tags": "既定, の札", "author": "既定"}\n'
        'EXTRA_PATH_METADATA = {"投資/plain.md": {"slug": "moved"}}\nARTICLE_EXCLUDES = ["drafts"]\n',
    ],
)
def test_every_address_is_pelicans(blog: Blog, settings: str) -> None:
    blog.write("pelicanconf.py", f"{BASE}LOCALE = 'C'\n{settings}")
    blog.write("content/plain.md", "Title: 投資 の Title（１）\nDate: 2024-03-05 23:30:00-0500\n\n本文\n")
    blog.write("content/投資/2024-03-06-日本語、記事.md", "Title: 題 &amp; 名\nCategory: 市況\n\n本文\n")
    blog.write("content/投資/深い/My File.md", "Title: A Title\nDate: 2024-03-07\nAuthor: Jane Doe\n\n本文\n")
    blog.write("content/own.md", "Title: 自分の番地\nDate: 2024-03-08\nSlug: My Slug.v2（１）\n\n本文\n")
    blog.write("content/url.md", "Title: 番地\nDate: 2024-03-09\nUrl: 特別/頁.html\nSave_as: 特別/頁.html\n\n本文\n")
    blog.write("content/rooted.md", "Title: 根から\nDate: 2024-03-10\nUrl: /b/x/\nSave_as: x/index.html\n\n本文\n")
    blog.write("content/en.md", "Title: Other language\nDate: 2024-03-11\nLang: en\n\n本文\n")
    blog.write("content/pages/about.md", "Title: 頁\nDate: 2024-03-12\n\n本文\n")
    blog.write("content/images/ignored.txt", "x")
    blog.write("content/.hidden/x.md", "Title: 隠し\nDate: 2024-03-12\n\n本文\n")

    assert len(assert_same(blog)) == 7


def test_states_languages_and_categories_are_pelicans(blog: Blog) -> None:
    blog.write("pelicanconf.py", BASE)
    for day, status in enumerate(("published", "draft", "hidden", "skip", "unknown", "Published"), 1):
        blog.write(f"content/{day}.md", f"Title: 状態 {day}\nDate: 2023-01-{day:02}\nStatus: {status}\n\n本文\n")
    blog.write("content/undated.md", "Title: 日付なし\n\n本文\n")
    blog.write("content/untitled.md", "Date: 2024-01-01\n\n本文\n")
    blog.write("content/broken.md", "Title: 日付\nDate: 2024-02-30\n\n本文\n")
    blog.write("content/changed.md", "Title: 更新\nDate: 2024-01-04\nModified: いつか\n\n本文\n")
    blog.write("content/wide.md", "Title： 全角\nDate: 2024-01-04\n\n本文\n")
    blog.write("content/folder/a.md", "Title: 同じ\nDate: 2024-01-02\nSlug: same\nTags: x\n\n本文\n")
    blog.write(
        "content/folder/b.md", "Title: Same\nDate: 2024-01-03\nSlug: same\nLang: en\nTranslation: true\n\n本文\n"
    )
    blog.write("content/日本/市況/c.md", "Title: 深い\nDate: 2024-01-05\n\n本文\n")
    blog.write("content/README.MD", "Title: 大文字\nDate: 2024-01-06\n\n本文\n")

    entries = assert_same(blog)

    assert [entry.title for entry in entries] == ["深い", "Same", "同じ", "状態 6", "状態 1"]


def test_what_publishconf_says_is_the_published_sites_and_the_home_is_kept_out(blog: Blog) -> None:
    blog.write("pelicanconf.py", f"{BASE.replace('content', '.')}FEED_ALL_ATOM = None\nSITEURL = ''\n")
    blog.write(
        "publishconf.py",
        "import os, sys\nsys.path.append(os.curdir)\nfrom pelicanconf import *\n"
        "SITEURL = os.environ.get('SITE_URL_OF_TESTS', 'https://blog.example') + '/'\nRELATIVE_URLS = False\n"
        "FEED_ALL_ATOM = 'feeds/all.atom.xml'\nIGNORE_FILES = ['.*', '_publisher', 'output', '*.tmp.md']\n",
    )
    blog.write("記事.md", "Title: 記事\nDate: 2024-01-01\n\n本文\n")
    blog.write("x.tmp.md", "Title: 下書き\nDate: 2024-01-01\n\n本文\n")
    blog.write("_publisher/templates/web/x.html", "<html><head><title>x</title></head></html>")

    assert survey(blog.folder).problems == ()
    theirs = blog.theirs("publishconf.py")
    assert theirs == blog.ours()
    assert [entry.id for entry in theirs] == ["tag:blog.example,2024-01-01:/ji-shi.html"]


def test_every_link_in_a_text_is_pelicans(blog: Blog) -> None:
    blog.write(
        "pelicanconf.py",
        f"{BASE}CATEGORY_URL = 'c/{{slug}}/'\nSTATIC_PATHS = ['images', 'extra']\nSLUGIFY_USE_UNICODE = True\n"
        "ARTICLE_URL = '{date:%Y}/{slug}/'\nARTICLE_SAVE_AS = '{date:%Y}/{slug}/index.html'\n"
        "EXTRA_PATH_METADATA = {'extra/robots.txt': {'path': 'robots.txt'}}\n",
    )
    links = [
        "{filename}/市況/他の 記事.md#節",
        "{filename}他の 記事.md?x=1",
        "{filename}../pages/about.rst",
        "{filename}/pages/about.rst",
        "|filename|/draft.md",
        "{filename}/hidden.html",
        "{static}/images/図（１）.png",
        "{static}../images/a%20b.png",
        "{static}/extra/robots.txt",
        "{attach}付録/表.csv",
        "{attach}/images/別.png",
        "{category}市況 分析",
        "{tag}C++",
        "{author}山田 太郎",
        "{index}",
        "https://else.example/{slug}",
        "/b/根.html",
        "#節",
    ]
    html = "".join(f'<a href="{link}">x</a>\n<img alt="図" src="{link}">\n' for link in links)
    blog.write("content/市況/記事.md", f"Title: 記事\nDate: 2024-01-02\n\n<p>{html}</p>\n")
    rst = "\n\n".join(f"`x <{link}>`__" for link in links if " " not in link and "attach" not in link)
    blog.write("content/市況/頁.rst", f"頁の題\n======\n\n:date: 2024-01-03\n\n{rst}\n")
    blog.write("content/市況/他の 記事.md", "Title: 他の 記事\nDate: 2024-01-01\n\n本文\n")
    blog.write("content/pages/about.rst", "自己紹介\n========\n\n本文\n")
    blog.write("content/draft.md", "Title: 下書き\nDate: 2024-01-01\nStatus: draft\n\n本文\n")
    blog.write(
        "content/hidden.html",
        '<html><head><title>隠し</title><meta name="date" content="2024-01-01"><meta name="status" content="hidden">'
        "</head><body>x</body></html>",
    )
    for name in ("images/図（１）.png", "images/別.png", "images/a b.png", "extra/robots.txt", "市況/付録/表.csv"):
        blog.write(f"content/{name}", "x")

    theirs, ours = blog.their_links(), blog.our_links()

    assert [*theirs] == [*ours]
    for address, found in theirs.items():
        assert ours[address] == found
    assert len(ours["https://blog.example/b/2024/%E8%A8%98%E4%BA%8B/"]) == 2 * len(links)
