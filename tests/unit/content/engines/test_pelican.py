import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.parser import parse
from hypothesis import given, settings
from hypothesis import strategies as st
from pelican.settings import DEFAULT_CONFIG  # type: ignore[import-untyped]
from pelican.utils import SafeDatetime  # type: ignore[import-untyped]
from pelican.utils import slugify as pelicans_slugify

from publisher.content import Engine, Served, Survey, survey
from publisher.content.dates import BadDate
from publisher.content.engines.pelican_dates import pelican_moment
from publisher.content.engines.pelican_header import split_html, split_markdown
from publisher.content.engines.pelican_program import UNKNOWN, read_program
from publisher.content.engines.pelican_settings import PelicanSettings
from publisher.content.engines.pelican_slugs import SlugRules, slugify
from publisher.content.engines.pelican_urls import below_root, fill, strftime
from publisher.content.values import Scalar
from publisher.errors import ContentError
from publisher.model.feed import FeedFormat
from publisher.model.post import Author

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def blog(site: Any) -> Any:
    site.engine = Engine.PELICAN
    return site


def configured(folder: Path, text: str, **others: str) -> Survey:
    (folder / "pelicanconf.py").write_text(text, encoding="utf-8")
    for name, other in others.items():
        (folder / f"{name}.py").write_text(other, encoding="utf-8")
    return survey(folder)


def settings_in(folder: Path, text: str) -> PelicanSettings:
    found = configured(folder, text).settings
    assert isinstance(found, PelicanSettings)
    return found


def values(folder: Path, text: str) -> dict[str, object]:
    (folder / "conf.py").write_text(text, encoding="utf-8")
    return {name: found.value for name, found in read_program(folder, "conf.py", [])[0].items()}


# The configuration.


def test_the_survey_says_what_the_site_says(tmp_path: Path) -> None:
    found = configured(
        tmp_path,
        "SITENAME = '日々'\nSITESUBTITLE = '副題'\nSITEURL = 'https://例え.example/b/'\nTIMEZONE = 'Asia/Tokyo'\n"
        "DEFAULT_LANG = 'JA'\nAUTHOR = '山田'\nPATH = 'posts/'\nOUTPUT_PATH = 'public'\n"
        "FEED_ALL_ATOM = None\nFEED_ALL_RSS = 'rss.xml'\nCATEGORY_FEED_ATOM = 'feeds/%s.xml'\n",
    )

    assert found.engine is Engine.PELICAN
    assert (found.title, found.description, found.author) == ("日々", "副題", Author("山田"))
    assert (found.url, found.timezone, found.language) == ("https://例え.example/b/", "Asia/Tokyo", "ja")
    assert (found.content, found.output) == ("posts", "public")
    assert found.served == (
        Served(FeedFormat.RSS, "rss.xml"),
        Served(FeedFormat.ATOM, "feeds/{slug}.xml", by_category=True),
    )
    assert found.problems == ()


