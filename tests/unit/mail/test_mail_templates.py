"""What the packaged mails say and leave out, in both languages."""

import re

import pytest
from lxml import html as lxml_html
from support.mails import KINDS, LANGUAGES, LOOK, READER, SITE, frame, mail, sample_posts

from publisher.mail.filled import Filled
from publisher.mail.filling import Filling
from publisher.mail.nouns import ByMail, Look, Note
from publisher.mail.render import render_digest, render_note, render_one_off
from publisher.struct import replace
from publisher.templating import Templates

both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("kind", KINDS)
POST = replace(sample_posts()[1], categories=(), image=None)
MAX_OVERHEAD = 900
"""Bytes of HTML around what a post itself says, in a digest."""


def digest(count: int = 1, *, more: int = 0, look: Look = LOOK) -> Filled:
    posts = [replace(POST, title=f"記事{number}") for number in range(1, count + 1)]
    whole = render_digest(Templates(None), frame("ja", look=look), posts, more=more, more_url="https://midori.example/")
    return Filling(whole).fill(READER)


@each
@both
def test_every_mail_shows_who_sends_it_and_where_they_are(kind: str, language: str) -> None:
    made = mail(kind, language)

    for shown in (made.text, "".join(map(str, lxml_html.fromstring(made.html).itertext()))):
        assert "三浦 みどり <tayori@midori.example>" in shown
        assert "みどり県はな市1-2-3" in shown
        assert "ご意見・ご感想は、このメールへの返信でお寄せください。" in shown
        assert "hanako@example.jp" in shown
    assert made.subject
    assert made.html.count(SITE.url)


@pytest.mark.parametrize("kind", ["digest", "one_off", "welcome"])
@both
def test_the_way_out_is_in_both_parts_of_all_that_readers_subscribed_to(kind: str, language: str) -> None:
    made = mail(kind, language)

    assert f'<a href="{READER["unsubscribe_url"]}"' in made.html
    assert f"\n{READER['unsubscribe_url']}\n" in made.text


@both
def test_a_confirmation_has_its_address_as_a_button_and_as_text_and_no_name(language: str) -> None:
    made = mail("confirm", language)

    assert made.html.count(READER["confirm_url"]) == 3, "button, link, and its text"
    assert f"\n{READER['confirm_url']}\n" in made.text
    assert "山田" not in made.html + made.text + made.subject, "a name is what anybody typed into a form"


@pytest.mark.parametrize("kind", ["digest", "welcome", "goodbye"])
def test_a_reader_is_addressed_where_the_name_is_known_and_nothing_stands_there_where_not(kind: str) -> None:
    named = mail(kind, "ja")
    assert "山田 花子 様" in named.html
    assert "山田 花子 様" in named.text

    nameless = mail(kind, "ja", reader=READER | {"name": ""})
    assert "様" not in nameless.html + nameless.text


@each
@both
def test_the_html_says_its_language_and_every_picture_its_size(kind: str, language: str) -> None:
    page = lxml_html.document_fromstring(mail(kind, language).html)

    assert page.get("lang") == language
    assert all(image.get("alt") is not None for image in page.iter("img"))
    assert all((image.get(side) or "").isdigit() for image in page.iter("img") for side in ("width", "height"))


@both
def test_a_post_in_another_language_says_so(language: str) -> None:
    titles = lxml_html.fromstring(mail("digest", language).html).cssselect("h3.title")

    assert [one.get("lang") for one in titles if "catalogue" in "".join(map(str, one.itertext()))] == [
        None if language == "en" else "en"
    ]


def test_three_posts_have_contents_that_lead_to_each_and_two_have_none() -> None:
    page = lxml_html.document_fromstring(digest(3).html)
    assert [one.get("href") for one in page.cssselect(".toc a")] == ["#post-1", "#post-2", "#post-3"]
    assert [one.get("name") for one in page.cssselect("a[name]")] == ["post-1", "post-2", "post-3"]
    assert "今回の記事\n\n・記事1\n・記事2\n・記事3\n" in digest(3).text

    assert "toc" not in digest(2).html
    assert "今回の記事" not in digest(2).text


