"""Beside the real Hugo: the same posts, at the same addresses, under the same terms, in the same order."""

import json
import re
import tempfile
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.hugo import CONFIG, KINDS, TWO, Pair, assert_same, page, source_at, written

from publisher.content import Engine
from publisher.content.engines import reader_of


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    made = Pair(tmp_path / "site")
    made.write("hugo.toml", CONFIG)
    return made


NAMES = (
    *(
        "日本語、記事（１）",
        "My Post.v2",
        "Café au lait",
        "か\u3099（\u30d5\u309a）",
        "a  b",
        "a\u3000b",
        "C++ & C#",
        "100%",
    ),
    *("a%20b", "x@y~z", "_odd_", "ABC-ſßİΣς", "ﾊﾝｶｸ", "①②", "-lead-", "post.en", "2024-01-07-dated", "a.en.b", "a\\b"),
    *(
        "2024-01-07-12-30-00 時刻",
        "2024-01-07、12-30-00",
        "ー長音・中黒",
        "𠮷野家🍣",
        "x!(y)'z",
        "a,b;c=d",
        "Ｃ＃",
        "ｘ／y",
    ),
)
FOLDERS = ("posts", "posts/sub", "posts/sub/深い Folder", "posts/slugged/x", "")
DATES = ("2024-01-05", "2024-01-05T01:30:00Z", "2024-01-05 23:30:00 -0800", "2024-03-05T10:00:00")
ADDRESSING = {
    "none": "",
    "ugly": "uglyURLs = true\n",
    "ugly in one section": "[uglyURLs]\nposts = true\n",
    "case kept": "disablePathToLower = true\n",
    "accents dropped": "removePathAccents = true\n",
    "title": '[permalinks]\nposts = "/:year/:month/:day/:title/"\n',
    "slug": '[permalinks.page]\nposts = "/:section/:slug.html"\n"/" = "/r/:slug/"\n',
    "words": '[permalinks]\nposts = "/:yearday/:weekday/:weekdayname/:monthname/:slugorfilename/:filename"\n',
    "layouts": '[permalinks]\nposts = "/:2006/:06-:1-:2/:Jan/:15_04/:contentbasename/:slugorcontentbasename/"\n',
    "slices": '[permalinks]\nposts = "/:sections[0]/:sections[last]/:sections[1:]/:sections[:1]/:sections[7]/:title"\n',
    "sections": "pluralizeListTitles = false\n"
    '[permalinks]\nposts = "/x\\\\:y/:sections/:sectionslugs/:sectionslug/:title"\n',
    "named dates": '[frontmatter]\ndate = [":filename", ":default"]\n',
    "all": 'disablePathToLower = true\nuglyURLs = true\n[permalinks]\nposts = "/:sections/:title/"\n',
    "targets": '[[permalinks]]\npattern = "/t/:slug/"\n[permalinks.target]\npath = "/posts/sub/**"\nkind = "page"\n',
}


@pytest.mark.parametrize("addressing", ADDRESSING)
def test_names_titles_and_slugs_give_the_same_addresses(pair: Pair, addressing: str) -> None:
    pair.write("hugo.toml", CONFIG + ADDRESSING[addressing])
    pair.write("content/posts/sub/_index.md", "---\ntitle: 下 の/Title\n---\n")
    pair.write("content/posts/slugged/_index.md", "---\nslug: Sl ug、\n---\n")
    for at, (name, folder) in enumerate((name, folder) for name in NAMES for folder in FOLDERS):
        values = {"title": NAMES[at * 7 % len(NAMES)], "date": DATES[at % 4], "categories": ["投資", NAMES[at % 5]]}
        if at % 3 == 0:
            values["slug"] = NAMES[at * 5 % len(NAMES)]
        file = f"{name}.md" if at % 4 else f"{name} 束/index.md"
        pair.write(f"content/{folder}/{file}".replace("//", "/"), written(KINDS[at % 3], values))
    assert_same(pair, ordered=addressing != "named dates")


LANGUAGES = {
    "prefix": (CONFIG + TWO, ("", "ja")),
    "both below": (CONFIG + "defaultContentLanguageInSubdir = true\n" + TWO, ("en", "ja")),
    "one off": (CONFIG + TWO + "[languages.fr]\ndisabled = true\n", ("", "ja")),
    "own pattern": (CONFIG + TWO + '[languages.ja.permalinks]\nposts = "/:year/:title/"\n', ("", "ja")),
    "own zone": (
        CONFIG + TWO + 'timeZone = "America/New_York"\n[permalinks]\nposts = "/:month/:day/:slug"\n',
        ("", "ja"),
    ),
    "own base": (CONFIG + TWO + 'baseURL = "https://example.org/b/nihongo/"\n', ("en", "ja")),
}