def test_a_site_without_settings_has_pelicans(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    found = configured(tmp_path, "")

    assert (found.title, found.url, found.language, found.timezone) == (None, None, None, None)
    assert (found.content, found.output, found.settings) == ("content", "output", PelicanSettings())
    assert [feed.path for feed in found.served] == ["feeds/all.atom.xml", "feeds/{slug}.atom.xml"]


def test_publishconf_goes_over_pelicanconf(tmp_path: Path) -> None:
    found = configured(
        tmp_path,
        "SITENAME = '題'\nSITEURL = ''\nFEED_ALL_ATOM = None\nPATH = 'content'\n",
        publishconf="import os\nfrom pelicanconf import *\nSITEURL = 'https://a.example'\nFEED_ALL_ATOM = 'all.xml'\n",
    )

    assert (found.title, found.url, found.content) == ("題", "https://a.example/", "content")
    assert found.served[0] == Served(FeedFormat.ATOM, "all.xml")


def test_a_program_is_read_as_far_as_it_says_values(tmp_path: Path) -> None:
    found = values(
        tmp_path,
        "import os\nfrom os import getenv\nA: str = 'a'\nB = A + '/' + f'{A}-{1 + 0 or 2}{3}'\nC = ('x',) + ('y',)\n"
        "D = os.environ.get('HOME', 'default')\nE = getenv('X') or 'other'\nF = not False and A == 'a'\n"
        "G = {'k': [A, -1, None]}\nH = A if os.environ.get('X') else 'c'\n"
        "I = os.path.join(os.path.dirname(__file__), 'x')\n"
        "C += ('z',)\nif F:\n    J = 1\nelse:\n    J = 2\ntry:\n    K = 1\nexcept KeyError:\n    K = 2\nL = M = 'm'\n",
    )

    assert found == {
        "A": "a", "B": UNKNOWN, "C": ("x", "y", "z"), "D": "default", "E": "other", "F": True,
        "G": {"k": ["a", -1, None]}, "H": "c", "I": "x", "J": 1, "K": 1, "L": "m", "M": "m",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "X = open('secret').read()",
        "X = __import__('os').system('touch ran')",
        "X = [p for p in 'ab']",
        "X = ['a']\nX.append('b')",
        "X = {'a': 1}\nX['b'] = 2",
        "for X in 'ab':\n    pass",
        "X = 'a'\nif unknown:\n    X = 'b'",
        "X, Y = 'ab'",
        "X = 'a' * 10**9",
        "X = 'a'\ndel X",
        "X = f'{1:>999999999}'",
        "X = 'ab'\n" + "X = X + X\n" * 60,
        "X = ['ab']\n" + "X = [X, X]\n" * 60,
        "X = ['ab']\n" + "X = [X]\n" * 3000,
        "X = " + "-" * 50 + "1.5j",
        "X = os.environ['X']",
        "X = '%s' % 'a'",
    ],
    ids=lambda text: text[:30],
)
def test_what_would_have_to_be_run_is_unknown(tmp_path: Path, text: str) -> None:
    assert values(tmp_path, text)["X"] is UNKNOWN
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["X = (", "X = " + "(" * 5000, "\x00", "X = " + "1+" * 50_000 + "1", b"X = '\xff'"])
def test_what_is_no_program_is_a_problem(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "pelicanconf.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert [fault.file for fault in survey(tmp_path).problems if fault.severity == "error"] == ["pelicanconf.py"]


def test_half_a_surrogate_pair_does_not_get_into_a_setting(tmp_path: Path) -> None:
    (tmp_path / "pelicanconf.py").write_text(
        'SITENAME = "題\\ud800"\nARTICLE_URL = "\\udc00/{slug}/"\n', encoding="utf-8"
    )

    found = survey(tmp_path)

    assert found.title == "題?"
    repr(found).encode()


def test_modules_that_import_each_other_come_to_an_end(tmp_path: Path) -> None:
    found = configured(
        tmp_path, "from other import *\nfrom missing import *\n", other="from pelicanconf import *\nSITENAME = '題'\n"
    )
    assert found.title == "題"


def test_a_setting_that_cannot_be_known_is_told_at_its_place(tmp_path: Path) -> None:
    found = configured(
        tmp_path,
        "SITENAME = '題'\nARTICLE_URL = compute()\nARTICLE_PATHS = [x()]\nTHEME = f()\nTIMEZONE = 'Asia/Edo'\n"
        "SLUG_REGEX_SUBSTITUTIONS = [('(a+)+', '')]\nPATH = '../elsewhere'\nDEFAULT_DATE = (2024, 13)\n"
        "PLUGINS = ['sitemap', 'pelican.plugins.i18n_subsites']\nREADERS = {'html': None, 'txt': Reader}\n",
    )

    assert [(fault.line, fault.code) for fault in found.problems] == [
        (2, "setting-not-read"),
        (3, "setting-not-read"),
        (5, "unknown-zone"),
        (6, "setting-not-read"),
        (7, "setting-not-read"),
        (8, "setting-not-read"),
        (9, "setting-not-read"),
        (10, "setting-not-read"),
    ]


def test_settings_are_values_that_can_be_a_key(tmp_path: Path) -> None:
    text = (
        "ARTICLE_PATHS = ['blog/', '.']\nARTICLE_EXCLUDES = ('x',)\nPAGE_PATHS = ['p']\nREADERS = {'html': None}\n"
        "ARTICLE_URL = '{slug}/'\nDEFAULT_DATE = (2024, 1, 5)\nDEFAULT_METADATA = {'Status': 'draft', 'n': 1}\n"
        "EXTRA_PATH_METADATA = {'b': {'path': 'x'}, 'a': {'status': 'hidden'}}\nARTICLE_TRANSLATION_ID = None\n"
        "TAG_REGEX_SUBSTITUTIONS = []\nUSE_FOLDER_AS_CATEGORY = False\n"
    )
    found = settings_in(tmp_path, text)

    assert found.article_paths == ("blog", "")
    assert found.article_excludes == ("x", "p")
    assert "html" not in found.extensions
    assert found.template("ARTICLE_URL") == "{slug}/"
    assert found.template("PAGE_URL") == "pages/{slug}.html"
    assert found.default_date == "2024-01-05 00:00:00"
    assert found.default_metadata == (("status", "draft"),)
    assert found.path_metadata == (("a", (("status", "hidden"),)), ("b", (("path", "x"),)))
    assert (found.translation_id, found.slugs.tag, found.folder_is_category) == ((), (), False)
    assert hash(found) == hash(settings_in(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("PATH = '.'\n", True),
        ("PATH = '.'\nIGNORE_FILES = ['.*', '_*']\n", False),
        ("PATH = '.'\nARTICLE_EXCLUDES = ['_publisher']\n", False),
        ("PATH = '.'\nARTICLE_EXCLUDES = ['_publisher']\nSTATIC_PATHS = ['']\n", True),
        ("PATH = '.'\nARTICLE_PATHS = ['blog']\n", False),
        ("PATH = 'content'\nSTATIC_PATHS = ['']\n", False),
    ],
)
def test_a_home_that_pelican_would_publish_is_told(tmp_path: Path, text: str, told: bool) -> None:
    found = [fault for fault in configured(tmp_path, text).problems if "_publisher" in fault.message]
    assert [(fault.line, fault.code) for fault in found] == ([(1, "setting-not-read")] if told else [])


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("XYab'\"()[]{}=+-.,: \n#f%*_1"), max_size=80))
def test_no_configuration_stops_the_survey(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("site")
    found = configured(folder, f"SITENAME = '題'\n{text}")
    assert found.engine is Engine.PELICAN


# Headers.


def test_a_header_has_the_place_of_each_value() -> None:
    front = split_markdown("---\nTitle: 題\nTAGS:  一,\n    二\nSummary: 甲\n    乙\n...\n本文\n", "a.md")

    assert front.fields["title"] == Scalar("題", False, 2, 8)
    assert front.fields["tags"] == Scalar("一,", False, 3, 8)
    assert front.fields["summary"] == Scalar("甲\n乙", False, 5, 10)
    assert front.fields.duplicates == [("tags", 4, 5)]
    assert (front.body, front.body_line) == ("本文\n", 8)


@pytest.mark.parametrize(
    ("text", "keys", "body", "line"),
    [
        ("", [], "", 1),
        ("本文\n", [], "本文\n", 1),
        ("\nTitle: x\n", [], "Title: x\n", 2),
        ("Title: x\n", ["title"], "", 2),
        ("Title: x\n  本文", ["title"], "  本文", 2),
        ("   Title: x\n\n    code\n", ["title"], "    code\n", 3),
        ("Title: x\n  - a\n", ["title"], "  - a\n", 2),
        ("---\n", [], "", 2),
        ("Category: \nTitle: ~\n", ["title"], "", 3),
    ],
)
def test_a_header_ends_where_python_markdowns_ends(text: str, keys: list[str], body: str, line: int) -> None:
    front = split_markdown(text, "a.md")
    assert (list(front.fields), front.body, front.body_line) == (keys, body, line)


def test_a_key_with_a_full_width_colon_is_an_error(blog: Any) -> None:
    blog.write("a.md", "Title: 題\nDate： 2024-01-05\n\n本文\n")
    assert blog.places() == [("a.md", 2, 5, "full-width-colon")]


def test_a_header_that_never_ends_is_an_error(blog: Any) -> None:
    blog.write("a.md", "Title: 題\n" + "x: y\n" * 20_000)
    assert [code for *_, code in blog.places()] == ["front-matter-too-large"]


def test_an_html_head_is_a_header() -> None:
    front = split_html(
        "<!DOCTYPE html>\n<html><head>\n<title>題 &amp; <b>x</b></title>\n<META NAME='Date' CONTENT='2024-01-05'>\n"
        '<meta name="keywords" content="甲"><meta name="tags" content="乙"><meta charset="utf-8"/>\n'
        '<meta name="summary" contents="要約">\n</head>\n<body class="x">\n本文<br>\n</body></html>\n',
        "a.html",
    )

    assert front.fields["date"] == Scalar("2024-01-05", False, 4, 1)
    assert front.fields.text("title") == "題 &amp; x"
    assert front.fields.text("summary") == "要約"
    assert front.fields.text("tags") == "甲"
    assert (front.body, front.body_line) == ("\n本文<br>\n", 8)


@pytest.mark.parametrize(
    "text", ["<p>本文</p>", "<head><![x y></head>", "<head>" + "<!" * 30_000 + "</head>", "<" * 200_000]
)
def test_no_html_hangs(text: str) -> None:
    with suppress(ContentError):
        assert split_html(text, "a.html").fields == {}


# Dates.


@settings(max_examples=400, deadline=None)
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(
        ("%Y-%m-%d", "%Y/%m/%d %H:%M", "%d %B %Y %I:%M %p", "%a, %d %b %Y %H:%M:%S", "%Y%m%dT%H%M%S", "%m-%d-%Y")
    ),
    st.sampled_from(("", "Z", " +0900", "-08:00", " GMT", " UTC+3")),
)
def test_a_whole_date_is_dateutils(moment: datetime, shape: str, offset: str) -> None:
    text = moment.strftime(shape) + (offset if "%H:" in shape else "")
    theirs = parse(text, default=SafeDatetime(2024, 6, 15))
    aware = theirs if theirs.tzinfo else theirs.replace(tzinfo=TOKYO)
    assert pelican_moment(text, TOKYO).isoformat() == aware.isoformat()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-01", "unknown-date"),
        ("10:30", "unknown-date"),
        ("January 5", "unknown-date"),
        ("Friday Jan 2024", "unknown-date"),
        ("05/01/24", "unknown-date"),
        ("2024年1月5日", "unknown-date"),
        ("x" * 200, "unknown-date"),
        ("2024-02-30", "impossible-date"),
        ("30 February 2024", "impossible-date"),
        ("9" * 50, "impossible-date"),
        ("9999-12-31", "impossible-date"),
        ("2024-01-05 10:00 EST", "unknown-zone"),
    ],
)
def test_what_is_no_whole_date_is_told(text: str, code: str) -> None:
    with pytest.raises(BadDate) as raised:
        pelican_moment(text, TOKYO)
    assert raised.value.code == code


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("0123456789-/:., TZ+amphJanFebsdayUTC１年月日"), max_size=40))
def test_no_text_stops_the_dates(text: str) -> None:
    with suppress(BadDate):
        assert pelican_moment(text, TOKYO).tzinfo is not None