def test_what_a_digest_leaves_out_is_counted_and_linked() -> None:
    assert "ほか14本の記事を見る</a>" in digest(more=14).html
    assert "ほか14本の記事を見る\nhttps://midori.example/\n" in digest(more=14).text
    assert "ほか" not in digest(more=0).html


def test_a_post_that_was_cut_goes_on_by_a_button() -> None:
    post = replace(POST, html="<p>はじめ</p>")
    whole, cut = (
        Filling(render_one_off(Templates(None), frame("ja"), post, cut=cut)).fill(READER) for cut in (False, True)
    )

    assert "続きを読む\nhttps://midori.example/" in cut.text
    assert 'class="button"' in cut.html
    assert "続きを読む" not in whole.html + whole.text
    assert "この記事をウェブで読む" in whole.html


def test_the_look_comes_from_the_settings() -> None:
    look = Look("#8a3324", "#e08a7a", logo="https://midori.example/logo.png", sender="編集部 <n@midori.example>")

    html = digest(look=look).html

    assert "border-top:4px solid #8a3324" in html
    assert "#e08a7a !important" in html
    assert 'src="https://midori.example/logo.png" height="40"' in html
    assert "height:40px" in html
    assert LOOK.accent not in html


def test_what_is_not_set_leaves_no_gap() -> None:
    bare = digest(look=Look(LOOK.accent, LOOK.accent_dark))

    assert "発行" not in bare.html + bare.text
    assert "\n\n\nみどりの庭と本" not in bare.text
    assert not re.search(r"<p[^>]*>\s*</p>", bare.html)


def test_a_post_costs_a_digest_few_bytes_besides_its_own_words() -> None:
    one, two = (len(digest(count).html.encode()) for count in (3, 4))
    own = len((POST.summary + POST.url + "記事4").encode())

    assert two - one - own < MAX_OVERHEAD


def test_a_short_preheader_is_followed_by_room_and_a_long_one_by_none() -> None:
    short, long = digest(1).html, digest(40).html
    padding = "\u034f\u00a0"

    assert f"記事1{padding}" in short
    assert padding not in long


@each
@both
def test_nothing_is_loaded_but_pictures_and_nothing_runs(kind: str, language: str) -> None:
    made = mail(kind, language)

    assert not re.search(r"<(script|link|iframe|form|object|embed)\b|@import|url\(|javascript:", made.html)


@both
def test_the_text_of_a_digest_is_as_wide_as_a_screen(language: str) -> None:
    long = [line for line in mail("digest", language).text.splitlines() if len(line) > 78]

    assert all("https://" in line for line in long)


@both
def test_without_pages_the_letters_say_that_a_mail_opens_and_how_to_come_back(language: str) -> None:
    way = ByMail("subscribe", "みどりの便り", "mailto:tayori@midori.example?subject=subscribe%20weekly")
    alone = replace(frame(language), by_mail=True, ways=(way,))
    made = {note: Filling(render_note(Templates(None), alone, note)).fill(READER) for note in Note}

    asked = {"ja": "そのまま送信すると、登録が完了します", "en": "send it as it is, and you are in"}[language]
    answer = {"ja": "「はい」とだけ書いて返信", "en": "answer this mail with the one word: yes"}[language]
    for shown in (made[Note.CONFIRM].text, made[Note.CONFIRM].html):
        assert "".join(asked.split()) in "".join(shown.split())
        assert "".join(answer.split()) in "".join(shown.split())
        assert shown.count(READER["confirm_url"]) == 1
    for note in (Note.GOODBYE, Note.HELP):
        assert f'<a href="{way.url}"' in made[note].html
        assert f"  {way.url}\n" in made[note].text


@both
def test_what_a_reader_has_stands_in_its_lines_and_only_what_was_not_read_is_told(language: str) -> None:
    rendered = render_note(Templates(None), frame(language), Note.CHOICES)
    plain, told = (Filling(rendered).fill(READER | {"unread_lines": lines}) for lines in ("", "色 = <赤>"))

    assert READER["choices_text"] in plain.text
    assert READER["choices_text"] in plain.html
    assert plain.html.count("<pre") == 1
    assert "\n色 = <赤>\n" in told.text
    assert "色 = &lt;赤&gt;" in told.html
