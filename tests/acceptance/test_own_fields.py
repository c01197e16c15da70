"""Fields of one's own, with the real command: written, mailed, chosen by, and the same at each attempt."""

import pytest
from support.site import CONFIG, Site
from support.smtp import Server

FIELDS = """\
fields:
  company: {label: 会社名}
  score: {type: number}
  renewal: {type: date}
  vip: {type: boolean}
  plan: {type: choice, choices: [無料, 特別]}
"""
TEXT = """\
{{ subscriber.fields.company | default("お客様") }}
{% if subscriber.fields.vip %}特別会員{% else %}会員{% endif %}
{% if subscriber.fields.score >= 10 %}{{ subscriber.fields.score }}点{% endif %}
{{ subscriber.fields["renewal"] | date(language) }}まで {{ subscriber.fields.plan }}
{% for post in posts %}{{ post.title }}{% endfor %}
{{ subscriber.unsubscribe_url }}
"""
HTML = """\
<html><body><p title="{{ subscriber.fields.company }}">{{ subscriber.fields.company }}</p>
<a href="{{ subscriber.unsubscribe_url }}">配信停止</a></body></html>
"""


@pytest.fixture
def own(site: Site) -> Site:
    """A site with fields and a template that asks for them, and two readers of whom one has some."""
    site.write("config.yaml", CONFIG + FIELDS)
    site.write("templates/mail/ja/digest.txt.j2", TEXT)
    site.write("templates/mail/ja/digest.html.j2", HTML)
    given = ("company=<千代田>&商店", "score=１２．５", "renewal=2026年12月31日", "vip=はい", "plan=特別")
    site.ok("subscriber", "add", "hanako@example.jp", *(word for one in given for word in ("--field", one)))
    site.ok("subscriber", "add", "taro@example.jp")
    return site


def test_what_is_written_of_a_reader_is_shown_changed_and_taken_away(own: Site) -> None:
    shown = {one["email"]: one["fields"] for one in own.ok("subscriber", "list", "--json").json}
    assert shown == {
        "hanako@example.jp": {
            "company": "<千代田>&商店",
            "plan": "特別",
            "renewal": "2026-12-31",
            "score": 12.5,
            "vip": True,
        },
        "taro@example.jp": {},
    }
    assert "  company: <千代田>&商店\n  plan: 特別\n" in own.ok("subscriber", "show", "hanako@example.jp").out
    own.ok("subscriber", "add", "hanako@example.jp", "--field", "company=", "--field", "vip=no")
    (first, _) = own.ok("subscriber", "list", "--json").json
    assert first["fields"] == {"plan": "特別", "renewal": "2026-12-31", "score": 12.5, "vip": False}

    for wrong, told in (
        ("firma=x", "unknown field 'firma'\n  there are company, score, renewal, vip, plan"),
        ("score=多い", "field 'score': '多い' is not a number"),
        ("plan=標準", "field 'plan': '標準' is not one of 無料, 特別"),
        ("company", "'company' names no field and value"),
    ):
        done = own.run("subscriber", "add", "taro@example.jp", "--field", wrong)
        assert (done.code, told in done.err) == (2, True), done.err


def part(smtp: Server, recipient: str, kind: str) -> str:
    found = smtp.message(recipient).get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_each_mail_says_what_was_known_when_it_was_planned(own: Site, smtp: Server) -> None:
    smtp.refuse["hanako@example.jp"] = "552 5.3.4 too big"
    own.run("digest", "weekly", "--yes")
    own.ok("subscriber", "add", "hanako@example.jp", "--field", "company=別の会社")
    smtp.refuse.clear()
    own.ok("issue", "retry", "1")
    own.ok("deliver", "--yes")
    assert smtp.recipients == ["taro@example.jp", "hanako@example.jp"]

    texts = [part(smtp, one, "plain").splitlines()[:2] for one in smtp.recipients]
    assert texts == [
        ["お客様", "会員まで "],
        ["<千代田>&商店", "特別会員12.5点2026年12月31日まで 特別"],
    ]
    html = part(smtp, "hanako@example.jp", "html")
    assert '<p title="&lt;千代田&gt;&amp;商店">&lt;千代田&gt;&amp;商店</p>' in html
    sent = next(data for address, data in smtp.mails if address == "hanako@example.jp")
    again = own.ok("issue", "show", "1", "--eml", "hanako@example.jp").out
    assert again.replace("\r\n", "\n").strip() in sent.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{{ subscriber.name }}\n{{ subscriber.fields.firma }}",
            "digest.txt.j2:2: subscriber.fields.firma is not known",
        ),
        ("{{ subscriber.fields }}", "digest.txt.j2:1: subscriber.fields is not known"),
        ("{{ subscriber.fields.score + 1 }}", "digest.txt.j2: "),
        ("{{ subscriber.fields.company | date(language) }}", "digest.txt.j2: "),
    ],
)
def test_a_field_that_nobody_knows_is_told_before_anything_goes_out(
    own: Site, smtp: Server, text: str, told: str
) -> None:
    own.write("templates/mail/ja/digest.txt.j2", text)

    done = own.run("digest", "weekly", "--yes")

    assert done.code == 78
    assert told in done.err
    if "not known" in told:
        assert "fields.company, fields.plan, fields.renewal, fields.score, fields.vip" in done.err
    assert smtp.mails == []


def test_readers_are_chosen_by_their_fields(own: Site, smtp: Server) -> None:
    post = "posts/図書館の棚.md"
    for where in (
        "fields.score: 13..",
        "fields.renewal: ..2026-12-30",
        "fields.company: 別",
        "fields.vip: no",
        "not: {fields.plan: [特別, 無料]}, fields.vip: yes",
    ):
        done = own.run("send", post, "--newsletter", "weekly", "--where", where, "--yes")
        assert smtp.mails == [], (where, done)
    done = own.run("send", post, "--newsletter", "weekly", "--where", "fields.firma: x", "--yes")
    assert (done.code, "unknown field 'firma'" in done.err) == (2, True)

    where = "fields.company: <千代田>&商店, fields.score: 10..12.5, fields.renewal: 2026-12-31, fields.vip: はい"
    own.ok("send", post, "--newsletter", "weekly", "--where", where, "--yes")

    assert smtp.recipients == ["hanako@example.jp"]