# Slugs and addresses.


@settings(max_examples=400, deadline=None)
@given(
    st.text(
        st.sampled_from("投資の話（１）、「」ｶﾞがか\u3099ÉaZ09 \t-_&<>;#!.'“”—!\u3000") | st.characters(codec="utf-8"),
        max_size=40,
    ),
    st.booleans(),
    st.booleans(),
)
def test_a_slug_is_pelicans(text: str, unicode: bool, case: bool) -> None:
    substitutions = DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]
    theirs = pelicans_slugify(text, substitutions, preserve_case=case, use_unicode=unicode)
    assert slugify(text, SlugRules(keeps_unicode=unicode, keeps_case=case)) == theirs


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(TOKYO)),
    st.text(st.sampled_from("%-aAbBcdfGHIjmMpSUuVwWxXyYz%q年 é"), max_size=12),
)
def test_strftime_is_pelicans(moment: datetime, template: str) -> None:
    theirs = SafeDatetime(*moment.timetuple()[:6], moment.microsecond, moment.tzinfo)
    with suppress(ValueError):
        assert strftime(moment, template) == theirs.strftime(template)


@pytest.mark.parametrize(
    "template", ["{none}", "{date:%Z}", "{slug:>99999999}", "{slug!r}", "{date.tzinfo}", "{", "{0}", "{slug.x}"]
)
def test_a_template_that_cannot_be_filled_is_told(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        fill(template, {"slug": "記事", "date": datetime(2024, 1, 5)})


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("記事.html", "/記事.html"),
        ("", "/"),
        ("/b/x/", "/x/"),
        ("https://blog.example/b/記事", "/記事"),
        ("a/../b.html", "/b.html"),
        ("./a//b/", "/a/b/"),
        ("../../..", "/"),
        ("C#?.html", "/C#?.html"),
    ],
)
def test_an_address_is_below_the_root(url: str, path: str) -> None:
    assert below_root(url, "https://blog.example/b/") == path


