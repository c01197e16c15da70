"""A post's own subject and introduction in the mails that bring it."""

from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mails import READER, frame, sample_posts

from publisher.core.lines import one_line, paragraphs
from publisher.mail import Filled, Filling, MailPost, render_digest, render_one_off
from publisher.struct import replace
from publisher.templating import Templates

INTRO = paragraphs("三年かけた <b>話</b> です。\n二行目 & {{ 1 + 1 }}\n\n\n　お茶を用意してどうぞ。\n")


def asked(post: MailPost, **wishes: object) -> MailPost:
    return replace(post, **wishes)


def digest(*posts: MailPost, language: str = "ja", more: int = 0, subject: str | None = None) -> Filled:
    around = replace(frame(language), subject=subject)
    return Filling(render_digest(Templates(None), around, posts, more=more)).fill(READER)


def one_off(post: MailPost, language: str = "ja") -> Filled:
    return Filling(render_one_off(Templates(None), frame(language), post)).fill(READER)


def test_paragraphs_are_parted_by_lines_without_text() -> None:
    assert INTRO == (("三年かけた <b>話</b> です。", "二行目 & {{ 1 + 1 }}"), ("お茶を用意してどうぞ。",))
    assert paragraphs(" \n\u3000\n") == ()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_introduction_stands_above_the_summary_as_plain_text(language: str) -> None:
    first, second, *_ = sample_posts()
    mail = digest(asked(first, intro=INTRO), second, language=language)
    for part, summary in ((unescape(mail.html), first.summary[:20]), (mail.text, first.summary[:20])):
        places = [part.index(words) for words in ("<b>話</b>", "二行目 & {{ 1 + 1 }}", "お茶を用意", summary)]
        assert places == sorted(places)
        assert part.count("お茶を用意") == 1
    assert "&lt;b&gt;話&lt;/b&gt; です。<br>" in mail.html
    assert "{{ 1 + 1 }}\n\nお茶を用意してどうぞ。\n\n" in mail.text


def test_in_a_one_off_it_stands_above_the_text() -> None:
    mail = one_off(asked(sample_posts()[0], intro=INTRO))
    assert mail.html.index("お茶を用意") < mail.html.rindex("一年でいちばん寒い週に")
    assert "お茶を用意してどうぞ。\n\n一年でいちばん" in mail.text


def test_it_is_marked_as_of_its_posts_language() -> None:
    post = asked(sample_posts()[3], intro=(("Slowly.",),))
    for mail in (digest(post), one_off(post)):
        assert 'lang="en"' in mail.html[: mail.html.index("Slowly.")].rpartition("<p")[2]
    assert 'lang="en"' not in digest(asked(sample_posts()[3], intro=INTRO), language="en").html.split("<body")[1]


def test_a_subject_is_the_mails_where_the_post_is_alone_in_it() -> None:
    first, second, *_ = (asked(post, subject="今週はこの一本だけ ✉️") for post in sample_posts())
    assert digest(first).subject == one_off(first).subject == "今週はこの一本だけ ✉️"
    assert digest(first, subject="{{ newsletter.title }}").subject == "今週はこの一本だけ ✉️"
    assert digest(first, second).subject == "みどりの便り 第12号"
    assert digest(first, more=3).subject == "みどりの便り 第12号", "the others are only left to a link"


@settings(max_examples=20, deadline=None)
@given(st.text(), st.text())
def test_whatever_they_hold_comes_out_literally(subject: str, intro: str) -> None:
    mail = digest(asked(sample_posts()[1], subject=subject, intro=paragraphs(intro)))
    assert mail.subject == (one_line(subject) or "みどりの便り 第12号")
    shown = "".join(unescape(mail.html).split())
    for paragraph in paragraphs(intro):
        assert "<br>".join("".join(line.split()) for line in paragraph) in shown
