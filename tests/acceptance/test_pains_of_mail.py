"""What users of other programs complain about in their mails, by the threads they did it in."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser

import pytest
from PIL import Image
from support.site import CONFIG, Site, days_ago

LONG = "冬の庭仕事と味噌の仕込みについて、この一年で覚えたことと、来年のために書き残しておきたいこと" * 3


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def garden(site: Site) -> Site:
    """A site with one reader, whose mail goes into a Maildir."""
    address = 'timezone: Asia/Tokyo\n  address: "〒000-0000 みどり県はな市1-2-3"'
    site.write("config.yaml", CONFIG.replace("timezone: Asia/Tokyo", address) + 'mail: {transport: "maildir:mail"}\n')
    site.environ.clear()
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子")
    return site


def sent(site: Site, *words: str) -> bytes:
    """The one mail that a command sends."""
    folder = site.folder / "mail" / "new"
    before = set(folder.iterdir()) if folder.exists() else set()
    site.ok(*words, "--yes")
    (path,) = set(folder.iterdir()) - before
    return path.read_bytes()


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def test_gmail_clips_nothing_of_a_long_digest(garden: Site) -> None:
    """Ghost PR #25798, email-bugs #41, changelog/ping #801, techworkersco #10."""
    for number in range(250):
        garden.post(f"記録{number:03}", days_ago(2) - timedelta(minutes=number), body=LONG * 3)

    html = html_of(parsed(sent(garden, "digest", "weekly")))

    assert 80_000 < len(html.encode()) < 102 * 1024
    assert re.search("ほか[0-9]+本の記事を見る", html)
    assert "配信を停止する" in html


def test_images_and_links_are_absolute(garden: Site) -> None:
    """jekyll-feed #395, techworkersco #25, readthedocs/blog #37, wking/rss2email #45, skx/rss2email #57."""
    garden.post("庭", days_ago(1), body="![a](/img/a.png) ![b](b.png) [次](../next/) [この先](#先)\n\n## 先\n")

    html = html_of(parsed(sent(garden, "send", "庭", "--newsletter", "weekly")))

    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(addresses) > 5
    assert [one for one in addresses if not re.match("https://|mailto:|#", one)] == []


def test_outlook_gets_a_width_that_fits_the_column(garden: Site) -> None:
    """Ghost #13297, PRs #19527, #18587, #15374, #17475, #24665."""
    (garden.folder / "static").mkdir()
    Image.new("RGB", (3000, 1500)).save(garden.folder / "static" / "wide.jpg")
    garden.post("庭", days_ago(1), body="![広い庭](/wide.jpg)")

    html = html_of(parsed(sent(garden, "send", "庭", "--newsletter", "weekly")))

    assert re.search('<img[^>]* width="528"[^>]* height="264"', html)


def test_pictures_that_outlook_does_not_show_are_told(garden: Site) -> None:
    """shopsys #4256."""
    (garden.folder / "static").mkdir()
    Image.new("RGB", (30, 15)).save(garden.folder / "static" / "a.webp")
    garden.post("庭", days_ago(0.1), body="![庭](/a.webp)")

    assert "image-format" in {one["code"] for one in garden.ok("check", "--json").json}


def test_text_that_cannot_be_read_in_dark_mode_is_told(garden: Site) -> None:
    """email-bugs #68, jetpack #35623, site-kit #11833."""
    garden.post("庭", days_ago(0.1), body='<p style="color: #333333">暗い文字</p>')
    assert "#333333" not in html_of(parsed(sent(garden, "send", "庭", "--newsletter", "weekly")))
    assert garden.ok("check", "--json").json == []

    garden.write("templates/mail/post.html.j2", '<p style="color: #333333">{{ post.title }}</p>')

    assert "low-contrast-dark" in {one["code"] for one in garden.ok("check", "--json").json}


def test_every_mail_has_a_text_that_says_what_the_html_says(garden: Site) -> None:
    """listmonk #79, #610, #474, #1734, #2486."""
    garden.post("庭", days_ago(1), body="# 見出し\n\n- 一つ目\n- [二つ目](https://example.jp/x)\n\n" + LONG)

    mail = parsed(sent(garden, "send", "庭", "--newsletter", "weekly"))

    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text = text_of(mail)
    assert all(words in text for words in ("見出し", "・一つ目", "二つ目[1]", "[1] https://example.jp/x"))
    assert LONG in "".join(text.split())


def test_a_long_japanese_subject_is_cut_between_characters(garden: Site) -> None:
    """genkgo/mail #96, mikel/mail #1288, vertx-mail #215, denomailer #80, dada-mail #470, lettre #812."""
    garden.post("長い", days_ago(1), title=LONG)

    raw = sent(garden, "send", "長い", "--newsletter", "weekly")

    field = re.search(rb"^Subject:(.*\n(?:[ \t].*\n)*)", raw, re.MULTILINE)
    assert field
    words = field[1].split()
    assert len(words) > 5
    assert max(map(len, words)) <= 75
    assert max(len(line) for line in field[0].splitlines()) <= 76
    alone = [
        piece.decode("utf-8") for word in words for piece, _ in decode_header(word.decode()) if isinstance(piece, bytes)
    ]
    assert "".join(alone) == LONG


def test_the_way_out_stands_on_one_raw_line_and_is_signed(garden: Site) -> None:
    """cpython #85725, Odoo PR #289182, flask-mail #246; rspamd #3496, postal #2788, sendgrid #893."""
    keys = garden.ok("mail", "keygen", "--json").json
    settings = "\n".join(f"    {key['selector']}: {key['file']}" for key in keys["keys"])
    config = (
        (garden.folder / "config.yaml")
        .read_text("utf-8")
        .replace(
            'mail: {transport: "maildir:mail"}', f'mail:\n  transport: "maildir:mail"\n  dkim:\n   keys:\n{settings}'
        )
    )
    garden.write("config.yaml", config + "web: {url: https://midori.example/mail/}\n")
    garden.post("庭", days_ago(1))

    raw = sent(garden, "digest", "weekly").replace(b"\n", b"\r\n")

    head = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    lines = [line for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert len(lines) == 1
    assert re.fullmatch(rb"List-Unsubscribe: <https://midori\.example/mail/[!-~]+>, <mailto:[!-~]+>", lines[0])
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    signatures = head.get_all("DKIM-Signature") or []
    assert len(signatures) == 2
    for signature in signatures:
        signed = re.sub(r"\s", "", re.search("h=([^;]*)", signature)[1]).split(":")  # type: ignore[index]
        assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(signed)


def test_no_line_is_longer_than_servers_take_and_all_is_seven_bit(garden: Site) -> None:
    """vaultwarden #437, magento #24528, docker-postfix #142."""
    garden.post("庭", days_ago(1), body="あ" * 5000 + "\n\n" + "x" * 5000)

    raw = sent(garden, "send", "庭", "--newsletter", "weekly")

    assert max(map(len, raw.split(b"\n"))) <= 998
    assert raw.isascii()


def test_no_mail_spies_on_its_reader(garden: Site) -> None:
    """No pixel, and every link leads where the writer had it lead: asked for wherever open and click rates are sold."""
    garden.post("庭", days_ago(1), body="[外](https://other.example/a?b=c) [中](https://midori.example/x/)")

    html = html_of(parsed(sent(garden, "send", "庭", "--newsletter", "weekly")))

    assert "<img" not in html
    assert 'href="https://other.example/a?b=c"' in html
    assert 'href="https://midori.example/x/"' in html