@pytest.mark.parametrize("url", ["/x/", "https://else.example/b/", "http://blog.example/b/x"])
def test_an_address_elsewhere_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="not"):
        below_root(url, "https://blog.example/b/")


# Posts.


def test_a_post_has_what_its_header_says(blog: Any) -> None:
    blog.write(
        "市況/a.md",
        "Title: 題 <b>名</b>\nDate: 2024-01-06 01:30:00Z\nModified: 2024-02-01\nTags: 一, 二, 一\nAuthors: 甲; 乙, 丙\n"
        "Lang: ja\nSlug: Own Slug（１）\nSummary: **要**約\n\n本文\n",
    )
    post = blog.post()

    assert (post.title, post.summary, post.language) == ("題 名", "要約", "ja")
    assert post.published.isoformat() == "2024-01-06T01:30:00+00:00"
    assert post.updated.isoformat() == "2024-02-01T00:00:00+09:00"
    assert (post.categories, post.tags) == (("市況",), ("一", "二"))
    assert post.authors == (Author("甲"), Author("乙, 丙"))
    assert (post.path, post.translation) == ("/Own Slug（１）-ja.html", "Own Slug（１）")
    assert post.url == "https://example.com/Own%20Slug%EF%BC%88%EF%BC%91%EF%BC%89-ja.html"


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("Title: 題\n", ("a.md", 1, 1, "no-date")),
        ("Date: 2024-01-05\n", ("a.md", 1, 1, "bad-value")),
        ("Title:\nDate: 2024-01-05\n", ("a.md", 1, 1, "bad-value")),
        ("Title: 題\nDate: 2024-01\n", ("a.md", 2, 7, "unknown-date")),
        ("Title: 題\nDate: 2024-02-30\n", ("a.md", 2, 7, "impossible-date")),
        ("Title: 題\nDate: 2024-01-05\nModified: 今日\n", ("a.md", 3, 11, "unknown-date")),
        ("Title: 題\nDate: 2024-01-05\nStatus: later\n", ("a.md", 3, 9, "bad-value")),
        ("Title: 題\nDate: 2024-01-05\nTimezone: ../Edo\n", ("a.md", 2, 7, "unknown-zone")),
        ("Title: 題\nDate: 2024-01-05\nUrl: https://else.example/\n", ("a.md", 3, 6, "bad-permalink")),
    ],
)
def test_an_article_that_pelican_leaves_out_is_an_error(
    blog: Any, header: str, place: tuple[str, int, int, str]
) -> None:
    blog.write("a.md", f"{header}\n本文\n")
    assert blog.places() == [place]
    assert blog.scan().posts == ()


