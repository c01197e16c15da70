"""Beside the real Jekyll and jekyll-feed: the same posts at the same addresses and moments, in the same order."""

import subprocess
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from support.jekyll import Pair, on_disk, read, write

from publisher.content.dates import BadDate, ruby_moment

CONFIG = """\
title: 投資ブログ
url: https://例え.example
baseurl: /b
timezone: {zone}
permalink: {permalink}
future: true
plugins: [jekyll-feed]
feed: {{posts_limit: 10000}}
"""
DAYS = """\
2024-01-05 | 2024-1-5 | 2024/01/05 | 2024/1/5 | 2024.1.5 | 24-01-09 | 20240105 | 11-9-2017 | 11/9/2017 | 13.9.2017
5 Jan 2024 | 5th January, 2024 | 05-Jan-2024 | January 5, 2024 | Jan. 5 2024 | Jan 5th, 2024 | Sept 5, 2024
Fri, 05 Jan 2024 | Friday, January 5, 2024 | 2024-Jan-05 | R6.1.5 | H31.4.30 | S63.12.31 | 2024-01-05 (Fri)
2024-01-05（金） | 2024-01-05 金 | 2024-03-10 | 2024-11-03 | 1969-12-31 | 2068-1-1"""
TIMES = """\
| T01:30:00 | 01:30 | 1:30 | 01:30:00 | 02:30:00 | 1:2:3 | T01:30 | 24:00:00 | 23:59:60 | 1pm | 1:30 PM | 13:00 PM
12:30 am | at 10:30 | , 10:30 | 18::48::00 | 10:30:00.5 | 20:00 (Friday) | (draft) 10:30 | 20:00:00"""
ZONES = " | +0900 | +09:00 | -0500 | Z | UTC | EST | PDT | JST | (JST) | +0900 (JST) | （UTC）"
PLACES = ["Asia/Tokyo", "America/New_York", "Europe/Paris"]

# In front matter, one of each: the days that matter, written with and without quotes.
DATES = [
    *("2024-01-05", "2024-01-05 01:30", "2024-01-05 01:30:00", "2024-01-05T20:30:00", "2024-01-05 01:30:00 +0900"),
    *("2024-01-05T01:30:00Z", "2024-01-05 23:30:00 -0800", "2024-01-05 10:00:00 EDT", "2024/1/5 10:00", "20240105"),
    *("11-9-2017", "January 5, 2024", "Fri, 05 Jan 2024 01:30:00 +0900", "2017-11-8", "2015-06-03 18::48::00"),
    *("2024-01-05 10:00:00 +0000 (UTC)", "2024-01-05 24:00:00", "R6.1.5", "2031-01-01 00:00:00", "2024-01-05 1:30 PM"),
]
NAMES = [
    *(
        "hello-world",
        "Case-Title_x",
        "日本語、記事（１）",
        "か\u3099き゛",
        "二つ の　空白",
        "C#入門",
        "何？100%",
        "x.v2..",
    ),
    *("①㈱", "--a--b--", "ΟΔΟΣ-É", "'()+,;=@~!$"),
]
# What stands in the header; and whether a category is a list, no text to Ruby or no name, and its label not Jekyll's.
CATEGORIES = {
    "": True,
    "categories: [投資分析, Market News]": True,
    "categories: a  b": True,
    'categories: "a, b"': True,
    "category: Several Words": True,
    "category: [X, y]\ncategories: [y, z]": True,
    'categories: [A/B, "What?", 50%, "a#b#c", "a:b"]': True,
    "categories: ~": True,
    "categories:\ncategory: 投資": True,
    "category: no\ncategories: z": True,
    "categories: [ΟΔΟΣ, É, か\u3099]": True,
    'categories: [[a, 投, "q\\"#{x}", 5], c]': False,
    "categories: [no, 1.10, 007, 0x1F, 1_000, 12:30, 2024-1-5, -.5, on]": False,
    'categories: [~, a, " b "]': False,
    "category: 5\ncategories: [[a]]": False,
}
TAGS = {
    "": (),
    "tags: [AI, 投資]": ("AI", "投資"),
    "tags: a b": ("a", "b"),
    "tag: one\ntags: x": ("one",),
    "tags: 5": (),
}
EVERY = (
    "/:categories/:slugified_categories/:collection/:year_:month/:day/:short_year-:i_month-:i_day/:short_month/"
    ":long_month/:w_year/:week/:w_day/:short_day/:long_day/:y_day/:hour:minute:second/:name/:path/:slug/:title:output_ext"
)
STYLES = {
    "date": "Asia/Tokyo",
    "none": "America/New_York",
    "ordinal": "Asia/Tokyo",
    "pretty": "Europe/Paris",
    "weekdate": "America/New_York",
    EVERY: "Asia/Tokyo",
}
HEADERS = [
    *("permalink: pretty", "permalink: /日本/a%20b/:title_/", "permalink: /x/../y./z//w", "permalink: foo.html"),
    *("slug: My Slug、です", "slug: 日本 語/x_Y.", 'slug: "a.."', "title: 一 <b>太字</b>"),
    *('published: "false"', "published: yes", "title: ~", "lang: en\nlayout: ~", "categories: [a, 投資:分析]"),
]


def dated(number: int) -> str:
    return f"{2010 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


