"""What lint finds in a mail, and what it leaves alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import Severity
from publisher.mail.images import Found
from publisher.mail.lint import Finding, LintCode, Mail, lint
from publisher.struct import replace

SITE = "https://example.jp/"
LEAVE = "https://mail.example.jp/unsubscribe/abc"
ADDRESS = "株式会社例\n〒100-0001 東京都千代田区1-1"
FRAME = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>週刊 技術</title></head><body>
<h2>冬の庭</h2>
{body}
<p>株式会社例<br>〒100-0001 東京都千代田区1-1</p><p><a href="https://mail.example.jp/unsubscribe/abc">配信停止</a></p>
</body></html>"""
TEXT = f"冬の庭\n\n庭の木に雪が積もった。\n\n{ADDRESS}\n配信停止: {LEAVE}\n"
FILES = {
    f"{SITE}images/%E5%BA%AD.jpg": Found(Path("庭.jpg"), "image/jpeg", 1056, 600, 90_000),
    f"{SITE}wide.jpg": Found(Path("wide.jpg"), "image/jpeg", 4032, 3024, 900_000),
    f"{SITE}heavy.png": Found(Path("heavy.png"), "image/png", 800, 600, 3_000_000),
    f"{SITE}disguised.jpg": Found(Path("disguised.jpg"), "image/webp", 800, 600, 90_000),
}


def mail(body: str = "<p>庭の木に雪が積もった。</p>") -> Mail:
    return Mail("週刊 技術 第12号", "雪の朝に見たもの", FRAME.format(body=body), TEXT)


def found(one: Mail, *, address: str | None = ADDRESS, leave: str = LEAVE) -> tuple[Finding, ...]:
    return lint(
        one,
        site_url=SITE,
        address=address,
        unsubscribe_url=leave,
        find=FILES.get,
        missing=lambda url: "gone" in url,
    )


def told(body: str) -> list[tuple[str, str]]:
    return [(finding.code.value, finding.severity.value) for finding in found(mail(body))]


def test_a_good_mail_is_left_alone() -> None:
    assert found(mail()) == ()