@pytest.mark.parametrize("setting", LANGUAGES)
def test_languages_by_file_name_give_the_same_addresses(pair: Pair, setting: str) -> None:
    config, languages = LANGUAGES[setting]
    pair.write("hugo.toml", config)
    names = ("a.md", "a.ja.md", "b.en.md", "Ｃ d.ja.md", "e.fr.md", "f.ja.x.md", "w.JA.md", "z._language_ja_.md")
    for folder in ("posts", "posts/深い", "日記", ""):
        for name in names:
            pair.write(f"content/{folder}/{name}".replace("//", "/"), page(f"{name.split('.')[0]} {folder[:1]}"))
    pair.write("content/posts/束/index.md", page())
    pair.write("content/posts/束/index.ja.md", page("束の題"))
    pair.write("content/posts/束/in/y.md", page())
    pair.write("content/posts/_index.ja.md", "---\ntitle: 記事\nslug: kiji\n---\n")
    pair.write("content/posts/key.md", page("鍵", "translationKey: 鍵\n"))
    pair.write("content/posts/clavis.ja.md", page("鍵", "translationKey: 鍵\n"))
    assert_same(pair, *languages, faults={"no-date"})


MOUNTS = {
    "within content": (
        '[languages.en]\ncontentDir = "content/en"\n[languages.ja]\ncontentDir = "content/ja"\n',
        ("content/en", "content/ja"),
    ),
    "side by side": ('[languages.en]\n[languages.ja]\ncontentDir = "日本語"\n', ("content", "日本語")),
    "mounted": (
        '[languages.en]\n[languages.ja]\n[[module.mounts]]\nsource = "文/en"\ntarget = "content/blog"\n'
        '[[module.mounts]]\nsource = "文/ja"\ntarget = "content"\n[module.mounts.sites.matrix]\nlanguages = ["ja"]\n',
        ("文/en", "文/ja"),
    ),
}


@pytest.mark.parametrize("mount", MOUNTS)
def test_languages_by_folder_give_the_same_addresses(tmp_path: Path, mount: str) -> None:
    config, (first, second) = MOUNTS[mount]
    pair = Pair(tmp_path / "site")
    pair.write("hugo.toml", CONFIG + 'defaultContentLanguage = "en"\n' + config)
    for at, folder in enumerate((first, second)):
        pair.write(f"{folder}/posts/記事.md", page(f"題{at}"))
        pair.write(f"{folder}/posts/束/index.md", page(f"束{at}"))
        pair.write(f"{folder}/posts/{at}.md", page(f"独{at}"))
    pair.write(f"{first}/posts/別.ja.md", page("別"))
    pair.write("drafts/posts/外.md", page("外"))
    pair.build()
    posts = pair.posts()
    pages = [page for language in ("", "ja") for page in pair.pages(language)]
    assert len(posts) == len(pages)
    assert {unquote(post.url) for post in posts.values()} == {unquote(page["link"]) for page in pages}


def test_a_folder_of_configuration_is_merged(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "site")
    pair.write("hugo.toml", 'baseURL = "https://elsewhere.example/"\ntitle = "題"\n')
    pair.write("config/_default/hugo.toml", CONFIG)
    pair.write("config/_default/languages.toml", '[en]\nlocale = "en-US"\n[ja]\nlocale = "ja-JP"\n')
    pair.write("config/_default/permalinks.toml", 'posts = "/:year/:slug/"\nnotes = "/n/:slug/"\n')
    pair.write("config/_default/hugo.ja.toml", 'timeZone = "Europe/Paris"\n')
    pair.write("config/production/permalinks.yaml", "permalinks:\n  posts: /p/:slug/\n")
    pair.write("config/development/permalinks.toml", 'posts = "/never/:slug/"\n')
    for folder in ("posts", "notes"):
        pair.write(f"content/{folder}/a.md", page(f"英 {folder}"))
        pair.write(f"content/{folder}/a.ja.md", page(f"日 {folder}"))
    assert_same(pair, "", "ja")