def crossed(folder: Path, permalink: str, zone: str) -> None:
    (folder / "_config.yml").write_text(CONFIG.format(zone=zone, permalink=permalink), encoding="utf-8")
    headers = [(name, header) for name in NAMES for header in CATEGORIES]
    headers += [(f"日付{number}", f"date: {text}") for number, text in enumerate(DATES)]
    headers += [(f"引用{number}", f'date: "{text}"') for number, text in enumerate(DATES)]
    headers += [(f"tag{number}", header) for number, header in enumerate(TAGS)]
    headers += [(f"header{number}", header) for number, header in enumerate(HEADERS)]
    for number, (name, header) in enumerate(headers):
        write(folder, f"_posts/{dated(number)}-{name}.md", header)
    for number, place in enumerate(["ja/news/_posts", "_posts/sub/_deep", "日本 語/_posts/x", "a/_posts/b/_posts"]):
        write(folder, f"{place}/24-2-{number + 1}-folder.markdown", "categories: [投資]")
        write(folder, f"{place}/2024-3-{number + 1}-page.htm")


@pytest.fixture(scope="module", params=STYLES.items(), ids=lambda param: str(param[0])[:12])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("jekyll") / "site"
    folder.mkdir()
    crossed(folder, *request.param)
    return read(folder)


def test_the_same_posts_lie_at_the_addresses_where_jekyll_wrote_them(pair: Pair) -> None:
    assert {post.source: post.path for post in pair.posts} == {
        file: unquote(page.url) for file, page in pair.built.pages.items()
    }
    missing = [post.path for post in pair.posts if not pair.built.files.intersection(on_disk(post.path))]
    assert missing == []


def test_every_post_has_jekylls_moment_and_order(pair: Pair) -> None:
    moments = {post.source: post.published.timestamp() for post in pair.posts}
    assert moments == {file: page.moment.timestamp() for file, page in pair.built.pages.items()}
    # Jekyll's order of posts of one moment is by file, but its feed's is chance: Liquid's sort is not stable.
    assert [post.published.timestamp() for post in pair.posts] == sorted(moments.values())


def test_titles_categories_and_tags_are_jekylls(pair: Pair) -> None:
    pages = pair.built.pages
    names = {f"{dated(number)}": name for number, name in enumerate([n for n in NAMES for _ in CATEGORIES])}
    shapes = [shape for _ in NAMES for shape in CATEGORIES.values()]
    for number, post in enumerate(sorted(pair.posts, key=lambda post: post.source)):
        page = pages[post.source]
        if number < len(shapes) and post.source.startswith(f"_posts/{dated(number)}"):
            assert names[dated(number)] in post.source
            # A list within the list, and what YAML does not read as text: the writer's own words are kept.
            assert not shapes[number] or list(post.categories) == page.categories
        else:
            assert list(post.categories) == page.categories
        assert list(post.tags) == page.tags
        if "<b>" not in str(page.title):
            assert post.title.split() == str(page.title).split()


def test_ids_are_jekyll_feeds_byte_for_byte(pair: Pair) -> None:
    theirs = sorted(entry.id for entry in pair.built.entries)
    assert sorted(pair.ids.values()) == theirs


def test_links_are_jekyll_feeds_but_where_its_own_lead_nowhere(pair: Pair) -> None:
    links = {entry.link for entry in pair.built.entries}
    apart = {post.path for post in pair.posts if post.url.replace("例え", "xn--r8jz45g") not in links}
    paths = [post.path for post in pair.posts]
    # Its links are folded by NFKC, and what stands unescaped in a category or a permalink is a query to them.
    assert apart == {path for path in paths if "?" in path or normalize("NFKC", path) != path}


def test_every_date_that_is_read_is_the_moment_that_ruby_reads() -> None:
    days, times, zones = (
        [part.strip() for line in text.split("\n") for part in line.split("|")] for text in (DAYS, TIMES, ZONES)
    )
    texts = list(
        dict.fromkeys(
            f"{day} {time} {zone}".strip() for day in days for time in times for zone in zones if time or not zone
        )
    )
    texts = [text.replace(" T", "T").replace(" ,", ",") for text in texts]
    rows = [(place, quoted, text) for text in texts for place in PLACES for quoted in (True, False)]
    same = refused = 0
    for (place, quoted, text), theirs in zip(rows, in_ruby(rows), strict=True):
        try:
            ours = ruby_moment(text, not quoted, ZoneInfo(place))
        except BadDate:
            refused += 1
            continue
        assert theirs == str(int(ours.timestamp())), (text, quoted, place)
        same += 1
    assert same > 8 * refused


def in_ruby(rows: list[tuple[str, bool, str]]) -> list[str]:
    script = """\
    require "time"; require "yaml"
    STDIN.each_line(chomp: true) do |line|
      ENV["TZ"], quoted, text = line.split("\\t", 3)
      value = quoted == "True" ? text : YAML.safe_load("d: #{text}", permitted_classes: [Date, Time])["d"]
      puts Time.parse(value.to_s).localtime.to_i rescue puts "none"
    end
    """
    lines = "".join(f"{place}\t{quoted}\t{text}\n" for place, quoted, text in rows)
    done = subprocess.run(["ruby", "-EUTF-8", "-e", script], input=lines, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
