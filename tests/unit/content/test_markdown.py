import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.markdown import to_html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("これは**「重要」**です", "<p>これは<strong>「重要」</strong>です</p>\n"),
        ("**注意：**次を読む", "<p><strong>注意：</strong>次を読む</p>\n"),
        ("~~（旧）~~新", "<p><s>（旧）</s>新</p>\n"),
        ("a * b * c、2*3*4", "<p>a * b * c、2<em>3</em>4</p>\n"),
        ("星 ** 星 ** 星", "<p>星 ** 星 ** 星</p>\n"),
        ("`**「」**あ`", "<p><code>**「」**あ</code></p>\n"),
    ],
)
def test_emphasis_needs_no_space_beside_japanese(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


def test_a_footnote_has_the_ids_that_kramdown_gives_it() -> None:
    html = to_html("本文[^注]。もう一度[^注]、別[^2]。\n\n[^注]: 説明\n[^2]: 二つ目\n\n    続き\n")
    assert '本文<sup id="fnref:注"><a href="#fn:注">1</a></sup>。' in html
    assert 'もう一度<sup id="fnref:注:1"><a href="#fn:注">1</a></sup>、' in html
    assert '<li id="fn:注"><p>説明 <a href="#fnref:注">↩︎</a> <a href="#fnref:注:1">↩︎</a></p>' in html
    assert '<li id="fn:2"><p>二つ目</p>\n<p>続き <a href="#fnref:2">↩︎</a></p>' in html


def test_a_footnote_that_is_not_there_stays_text() -> None:
    assert to_html("本文[^1]と[^長い\n脚注]") == "<p>本文[^1]と[^長い\n脚注]</p>\n"


def test_a_footnotes_name_cannot_leave_its_attribute() -> None:
    html = to_html('a[^"><b>]\n\n[^"><b>]: x\n')
    assert "<b>" not in html
    assert 'href="#fn:&quot;&gt;&lt;b&gt;"' in html


def test_a_tasks_box_is_a_character() -> None:
    html = to_html("- [ ] 書く\n- [x] 読む\n- [x]詰めた\n- [y] 他\n")
    assert html == "<ul>\n<li>☐ 書く</li>\n<li>☑ 読む</li>\n<li>[x]詰めた</li>\n<li>[y] 他</li>\n</ul>\n"


def test_a_definition_list_is_read() -> None:
    assert to_html("用語\n: 説明\n") == "<dl>\n<dt>用語</dt>\n<dd>説明</dd>\n</dl>\n"


@pytest.mark.parametrize(
    ("title", "identifier"),
    [
        ("日本語 の「見出し」、Hello_World v1.0", "日本語-の見出しhello_world-v10"),
        ("全角（１）・ＡＢ", "全角１ａｂ"),
        ("が", "が"),
        ("*強調* と `コード`", "強調-と-コード"),
        ("À É", "à-é"),
    ],
)
def test_a_headings_id_is_githubs(title: str, identifier: str) -> None:
    assert f'<h2 id="{identifier}">' in to_html(f"## {title}\n")


def test_ids_of_headings_are_unique() -> None:
    html = to_html("# 節\n\n# 節\n\n## 節\n")
    assert [part.partition('"')[0] for part in html.split('id="')[1:]] == ["節", "節-1", "節-2"]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("## 見出し {#ten .x}", '<h2 id="ten" class="x">見出し</h2>\n'),
        ("## 見出し\n{: #ten}\n本文", '<h2 id="ten">見出し</h2>\n<p>本文</p>\n'),
        ("本文\n{: .lead title='題 }'}", '<p class="lead" title="題 }">本文</p>\n'),
        ("本文\n{.lead}", '<p class="lead">本文</p>\n'),
        ("> 引用\n{: .x}", '<blockquote class="x">\n<p>引用</p>\n</blockquote>\n'),
        ("- 甲\n- 乙\n{: .x}", '<ul class="x">\n<li>甲</li>\n<li>乙</li>\n</ul>\n'),
        ("- 甲\n  {: .x}", "<ul>\n<li>甲</li>\n</ul>\n"),
        ("{: .x}\n本文", '<p class="x">本文</p>\n'),
        ("本文\n\n{: .x}\n\n次", '<p>本文</p>\n<p class="x">次</p>\n'),
        ('![図](a.png){: width="100"}', '<p><img src="a.png" alt="図" width="100" /></p>\n'),
        ('[文](a){:target="_blank"}。', '<p><a href="a" target="_blank">文</a>。</p>\n'),
        ("*強調*{: .x}と`a`{.y}", '<p><em>強調</em>と<code class="y">a</code></p>\n'),
        ("- TOC\n{:toc}\n\n本文", "<p>本文</p>\n"),
        ("1. 目次\n{:toc max_level=2}\n\n本文", "<p>本文</p>\n"),
        ("{::comment}\n隠す\n\n隠す\n{:/comment}\n本文", "<p>本文</p>\n"),
        ('{::options toc_levels="1" /}\n\n本文', "<p>本文</p>\n"),
        ("前{::comment}隠す{:/}後", "<p>前後</p>\n"),
        ("{::nomarkdown}\n<b>*x*</b>\n{:/}\n本文", "<b>*x*</b>\n<p>本文</p>\n"),
        ("前{::nomarkdown}<b>*x*</b>{:/}後", "<p>前<b>*x*</b>後</p>\n"),
        ('<div markdown="1">\n**太字**\n</div>', '<div markdown="1">\n<p><strong>太字</strong></p>\n</div>'),
        ("~~~\nx\n~~~\n{: .language-nothing}", '<pre><code class="language-nothing">x\n</code></pre>\n'),
    ],
)
def test_attribute_lists_go_to_what_they_belong_to(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


def test_a_table_takes_the_list_below_it() -> None:
    html = to_html("| 甲 | 乙 |\n|---|--:|\n| 1 | 2 |\n{: .table}\n")
    assert html.startswith('<table class="table">')
    assert html.count("<tr>") == 2


@pytest.mark.parametrize(
    "text", ["集合 {a, b}", "本文 {: .x}", "{a}", "{{ page.title }}", "{% raw %}", "## {x}", r"\{: .x}"]
)
def test_other_braces_stay(text: str) -> None:
    assert text.lstrip("# \\") in to_html(text)


def test_an_extension_that_never_ends_stays() -> None:
    assert "<p>{::comment}\n本文</p>" in to_html("{::comment}\n本文")


def test_lists_thirty_deep_keep_their_text() -> None:
    html = to_html("".join("  " * depth + f"- 段{depth}\n" for depth in range(30)))
    assert all(f"段{depth}" in html for depth in range(30))


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "![",
        "[a](",
        "*a ",
        "**",
        "`",
        "> ",
        "- ",
        "<",
        "<!--",
        "{",
        "{::comment}",
        "{::x}\n",
        "[^a",
        "&",
        "\0",
        "|a",
    ],
)
def test_time_grows_with_the_text_alone(pattern: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        to_html("[^x]: y\n\n" + pattern * (size // len(pattern)))
        return time.process_time() - started

    seconds(100)
    assert seconds(32_000) < 5 + 3 * seconds(16_000)


@given(st.text(alphabet="ab \n\t*_`~[](){}<>#|:-!^&\\\"'=+1.あ「」", max_size=200))
def test_any_markdown_can_be_rendered_and_gives_the_same_twice(text: str) -> None:
    assert to_html(text) == to_html(text)