@pytest.mark.parametrize(
    ("body", "code", "severity"),
    [
        ('<img src="https://example.jp/images/%E5%BA%AD.jpg">', "image-without-alt", "warning"),
        ('<img src="https://example.jp/wide.jpg" alt="">', "large-image", "warning"),
        ('<img src="https://example.jp/heavy.png" alt="">', "large-image", "warning"),
        ('<img src="https://example.jp/disguised.jpg" alt="">', "image-format", "warning"),
        ('<img src="https://elsewhere.jp/a.WEBP?v=1" alt="">', "image-format", "warning"),
        ('<img src="https://elsewhere.jp/a.svg" alt="">', "image-format", "warning"),
        ('<img src="data:image/png;base64,AAAA" alt="">', "data-image", "warning"),
        ('<img src="https://example.jp/gone.png" alt="">', "mail-missing-image", "warning"),
        ('<img src="" alt="">', "mail-missing-image", "warning"),
        ('<img alt="">', "mail-missing-image", "warning"),
        ('<img src="https://spy.jp/o.gif?r=1" width="1" height="1" alt="">', "tracking-pixel", "warning"),
        ('<img src="https://spy.jp/o.gif" style="display:none" alt="">', "tracking-pixel", "warning"),
        ('<img src="https://spy.jp/o.gif" width="1" style="height:auto" alt="">', "tracking-pixel", "warning"),
        ('<a href="/about/">私</a>', "relative-address", "error"),
        ('<a href="about.html">私</a>', "relative-address", "error"),
        ('<a href="//example.jp/about/">私</a>', "relative-address", "error"),
        ('<img src="/a.png" alt="">', "relative-address", "error"),
        ('<table background="a.png"><tr><td>表</td></tr></table>', "relative-address", "error"),
        ('<p style="background: url(a.png)">紙</p>', "relative-address", "error"),
        ('<a href="http://elsewhere.jp/">他</a>', "http-address", "warning"),
        ('<img src="http://elsewhere.jp/a.png" alt="">', "http-address", "warning"),
        ('<a href="http://localhost:4000/">私</a>', "local-address", "error"),
        ('<a href="http://localhost:4000/">http://localhost:4000/</a>', "local-address", "warning"),
        ('<img src="http://localhost:4000/a.png" alt="">', "local-address", "error"),
        ('<a href="https://127.0.0.1/">私</a>', "local-address", "error"),
        ('<a href="https://[::1]/">私</a>', "local-address", "error"),
        ('<a href="https://192.168.1.20/">私</a>', "local-address", "error"),
        ('<a href="https://nas/">私</a>', "local-address", "error"),
        ('<a href="https://printer.local/">私</a>', "local-address", "error"),
        ('<a href="https://site.test./">私</a>', "local-address", "error"),
        ('<a href="https://your-site.invalid/a/">私</a>', "placeholder-address", "error"),
        ('<a href="javascript:alert(1)">私</a>', "bad-address", "error"),
        ('<a href=" java\nscript:alert(1)">私</a>', "bad-address", "error"),
        ('<a href="file:///home/taro/a.html">私</a>', "bad-address", "error"),
        (r'<a href="C:\a.html">私</a>', "bad-address", "error"),
        ('<a href="data:text/html,x">私</a>', "bad-address", "error"),
        ('<a href="https:///a">私</a>', "bad-address", "error"),
        ('<a href="https://[a/">私</a>', "bad-address", "error"),
        ('<a href="">私</a>', "empty-link", "warning"),
        ('<a href="#">私</a>', "empty-link", "warning"),
        ('<a href="https://elsewhere.jp/"><br></a>', "link-without-text", "warning"),
        ('<a href="https://a.jp/"><img src="https://a.jp/a.png" alt=""></a>', "link-without-text", "warning"),
        ('<a href="#注1">1</a>', "dead-anchor", "warning"),
        ('<a href="https://example.jp/gone/#x">私</a>', "mail-dead-link", "warning"),
        ("<p>{{ page.title }}</p>", "unresolved-variable", "warning"),
        ("<p>{%- raw %}</p>", "unresolved-variable", "warning"),
        ("<p>*|FNAME|*様</p>", "unresolved-variable", "warning"),
        ("<p>%%first_name%%様</p>", "unresolved-variable", "warning"),
        ("<p>[[名前]]様</p>", "unresolved-variable", "warning"),
        ('<a href="https://elsewhere.jp/?id=%7B%7B%20id%20%7D%7D">私</a>', "unresolved-variable", "warning"),
        ('<form action="https://example.jp/"></form>', "dropped-element", "warning"),
        ("<script>1</script>", "dropped-element", "warning"),
        ('<video src="https://example.jp/a.mp4"></video>', "dropped-element", "warning"),
        ('<ul><li><input type="checkbox" disabled>雪かき</li></ul>', "dropped-element", "warning"),
        ('<p style="color:#999">薄い字</p>', "low-contrast", "warning"),
    ],
)
def test_a_fault_in_the_html_is_found_once(body: str, code: str, severity: str) -> None:
    assert told(body) == [(code, severity)]


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://example.jp/images/%E5%BA%AD.jpg" alt="雪の庭" width="528">',
        '<img src="cid:0123@publisher.invalid" alt="">',
        '<img src="https://elsewhere.jp/a.png" width="300" alt="他の庭">',
        '<img src="https://example.jp/images/%E5%BA%AD.jpg" width="1" height="1" alt="">',
        '<a href="https://例え.jp/">他</a>',
        '<a href="mailto:taro@example.jp?subject=%7Bx%7D">手紙</a><a href="tel:+81-3-0000-0000">電話</a>',
        '<a href="https://www.example.com/">例</a><a href="https://midori.example/">例</a>',
        '<a href="https://8.8.8.8/">番地</a>',
        '<a href="#%E6%B3%A8">1</a><p id="注">注</p><a href="#top">上</a><a name="top"></a>',
        '<a href="https://elsewhere.jp/"><img src="https://elsewhere.jp/a.png" alt="他の庭"></a>',
        '<a href="https://elsewhere.jp/%7Euser/?q=100%25%20%E6%9C%AC">他</a>',
        "<p>Jinja の <code>{{ page.title }}</code> と <code>{% raw %}</code></p><pre><span>*|FNAME|*</span></pre>",
        "<p>{{ }} と {{}} と {% %} と 100%% と [[ -f x ]] と [[1]] と a[b[0]] と CSS の { { x } }</p>",
        '<p style="color:#999;font-size:0">見えない</p><p style="color:#999">……・※</p>',
        "<style>@media print { p { color: #999 } }</style><p>紙</p>",
        '<!-- <img src="/a.png"> {{ x }} <form> -->',
    ],
)
def test_what_is_meant_so_is_left_alone(body: str) -> None:
    assert told(body) == []


