import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.markdown import to_html
from publisher.content.safe import make_safe

BASE = "https://example.com/blog/2024/01/05/x.html"


def safe(html: str) -> str:
    return make_safe(html, BASE)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '<a href="java&#10;script:alert(1)">x</a>',
        '<img srcset="javascript:alert(1) 1x">',
        "<iframe src=javascript:alert(1)></iframe>",
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<svg><a href="javascript:alert(1)">x</a></svg>',
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        '<object data="javascript:alert(1)"></object><embed src="data:text/html,x">',
        "<style>p{}</style><form action=/x><input type=text></form>",
        '<p style="background: url(https://evil.example/x)">x</p>',
        '<img data-src="javascript:alert(1)">',
        "<base href=https://evil.example/><meta http-equiv=refresh content=0>",
    ],
)
def test_nothing_that_runs_survives(hostile: str) -> None:
    html = safe(to_html(f"本文 {hostile}\n\n{hostile}\n"))
    assert "本文" in html
    words = (
        "<script",
        "onerror=",
        '="javascript:',
        "<iframe",
        "<style",
        "<form",
        "<svg",
        "evil.example",
        "<base",
        "<meta",
    )
    assert not [word for word in words if word in html.lower()]


@pytest.mark.parametrize(
    "kept",
    [
        "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby></p>",
        '<details open=""><summary>詳細</summary><p>本文</p></details>',
        '<figure><img src="https://example.com/a.png" alt="図"><figcaption>図一</figcaption></figure>',
        '<p><kbd>Ctrl</kbd> <mark>印</mark> <abbr title="略">略</abbr> <sub>2</sub></p>',
        "<dl><dt>用語</dt><dd>説明</dd></dl>",
        '<blockquote cite="https://example.com/b">引用</blockquote>',
        '<video src="https://example.com/v.mp4" controls=""></video>',
        '<p style="text-align: center">中央</p>',
        '<span style="color: #ff0000">赤</span>',
        '<h2 id="節">節</h2>',
        '<pre><code class="language-python"><span style="color: #757575; font-style: italic"># x</span></code></pre>',
        '<p lang="en" dir="ltr">x</p>',
        '<ol start="3"><li value="5">x</li></ol>',
    ],
)
def test_what_readers_show_is_kept(kept: str) -> None:
    assert safe(kept) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('<p style="position: fixed; text-align: right; color: red">x</p>', '<p style="text-align: right">x</p>'),
        ('<span style="color: url(x); font-weight: bold">x</span>', '<span style="font-weight: bold">x</span>'),
        ('<span style="color: rgb(1, 2, 3)">x</span>', '<span style="color: rgb(1, 2, 3)">x</span>'),
        # The W3C validator's DangerousStyleAttr.
        ('<span style="color: hsl(120, 50%, 50%); background-color: honeydew">x</span>', "<span>x</span>"),
        ('<span style="background-color: #FFF4CC">x</span>', '<span style="background-color: #fff4cc">x</span>'),
        ('<p style="position: fixed">x</p>', "<p>x</p>"),
        ('<code class="language-c x">x</code><p class="y">y</p>', '<code class="language-c x">x</code><p>y</p>'),
    ],
)
def test_of_styles_only_the_harmless_are_kept(written: str, kept: str) -> None:
    assert safe(written) == kept


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            '<iframe width="560" src="https://www.youtube.com/embed/x?a=1&amp;b=2" title="動画"></iframe>',
            '<p><a href="https://www.youtube.com/embed/x?a=1&amp;b=2">動画</a></p>',
        ),
        (
            '<p>見る<IFRAME src="//e.example/x">代わり</IFRAME>。</p>',
            '<p>見る<a href="https://e.example/x">//e.example/x</a>。</p>',
        ),
        ('<iframe data-src="/x" src="about:blank"></iframe>', '<p><a href="https://example.com/x">/x</a></p>'),
        ('<embed src="/a.swf">', '<p><a href="https://example.com/a.swf">/a.swf</a></p>'),
        (
            '<object data="/a.pdf"><p>文書</p></object>',
            '<p><a href="https://example.com/a.pdf">/a.pdf</a></p><p>文書</p>',
        ),
        ('<iframe srcdoc="x"></iframe>', ""),
        ('<ul><li><input type="checkbox" checked disabled> 済</li></ul>', "<ul><li>☑ 済</li></ul>"),
        ("<li><input disabled type=checkbox> 未</li>", "<li>☐ 未</li>"),
        (
            '<img src="data:image/gif;base64,R0lG" data-src="/a.png" alt="図"><noscript><img src="/a.png"></noscript>',
            '<img src="https://example.com/a.png" alt="図">',
        ),
        ("<noscript><p>文</p></noscript>", "<p>文</p>"),
        ('<img data-srcset="/a.png 2x">', '<img srcset="https://example.com/a.png 2x">'),
        (
            '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math>',
            "<code>x^2</code>",
        ),
        ("<math><mi>x</mi><mo>+</mo></math>", "x+"),
        ('<p title="<iframe src=x>">文</p>', '<p title="&lt;iframe src=x&gt;">文</p>'),
    ],
)
def test_what_no_reader_shows_becomes_what_each_does(written: str, shown: str) -> None:
    assert safe(written) == shown


@pytest.mark.parametrize("written", ["a&#12;b", "a&#x85;b", "a\x0bb", "a\x7fb", "a\ufdd0b", "a\ud800b", "a&#13;b"])
def test_no_control_character_survives(written: str) -> None:
    assert safe(written) in ("ab", "a…b")


_TAGS = ["<p>", "</p>", "<b>", "<a href='", "'>", "<img src=", "<script>", "</script>", "<iframe src=", "</iframe>"]
_MORE = [
    "<!--",
    "-->",
    "<svg>",
    "<math>",
    "<table><tr><td>",
    "javascript:",
    "data:",
    "style='color:",
    "url(",
    "&#",
    "x;",
]


@given(st.lists(st.one_of(st.sampled_from(_TAGS + _MORE), st.text(max_size=5)), max_size=30))
def test_any_text_becomes_safe_and_stays_so(pieces: list[str]) -> None:
    text = "".join(pieces)
    for html in (safe(text), safe(to_html(text))):
        assert "<script" not in html
        assert "<iframe" not in html
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", html)
        for address in re.findall(r'<[^>]*?\s(?:href|src)="([^"]*)"', html):
            assert re.match(r"https?://[^/]|data:image/|(?:mailto|tel|sms|ftp|xmpp|magnet|webcal):", address), address
        assert safe(html) == html
