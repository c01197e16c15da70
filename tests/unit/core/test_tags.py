import time

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.tags import TOKEN, attributes, is_tangled, said_in, start_tag, text_only


def found(html: str) -> list[str]:
    return [match[0] for match in TOKEN.finditer(html)]


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ("<a x=1 y=\"2>\" z='3>' w>t</a>", ["<a x=1 y=\"2>\" z='3>' w>", "</a>"]),
        ('<a=="x>">', ['<a=="x>']),
        ("<!--a<b>-->c<!-->d<!--e", ["<!--a<b>-->", "<!-->", "<!--e"]),
        ("<script>if (a<b) '</p>'</SCRIPT >x", ["<script>if (a<b) '</p>'</SCRIPT >"]),
        ("<p\u3000属性>", ["<p\u3000属性>"]),
        ("1 < 2 <3", []),
        ("<?php x ?></ x>", ["<?php x ?>", "</ x>"]),
    ],
)
def test_tags_are_where_a_browser_sees_them(html: str, tags: list[str]) -> None:
    assert found(html) == tags


def test_attributes_are_read_and_written() -> None:
    values = attributes(' A=1 b=\'二 "\' c a=2 d="&amp;"')
    assert values == {"a": "1", "b": '二 "', "c": "", "d": "&"}
    assert start_tag("p", values) == '<p a="1" b="二 &quot;" c="" d="&amp;">'


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div><!--</div>-->" * 2000,
        "<div></b>" * 2000,
        "<div><table></div>" * 2000,
        "<rt>x" * 2000,
        "<p>" + "".join(f"<b a={number}>" for number in range(100)) + "</p>" + "<p>x</p>" * 20_000,
        "&" * 300_000,
        "<b></p>" * 2000,
    ],
)
def test_what_a_parser_would_choke_on_is_tangled(html: str) -> None:
    assert is_tangled(html)


@pytest.mark.parametrize(
    "html",
    [
        "<ul>" + "<li>項目" * 3000 + "</ul>",
        "<p>段落" * 3000,
        "<ruby>漢<rt>かん</ruby>" * 3000,
        "<table>" + "<tr><td>x" * 2000 + "</table>",
        "<p><b>太字</b></p>" * 3000,
        "<br>" * 3000 + '<img src="x">' * 3000,
        "<div><span><em>x</div>" * 200,
    ],
)
def test_a_long_text_is_not_tangled(html: str) -> None:
    assert not is_tangled(html)


_NESTING = ["<div>", "</div>", "<b>", "</b>", "<p>", "<table>", "</table>", "<td>", "<ruby>", "<rt>", "x"]


@given(st.lists(st.sampled_from(_NESTING)))
def test_what_is_not_tangled_costs_a_parser_little(pieces: list[str]) -> None:
    html = "".join(pieces) * 300
    if not is_tangled(html):
        started = time.process_time()
        assert len(nh3.clean(html)) < 200 * len(html) + 1000
        assert time.process_time() - started < 5


def test_a_text_alone_has_a_line_for_each_block() -> None:
    assert text_only("<div>甲<b>乙</b><div>丙 &lt;<script>丁</script></div>") == "<p>甲乙</p>\n<p>丙 &lt;</p>"


@pytest.mark.parametrize(
    "pattern", ["<", "<a ", "<a b='", '<a "', "<!--", "<script>", "<svg ", "</", "<a b = ", '="<a']
)
def test_time_grows_with_the_text_alone(pattern: str) -> None:
    started = time.process_time()
    text_only(pattern * 50_000)
    is_tangled(pattern * 50_000)
    assert time.process_time() - started < 5


def test_what_html_says_is_its_text_alone() -> None:
    html = '<p title="a > b">庭<b>仕事</b> &amp; x</p><!-- 秘 --><script>1 < 2</script>'

    assert said_in(html).split() == ["庭", "仕事", "&", "x"]
