"""Text that is hard to read, in light and in dark mode."""

import pytest

from publisher.mail.lint import LintCode, Mail, lint

DARK = """<meta name="color-scheme" content="light dark"><style>
@media (prefers-color-scheme: dark) {
  body, .paper { background-color: #161614 !important; color: #e9e6de !important; }
  .body code { color: inherit !important; }
}
</style>"""


def told(body: str, head: str = DARK) -> list[tuple[str, str]]:
    """What is said of contrast: the code, and the message up to its advice."""
    html = f'<html><head>{head}</head><body style="background-color: #ffffff; color: #26241f">{body}</body></html>'
    mail = Mail("題", "序", html, "雪" * 99)
    findings = lint(mail, site_url="", address="雪", unsubscribe_url="", find=None, missing=None)
    codes = (LintCode.LOW_CONTRAST, LintCode.LOW_CONTRAST_DARK)
    return [(one.code.value, one.message.partition(": ")[0]) for one in findings if one.code in codes]


def test_a_writers_own_dark_text_is_told_of_in_dark_mode_only() -> None:
    body = '<p>読める<span style="color: #333">読めない</span></p>'

    assert told(body) == [("low-contrast-dark", "#333333 on #161614 (1.4:1) at “読めない”")]


def test_a_writers_own_light_ground_is_told_of_in_dark_mode() -> None:
    body = '<div style="background-color: #fff8e0"><p>注意</p></div>'

    assert told(body) == [("low-contrast-dark", "#e9e6de on #fff8e0 (1.1:1) at “注意”")]


def test_a_writers_own_text_and_ground_together_can_be_read_in_both() -> None:
    assert told('<div style="background-color: #fff8e0; color: #333"><p>注意</p></div>') == []


def test_what_is_as_bad_in_light_mode_is_told_once() -> None:
    body = '<p style="background: #eee; color: #999">薄い</p>'

    assert told(body) == [("low-contrast", "#999999 on #eeeeee (2.4:1) at “薄い”")]


def test_the_worst_pair_is_named_and_the_others_are_counted() -> None:
    body = '<p style="color: #999">薄い</p><p style="color: #bbb">もっと薄い</p><p style="color: #bbb">同じ</p>'

    assert told(body)[0] == ("low-contrast", "#bbbbbb on #ffffff (1.9:1) at “もっと薄い”, and 1 more")


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ('<p style="color: #767676">4.5</p>', False),
        ('<p style="color: #777777">4.4</p>', True),
        ('<p style="color: #949494; font-size: 24px">3.0</p>', False),
        ('<p style="color: #949494; font-size: 23px">3.0</p>', True),
        ('<p style="color: #949494; font-size: 19px"><b>3.0</b></p>', False),
        ('<p style="color: #949494; font-size: 14pt; font-weight: 700">3.0</p>', False),
        ('<h1 style="color: #949494">3.0</h1>', False),
        ('<h1 style="color: #959595">2.9</h1>', True),
        ('<pre style="color: #949494">3.0</pre>', False),
        ('<p style="opacity: .5">薄い</p>', True),
        ('<p style="color: rgba(0, 0, 0, .4)">薄い</p>', True),
        ('<p style="color: transparent">見えない</p>', True),
        ('<p style="background: url(https://a.jp/x.png); color: #fff">絵の上</p>', False),
        ('<p style="background-image: linear-gradient(red, blue); color: #fff">絵の上</p>', False),
        ('<div style="background: url(x.png)"><p style="background: #fff; color: #fff">紙の上</p></div>', True),
        ('<div style="display: none; color: #fff">見えない</div>', False),
        ('<div style="max-height: 0; overflow: hidden; color: #fff">見えない</div>', False),
        ('<div style="font-size: 1px; color: #fff">見えない</div>', False),
        ('<p style="color: #eee">・・・</p>', False),
        ('<table bgcolor="#333333"><tr><td>暗い</td></tr></table>', True),
        ('<p><font color="#cccccc">薄い</font></p>', True),
        ('<p style="background: navy"><a href="https://a.jp/">青の上</a></p>', True),
    ],
)
def test_contrast_is_measured_as_wcag_says(body: str, bad: bool) -> None:
    assert [code for code, _ in told(body, head="")] == ["low-contrast"] * bad


@pytest.mark.parametrize(
    ("style", "bad"),
    [
        ("@media (prefers-color-scheme: dark) { p { color: #eee !important } }", False),
        ("@media screen and (prefers-color-scheme:dark){p{color:#eee !important}}", False),
        ("@media print, (prefers-color-scheme: dark) { p { color: #eee !important } }", False),
        ("@media (prefers-color-scheme: dark) { p { color: #eee } }", True),
        ("@media (prefers-color-scheme: dark) and (max-width: 400px) { p { color: #eee !important } }", True),
        ("@media (prefers-color-scheme: light) { p { color: #eee !important } }", True),
        ("@media (prefers-color-scheme: dark) { [data-ogsc] p { color: #eee !important } }", True),
        ("@media (prefers-color-scheme: dark) { p::first-line { color: #eee !important } }", True),
        ("@media (prefers-color-scheme: dark) { p { color: #eee !important } .x { color: #333 !important } }", True),
        ("@media (prefers-color-scheme: dark) { #y { color: #eee !important } .x { color: #333 !important } }", False),
        ("@media (prefers-color-scheme: dark) { .x { color: #333 !important } p { color: #eee !important } }", True),
        ("@media (prefers-color-scheme: dark) { /* p { } */ body > p:first-child { color: #eee !important } }", False),
    ],
)
def test_rules_for_dark_mode_overrule_what_stands_in_the_text(style: str, bad: bool) -> None:
    dark = "<style>@media (prefers-color-scheme: dark) { body { background-color: #111 !important } }</style>"
    found = told('<p id="y" class="x" style="color: #333">雪</p>', head=f"{dark}<style>{style}</style>")

    assert ("low-contrast-dark" in [code for code, _ in found]) is bad


def test_a_mail_that_says_it_can_be_dark_and_gives_no_ground_has_a_dark_one() -> None:
    html = '<meta name="color-scheme" content="light dark"><body><p style="color: #333">雪</p></body>'
    mail = Mail("題", "序", html, "雪" * 99)
    findings = lint(mail, site_url="", address="雪", unsubscribe_url="", find=None, missing=None)

    assert [one.code for one in findings] == [LintCode.LOW_CONTRAST_DARK]


def test_a_mail_that_does_not_say_so_stays_light() -> None:
    assert told('<p style="color: #333">雪</p>', head="") == []
