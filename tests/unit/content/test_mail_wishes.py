"""What a post asks of mail, under `newsletter` in its front matter."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import Engine
from publisher.content.posts import Reading
from publisher.content.rows import pack, unpack
from publisher.model.post import MailWishes, Post

FILE = "_posts/2024-01-01-a.md"
ALL = MailWishes("今週の一通 ✉️", "一段落目。\n\n二段落目。", ("weekly", "monthly"), True, "改訂版")
YAML = """\
newsletter:
  subject: 今週の一通 ✉️
  intro: |
    一段落目。

    二段落目。
  only: [weekly, monthly]
  pinned: true
  resend: 改訂版
"""
TOML = """\
[newsletter]
subject = "今週の一通 ✉️"
intro = '''
一段落目。

二段落目。
'''
only = ["weekly", "monthly"]
pinned = true
resend = "改訂版"
"""
JSON = (
    '"newsletter": {"subject": "今週の一通 ✉️", "intro": "一段落目。\\n\\n二段落目。", '
    '"only": ["weekly", "monthly"], "pinned": true, "resend": "改訂版"}'
)


@pytest.mark.parametrize(
    ("engine", "folder", "file", "text"),
    [
        (Engine.JEKYLL, ".", FILE, f"---\n{YAML}---\n"),
        (Engine.HUGO, "content", "posts/a.md", f"---\ndate: 2024-01-05\n{YAML}---\n"),
        (Engine.HUGO, "content", "posts/a.md", f"+++\ndate = 2024-01-05\n{TOML}+++\n"),
        (Engine.HUGO, "content", "posts/a.md", f'{{"date": "2024-01-05", {JSON}}}\n'),
        (Engine.HUGO, "content", "posts/a.md", f"+++\ndate = 2024-01-05\n{TOML.replace('subject', 'Subject')}+++\n"),
        (Engine.ZOLA, "content", "a.md", f"+++\ndate = 2024-01-05\n{TOML.replace('[', '[extra.', 1)}+++\n"),
        (Engine.ELEVENTY, ".", "a.md", f"---\ndate: 2024-01-05\n{YAML}---\n"),
        (Engine.ELEVENTY, ".", "a.md", f'---json\n{{"date": "2024-01-05", {JSON}}}\n---\n'),
        (Engine.PLAIN, ".", "a.md", f"---\ndate: 2024-01-05\n{YAML}---\n"),
    ],
)
def test_a_post_says_how_it_is_mailed_in_every_engines_front_matter(
    site: Any, engine: Engine, folder: str, file: str, text: str
) -> None:
    site.engine, site.content = engine, folder
    site.write(f"{folder}/{file}", text)
    assert (site.post().mail, site.places()) == (ALL, [])


@pytest.mark.parametrize(
    ("header", "mail"),
    [
        ("", MailWishes()),
        ("newsletter:\n", MailWishes()),
        ("newsletter: true\n", MailWishes()),
        ("newsletter: {}\n", MailWishes()),
        ("newsletter: {subject: , intro: ~, only: , pinned: , resend: false}\n", MailWishes()),
        ("newsletter: {only: weekly}\n", MailWishes(only=("weekly",))),
        ("newsletter: {only: [weekly, weekly]}\n", MailWishes(only=("weekly",))),
        ("newsletter: {resend: yes}\n", MailWishes(resend="true")),
        ("newsletter: {resend: 2}\n", MailWishes(resend="2")),
        ('newsletter: {subject: "二\\n行"}\n', MailWishes(subject="二 行")),
        ('newsletter: {intro: "\\x01 a"}\n', MailWishes(intro="a")),
        ("newsletter: {subject: '{{ 7 * 7 }}'}\n", MailWishes(subject="{{ 7 * 7 }}")),
    ],
)
def test_what_is_left_out_asks_for_nothing(site: Any, header: str, mail: MailWishes) -> None:
    site.write(FILE, f"---\ntitle: 題\n{header}---\n")
    assert (site.post().mail, site.post().in_newsletters, site.places()) == (mail, True, [])


@pytest.mark.parametrize(
    ("header", "place", "words"),
    [
        ("newsletter: weekly", (2, 13), "'weekly' is neither true nor false; write false, or a mapping"),
        ("newsletter: [a]", (2, 1), "a list; write false, or a mapping"),
        ("newsletter: {titel: 件名}", (2, 21), "newsletter.titel: no such key; known are subject, intro"),
        ("newsletter: {subjct: 件名}", (2, 22), "newsletter.subjct: no such key; did you mean 'subject'?"),
        ("newsletter: {subject: [件名]}", (2, 1), "newsletter.subject: is plain text"),
        ("newsletter:\n  intro: {ja: 一言}", (2, 1), "newsletter.intro: is plain text"),
        ("newsletter:\n  pinned: 3", (3, 11), "newsletter.pinned: is true or false"),
        ("newsletter: {only: [weekly, weekley]}", (2, 1), "newsletter.only: 'weekley' is no frequency; write "),
    ],
)
def test_what_cannot_be_understood_is_told_and_the_post_stays(
    site: Any, header: str, place: tuple[int, int], words: str
) -> None:
    site.write(FILE, f"---\n{header}\n---\n")
    assert site.post().in_newsletters
    (problem,) = site.scan().problems
    assert (problem.line, problem.column, problem.code, problem.severity) == (*place, "bad-newsletter", "warning")
    assert words in problem.message


@pytest.mark.parametrize("only", ["週刊", "[]", "[[weekly]]", "{weekly: true}", "[fortnightly]"])
def test_a_post_for_a_frequency_that_is_none_waits_until_it_names_one(site: Any, only: str) -> None:
    site.write(FILE, f"---\nnewsletter: {{only: {only}}}\n---\n")
    assert not site.post().in_newsletters
    (problem,) = site.scan().problems
    assert "until it does, no digest brings this post" in problem.message


def test_jekylls_defaults_give_it_and_the_posts_own_keys_go_over_them(site: Any) -> None:
    values = "{newsletter: {only: weekly, subject: 便り}}"
    site.write("_config.yml", f"defaults: [{{scope: {{path: ''}}, values: {values}}}]\n")
    site.write(FILE, "---\nnewsletter: {subject: 別の便り}\n---\n")
    site.write("_posts/2024-01-02-b.md", "---\ntitle: b\n---\n")
    site.write("_posts/2024-01-03-c.md", "---\nnewsletter: false\n---\n")
    first, second, third = site.scan().posts
    assert (first.mail, second.mail) == (MailWishes("別の便り", only=("weekly",)), MailWishes("便り", only=("weekly",)))
    assert not third.in_newsletters


def test_a_fault_of_the_defaults_has_no_place_in_the_post(site: Any) -> None:
    site.write("_config.yml", "defaults: [{scope: {path: ''}, values: {newsletter: {pind: true}}}]\n")
    site.write(FILE, "---\ntitle: 題\n---\n")
    assert site.places() == [(FILE, 1, 1, "bad-newsletter")]


def test_hugos_cascade_gives_it(site: Any) -> None:
    site.engine, site.content = Engine.HUGO, "content"
    site.write("content/posts/_index.md", "---\ncascade: {newsletter: {only: [monthly]}}\n---\n")
    site.write("content/posts/a.md", "---\ndate: 2024-01-05\n---\n")
    assert site.post().mail == MailWishes(only=("monthly",))


def test_eleventys_data_files_give_it(site: Any) -> None:
    site.engine = Engine.ELEVENTY
    site.write("posts/posts.json", '{"newsletter": {"only": ["monthly"]}}')
    site.write("posts/a.md", "---\ndate: 2024-01-05\n---\n")
    assert site.post().mail == MailWishes(only=("monthly",))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.md", "Title: 題\nDate: 2024-01-05\nNewsletter: {0}\n\n本文\n"),
        ("a.rst", "題\n##\n\n:date: 2024-01-05\n:newsletter: {0}\n\n本文\n"),
    ],
)
def test_pelicans_headers_can_say_false_and_are_told_that_a_mapping_cannot_be(site: Any, file: str, text: str) -> None:
    site.engine, site.content = Engine.PELICAN, "content"
    site.write(f"content/{file}", text.replace("{0}", "false"))
    assert (site.post().in_newsletters, site.places()) == (False, [])
    site.write(f"content/{file}", text.replace("{0}", "{subject: 件名}"))
    (problem,) = site.scan().problems
    assert (problem.code, problem.line) == ("bad-newsletter", text.count("\n", 0, text.lower().index("newsletter")) + 1)
    assert "Pelican's headers have no mappings" in problem.message


def test_a_change_of_it_is_seen(site: Any) -> None:
    site.write(FILE, "---\nnewsletter: {intro: 前}\n---\n")
    before = site.post()
    site.write(FILE, "---\nnewsletter: {intro: 後の一言}\n---\n")
    assert (before.mail.intro, site.post().mail.intro) == ("前", "後の一言")
    assert before.digest != site.post().digest


@given(
    st.builds(
        MailWishes,
        subject=st.text(),
        intro=st.text(),
        only=st.lists(st.sampled_from(["weekly", "daily"])).map(tuple),
        pinned=st.booleans(),
        resend=st.text(),
    )
)
def test_the_index_keeps_it(mail: MailWishes) -> None:
    moment = datetime(2024, 1, 5, tzinfo=UTC)
    post = Post("a.md", "/a/", "https://example.jp/a/", "題", moment, "0" * 64, mail=mail)
    assert unpack(pack(Reading(post, None))) == post
