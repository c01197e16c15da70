"""The packaged templates have no fault of their own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.content.highlight import highlight
from publisher.core.colours import readable
from publisher.mail.filling import Filling
from publisher.mail.images import Find, Found, MailImage
from publisher.mail.lint import LintCode, Mail, lint
from publisher.mail.nouns import Edition, Frame, Look, MailPost, Named, Note
from publisher.mail.render import render_digest, render_note, render_one_off
from publisher.model.mailing import Rendered
from publisher.model.post import Author
from publisher.model.site import Site
from publisher.templating import Templates

URL = "https://midori.example.jp/"
ADDRESS = "みどり園\n〒950-0000 新潟県新潟市中央区1-1"
LEAVE = "https://mail.example.jp/unsubscribe/abc"
READER = {
    "email": "hanako@example.jp",
    "name": "花子",
    "language": "ja",
    "unsubscribe_url": LEAVE,
    "preferences_url": "https://midori.example/preferences/x",
}
MOMENT = datetime(2026, 1, 9, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
CODE = 'def 庭(x: int) -> str:\n    """雪"""\n    return {"a": 1}[x]  # 注\n'
BODY = f"""<h2>はじめに</h2><p>雪の<a href="{URL}snow/">庭</a>と<code>{{{{ x }}}}</code>。</p>
{highlight(CODE, "python")}<blockquote><p>引用</p></blockquote>
<table><thead><tr><th>甲</th></tr></thead><tbody><tr><td>乙</td></tr></tbody></table><ul><li>味噌</li></ul><hr>
<figure><img src="{URL}garden.jpg" alt="雪の庭" width="528" height="300"><figcaption>図</figcaption></figure>"""


CHOICES = {"choices_text": "[weekly] 週刊みどり\n頻度 = 毎週", "unread_lines": "色 = 赤"}


def kinds(language: str) -> Iterator[tuple[str, Rendered]]:
    templates = Templates(None)
    site = Site("みどりの庭", URL, language, "Asia/Tokyo", address=ADDRESS)
    accent = "#2f6b4f"
    look = Look(
        accent,
        readable(accent, "#2b2a26"),
        logo=f"{URL}logo.png",
        footer=("お便りをお待ちしています",),
        address=tuple(ADDRESS.splitlines()),
        sender="みどりの庭 <midori@example.jp>",
    )
    frame = Frame(site, Named("weekly", "週刊みどり"), look, language, Edition(12, MOMENT))
    posts = [
        MailPost(
            f"冬の庭 {number}",
            f"{URL}{number}/",
            "雪の朝に見たもの。",
            BODY,
            MOMENT,
            (("庭仕事", "台所")[number % 2],),
            (Author("三浦みどり"),),
            MailImage(f"{URL}garden.jpg", "雪の庭", 528, 300),
        )
        for number in range(6)
    ]
    yield "digest", render_digest(templates, frame, posts, more=14, more_url=URL)
    yield "one_off", render_one_off(templates, frame, posts[0], cut=True)
    yield from ((note.value, render_note(templates, frame, note)) for note in Note)


def found(
    rendered: Rendered, *, address: str | None = ADDRESS, leave: str = LEAVE, find: Find | None = None
) -> list[str]:
    filled = Filling(rendered).fill({**READER, "confirm_url": "https://mail.example.jp/confirm/abc", **CHOICES})
    mail = Mail(filled.subject, rendered.preheader, filled.html, filled.text)
    findings = lint(mail, site_url=URL, address=address, unsubscribe_url=leave, find=find, missing=lambda _: False)
    return [f"{one.code} {one.message}" for one in findings]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_packaged_template_is_left_alone(language: str) -> None:
    leavable = {"digest", "one_off", "welcome"}

    assert {kind: found(one, leave=LEAVE if kind in leavable else "") for kind, one in kinds(language)} == {
        kind: [] for kind in ("digest", "one_off", *(note.value for note in Note))
    }


def test_a_writers_fault_in_a_packaged_template_is_found() -> None:
    def heavy(url: str) -> Found | None:
        return Found(Path("garden.jpg"), "image/webp", 4000, 3000, 5_000_000) if url.endswith("garden.jpg") else None

    one_off = dict(kinds("ja"))["one_off"]

    assert {line.split(" ")[0] for line in found(one_off, address=None, leave=LEAVE + "x", find=heavy)} == {
        LintCode.NO_UNSUBSCRIBE,
        LintCode.NO_ADDRESS,
        LintCode.LARGE_IMAGE,
        LintCode.IMAGE_FORMAT,
    }
