"""The pages of issues for people, and the entries of their feed."""

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.validator import rules

from publisher.errors import TemplateError
from publisher.feeds import serialise
from publisher.feeds.issue_page import Around, entries, issue_list, issue_page
from publisher.model.archive import IssuePage, PageContent, PagePost
from publisher.model.feed import Feed, FeedFormat
from publisher.model.site import Site
from publisher.struct import replace

ROOT = "https://niwa.example/"
LIST = f"{ROOT}newsletters/weekly/"
AT = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
SITE = Site("みどりの庭", ROOT, "ja", "Asia/Tokyo")
POST = PagePost("味噌を仕込む日", f"{ROOT}miso/", "大豆を一晩水に浸ける。", AT, ("台所",), ("三浦 みどり",))
HOSTILE = '"><script>alert(1)</script></style>{{ 7*7 }}{% raw %}&amp;'
VOID = {"meta", "link", "img", "br"}
AROUND = Around("みどりの便り", LIST, [(FeedFormat.RSS, f"{LIST}feed.xml")])


class Read(HTMLParser):
    """The elements of a page; one that is not closed, or closed twice, is a failure."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(data.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def an_issue(*posts: PagePost, number: int = 1, language: str = "ja", **changes: str) -> IssuePage:
    url = f"{LIST}{number}/" if language == "ja" else f"{LIST}{number}/{language}/"
    content = PageContent(
        f"tag:niwa.example,2026-11-30:newsletters/weekly/{number}", url, "みどりの便り", AT, posts, **changes
    )
    return IssuePage(1, "weekly", number, language, "newsletters/weekly/1/index.html", posts[0].title, content)


def read(page: IssuePage, around: Around = AROUND) -> Read:
    return Read(issue_page(SITE, page, around, overrides=None))


def test_a_page_speaks_the_language_of_its_issue() -> None:
    ours, theirs = an_issue(POST), an_issue(replace(POST, language="ja"), language="en")
    told = read(theirs, replace(AROUND, versions=(ours, theirs)))

    assert told.all("html") == [{"lang": "en"}]
    assert "No. 1" in told.texts
    assert [one["lang"] for one in told.all("article")] == ["ja"], "a Japanese post in an English issue says so"
    assert [(one["hreflang"], one["href"]) for one in told.all("link") if "hreflang" in one] == [
        ("ja", f"{LIST}1/"),
        ("en", f"{LIST}1/en/"),
    ]


def test_a_page_has_no_script_and_may_load_nothing_but_pictures_and_its_own_style() -> None:
    told = read(an_issue(POST))

    policy = next(one["content"] or "" for one in told.all("meta") if one.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src * data:; style-src 'sha256-")
    assert told.all("script") == []


def test_what_a_post_says_stays_text() -> None:
    post = replace(POST, title=HOSTILE, summary=HOSTILE, categories=(HOSTILE,), authors=(HOSTILE,), intro=HOSTILE)

    told = read(an_issue(post, POST))

    assert told.all("script") == []
    assert "".join(told.texts).count("{{ 7*7 }}") >= 5


def test_titles_from_right_to_left_keep_their_direction_to_themselves() -> None:
    told = read(an_issue(replace(POST, title="دفتر ملاحظات", language="ar")))

    assert [(one["dir"], one["class"]) for one in told.all("h2")] == [("auto", "title")]
    assert told.all("article") == [{"lang": "ar"}]


def test_the_editors_words_stand_before_the_posts() -> None:
    data = issue_page(SITE, an_issue(POST, intro="<p>今週の<b>ひとこと</b></p>"), AROUND, overrides=None).decode()

    assert data.index("<p>今週の<b>ひとこと</b></p>") < data.index("味噌を仕込む日</a>")


def test_the_list_names_three_posts_of_an_issue_and_counts_the_rest() -> None:
    posts = [replace(POST, title=f"記事{number}") for number in range(1, 6)]

    told = Read(issue_list(SITE, [an_issue(*posts)], AROUND, overrides=None))

    assert [text for text in told.texts if "記事" in text] == ["記事1", "記事2", "記事3"]
    assert "ほか2本" in told.texts


def test_issues_and_their_list_lead_to_where_readers_sign_up() -> None:
    url = "https://midori.example/mail/subscribe?newsletter=weekly"
    around, page = replace(AROUND, subscribe_url=url), an_issue(POST)
    led = issue_page(SITE, page, around, overrides=None), issue_list(SITE, [page], around, overrides=None)
    bare = issue_page(SITE, page, AROUND, overrides=None), issue_list(SITE, [page], AROUND, overrides=None)

    for told in map(Read, led):
        assert [link for link in told.all("a") if link["href"] == url]
        assert "「みどりの便り」をメールで受け取る" in told.texts
    assert all(b"subscribe" not in data for data in bare)


def test_a_template_of_the_sites_own_that_is_broken_is_named(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/issue.html.j2").write_text("{{ reader.email }}", encoding="utf-8")

    with pytest.raises(TemplateError) as told:
        issue_page(SITE, an_issue(POST), AROUND, overrides=tmp_path)

    assert told.value.template == "web/issue.html.j2"


TEXT = st.text(max_size=30)
POSTS = st.builds(
    PagePost,
    TEXT,
    st.just(f"{ROOT}a/"),
    TEXT,
    st.just(AT),
    st.tuples(TEXT),
    st.tuples(TEXT),
    st.none(),
    st.none(),
    TEXT,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(POSTS, min_size=1, max_size=3), st.sampled_from(["ja", "en", "fr"]))
def test_any_posts_make_a_page_that_is_whole_and_a_valid_feed(posts: list[PagePost], language: str) -> None:
    page = an_issue(*posts, language=language)

    read(page)
    Read(issue_list(SITE, [page], AROUND, overrides=None))
    made = tuple(entries(SITE, [page], overrides=None))
    feed = Feed(f"{LIST}atom.xml", "みどりの便り", "庭", LIST, f"{LIST}atom.xml", "ja", AT, made)
    assert rules(serialise(feed, FeedFormat.ATOM), f"{LIST}atom.xml") == set()


@settings(max_examples=30, deadline=None)
@given(st.lists(POSTS, min_size=1, max_size=2))
def test_no_page_has_a_place_for_a_reader(posts: list[PagePost]) -> None:
    for data in (
        issue_page(SITE, an_issue(*posts), AROUND, overrides=None),
        issue_list(SITE, [an_issue(*posts)], AROUND, overrides=None),
    ):
        shown = re.sub(r"<[^>]*>", "", data.decode())
        said = "".join(f"{one.title}{one.summary}{one.intro}{one.authors}{one.categories}" for one in posts)
        assert "@" not in shown.partition("</style>")[2] or "@" in said
        assert "mailto:" not in data.decode()