URLS = (
    *("/x/Y.html", "x/y", "/あ い/", "あ.html", "/a/:year/:month/:slug/", "/:sections/:contentbasename.html"),
    *("/x/../y/z/", "//d//e/", "/f/index.html", "/g.h/i", "/ja/x/", "ja/y/", "/q!(1)'*;,/", "/pct%20x/", "/C#/"),
    *(":title", "/:06/", "/日本/", "/%E3%81%82/", "/a+b/", "/:title+:day/", "/50%/:year/"),
)


def test_urls_of_pages_are_the_same(pair: Pair) -> None:
    pair.write("hugo.toml", CONFIG + TWO)
    for at, url in enumerate(URLS):
        for ending in ("", ".ja"):
            header = f"url: {json.dumps(url, ensure_ascii=False)}\n"
            pair.write(f"content/posts/u{at}{ending}.md", page(f"Ｔ {at}、{ending}", header))
    assert_same(pair, "", "ja")


HEADERS = (
    *("build: {list: never}", "build: {list: local}", "headless: true", "outputs: [html]", "draft: true"),
    *("draft: false\nexpiryDate: 2020-01-01", "expiryDate: 2999-01-01", "unpublishdate: 2020-01-01"),
    *("publishDate: 2999-01-01", "publishDate: 2024-02-01", "pubdate: 2023-01-04", "published: 2023-01-03"),
    *("published: false\npublishdate: 2024-01-01", "published: true\npublishdate: 2024-01-03", "modified: 2024-01-04"),
    *("build:\n  list: always", "slug: index", "slug: -x y-", "type: foo", "params: {draft: true, slug: zz}"),
    *("draft: 'true'", "draft: 1", "draft: 't'", "draft: 'false'", "Draft: TRUE", "lastmod: 2020-01-01"),
    *("categories: [投資, 投資, A b, a-b]", "categories: 一つ", "categories: 一つ, 二つ", "categories: ['']"),
    *("params: {categories: [上]}\ncategories: [下]", "category: x", "categories:", "Categories: [頭]"),
)


@pytest.mark.parametrize("config", ["", "buildDrafts = true\n"])
def test_what_a_header_holds_back_is_held_back(pair: Pair, config: str) -> None:
    pair.write("hugo.toml", CONFIG + config)
    for at, header in enumerate(HEADERS):
        pair.write(f"content/posts/{at}.md", page(f"題 {at}", header + "\n"))
    assert_same(pair, ordered=False)


@pytest.mark.parametrize("render", ["never", "link"])
def test_a_page_that_is_not_rendered_is_no_post(pair: Pair, render: str) -> None:
    pair.write("layouts/page.html", "{{ .Title }}")
    pair.write("content/posts/a.md", page("無い", f"build:\n  render: {render}\n"))
    pair.write("content/posts/b.md", page("有る"))
    pair.build()
    assert [path.parent.name for path in pair.folder.glob("public/posts/*/index.html")] == ["b"]
    assert list(pair.posts()) == ["content/posts/b.md"]


GLOBS = (
    *("/posts/*", "/posts/**", "/posts/?", "**/b", "/{posts,日記}/a", "/posts/[a-b]", "/posts/[!a]", "*", "**", "/"),
    *("/日記/*", "/POSTS/A", "{/posts/{a,b},/日記/c}", "/posts/sub", "/posts/s*/**", "/posts/\\a", "/posts/[ab]"),
    *("/posts/sub/*c*", "**/s?b/**", "/*/*", "/*", "posts/a", "/posts/a*", "/posts/{a,sub/**}"),
)


def test_cascades_reach_the_same_pages(pair: Pair) -> None:
    entries = [{"target": {"path": glob}, f"k{at}": True} for at, glob in enumerate(GLOBS)]
    entries += [
        {"target": {"kind": kind}, f"kind-{at}": True} for at, kind in enumerate(("page", "{section,page}", "home"))
    ]
    entries += [
        {"target": {"environment": "production"}, "prod": True},
        {"target": {"environment": "dev*"}, "dev": True},
    ]
    pair.write("content/_index.md", written("yaml", {"title": "頭", "cascade": entries}))
    files = [f"{folder}/{name}.md" for folder in ("posts", "posts/sub", "日記") for name in ("a", "b", "c d")]
    for file in files:
        pair.write(f"content/{file}", page(file))
    pair.build()
    reader = reader_of(Engine.HUGO)
    context = {"_index.md": reader.split((pair.folder / "content/_index.md").read_text("utf-8"), "_index.md").fields}
    keys = sorted({key for entry in entries for key in entry} - {"target"})
    for found in pair.pages():
        ours = reader.defaults(pair.rules, found["file"], context)
        assert [key for key in keys if key in ours] == [key for key in keys if key in found["params"]], found["file"]


