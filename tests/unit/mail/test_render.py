"""Digests and one-offs, before their recipients."""

import http.server
import threading
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from premailer import Premailer

from publisher.core.lines import one_line
from publisher.errors import TemplateError
from publisher.mail import (
    Edition,
    Filled,
    Filling,
    Frame,
    Look,
    MailPost,
    Named,
    Note,
    render_digest,
    render_note,
    render_one_off,
    template_hash,
)
from publisher.mail.inline import SETTINGS, inline_css
from publisher.model.mailing import Rendered
from publisher.model.site import Site
from publisher.struct import replace
from publisher.templating import Templates

VALUES = {
    "email": "taro@example.jp",
    "name": "山田",
    "language": "ja",
    "unsubscribe_url": "mailto:n@example.jp?subject=unsubscribe%20w",
    "preferences_url": "https://example.jp/preferences/x",
    "confirm_url": "https://example.jp/confirm/x",
    "choices_text": "[weekly] みどりの便り\n頻度 = 毎週",
    "unread_lines": "",
}
OF_ALL = (Note.KNOWN, Note.PREFERENCES, Note.HELP, Note.CHOICES)
LOOK = Look(
    "#1f5a99", "#8cb8ea", sender="編集部 <n@example.jp>", address=("東京都千代田区1-1",), footer=("編集部より",)
)


def fill(rendered: Rendered, values: dict[str, str]) -> Filled:
    return Filling(rendered).fill(values)


