from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.safe import make_safe
from publisher.content.visible import visible

BASE = "https://example.jp/a/"
HTML = '<p>今日は<em>晴れ</em>、A &amp; B &lt;C&gt;。</p>\n<p><img alt="図" src="a.png">次の段</p>'


def seen(html: str, title: str = "題") -> str:
    return visible(title, make_safe(html, BASE))


@pytest.mark.parametrize(
    "other",
    [
        HTML.replace("<em>", "<strong>").replace("</em>", "</strong>"),
        HTML.replace("</p>\n<p>", "</p><p>"),
        HTML.replace("今日は", "今日\nは"),
        HTML.replace("A &amp; B", "A&nbsp;&amp;\n B"),
        HTML.replace('alt="図"', 'alt="別の図 > &lt;b"'),
        HTML.replace('src="a.png"', "src='/b.png?x=1&y=2'"),
        HTML.replace("<p>", '<p id="段"><!-- 注 -->'),
        f"<div>{HTML}</div><script>alert(1)</script>",
    ],
)
def test_markup_attributes_and_line_breaks_are_not_seen(other: str) -> None:
    assert seen(other) == seen(HTML)


@pytest.mark.parametrize(
    "other",
    [
        HTML.replace("晴れ", "雨"),
        HTML.replace("。", "．"),
        HTML.replace("&lt;C&gt;", "C"),
        HTML.replace("&amp; ", "&amp;amp; "),
        HTML + "<p>追記</p>",
    ],
)
def test_a_changed_word_is_seen(other: str) -> None:
    assert seen(other) != seen(HTML)


def test_a_changed_title_is_seen_and_does_not_run_into_the_text() -> None:
    assert seen(HTML, "別の題") != seen(HTML)
    assert seen("<p>c</p>", "ab") != seen("<p>bc</p>", "a")


def test_it_is_the_same_in_every_release() -> None:
    assert seen(HTML) == "4787f7304e898eb2"


@given(st.text(), st.text())
def test_no_attribute_is_ever_seen(text: str, alt: str) -> None:
    tag = f'<img src="a.png" alt="{escape(alt)}">'
    # As nh3 0.2 wrote it: `>` and `<` stand in an attribute as they are.
    raw = '<img alt="{}">'.format(alt.replace("&", "&amp;").replace('"', "&quot;").replace("\ud800", ""))
    paragraph = make_safe(f"<p>{escape(text)}</p>", BASE)

    assert seen(f"{tag}<p>{escape(text)}</p>{tag}") == visible("題", paragraph) == visible("題", raw + paragraph)