def test_the_nearest_cascade_wins_and_the_header_over_all(pair: Pair) -> None:
    pair.write("hugo.toml", CONFIG + TWO + '[cascade]\nslug = "config"\n[cascade.params]\ncategories = ["設定"]\n')
    root = [
        {"target": {"path": "{/news/*,/日記/**}", "kind": "page"}, "slug": "root", "params": {"categories": ["根"]}}
    ]
    pair.write("content/_index.md", written("yaml", {"title": "頭", "cascade": root}))
    pair.write("content/_index.ja.md", "---\ncascade:\n  categories: [日]\n---\n")
    pair.write("content/posts/_index.md", "---\ntitle: p\nCascade:\n  URL: /p/:contentbasename/\n---\n")
    pair.write(
        "content/posts/sub/_index.md", "---\ncascade:\n  target: {path: '/posts/sub/?'}\n  url: /s/:slug/\n---\n"
    )
    pair.write("content/news/_index.md", "---\ncascade:\n  draft: true\n  target: {path: '**/d*'}\n---\n")
    pair.write("content/日記/_index.ja.md", "---\nslug: nikki\ncascade:\n  params: {categories: [記]}\n---\n")
    for folder in ("posts", "posts/sub", "posts/sub/t", "news", "日記"):
        for name in ("a", "d", "x", "y y", "a.ja", "d.ja"):
            pair.write(f"content/{folder}/{name}.md", page(f"題 {folder} {name}"))
    pair.write("content/news/e.md", page("自", "categories: [自]\nslug: own\n"))
    pair.write("content/news/dd.md", page("出す", "draft: false\n"))
    assert_same(pair, "", "ja")


def test_sections_lend_their_slugs(pair: Pair) -> None:
    pair.write("hugo.toml", CONFIG + '[permalinks]\na = "/:sectionslug/:sectionslugs[1:]/:sections/:slug/"\n')
    pair.write("content/_index.md", "---\ncascade:\n  slug: from-root\n  target: {kind: section, path: '/a'}\n---\n")
    pair.write("content/a/b/_index.md", "---\ntitle: ｂ の/題\ncascade:\n  slug: bslug\n---\n")
    pair.write("content/z/_index.md", "---\nslug: zed\ndraft: true\n---\n")
    pair.write("content/z/y/_index.md", "---\nslug: y/e d\n---\n")
    for file in ("a/b/c/x.md", "a/b/y/index.md", "a/q.md", "z/a.md", "z/y/w/v/a.md", "z/y/束/index.md"):
        pair.write(f"content/{file}", page(file))
    assert_same(pair)


def test_the_rss_feeds_agree_entry_by_entry(pair: Pair) -> None:
    for at, name in enumerate(("日本語、記事（１）", "Café !x", "か\u3099", "C#")):
        header = f"categories: [投資 分析]\nurl: {'/あ!(い)/' if at == 1 else ''}\n"
        pair.write(f"content/posts/{name}.md", page(f"{name} & co", header).replace("01-05", f"01-0{at + 1}"))
    pair.build()
    posts = sorted(pair.posts().values(), key=lambda post: post.published, reverse=True)
    reader = reader_of(Engine.HUGO)
    served = {feed.path: feed.by_category for feed in pair.survey.served}
    assert served == {"index.xml": False, "categories/{slug}/index.xml": True}
    for path in served:
        parsed = feedparser.parse(str(pair.folder / "public" / path.format(slug="投資-分析")))
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == [post.title for post in posts]
        assert [entry.id for entry in parsed.entries] == [
            reader.feed_id(source_at(pair, post.source), post) for post in posts
        ]
        moments = [datetime.fromtimestamp(timegm(entry.published_parsed), UTC) for entry in parsed.entries]
        assert moments == [post.published for post in posts]