@pytest.mark.parametrize(
    ("subject", "codes"),
    [
        ("", ["no-subject"]),
        (" \u3000 ", ["no-subject"]),
        ("こんにちは {{ subscriber.name }}", ["unresolved-variable"]),
        ("*|FNAME|* 様", ["unresolved-variable"]),
        ("雪" * 36, ["long-subject"]),
        ("雪" * 35, []),
        ("GREAT NEWS FOR EVERYONE", ["shouted-subject"]),
        ("NASA と JAXA", []),
        ("AWS EC2 RDS VPC 入門", []),
        ("ANTHROPOMORPHISM", []),
        ("50%OFF 100%% 第12号", []),
    ],
)
def test_a_subject_has_words_that_fit(subject: str, codes: list[str]) -> None:
    assert [finding.code.value for finding in found(replace(mail(), subject=subject))] == codes


def test_a_variable_in_a_subject_stops_the_mail() -> None:
    (finding,) = found(replace(mail("<h1>Hello {{ name }}</h1>"), subject="Hello {{ name }}"))

    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("{{ name }} in the subject: ")


@pytest.mark.parametrize(
    ("preheader", "codes"),
    [
        ("", ["no-preheader"]),
        ("週刊 技術\u3000第12号", ["preheader-repeats"]),
        ("{{ posts }}", ["unresolved-variable"]),
    ],
)
def test_a_preheader_says_something_of_its_own(preheader: str, codes: list[str]) -> None:
    assert [finding.code.value for finding in found(replace(mail(), preheader=preheader))] == codes


def test_a_mail_has_a_plain_text_that_says_as_much() -> None:
    thin = replace(mail("<p>" + "雪が積もった。" * 200 + "</p>"), text=f"{ADDRESS} {LEAVE}")

    assert [finding.code.value for finding in found(thin)] == ["no-text"]


def test_code_in_the_plain_text_is_known_from_the_html() -> None:
    body = "<p><code>{{ page.title }}</code></p>"

    assert found(replace(mail(body), text=TEXT + "{{ page.title }}")) == ()
    assert [finding.code.value for finding in found(replace(mail(body), text=TEXT + "{{ x }}"))] == [
        "unresolved-variable"
    ]


@pytest.mark.parametrize(
    ("html", "text", "place"),
    [("", TEXT, "the HTML"), (LEAVE, "", "the plain text"), ("", "", "the HTML and the plain text")],
)
def test_both_parts_lead_out_of_the_newsletter(html: str, text: str, place: str) -> None:
    one = mail()
    cut = replace(one, html=one.html.replace(LEAVE, html or SITE), text=text or TEXT.replace(LEAVE, ""))
    (finding,) = found(cut)

    assert (finding.code, finding.severity) == (LintCode.NO_UNSUBSCRIBE, Severity.ERROR)
    assert finding.message.startswith(f"{place}: ")


@pytest.mark.parametrize("leave", ["http://example.jp/u", "https://localhost/u", "https://your-site.invalid/u", "/u"])
def test_the_way_out_can_be_reached_by_everybody(leave: str) -> None:
    one = mail()
    (finding,) = found(replace(one, html=one.html.replace(LEAVE, leave), text=TEXT.replace(LEAVE, leave)), leave=leave)

    assert (finding.code, finding.severity) == (LintCode.BAD_UNSUBSCRIBE, Severity.ERROR)


