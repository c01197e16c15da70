"""A post as a person would have typed it."""

import time
from pathlib import Path
from textwrap import dedent

import pytest

from publisher.content.markdown import to_html
from publisher.content.safe import make_safe
from publisher.mail.plain import plain_text, underline, wrap

URL = "https://example.jp/garden/"


def of_markdown(text: str, language: str = "ja") -> str:
    return plain_text(make_safe(to_html(dedent(text)), URL), language=language, url=URL)


def test_a_japanese_post_reads_like_a_typed_letter() -> None:
    text = of_markdown("""
        返却台に積まれた本を眺めるのが**好き**です。そこには、この町でいま読まれているものが、順番も分類もなく並んでいます。

        ## 今週の棚

        > 本棚は過去を、返却台は現在を映す。

        - 『発酵の科学』
        - 『はじめての将棋』
            1. 駒の動き
            2. 詰め将棋

        ### 買うもの

        - [x] [しおり](https://shop.example/bookmark)
        - [ ] 本棚[^1]

        続きは[図書館の頁](https://library.example/)と[しおりの店](https://shop.example/bookmark)で。

        [^1]: 幅六十センチまで。
    """)

    assert text == dedent("""
        返却台に積まれた本を眺めるのが好きです。そこには、この町でいま読まれて
        いるものが、順番も分類もなく並んでいます。


        今週の棚
        --------

        > 本棚は過去を、返却台は現在を映す。

        ・『発酵の科学』
        ・『はじめての将棋』
          1. 駒の動き
          2. 詰め将棋

        ■ 買うもの

        ☑ しおり[1]
        ☐ 本棚※1

        続きは図書館の頁[2]としおりの店[1]で。

        ＊　＊　＊

        ※1 幅六十センチまで。

        [1] https://shop.example/bookmark
        [2] https://library.example/
    """).strip("\n")


def test_an_english_post_has_english_marks() -> None:
    text = of_markdown(
        """
        # Seeds

        One[^1], and ![a sprout](sprout.png).

        ### Kept

        - beans
        - <q>peas</q>

        [^1]: Of many.
        """,
        "en-GB",
    )

    assert text == dedent("""\
        Seeds
        =====

        One*1, and [Image: a sprout].

        * Kept

        - beans
        - “peas”

        * * *

        *1 Of many.""")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<p>日本語の\n改行は<em>空白</em>\nではない\nin English\nit is</p>",
            "日本語の改行は空白ではない in English it is",
        ),
        ("<p>안녕하세요\n세계</p>", "안녕하세요 세계"),
        ("一<br>二<br><br>三<br><br><br><br>四<br>", "一\n二\n\n三\n\n四"),
        ("<p>　字下げ</p><p>&nbsp;</p><p> </p>", "　字下げ"),
        ("<p>5&nbsp;km &lt;b&gt; &amp;amp; &#x1F331;</p>", "5 km <b> &amp; 🌱"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>", "漢（かん）字（じ）"),
        ("H<sub>2</sub>O x<sup>2</sup> 10<sup>-3</sup> e<sup>x</sup> e<sup>ax</sup>", "H₂O x² 10⁻³ e^x e^(ax)"),
        ("1<sup>st</sup> App<sup>TM</sup> NO<sub>x</sub>", "1st AppTM NOx"),
        ("<del>九月</del>十月、<s><a href='#x'>八</a></s>", "[取り消し: 九月]十月、[取り消し: 八]"),
        ("彼は<q>春</q>と言う<q></q>", "彼は「春」と言う"),
        ("<code>pip install</code>、<code></code>", "`pip install`、"),
        (
            "<dl><dt>味噌</dt><dd>大豆</dd><dd>塩</dd><dt>麹</dt><dd><p>米</p></dd></dl>",
            "味噌\n    大豆\n    塩\n\n麹\n    米",
        ),
        ("<details><summary>材料</summary>大豆</details>", "材料\n\n大豆"),
        ("<figure><img src=a alt='冬の庭'><figcaption>朝七時</figcaption></figure>", "[画像: 冬の庭]\n朝七時"),
        ("<p><img src=a alt=''><img src=b>絵<img src=c alt='🌱'></p>", "絵🌱"),
        ("<p>a</p><script>x</script><style>y</style><svg><text>z</text></svg><p>b</p>", "a\n\nb"),
        ("<ul><li></li><li>一</li></ul>", "・一"),
        ("soft\xadhyphen \ufeff\x07&#7;mark", "softhyphen mark"),
        ("", ""),
        ("<!-- -->", ""),
    ],
)
def test_what_html_shows_by_looks_is_typed(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://a.example/b'>https://a.example/b</a>。", "https://a.example/b 。"),
        ("<a href='https://a.example/'>a.example</a>へ", "https://a.example/ へ"),
        ("<a href='https://a.example/?utm_source=x'>a.example</a>", "https://a.example/?utm_source=x"),
        ("庭<a href='https://a.example/#b'><img src=x alt=''></a>", "庭 https://a.example/#b"),
        ("<a href='https://a.example/%E6%9C%AC'>https://a.example/本</a>", "https://a.example/%E6%9C%AC"),
        ("<a href='mailto:a@b.example?subject=x'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:a@b.example'>手紙</a>を", "手紙（a@b.example）を"),
        ("<a href='tel:+81-3-1234-5678'>03-1234-5678</a>", "03-1234-5678"),
        ("<a href='tel:0312345678'>電話</a>", "電話（0312345678）"),
        ("<a href='javascript:x()'>押す</a> <a href='data:text/html,x'>見る</a> <a>名</a>", "押す 見る 名"),
        ("絵<a href='https://a.example/'><img src=x alt=''></a>", "絵 https://a.example/"),
        ("<h3>庭<a href='#niwa'>¶</a></h3><p><a href='#niwa'>庭へ</a>", "■ 庭\n\n庭へ"),
        (f"<p id=a><a href='{URL}#a'>上へ</a>", "上へ"),
        ("<a href='https://a.example/#a'>他所</a>", "他所[1]\n\n[1] https://a.example/#a"),
        ("<a href='https://a.example/'>庭 </a>と", "庭[1] と\n\n[1] https://a.example/"),
        ("<video src='https://a.example/v.mp4'>no</video>", "[動画][1]\n\n[1] https://a.example/v.mp4"),
        (
            "<audio><source src='https://a.example/1'><source src='https://a.example/2'>no</audio>",
            "[音声][1]\n\n[1] https://a.example/1",
        ),
        ("<pre><a href='https://a.example/'>f</a>()</pre>", "    f[1]()\n\n[1] https://a.example/"),
    ],
)
def test_an_address_stands_where_a_reader_can_follow_it(html: str, text: str) -> None:
    assert plain_text(html, url=URL) == text


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ('<sup id="r1"><a href="#n1">1</a></sup>', '<ol><li id="n1"><p>注。<a href="#r1">↩︎</a></p></li></ol>'),
        ('<a href="#n1" id="r1"><sup>1</sup></a>', '<ol><li id="n1"><p>注。<a href="#r1">↩</a></p></li></ol>'),
        (f'<sup><a href="{URL}#n1">[1]</a></sup>', f'<ol><li id="n1">注。 <a href="{URL}#r1">^</a></li></ol>'),
        (
            '<a href="#n1" id="r1"><span>[</span>1<span>]</span></a>',
            '<aside id="n1"><span><span>[</span><a href="#r1">1</a><span>]</span></span><p>注。</p></aside>',
        ),
    ],
    ids=["kramdown", "pandoc", "absolute", "docutils"],
)
def test_the_footnotes_of_an_engine_lead_from_mark_to_mark(reference: str, note: str) -> None:
    assert plain_text(f"<p>本文{reference}。</p>{note}", url=URL) == "本文※1。\n\n※1 注。"