FEEDS = (
    "",
    "disableKinds = ['rss']\n",
    "disableKinds = ['taxonomy', 'term']\n",
    "defaultContentLanguageInSubdir = true\n",
    "[outputs]\nhome = ['html']\n",
    "[outputs]\nhome = ['html', 'rss', 'jsonfeed']\nterm = ['html']\n[outputFormats.rss]\nbaseName = 'feed'\n"
    "[outputFormats.jsonfeed]\nmediaType = 'application/feed+json'\nbaseName = 'feed'\n"
    "[mediaTypes.'application/feed+json']\nsuffixes = ['json']\n",
    "[taxonomies]\ntopic = 'topics'\ntag = 'tags'\n",
    "[permalinks.term]\ncategories = '/c/:slug/'\n",
    "[permalinks]\nposts = '/:slug/'\n",
)


@pytest.mark.parametrize("config", FEEDS)
def test_the_feeds_that_hugo_makes_are_known(pair: Pair, config: str) -> None:
    pair.write("hugo.toml", CONFIG + config)
    pair.write("layouts/home.jsonfeed.json", '{"items": []}')
    pair.write("content/posts/a.md", page("題", "categories: [投資]\ntopics: [投資]\n"))
    pair.build()
    for feed in pair.survey.served:
        assert (pair.folder / "public" / feed.path.format(slug="投資")).is_file(), feed
    made = {path.relative_to(pair.folder / "public").as_posix() for path in pair.folder.glob("public/**/*.*")}
    named = {feed.path.format(slug="投資") for feed in pair.survey.served}
    feeds = {
        path
        for path in made
        if re.fullmatch(r"(en/)?(c/投資/|categories/投資/|topics/投資/)?(index|feed)\.(xml|json)", path)
    }
    assert {path for path in feeds if not path.startswith("c/")} == named


def test_a_file_that_hugo_passes_over_is_no_post(pair: Pair) -> None:
    pair.write("hugo.toml", CONFIG + "ignoreFiles = ['\\.tmp\\.md$', '/秘密/']\n")
    files = (
        ".a.md",
        "#b.md",
        "c.md~",
        "d.tmp.md",
        "秘密/e.md",
        ".hidden/f.md",
        "#g/h.md",
        "i~/j.md",
        "k.MD",
        "l.markdown",
    )
    for file in (*files, "m.mdown", "n.txt", "q/_index.md", "束/index.markdown", "束/r.md", "束/s/index.md"):
        pair.write(f"content/posts/{file}", page(file))
    assert_same(pair)


# Any letter, mark, digit, sign and space that a file's name can hold.
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="/\x00")
WORDS = st.text(LETTERS | st.sampled_from(" .-_、（）％%#+@~'\u3000"), min_size=1, max_size=12)
# A section's own page: with a slug Hugo 0.168 moves the pages of posts/10, too, where it moves those of posts/1.
NAMES_OF_POSTS = WORDS.filter(lambda name: name.strip().lower() != "_index")


def batch(check: Callable[[Pair], None], config: str, headers: list[tuple[str, str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder) / "site")
        pair.write("hugo.toml", CONFIG + config)
        for at, (name, title, slug) in enumerate(headers):
            values = {"title": title, "date": f"2024-01-{at + 1:02}"} | ({"slug": slug} if slug is not None else {})
            # Two names may be one to Hugo, which then makes one page of them: each has a folder of its own.
            pair.write(f"content/posts/{at}/{name[:60]}.md", written(KINDS[at % 3], values))
        check(pair)


@pytest.mark.parametrize(
    "config", ["", '[permalinks]\nposts = "/:title/:slug/:contentbasename"\n', "uglyURLs = true\n"]
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([("か\u3099", "C# ", "a+b"), ("a.en", "##", "#"), ("x%41", "%41", "%e3%81%82"), ("İ", "Σ", "-")])
@given(headers=st.lists(st.tuples(NAMES_OF_POSTS, WORDS, st.none() | WORDS), min_size=10, max_size=28))
def test_any_names_titles_and_slugs_give_the_same_addresses(
    config: str, headers: list[tuple[str, str, str | None]]
) -> None:
    batch(assert_same_links, config, headers)


def assert_same_links(pair: Pair) -> None:
    pair.build()
    pages = {page["file"]: page for page in pair.pages()}
    posts = {post.source.removeprefix("content/"): post for post in pair.posts().values()}
    assert sorted(posts) == sorted(pages)
    for file, post in posts.items():
        assert unquote(post.url, errors="replace") == unquote(pages[file]["link"], errors="replace"), file
