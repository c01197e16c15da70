import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.excerpt import MARK, mark, summary_of, unmark
from publisher.content.markdown import to_html
from publisher.content.plaintext import LIMIT

MORE = "<!--more-->"


def summary(markdown: str, title: str = "題") -> str:
    return summary_of(to_html(markdown), title)


def test_the_summary_is_the_first_prose_that_is_not_the_title() -> None:
    before = "# 見出し\n\n![図](x.png)\n\n題名\n\n```\nコード\n\nまだコード。\n```\n\n- 一覧\n\n> 引用。\n\n"
    before += "| 表 |\n|---|\n\n"
    assert (
        summary(f"{before}本文の一文目。二文目。\n\n## 節\n\n次の段落。\n", "題名")
        == "本文の一文目。二文目。次の段落。"
    )


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("一行目\n二行目。", "一行目二行目。"),
        ("First line\nsecond line.\n\nNext.", "First line second line. Next."),
        ("**強調**と`a < b`と[文](x)と&amp;、2*3*4", "強調とa < bと文と&、234"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字、<ruby>仮<rt>か</ruby>名", "漢字、仮名"),
        ("本文[^1]。\n\n[^1]: 脚注", "本文。"),
        ("本文<br>次<script>x</script><!-- 隠す -->。", "本文次。"),
        ("<div>段落でない文。</div>", "段落でない文。"),
        ("", ""),
        ("# 見出しだけ", ""),
    ],
)
def test_a_summary_is_what_a_reader_reads(markdown: str, text: str) -> None:
    assert summary(markdown) == text


def test_a_title_in_other_widths_is_the_title() -> None:
    assert summary("真意とは？\n\n本文。", "真意とは?") == "本文。"


def test_a_summary_ends_within_the_limit_where_a_sentence_ends() -> None:
    found = summary("四十字ほどの長さを持つ日本語の文であり、要約の長さを試すために書かれた。" * 9)
    assert found.endswith("。")
    assert LIMIT - 40 < len(found) <= LIMIT


def test_what_stands_before_the_mark_is_the_summary_whole() -> None:
    body = "題\n\n## 節\n\n" + "長い文。" * 100 + "\n\n- 項目\n\n<!--more-->\n\n続き。"
    assert summary(mark(body, MORE)) == "節" + "長い文。" * 100 + "項目"


def test_with_nothing_before_the_mark_the_summary_is_the_first_prose() -> None:
    assert summary(mark("<!--more-->\n\n本文。", MORE)) == "本文。"


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("前\n\n<!--more-->\n後<!--more-->", f"前\n\n{MARK}\n後<!--more-->"),
        ("前<!--more-->後", f"前{MARK}後"),
        ("```html\n<!--more-->\n```\n<!--more-->", f"```html\n<!--more-->\n```\n{MARK}"),
        ("~~~\n```\n<!--more-->\n~~~\n<!--more-->", f"~~~\n```\n<!--more-->\n~~~\n{MARK}"),
        ("`<!--more-->`の前\n<!--more-->", f"`<!--more-->`の前\n{MARK}"),
        ("    <!--more-->\n\n<!--more-->", f"    <!--more-->\n\n{MARK}"),
        ("ない", "ない"),
    ],
)
def test_the_first_separator_outside_code_is_marked(body: str, marked: str) -> None:
    assert mark(body, MORE) == marked
    assert body.count("\n") == marked.count("\n")


@pytest.mark.parametrize("separator", [None, "", "\n\n"])
def test_a_blank_line_separates_nothing(separator: str | None) -> None:
    assert mark("前\n\n後", separator) == "前\n\n後"


def test_the_mark_leaves_no_trace() -> None:
    assert unmark(f"<p>前{MARK}</p>", MORE) == "<p>前</p>"
    assert unmark("<pre>&lt;!--publisher:more--&gt;</pre>", MORE) == "<pre>&lt;!--more--&gt;</pre>"


@pytest.mark.parametrize("pattern", ["<p>", "<ul>", "<rt>", "<p>a</p>", "`<!--more-->", "```\n<!--more-->\n", "<div>a"])
def test_a_hostile_text_takes_no_time(pattern: str) -> None:
    started = time.process_time()
    summary_of(pattern * 20_000, "題")
    mark(pattern * 20_000, MORE)
    assert time.process_time() - started < 5


@given(st.text(alphabet="<>/pbulirt \n&;「」。.!a" + "あ", max_size=300), st.text(max_size=3))
def test_a_summary_is_one_short_line(html: str, title: str) -> None:
    found = summary_of(html, title)
    assert "\n" not in found
    assert len(found) <= LIMIT