def test_doubtful_values_are_warnings(blog: Any) -> None:
    blog.write("a.md", "Title: 題\nDate: 2024年1月5日\n\n本文\n")
    blog.write("2024-01-06-b.md", "Title: 別の題\nDate: 2024-01-07\nTags: 一\nTags: 二\n\n本文\n")
    blog.write("c.md", "Title: 三\nDate: 11-9-2017\n\n本文\n")

    found = blog.scan()

    assert [(fault.file, fault.line, fault.code) for fault in found.problems] == [
        ("2024-01-06-b.md", 2, "date-differs"),
        ("2024-01-06-b.md", 4, "duplicate-key"),
        ("a.md", 2, "date-not-the-engines"),
        ("c.md", 2, "ambiguous-date"),
    ]
    assert [post.published.date().isoformat() for post in found.posts] == ["2017-11-09", "2024-01-05", "2024-01-07"]
    assert "the first one counts" in found.problems[1].message


def test_the_files_time_is_the_date_where_the_site_says_so(blog: Any) -> None:
    blog.write("pelicanconf.py", "DEFAULT_DATE = 'fs'\n")
    path = blog.write("a.md", "Title: 題\n\n本文\n")
    os.utime(path, (1704430800, 1704430800))

    assert blog.post().published.isoformat() == "2024-01-05T14:00:00+09:00"
    assert blog.places() == [("a.md", 1, 1, "date-of-file")]