def test_footnotes_stand_below_each_other_without_gaps() -> None:
    text = of_markdown("""
        一[^a]と二[^b]、また一[^a]。

        [^a]: 注の一。
        [^b]: 注の二。
    """)

    assert text == "一※1と二※2、また一※1。\n\n＊　＊　＊\n\n※1 注の一。\n※2 注の二。"


def test_lists_count_as_the_page_does() -> None:
    html = (
        "<ol start=9><li>九<li>十</ol><ol reversed><li>二<li>一</ol><ol type=a><li>い<li value=28>ろ</ol>"
        "<ol type=I start=4><li>四</ol><ol start=x type=A><li value=-1>負</ol>"
    )

    assert plain_text(html).split("\n\n") == [" 9. 九\n10. 十", "2. 二\n1. 一", " a. い\nab. ろ", "IV. 四", "-1. 負"]


def test_lines_of_an_item_or_a_quotation_stand_below_each_other() -> None:
    item = "<ul><li>春は庭の土を掘り返して、苗を植える<ol><li>夏は水をたっぷりとやって待つ</ol></ul>"
    quotation = "<blockquote>秋は落ち葉を集めて、土の上に敷く</blockquote>"

    assert plain_text(item + quotation, width=30) == dedent("""\
        ・春は庭の土を掘り返して、苗を
          植える
          1. 夏は水をたっぷりとやって
             待つ

        > 秋は落ち葉を集めて、土の上に
        > 敷く""")


def test_code_is_never_wrapped_nor_changed() -> None:
    line = "def 庭(土: int) -> None:  # " + "長い" * 60
    html = f"<ul><li><p>例</p><pre><code>{line.replace('>', '&gt;')}\n\n\tpass</code></pre></ul>"

    assert plain_text(html) == f"・例\n\n      {line}\n\n      \tpass"


def test_a_name_under_a_heading_is_as_wide_as_it() -> None:
    assert underline("第12号　冬の便り") == "第12号　冬の便り\n" + "=" * 16
    assert underline("冬の庭", "━") == "冬の庭\n━━━"
    assert underline("ab\n冬の庭", "-") == "ab\n冬の庭\n------"
    assert underline("") == "\n="


def test_wrapping_keeps_line_breaks_and_indents_each_line() -> None:
    assert wrap("冬の庭は静か\n\n春", 10, "  ") == "  冬の庭は\n  静か\n  \n  春"
    assert wrap("") == ""


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>" * 50_000 + "x",
        "<ul><li>" * 50_000 + "x",
        "<table><tr><td>" * 20_000 + "x",
        "<sup>1" * 50_000,
        "<del>a" * 50_000,
        "<td colspan=50 rowspan=999>x" * 20_000,
        "<p>" + "[1" * 200_000,
        "<p>" + " \n" * 500_000 + "x",
        "<p>" + "あ\n" * 100_000,
    ],
    ids=lambda html: html[:12],
)
def test_a_hostile_post_takes_seconds_at_most(html: str) -> None:
    start = time.process_time()
    plain_text(html)

    assert time.process_time() - start < 20


def test_the_time_grows_with_the_length_alone() -> None:
    post = Path(__file__).parents[3] / "examples/posts/2026-01-11-味噌を仕込む.md"
    html = make_safe(to_html(post.read_text("utf-8")), URL)

    def spent(times: int) -> float:
        start = time.process_time()
        plain_text(html * times)
        return time.process_time() - start

    spent(1)
    assert spent(800) < 40 * spent(80)
