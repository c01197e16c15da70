"""What a mail's HTML weighs."""

from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Severity
from publisher.mail.lint import LIMIT, LintCode, Mail, Part, lint, weigh


def codes(html: str) -> list[tuple[LintCode, Severity, str]]:
    findings = lint(
        Mail("題", "序", html, html), site_url="", address="雪", unsubscribe_url="", find=None, missing=None
    )
    return [(one.code, one.severity, one.message) for one in findings]


def test_a_mail_is_split_at_its_headings() -> None:
    weight = weigh(
        "<h1>週刊</h1>はじめに<h3>冬の<b>庭</b></h3>雪<h3>味噌 &amp; 麹</h3>大豆と塩<p class='footer'>住所</p>"
    )

    assert {part.name: part.size for part in weight.places} == {
        "週刊": len("<h1>週刊</h1>はじめに".encode()),
        "冬の庭": len("<h3>冬の<b>庭</b></h3>雪".encode()),
        "味噌 & 麹": len("<h3>味噌 &amp; 麹</h3>大豆と塩".encode()),
        "": len("<p class='footer'>住所</p>".encode()),
    }


def test_a_mail_is_split_by_what_it_is_made_of() -> None:
    style, data = ' style="color:red"', "data:image/png;base64,AAAA"
    weight = weigh(f'<style>p{{}}</style><p{style}>雪</p><!-- x --><img src="{data}"><hr>')

    assert {part.name: part.size for part in weight.kinds} == {
        "style sheet": len("p{}"),
        "styles in tags": len(style),
        "text": len("雪".encode()),
        "comments": len("<!-- x -->"),
        "images as data:": len(data),
        "tags": len('<style></style><p></p><img src=""><hr>'),
    }


def test_the_heaviest_comes_first() -> None:
    places = weigh("<h2>軽い</h2>x<h2>重い</h2>" + "y" * 50 + "<h2>中</h2>" + "z" * 20).places

    assert [part.name for part in places] == ["重い", "中", "軽い"]
    assert places[0] == Part("重い", len("<h2>重い</h2>".encode()) + 50)


def test_as_much_as_gmail_shows_is_a_warning_and_one_byte_more_an_error() -> None:
    frame = "<h2>冬の庭</h2><p>雪</p>"
    full = frame + "a" * (LIMIT - len(frame.encode()))
    (warned,), (refused,) = codes(full), codes(full + "a")

    assert warned[:2] == (LintCode.LARGE, Severity.WARNING)
    assert refused[:2] == (LintCode.TOO_LARGE, Severity.ERROR)
    assert refused[2].startswith("102.0 KB of HTML (“冬の庭” 102.0 KB; text 102.0 KB")


def test_bytes_are_counted_and_not_characters() -> None:
    assert codes("雪" * (LIMIT // 3 + 1))[0][0] is LintCode.TOO_LARGE
    assert codes("a" * (LIMIT // 3 + 1)) != codes("雪" * (LIMIT // 3 + 1))


def test_four_fifths_are_not_much_yet() -> None:
    assert LintCode.LARGE not in {code for code, _, _ in codes("<p>雪</p>" + "a" * (LIMIT * 8 // 10 - 20))}


@given(st.text(st.sampled_from("<>/!-h2pstyle=\"' \n雪&;data:image/png,footer")) | st.text())
def test_both_splits_add_up_to_the_whole(html: str) -> None:
    weight = weigh(html)

    assert weight.total == len(html.encode(errors="surrogatepass"))
    assert sum(part.size for part in weight.places) == weight.total
    assert sum(part.size for part in weight.kinds) == weight.total
    assert all(part.size > 0 for part in weight.kinds)
