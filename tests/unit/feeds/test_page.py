import hashlib
import json
import re
from base64 import b64encode
from collections import Counter
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.listed import ROOT, one, site, whole

from publisher.errors import TemplateError
from publisher.feeds.page import SHOWN, page, style
from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.listing import Listed, Teaser
from publisher.model.site import Site
from publisher.struct import replace

OPML = f"{ROOT}feeds.opml"
VOID = {"meta", "link", "img", "input", "br"}
HOSTILE = '"><script>alert(1)</script>\x00\x08\ud800&amp;\u202e</style>{{ 7*7 }}'


class Read(HTMLParser):
    """What stands in a page; an element that is not closed, or closed twice, is a failure."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(data.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def told(self, tag: str) -> list[str]:
        return [text for inside, text in self.texts if inside == tag]


def made(*feeds: Listed, of: Site | None = None, mail: str | None = None, overrides: Path | None = None) -> bytes:
    return page(of or site(), feeds, opml=OPML, mail=mail, overrides=overrides)


def read(*feeds: Listed, of: Site | None = None, mail: str | None = None, overrides: Path | None = None) -> Read:
    return Read(made(*feeds, of=of, mail=mail, overrides=overrides))


def test_each_feed_has_its_address_in_a_field_of_its_own_and_its_formats_as_links() -> None:
    told = read(whole(), one("投資分析"))

    assert [(field["value"], "readonly" in field) for field in told.all("input")] == [
        (f"{ROOT}feed.xml", True),
        (f"{ROOT}category/%E6%8A%95%E8%B3%87%E5%88%86%E6%9E%90/feed.xml", True),
    ]
    links = [(link["href"].rpartition("/")[2], link["type"]) for link in told.all("a") if "type" in link]
    assert links[:3] == [
        ("feed.xml", "application/rss+xml"),
        ("atom.xml", "application/atom+xml"),
        ("feed.json", "application/feed+json"),
    ]


def test_every_field_has_a_label_and_every_id_is_there_once() -> None:
    told = read(whole(), *(one(f"分類{n}") for n in range(5)), one("三浦", FeedKind.AUTHOR), mail="a@midori.example")

    ids = Counter(attrs["id"] for _, attrs in told.elements if "id" in attrs)
    assert set(ids.values()) == {1}
    assert [label["for"] for label in told.all("label")] == [field["id"] for field in told.all("input")]
    assert {button["data-copies"] for button in told.all("button")} == {field["id"] for field in told.all("input")}
    assert {button["aria-describedby"] for button in told.all("button")} == {name["id"] for name in told.all("h3")}
    assert {section["aria-labelledby"] for section in told.all("section")} <= set(ids)


def test_without_scripts_there_are_no_buttons_that_do_nothing() -> None:
    assert ["hidden" in button for button in read(whole()).all("button")] == [True]


def test_kinds_come_in_one_order_each_under_its_name() -> None:
    told = read(one("旅", FeedKind.CUSTOM), one("庭", FeedKind.TAG), one("本"), whole())

    assert told.told("h2") == ["サイト全体", "カテゴリー", "タグ", "テーマ", "すべてのフィードをまとめて登録する"]
    assert told.told("h3") == ["みどりの庭", "本", "庭", "旅"]


def test_newest_posts_are_dated_in_the_sites_own_zone() -> None:
    told = read(whole())

    assert ("a", "味噌を仕込む") in told.texts
    assert told.told("time") == ["2026年11月24日"]
    assert told.all("time") == [{"datetime": "2026-11-24"}]


def test_a_feed_without_posts_says_so() -> None:
    assert "いまは記事がありません。新しい記事が出れば届きます。" in read(whole(), one("空", posts=0)).told("p")


def test_mail_is_offered_where_somebody_takes_it() -> None:
    with_mail = [link["href"] for link in read(whole(), mail="tayori@midori.example").all("a")]
    without = [link["href"] for link in read(whole()).all("a")]

    subject = "%E8%B3%BC%E8%AA%AD%E3%81%AE%E7%94%B3%E3%81%97%E8%BE%BC%E3%81%BF%EF%BC%9A"
    wanted = f"mailto:tayori@midori.example?subject={subject}%E3%81%BF%E3%81%A9%E3%82%8A%E3%81%AE%E5%BA%AD"
    assert [href for href in with_mail if href not in without] == [wanted]
    box = partial(page, site(), [whole()], opml=OPML, mail="box@midori.example", subject="subscribe weekly")
    asked, served = (box(subscribe_url=url, overrides=None) for url in (None, "https://midori.example/mail/subscribe"))
    assert b'href="mailto:box@midori.example?subject=subscribe%20weekly"' in asked
    assert b'href="https://midori.example/mail/subscribe">\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab' in served
    assert b"mailto:" not in served


def test_the_head_leads_to_the_feeds_and_shows_the_sites_icon() -> None:
    told = read(whole(), one("本"), of=site(icon=f"{ROOT}icon.png", logo=f"{ROOT}logo.png"))

    assert [link["href"] for link in told.all("link") if link["rel"] == "alternate"] == [
        f"{ROOT}feed.xml",
        f"{ROOT}atom.xml",
        f"{ROOT}feed.json",
        f"{ROOT}category/%E6%9C%AC/feed.xml",
    ]
    assert [link["href"] for link in told.all("link") if link["rel"] == "icon"] == [f"{ROOT}icon.png"]
    assert [image["src"] for image in told.all("img")] == [f"{ROOT}logo.png"]
    assert OPML in [link["href"] for link in told.all("a")]


@pytest.mark.parametrize(
    ("language", "lang", "heading"),
    [("ja-JP", "ja", "サイト全体"), ("en-GB", "en", "The whole site"), ("fr", "en", "The whole site")],
)
def test_the_page_speaks_the_sites_language_or_english(language: str, lang: str, heading: str) -> None:
    told = read(whole(), of=site(language))

    assert told.all("html") == [{"lang": lang}]
    assert told.told("h2")[0] == heading


def test_a_feed_in_another_language_than_the_page_is_marked() -> None:
    told = read(whole(), replace(one("English", FeedKind.LANGUAGE), language="en"))

    assert [heading.get("lang") for heading in told.all("h3")] == [None, "en"]


def test_what_is_hostile_stays_text() -> None:
    teaser = replace(whole().newest[0], title=HOSTILE)
    feed = replace(one("本"), name=HOSTILE, title=HOSTILE, description=HOSTILE, newest=(teaser,))
    hostile = replace(site(), title=HOSTILE, description=HOSTILE)
    told = read(feed, of=hostile, mail="a@example.jp")

    assert len(told.all("script")) == len(told.all("style")) == 1
    assert ("a", '"><script>alert(1)</script>&amp;\u202e</style>{{ 7*7 }}') in told.texts


@settings(max_examples=30)
@given(st.text(), st.text(), st.text(st.characters(exclude_categories=())))
def test_any_text_gives_a_whole_page(name: str, description: str, title: str) -> None:
    teaser = Teaser(title, f"{ROOT}a.html", whole().newest[0].published)
    told = read(
        replace(one("本"), name=name, description=description, newest=(teaser,)), of=replace(site(), title=name)
    )

    assert len(told.all("article")) == 1


def test_the_policy_allows_just_the_style_and_the_script_of_the_page() -> None:
    data = made(whole()).decode()
    policy = Read(data.encode()).all("meta")[1]["content"]

    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", data, re.DOTALL)
        assert found
        digest = b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not any(
        name.startswith("on") or name == "style" for _, attrs in Read(data.encode()).elements for name in attrs
    )


def test_nothing_is_loaded_from_elsewhere() -> None:
    told = read(whole(), one("本"))

    assert told.all("img") == []
    assert [link["rel"] for link in told.all("link")] == ["alternate"] * 4
    assert "url(" not in made(whole()).decode()


def test_ten_thousand_feeds_stay_one_page() -> None:
    feeds = [whole(), *(one(f"カテゴリー{n}") for n in range(10_000))]
    data = made(*feeds)
    told = Read(data)

    assert len(told.all("input")) == SHOWN
    assert len(told.all("link")) == SHOWN + 2
    assert f"カテゴリー{9_999}" in told.told("a")
    assert len(data) < 2_500_000


def test_a_title_of_five_megabytes_is_cut() -> None:
    teaser = replace(whole().newest[0], title="長い題" * 600_000)

    assert len(made(replace(whole(), newest=(teaser,)))) < 20_000


def test_a_post_without_a_title_is_named_by_its_address() -> None:
    teaser = replace(whole().newest[0], title=" \n")

    assert ("a", f"{ROOT}miso.html") in read(replace(whole(), newest=(teaser,))).texts


def test_equal_feeds_give_equal_bytes() -> None:
    assert made(whole(), one("本")) == made(whole(), one("本"))


def test_a_sites_own_template_style_and_words_replace_ours(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "ja.json").write_text('{"title": "{site}を購読する"}', encoding="utf-8")
    (folder / "page.css.j2").write_text("body { color: red }", encoding="utf-8")
    told = read(whole(), overrides=tmp_path)

    assert told.told("h1") == ["みどりの庭を購読する"]
    assert told.told("h2")[0] == "サイト全体"
    assert told.told("style") == ["body { color: red }"]


def test_another_language_needs_one_file_and_lends_what_it_leaves_out_from_english(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed/fr.json").write_text('{"site": "Tout le site"}', encoding="utf-8")
    told = read(whole(), of=site("fr-CA"), overrides=tmp_path)

    assert told.all("html") == [{"lang": "fr"}]
    assert told.told("h2") == ["Tout le site", "Subscribe to all feeds at once"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{\n"title": "x",\n}', 3, "property name"),
        ('{"titel": "x"}', 0, "unknown name 'titel'"),
        ('{"title": 1}', 0, "'title' must be a text"),
        ('{"title": "{sites}"}', 0, "'title': its braces"),
        ('{"title": "{"}', 0, "'title': its braces"),
        ("[]", 0, "must be a mapping"),
    ],
)
def test_broken_words_are_told_with_their_place(tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed/ja.json").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        made(whole(), overrides=tmp_path)

    assert (caught.value.template, caught.value.line) == ("feed/ja.json", line)
    assert words in str(caught.value)


def test_the_packaged_languages_say_the_same_things() -> None:
    files = sorted((Path(__file__).parents[3] / "templates/feed").glob("*.json"))
    told = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}

    assert set(told) == {"en", "ja"}
    for texts in told.values():
        assert {name: braces(text) for name, text in texts.items()} == {
            name: braces(text) for name, text in told["en"].items()
        }


def braces(text: str) -> set[str]:
    return set(re.findall(r"{\w+}", text))


def test_the_style_sheet_names_the_page_in_the_sites_language() -> None:
    css = style(site(), page=f"{ROOT}feeds/index.html", overrides=None).decode()

    assert css.startswith('@charset "utf-8";')
    assert f"このサイトのフィードの一覧\\a {ROOT}feeds/index.html" in css


def test_no_word_ends_a_string_of_the_style_sheet(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed/ja.json").write_text(json.dumps({"notice": '"\n* \\'}), encoding="utf-8")
    css = style(site(), page='"}* { display: none }', overrides=tmp_path).decode()

    assert r'content: "\22 \a * \5c \a このサイトのフィードの一覧\a \22 }* { display: none }";' in css


def test_one_format_is_enough() -> None:
    told = read(whole("みどりの庭", FeedFormat.JSON))

    assert told.all("input")[0]["value"] == f"{ROOT}feed.json"