def frame(site: Site, language: str = "ja", *, subscribed: bool = True, subject: str | None = None) -> Frame:
    date = datetime(2026, 1, 12, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    newsletter = Named("weekly", "週刊 技術") if subscribed else None
    return Frame(site, newsletter, LOOK, language, Edition(3, date), subject=subject)


def digest(
    site: Site,
    posts: tuple[MailPost, ...],
    *,
    subject: str | None = None,
    language: str = "ja",
    template: str = "digest",
    overrides: Path | None = None,
) -> Rendered:
    return render_digest(Templates(overrides), frame(site, language, subject=subject), posts, template=template)


def filled_digest(site: Site, posts: tuple[MailPost, ...], language: str = "ja") -> Filled:
    return fill(digest(site, posts, language=language), VALUES)


def test_a_digest_says_what_is_new_why_it_comes_and_how_to_end_it(site: Site, posts: tuple[MailPost, ...]) -> None:
    mail = filled_digest(site, posts)
    assert mail.subject == "週刊 技術 第3号"
    for part in (mail.html, mail.text):
        for words in ("週刊 技術", "第3号", "500億ドルの真意", "2026年1月5日", "山田太郎、佐藤花子", "の要約"):
            assert words in part
        assert "お届け先：taro@example.jp" in part
        assert "https://example.jp/a/" in part
        assert "東京都千代田区1-1" in part
        assert "mailto:n@example.jp?subject=unsubscribe%20w" in part
    assert '<html lang="ja">' in mail.html


def test_an_english_reader_gets_english_words(site: Site, posts: tuple[MailPost, ...]) -> None:
    mail = filled_digest(site, posts, language="en-GB")
    assert mail.subject == "週刊 技術 No. 3"
    assert "5 January 2026" in mail.text
    assert "Unsubscribe" in mail.html


def test_a_language_without_templates_falls_back_to_the_sites(site: Site, posts: tuple[MailPost, ...]) -> None:
    assert "配信を停止する" in digest(site, posts, language="fr").html
    assert "Unsubscribe" in digest(replace(site, language="de"), posts, language="fr").html
    templates = Templates(None)
    assert template_hash(templates, "digest", "fr", "ja") == template_hash(templates, "digest", "ja")
    assert template_hash(templates, "digest", "fr") == template_hash(templates, "digest", "en")


def test_posts_stand_once_under_their_first_category(site: Site, posts: tuple[MailPost, ...]) -> None:
    text = filled_digest(site, posts).text
    assert text.count("\n500億ドルの真意\n") == 1
    below = text[text.index("■") :]
    order = [below.index(words) for words in ("■ 投資分析", "500億", "■ 技術動向", "半導体", "■ そのほか", "お知らせ")]
    assert order == sorted(order)


def test_one_category_needs_no_heading(site: Site, posts: tuple[MailPost, ...]) -> None:
    mail = filled_digest(site, posts[:1])
    assert "■" not in mail.text
    assert "category" not in mail.html[mail.html.index("<body") :]


def test_template_signs_in_a_post_come_out_literally(site: Site, posts: tuple[MailPost, ...]) -> None:
    mail = filled_digest(site, posts)
    assert "半導体の来年 {{ 7*7 }} {% raw %} {# x #}" in mail.html
    assert "半導体の来年 {{ 7*7 }} {% raw %} {# x #}" in mail.text
    assert "&lt;b&gt;お知らせ&lt;/b&gt; &amp; more" in mail.html
    assert "<b>お知らせ</b> & more" in mail.text


def test_a_subject_of_ones_own_knows_newsletter_number_posts_and_site(site: Site, posts: tuple[MailPost, ...]) -> None:
    subject = "{{ site.title }}: {{ newsletter.title }} 第{{ issue.number }}号\n"
    subject += "{{ posts[0].title }}ほか {{ subscriber.name }}様"
    mail = fill(digest(site, posts, subject=subject), VALUES)
    assert mail.subject == "技術と投資: 週刊 技術 第3号 500億ドルの真意ほか 山田様"
    for faulty in ("{{ 無い }}", "{{", "{{ '' }}", "{{ subscriber.nope }}", "{{ subscriber.name.nope }}"):
        with pytest.raises(TemplateError) as caught:
            digest(site, posts, subject=faulty)
        assert caught.value.template == "newsletters.weekly.subject", faulty


def test_the_same_mail_has_the_same_bytes_and_another_has_another_marker(
    site: Site, posts: tuple[MailPost, ...]
) -> None:
    first, again, other = digest(site, posts), digest(site, posts), digest(site, posts[1:])
    assert first == again
    assert first.marker != other.marker


def test_a_post_that_copies_a_marker_is_not_filled(site: Site, posts: tuple[MailPost, ...]) -> None:
    stolen = digest(site, posts).marker
    title = f"{stolen}[[ subscriber.email ]]{stolen} {stolen}000000"
    mail = fill(digest(site, (replace(posts[0], title=title),)), VALUES)
    assert "".join(title.split()) in "".join(mail.text.split()), "it may be wrapped"
    assert title in mail.html


def test_css_is_inlined_and_media_rules_stay_with_their_weight(site: Site, posts: tuple[MailPost, ...]) -> None:
    html = digest(site, posts).html
    assert 'class="title first" style="margin:20px 0 0; font-size:20px' in html
    assert "prefers-color-scheme: dark" in html
    assert "background-color: #161614 !important" in html
    assert "<!--[if mso]>" in html
    assert "mso-hide:all" in html


def test_a_one_off_carries_the_whole_post(site: Site, posts: tuple[MailPost, ...]) -> None:
    html = "<h2>背景</h2><p>本文に<strong>強調</strong>です。</p><pre><code>if x:\n    y()\n</code></pre>"
    post = replace(posts[0], html=html)
    whole = render_one_off(Templates(None), frame(site), post)
    mail = fill(whole, VALUES)
    assert mail.subject == "500億ドルの真意"
    assert "本文に<strong>強調</strong>です。" in mail.html
    assert "本文に強調です。\n\n    if x:\n        y()\n" in mail.text
    assert "週刊 技術" in mail.text


def test_a_one_off_to_a_stranger_claims_no_subscription(site: Site, posts: tuple[MailPost, ...]) -> None:
    post = replace(posts[0], html=None)
    whole = render_one_off(Templates(None), frame(site, subscribed=False), post)
    mail = fill(whole, VALUES)
    assert "読者として" not in mail.text
    assert "技術と投資から、あなた宛てにお送りしています。" in mail.html
    assert "500億ドルの真意の要約" in mail.html


def test_an_unknown_fact_of_a_reader_in_a_template_names_file_and_line(
    tmp_path: Path, site: Site, posts: tuple[MailPost, ...]
) -> None:
    folder = tmp_path / "templates" / "mail" / "ja"
    folder.mkdir(parents=True)
    (folder / "digest.txt.j2").write_text("便り\n{{ subscriber.password }}\n", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        digest(site, posts, overrides=tmp_path / "templates")
    assert (caught.value.template, caught.value.line) == ("mail/ja/digest.txt.j2", 2)


def test_a_filter_over_a_place_for_the_reader_is_found(tmp_path: Path, site: Site, posts: tuple[MailPost, ...]) -> None:
    folder = tmp_path / "mail" / "ja"
    folder.mkdir(parents=True)
    (folder / "digest.txt.j2").write_text("{% filter upper %}{{ subscriber.email }}{% endfilter %}", "utf-8")
    with pytest.raises(TemplateError, match="subscriber") as caught:
        digest(site, posts, overrides=tmp_path)
    assert caught.value.template == "mail/ja/digest.txt.j2"


def test_a_template_nobody_has_is_named(site: Site, posts: tuple[MailPost, ...]) -> None:
    with pytest.raises(TemplateError) as caught:
        digest(site, posts, template="short")
    assert caught.value.template == "mail/ja/short.html.j2"


@pytest.fixture
def tempting_server() -> Iterator[tuple[str, list[str]]]:
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"p { color: red }")

        def log_message(self, *_args: object) -> None:
            """Silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", hits
        server.shutdown()


def test_nothing_is_ever_fetched(tempting_server: tuple[str, list[str]]) -> None:
    url, hits = tempting_server
    html = f"""<html><head><link rel="stylesheet" href="{url}/link.css">
        <style>@import url("{url}/import.css"); @import "{url}/bare.css"; p {{ background: url({url}/a.png) }}
        @font-face {{ src: url({url}/font.woff) }}</style>
        </head><body><p>投資</p><img src="{url}/b.png"></body></html>"""
    assert "投資" in inline_css(html, "x")
    assert hits == []


@pytest.mark.parametrize("html", ["", "<style>@media screen { @media print { p { color: red } } }</style><p>あ</p>"])
def test_what_premailer_chokes_on_is_a_template_error(html: str) -> None:
    with pytest.raises(TemplateError):
        inline_css(html, "mail/ja/digest.html.j2")


def test_a_sheet_that_comes_again_is_written_as_premailer_writes_it_at_first() -> None:
    sheet = "p { color: red; margin: 0 !important } p:hover, .x { color: blue } @media print { p { color: black } }"
    bodies = ("<p>味噌</p>", '<p class="x" style="color: green">豆</p><p>大豆</p>', "<p>味噌</p>")
    pages = [f"<html><head><style>{sheet}</style></head><body>{body}</body></html>" for body in bodies]

    found = [inline_css(page, "x") for page in pages]

    assert found == [str(Premailer(page, **SETTINGS).transform(pretty_print=False)) + "\n" for page in pages]
    assert "@media print" in found[2]
    assert ".x {color:blue" not in found[2]


def test_broken_css_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    assert "あ" in inline_css("<style>p { color: ; xx: 1 } } @bogus</style><p>あ</p>", "x")
    assert capfd.readouterr() == ("", "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1))
def test_any_title_is_shown_as_it_is(site: Site, posts: tuple[MailPost, ...], title: str) -> None:
    mail = filled_digest(site, (replace(posts[0], title=title),))
    shown = one_line(title)
    assert "".join(shown.split()) in "".join(mail.text.split()), "it may be wrapped"
    assert f">{shown}</a></h2>" in unescape(mail.html)


@pytest.mark.parametrize("note", list(Note))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_mails_about_a_subscription_name_the_newsletter_and_who_sends_them(
    site: Site, note: Note, language: str
) -> None:
    mail = fill(render_note(Templates(None), frame(site, language), note), VALUES)
    for part in (mail.html, mail.text):
        # What somebody gets already, and how to change it, is about all newsletters.
        assert "週刊 技術" in part or note in OF_ALL
        assert "n@example.jp" in part
        assert "東京都千代田区1-1" in part
        assert ("https://example.jp/confirm/x" in part) == (note is Note.CONFIRM)
        assert ("mailto:n@example.jp" in part) == (note is Note.WELCOME)
        assert ("https://example.jp/preferences/x" in part) == (note not in (Note.CONFIRM, Note.GOODBYE, Note.HELP))
    assert f'<html lang="{language}"' in mail.html


def test_a_reader_is_named_only_where_the_name_is_known(site: Site, posts: tuple[MailPost, ...]) -> None:
    rendered = digest(site, posts)
    assert "山田 様" in fill(rendered, VALUES).html
    assert "様" not in fill(rendered, {**VALUES, "name": ""}).html


def test_a_name_is_text_wherever_it_stands(site: Site, posts: tuple[MailPost, ...]) -> None:
    name = '<b onclick="x">{{ 7*7 }}</b>'
    mail = fill(digest(site, posts, subject="{{ subscriber.name }}"), {**VALUES, "name": name})
    assert mail.subject == name
    assert name in mail.text
    assert "<b onclick" not in mail.html
    assert name in unescape(mail.html)


def test_posts_that_are_left_out_are_counted_and_linked(site: Site, posts: tuple[MailPost, ...]) -> None:
    rendered = render_digest(Templates(None), frame(site), posts, more=14, more_url="https://example.jp/all/")
    mail = fill(rendered, VALUES)
    for part in (mail.html, mail.text):
        assert "ほか14本" in part
        assert "https://example.jp/all/" in part