def test_an_article_whose_page_is_not_written_is_no_post(blog: Any) -> None:
    blog.write("pelicanconf.py", "ARTICLE_LANG_SAVE_AS = ''\n")
    blog.write("a.md", "Title: 題\nDate: 2024-01-05\nLang: ja\n\n本文\n")
    blog.write("b.md", "Title: 別\nDate: 2024-01-05\nSave_as:\n\n本文\n")
    blog.write("c.md", "Title: 三\nDate: 2024-01-05\n\n本文\n")

    assert [post.source for post in blog.scan().posts] == ["c.md"]


def test_folders_are_entered_as_pelican_enters_them(blog: Any) -> None:
    blog.write(
        "pelicanconf.py",
        "ARTICLE_PATHS = ['blog', 'pages/news', 'one.md']\nARTICLE_EXCLUDES = ['blog/old']\n"
        "IGNORE_FILES = ['_*', '*.tmp.md']\n",
    )
    names = ["blog/a.md", "blog/old/b.md", "blog/_x/c.md", "pages/d.md", "pages/news/e.md", "one.md", "two.md"]
    for number, name in enumerate([*names, "blog/f.tmp.md", "blog/g.MD", "blog/h.txt"]):
        blog.write(name, f"Title: 題{number}\nDate: 2024-01-05\n\n本文\n")

    assert sorted(post.source for post in blog.scan().posts) == ["blog/a.md", "one.md", "pages/news/e.md"]


def test_the_configs_permalink_goes_first(blog: Any) -> None:
    blog.permalink = "/:year/:title/"
    blog.write("a.md", "Title: 題\nDate: 2024-01-05\nSlug: own\n\n本文\n")
    assert blog.post().path == "/2024/own/"


# Texts.


def test_code_by_its_first_line_is_coloured(blog: Any) -> None:
    blog.write(
        "a.md", "Title: 題\nDate: 2024-01-05\n\n文\n\n    :::python\n    print('あ' < 1)\n\n    #!/bin/sh\n    x\n"
    )
    html = blog.html()

    assert ":::" not in html
    assert '<code class="language-python"><span' in html
    assert "#!/bin/sh" in html


def test_a_link_to_what_is_not_there_is_told_at_its_place(blog: Any) -> None:
    blog.write(
        "a.md",
        "Title: 題\nDate: 2024-01-05\n\n[a]({filename}無い.md)\n\n"
        "![b]({static}/../../x.png) [c]({what}x) [d](|filename|/skip.md)\n",
    )
    blog.write("skip.md", "Title: 飛ばす\nStatus: skip\n\n本文\n")
    found = blog.rendered()

    assert [(fault.line, fault.column, fault.code) for fault in found.problems] == [
        (4, 5, "missing-target"),
        (6, 6, "missing-target"),
        (6, 32, "missing-target"),
        (6, 45, "missing-target"),
    ]


def test_a_link_follows_what_it_names(blog: Any) -> None:
    blog.write("a.md", "Title: 題\nDate: 2024-01-05\n\n[頁](<{filename}pages/p q.md?x=1&y=2#節>)\n")
    blog.write("pages/p q.md", "Title: 頁\n\n本文\n")
    before = blog.html()
    blog.write("pages/p q.md", "Title: 頁\nSlug: new\n\n本文\n")

    assert 'href="https://example.com/pages/ye.html?x=1&amp;y=2#%E7%AF%80"' in before
    assert 'href="https://example.com/pages/new.html?x=1&amp;y=2#%E7%AF%80"' in blog.html()