def test_a_way_out_by_mail_will_do() -> None:
    leave, one = "mailto:leave@example.jp?subject=unsubscribe&body=abc", mail()
    html = one.html.replace(LEAVE, leave.replace("&", "&amp;"))

    assert found(replace(one, html=html, text=TEXT.replace(LEAVE, leave)), leave=leave) == ()


def test_a_mail_that_asks_for_a_confirmation_needs_no_way_out() -> None:
    one = mail()

    assert found(replace(one, html=one.html.replace(LEAVE, SITE), text=TEXT.replace(LEAVE, "")), leave="") == ()


@pytest.mark.parametrize("address", [None, "", " \n", "〒530-0001 大阪府大阪市北区1-1"])
def test_the_postal_address_is_set_and_shown(address: str | None) -> None:
    (finding,) = found(mail(), address=address)

    assert (finding.code, finding.severity) == (LintCode.NO_ADDRESS, Severity.WARNING)


def test_many_faults_of_one_kind_are_one_finding_with_their_number_and_the_heading_above_the_first() -> None:
    body = "".join(f'<p><img src="https://elsewhere.jp/{number % 7}.png"></p>' for number in range(100))
    (finding,) = found(mail(body))

    assert finding.message.startswith("0.png below “冬の庭”, and 6 more: ")


def test_errors_come_first() -> None:
    findings = found(replace(mail('<a href="http://a.jp/">甲</a><a href="/b">乙</a>'), preheader=""))

    assert [finding.severity.value for finding in findings] == ["error", "warning", "warning"]


def test_nothing_is_said_of_the_site_where_nobody_can_tell() -> None:
    body = '<a href="https://example.jp/gone/">私</a><img src="https://example.jp/gone.png" alt="">'
    one = mail(body)

    assert not lint(one, site_url=SITE, address=ADDRESS, unsubscribe_url=LEAVE, find=None, missing=None)


def test_an_image_that_is_served_but_is_no_file_is_there() -> None:
    one = mail('<img src="https://example.jp/made-by-the-server.png" alt="">')

    assert not lint(one, site_url=SITE, address=ADDRESS, unsubscribe_url=LEAVE, find=FILES.get, missing=lambda _: False)
    (finding,) = lint(one, site_url=SITE, address=ADDRESS, unsubscribe_url=LEAVE, find=FILES.get, missing=None)
    assert finding.code is LintCode.MISSING_IMAGE


def test_each_page_of_the_site_is_asked_for_once_and_no_other() -> None:
    asked: list[str] = []

    def missing(url: str) -> bool:
        asked.append(url)
        return False

    body = f'<a href="{SITE}a/#1">甲</a><a href="{SITE}a/">乙</a><a href="https://elsewhere.jp/">丙</a>'
    lint(mail(body), site_url=SITE, address=ADDRESS, unsubscribe_url=LEAVE, find=None, missing=missing)

    assert asked == [f"{SITE}a/"]


def test_every_code_has_its_meaning_and_a_way_out() -> None:
    for code in LintCode:
        assert code.meaning.endswith(".")
        assert code.advice
        assert "\n" not in code.meaning + code.advice
    assert len({code.meaning for code in LintCode}) == len(LintCode)


PIECES = st.sampled_from(
    """<div_style='color:#333;background:url( <a_href=' <img_src= <style> @media_(prefers-color-scheme:_dark) { }
    </style> <h1> </h1> <!-- --> {{ }} x ' " > </div> \0 \ud800 <table_bgcolor=red> <svg> <?xml_encoding='x'?> https://[
    &#0; <title> 雪 ; font-size:1e9px ! :not( font-size:1.2.3px opacity:x""".replace("\n", " ").split(" ")
).map(lambda piece: piece.replace("_", " "))


@settings(max_examples=300)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join), st.text(max_size=20))
def test_no_mail_is_too_odd(html: str, text: str) -> None:
    found(Mail(text, text[:3], html, text))
