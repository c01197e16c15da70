"""HTML inside feeds: what a strict validator says of it."""

import pytest
from support.validator.html import html_faults

GOOD = [
    "",
    "<p>株価は<strong>上昇</strong>。<p>次<ul><li>一<li>二</ul>",
    '<p><a href="https://a.jp/#%E6%B3%A8">注</a> <a href="mailto:a@a.jp">便り</a></p>',
    '<img src="https://a.jp/1.png" srcset="https://a.jp/1.png 1x, https://a.jp/2.png 2x" alt="図" loading="lazy">',
    '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">',
    '<audio src="https://a.jp/1.mp3" controls></audio>',
    '<pre><code class="language-py"><span style="color: #204a87; font-weight: bold">def</span> &lt;b&gt;</code></pre>',
    '<table><thead><tr><th style="text-align: right">円</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>',
    "<ruby>株<rp>(</rp><rt>かぶ</rt><rp>)</rp></ruby><details open=''><summary>要</summary>細</details>",
    '<div style="background-color: #fff; padding: 0.5em">箱</div>',
]
BAD = [
    ("<script>x()</script>", "SecurityRisk"),
    ("<iframe src='https://a.jp/'></iframe>", "SecurityRisk"),
    ("<object data='https://a.jp/'></object>", "SecurityRisk"),
    ("<style>p {}</style>", "SecurityRisk"),
    ("<meta charset='utf-8'>", "SecurityRisk"),
    ("<p onclick='x()'>", "SecurityRiskAttr"),
    ("<img src='https://a.jp/1.png' onerror='x()'>", "SecurityRiskAttr"),
    ("<a href='javascript:x()'>y</a>", "SecurityRiskAttr"),
    ("<p style='position: absolute'>", "DangerousStyleAttr"),
    ("<p style='background: url(https://a.jp/1.png)'>", "DangerousStyleAttr"),
    ("<p style='width: expression(x)'>", "DangerousStyleAttr"),
    ("<p style='background-color: honeydew'>", "DangerousStyleAttr"),
    ("<p style='color'>", "DangerousStyleAttr"),
    ("<a href='/x'>y</a>", "ContainsRelRef"),
    ("<a href='#注'>y</a>", "ContainsRelRef"),
    ("<a href='//a.jp/'>y</a>", "ContainsRelRef"),
    ("<img src='1.png'>", "ContainsRelRef"),
    ("<video poster='1.png'></video>", "ContainsRelRef"),
    ("<img src='https://a.jp/1.png' srcset='2.png 2x'>", "ContainsRelRef"),
    ("<blockquote cite='source.html'>y</blockquote>", "ContainsRelRef"),
    ("<a href='https://a.jp/a b'>y</a>", "InvalidUriChar"),
    ("<a href='https://a.jp/注'>y</a>", "UriNotIri"),
    ("<株>y</株>", "NotHtml"),
    ("<blink>y</blink>", "NotHtml"),
    ("<p><b>y</p>", "NotHtml"),
    ("<p>y</p></p>", "NotHtml"),
    ("<p>&unknown;</p>", "NotHtml"),
    ("<a href='https://a.jp/'>y<a href='https://b.jp/'>z</a></a>", "NotHtml"),
    ("<img alt='1' alt='2' src='https://a.jp/1.png'>", "NotHtml"),
]  # fmt: skip


@pytest.mark.parametrize("html", GOOD)
def test_good_html_has_no_fault(html: str) -> None:
    assert [str(one) for one in html_faults(html, "content")] == []


@pytest.mark.parametrize(("html", "rule"), BAD)
def test_bad_html_breaks_its_rule(html: str, rule: str) -> None:
    assert {one.rule for one in html_faults(html, "content")} == {rule}
