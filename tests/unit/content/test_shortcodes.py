import time
import unicodedata
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content import Engine, Rendered, Rules
from publisher.content.dialects.hugo import to_html
from publisher.content.front import Front
from publisher.content.shortcodes.hugo_tags import tags as hugo_tags
from publisher.content.shortcodes.parse import Broken, Tag, fold, pairs
from publisher.content.shortcodes.zola import expand
from publisher.content.shortcodes.zola_tags import tags as zola_tags
from publisher.content.source import Source
from publisher.content.values import Fields
from publisher.content.world import Page, World
from publisher.model.post import Post

HEADER = "---\ntitle: 題\ndate: 2026-01-05\n"
FILE = "content/posts/記事.md"


@pytest.fixture
def hugo(site: Any) -> Any:
    site.engine, site.content, site.url = Engine.HUGO, "content", "https://example.com/b/"
    site.write(
        "hugo.toml", 'baseURL = "https://example.com/b/"\n[params]\n"著者" = "編集部"\n[params.a]\nb = "c & d"\n'
    )
    return site


def rendered(site: Any, body: str, header: str = "") -> Rendered:
    site.write(FILE, f"{HEADER}{header}---\n{body}\n")
    made: Rendered = site.rendered(FILE)
    return made


def html(site: Any, body: str, header: str = "") -> str:
    made = rendered(site, body, header)
    assert not made.problems
    return made.html.strip()


def faults(site: Any, body: str) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.code) for fault in rendered(site, body).problems]


def page_of(body: str) -> Page:
    """A post in the midst of being rendered, of a Hugo site that has no file."""
    folder, moment = Path("/nowhere"), datetime(2026, 1, 5, tzinfo=UTC)
    rules = Rules(Engine.HUGO, folder, "content", "https://example.com/b/", "UTC", None, ())
    post = Post(FILE, "/posts/記事/", "https://example.com/b/posts/a/", "題", moment, "")
    source = Source(FILE, "posts/記事.md", Front(Fields(), body, 3), rules, ZoneInfo("UTC"))
    return Page(post, source, World(rules, lambda: (post,)))


def expanded(body: str) -> tuple[str, list[tuple[int, int, str]]]:
    page = page_of(body)
    return expand(page, body), [(fault.line, fault.column, fault.code) for fault in page.problems]


def calls(text: str) -> list[Tag]:
    return [piece for piece in hugo_tags(text) if isinstance(piece, Tag)]


@pytest.mark.parametrize(
    ("written", "args", "named"),
    [
        ('{{< x "一" 二 `三"` >}}', ("一", "二", '三"'), {}),
        ('{{<x a="b c" d=`e\nf` g=h.png >}}', (), {"a": "b c", "d": "e\nf", "g": "h.png"}),
        ('{{< x a = "b" c=d >}}', (), {"a": "b", "c": "d"}),
        (r'{{< x "a \"b\" \c" "a\c" >}}', ('a "b" c', r"a\c"), {}),
        (r"{{< x a=\"b\" >}}", (), {"a": "b"}),
        ("{{< x\n\ta=1\n\tb=-2.5 >}}", (), {"a": "1", "b": "-2.5"}),
        ("{{< 影像/動画 id-1 >}}", ("id-1",), {}),
        (
            f'{{{{< x "{unicodedata.normalize("NFD", "が、（１）")}" >}}}}',
            (unicodedata.normalize("NFD", "が、（１）"),),
            {},
        ),
    ],
)
def test_arguments_are_read_as_hugo_reads_them(written: str, args: tuple[str, ...], named: dict[str, str]) -> None:
    (tag,) = calls(written)
    assert (tag.args, dict(tag.named), tag.end) == (args, named, len(written))


@pytest.mark.parametrize("written", ["{{< >}}", '{{< x "a\n" >}}', "{{< x", "{{< x {{ y }} >}}", "{{</* x >}}", "{{<"])
def test_what_is_no_tag_stays_and_is_told(written: str, hugo: Any) -> None:
    assert [piece for piece in hugo_tags(written) if isinstance(piece, Broken)]
    assert "x" not in written or "x" in rendered(hugo, written).html
    assert faults(hugo, written)[0] == (5, 1, "shortcode-not-rendered")


def test_tags_pair_by_name_and_what_lies_between_unclosed_ones_is_theirs() -> None:
    pieces = hugo_tags("{{< a >}}{{< b >}}{{< a >}}{{< /a >}}{{< c />}}{{< /a >}}{{< /b >}}")
    named = [index for index, piece in enumerate(pieces) if isinstance(piece, Tag)]
    assert pairs(pieces) == {named[0]: named[5], named[2]: named[3]}


def test_an_escaped_shortcode_is_shown(hugo: Any) -> None:
    assert (
        html(hugo, "`{{</* 図 a */>}}` `{{%/* b */%}}`")
        == "<p><code>{{&lt; 図 a &gt;}}</code> <code>{{% b %}}</code></p>"
    )


def test_a_figure_is_hugos(hugo: Any) -> None:
    made = html(
        hugo, '前\n\n{{< figure src="図/一.png" caption="**太**字" attr="出典" attrlink="/a" title="題" >}}\n\n後'
    )
    assert '<p>前</p>\n<figure><img src="https://example.com/b/posts/' in made
    assert '%E5%9B%B3/%E4%B8%80.png" alt="太字">' in made
    assert (
        '<h4>題</h4><p><strong>太</strong>字<a href="https://example.com/a">出典</a></p></figcaption></figure>' in made
    )


def test_a_figure_finds_the_sites_assets_and_the_bundles_own_first(hugo: Any) -> None:
    hugo.write("assets/img/図.png", "x")
    assert 'src="https://example.com/b/img/%E5%9B%B3.png"' in html(hugo, '{{< figure src="img/図.png" >}}')
    (hugo.folder / FILE).unlink()
    hugo.write("content/posts/束/img/図.png", "x")
    hugo.write("content/posts/束/index.md", HEADER + '---\n{{< figure src="img/図.png" >}}\n')
    assert 'src="https://example.com/b/posts/%E6%9D%9F/img/%E5%9B%B3.png"' in hugo.html()


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ('"別、その（１）.md"', "posts/%E5%88%A5%E3%81%9D%E3%81%AE%EF%BC%91/"),
        ('"/posts/別、その（１）"', "posts/%E5%88%A5%E3%81%9D%E3%81%AE%EF%BC%91/"),
        ('"別、その（１）.md#節 一"', "posts/%E5%88%A5%E3%81%9D%E3%81%AE%EF%BC%91/#%E7%AF%80%20%E4%B8%80"),
        ('path="束"', "posts/%E6%9D%9F/"),
        ('"/posts/束/index.md"', "posts/%E6%9D%9F/"),
        ('"../about.md"', "about/"),
        ('"/notes"', "notes/"),
        ('"/posts"', "posts/"),
        ('"/"', ""),
        ('"奥"', "posts/%E6%B7%B1/%E5%A5%A5/"),
        ('"my file"', "posts/my-file/"),
    ],
)
def test_references_find_pages_by_path_and_by_name(ref: str, path: str, hugo: Any) -> None:
    for file in ("posts/別、その（１）", "posts/束/index", "posts/深/奥", "posts/My File"):
        hugo.write(f"content/{file}.md", HEADER + "---\n")
    for file in ("about", "notes/_index"):
        hugo.write(f"content/{file}.md", "---\ntitle: 題\n---\n")
    assert f'<a href="https://example.com/b/{path}">x</a>' in html(hugo, f"[x]({{{{< relref {ref} >}}}})")
    assert f'<a href="https://example.com/b/{path}">x</a>' in html(hugo, f"[x]({{{{% ref {ref} %}}}})")


def test_a_reference_to_no_page_a_draft_or_several_is_told(hugo: Any) -> None:
    hugo.write("content/posts/下書き.md", HEADER + "draft: true\n---\n")
    for folder in ("甲", "乙"):
        hugo.write(f"content/{folder}/同名.md", HEADER + "---\n")
    body = '一\n[a]({{< ref "無.md" >}}) [b]({{< ref "下書き.md" >}})\n{{< ref "同名" >}}'
    assert faults(hugo, body) == [(6, 5, "missing-target"), (6, 29, "missing-target"), (7, 1, "missing-target")]


def test_a_reference_follows_its_page_when_that_moves(hugo: Any) -> None:
    hugo.write("content/posts/別.md", HEADER + "---\n")
    first = html(hugo, '[x]({{< ref "別.md" >}})')
    hugo.write("content/posts/別.md", HEADER + "slug: new\n---\n")
    assert 'href="https://example.com/b/posts/new/"' in hugo.html(FILE) != first


def test_a_link_to_a_markdown_file_leads_to_its_page(hugo: Any) -> None:
    hugo.write("content/posts/別 記.md", HEADER + "---\n")
    made = html(hugo, "[a](別%20記.md#b) [c](無.md) [d](https://x.example/posts/別.md)")
    assert '<a href="https://example.com/b/posts/%E5%88%A5-%E8%A8%98/#b">a</a>' in made
    assert '%E7%84%A1.md">c</a>' in made
    assert '<a href="https://x.example/posts/%E5%88%A5.md">d</a>' in made


def test_a_parameter_is_the_posts_else_the_sites(hugo: Any) -> None:
    header = "画: 値\nTags: [x, y]\nparams:\n  深: {い: 奥}\n"
    made = html(
        hugo,
        '{{< param "画" >}}、{{< param 深.い >}}、{{< param 著者 >}}、{{% param "a.B" %}}、{{< param tags >}}',
        header,
    )
    assert made == "<p>値、奥、編集部、c &amp; d、[x y]</p>"
    assert faults(hugo, "語{{< param 無 >}}") == [(5, 2, "shortcode-not-rendered")]
    assert "{{&lt; param 無 &gt;}}" in rendered(hugo, "語{{< param 無 >}}").html


@pytest.mark.parametrize(
    ("written", "url", "text"),
    [
        ("{{< youtube a_b-c >}}", "https://www.youtube.com/watch?v=a_b-c", "https://www.youtube.com/watch?v=a_b-c"),
        ('{{< youtube id="a" title="動画*一*" start=30 >}}', "https://www.youtube.com/watch?v=a&amp;t=30s", "動画*一*"),
        ("{{< vimeo 19899678 >}}", "https://vimeo.com/19899678", "https://vimeo.com/19899678"),
        ('{{< x user="日" id="1" >}}', "https://x.com/%E6%97%A5/status/1", "https://x.com/%E6%97%A5/status/1"),
        ("{{< tweet 12 >}}", "https://x.com/i/status/12", "https://x.com/i/status/12"),
        ("{{< instagram Cx >}}", "https://www.instagram.com/p/Cx", "https://www.instagram.com/p/Cx"),
        ("{{< gist u 1a >}}", "https://gist.github.com/u/1a", "https://gist.github.com/u/1a"),
        ('{{< qr text="https://a.example/" />}}', "https://a.example/", "https://a.example/"),
    ],
)
def test_an_embed_is_a_link(written: str, url: str, text: str, hugo: Any) -> None:
    made = html(hugo, f"見て {written} ね")
    assert made == f'<p>見て <a href="{url}">{text}</a> ね</p>'


def test_what_hugo_hides_is_hidden_and_a_fold_is_kept(hugo: Any) -> None:
    assert html(hugo, "{{< comment >}}秘密{{< /comment >}}\n\n語") == "<p>語</p>"
    made = html(hugo, '{{< details summary="要**約**" >}}\n- 一\n{{< /details >}}')
    assert made == "<details><summary>要<strong>約</strong></summary><ul>\n<li>一</li>\n</ul>\n</details>"
    assert html(hugo, "{{< rawhtml >}}\n    <table><td>*</td></table>\n{{< /rawhtml >}}").startswith("<table>")


def test_code_is_shown_as_code(hugo: Any) -> None:
    made = html(hugo, "- 一\n\n  {{< highlight text >}}\n  a <b>\n    c\n  {{< /highlight >}}")
    assert "<pre" in made
    assert "a &lt;b&gt;\n  c\n<" in made
    assert "出力" in html(hugo, "{{< highlight console >}}\n出力\n{{< /highlight >}}")


@pytest.mark.parametrize("language", ["json", "cobol", "befunge", "python", ""])
def test_a_shortcode_in_code_is_rendered_whatever_the_language(language: str, hugo: Any) -> None:
    made = html(hugo, f'```{language}\n{{"a": {{{{< param 著者 >}}}}}}\n```')
    assert "編集部" in made
    assert "publisher" not in made


def test_a_callout_is_a_quotation(hugo: Any) -> None:
    plain = html(hugo, "- 甲\n\n  {{< notice warning >}}\n  **危**険\n  {{< /notice >}}")
    assert "<blockquote><p><strong>危</strong>険</p>\n</blockquote>\n</li>" in plain
    markdown = html(hugo, '{{% alert title="注*意*" %}}\n**危**険[^1]\n{{% /alert %}}')
    assert "<blockquote><p><strong>注<em>意</em></strong></p>\n<p><strong>危</strong>険" in markdown
    assert html(hugo, "語に{{< note >}}*注*{{< /note >}}を") == "<p>語に<em>注</em>を</p>"


def test_an_unknown_pair_keeps_its_text_and_an_unknown_single_stays(hugo: Any) -> None:
    made = rendered(
        hugo, "{{< tabs >}}\n{{< tab 甲 >}}\n**一**\n{{< /tab >}}\n{{< /tabs >}}\n\n絵 {{< icon a_b_c >}} *と*"
    )
    assert "<p><strong>一</strong></p>" in made.html
    assert "<p>絵 {{&lt; icon a_b_c &gt;}} <em>と</em></p>" in made.html
    assert [(fault.line, fault.column, fault.code) for fault in made.problems] == [
        (5, 1, "shortcode-not-rendered"),
        (6, 1, "shortcode-not-rendered"),
        (11, 3, "shortcode-not-rendered"),
    ]


def test_one_name_is_told_once_with_how_often(hugo: Any) -> None:
    (fault,) = rendered(hugo, "{{< icon a >}}\n" * 3).problems
    assert "'icon' is not known" in fault.message
    assert fault.message.endswith("(and 2 more)")


def test_a_flood_of_faults_is_counted(hugo: Any) -> None:
    made = rendered(hugo, "".join(f"{{{{< x{number} >}}}}\n" for number in range(300)))
    assert len(made.problems) == 101
    assert "200 more faults" in " ".join(fault.message for fault in made.problems)


def test_a_template_in_the_post_is_never_run_and_not_shown(hugo: Any) -> None:
    body = '前{{< t.inline >}}{{ readFile "/etc/passwd" }}{{< /t.inline >}}後'
    made = rendered(hugo, body)
    assert made.html == "<p>前後</p>\n"
    assert [(fault.line, fault.column) for fault in made.problems] == [(5, 2)]


def test_a_shortcode_in_an_attribute_gives_text(hugo: Any) -> None:
    made = html(hugo, '![{{< youtube id=a title="動<画" >}}](a.png)')
    assert 'alt="動&lt;画"' in made


def test_nesting_has_an_end(hugo: Any) -> None:
    made = rendered(hugo, "{{< a >}}" * 300 + "芯" + "{{< /a >}}" * 300)
    assert "芯" in made.html
    assert made.problems


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            '{{ youtube(id="a_b-c") }}',
            '<a href="https://www.youtube.com/watch?v=a_b-c">https://www.youtube.com/watch?v=a_b-c</a>',
        ),
        ("{{ vimeo(id='1') }}", '<a href="https://vimeo.com/1">https://vimeo.com/1</a>'),
        ("{{ streamable(id=`92ok4`) }}", '<a href="https://streamable.com/92ok4">https://streamable.com/92ok4</a>'),
        (
            '{{gist(url="https://gist.github.com/K/1",file="a")}}',
            '<a href="https://gist.github.com/K/1">https://gist.github.com/K/1</a>',
        ),
        (
            '{{ <youtube id="a" title="動画" autoplay={true} wide {...b} /> }}',
            '<a href="https://www.youtube.com/watch?v=a">動画</a>',
        ),
        ("{{/* youtube(id=1) */}}", "{{ youtube(id=1) }}"),
        ('{%/* q(a=1) */%}{{ youtube(id="x") }}{%/* end */%}', '{% q(a=1) %}{{ youtube(id="x") }}{% end %}'),
        ("{% raw %}{{ x(a=1) }}{% endraw %}", "{{ x(a=1) }}"),
        ("{# 秘密 #}", ""),
        ("{{ title }} {% if a %} {{ url_for('x') }}", "{{ title }} {% if a %} {{ url_for('x') }}"),
    ],
)
def test_zolas_shortcodes_and_components(written: str, shown: str) -> None:
    text, found = expanded(f"見て {written} ね")
    assert (unescape(text), found) == (f"見て {shown} ね", [])


def test_zolas_pairs_nest_and_keep_their_text() -> None:
    body = '{% note(title="注<意>") %}\n一\n{% box(a=[[true], "]"], b=-1.5) %}\n二\n{% end %}\n{% end %}\n'
    text, found = expanded(body)
    assert text.split() == ["<blockquote><p><strong>注&lt;意&gt;</strong></p>", "一", "二", "</blockquote>"]
    assert found == [(5, 1, "shortcode-not-rendered")]
    text, found = expanded("{% <ui.tip> %}三{% </ui.tip> %} {{ <a/> }} {% b() %}")
    assert text == "三 {{ <a/> }} {% b() %}"
    assert [column for _, column, _ in found] == [1, 32, 43]


def test_a_zola_post_shows_its_shortcodes(site: Any) -> None:
    site.engine, site.content = Engine.ZOLA, "content"
    site.write("config.toml", 'base_url = "https://example.com"\n')
    site.write(
        "content/posts/記事.md",
        "+++\ndate = 2026-01-05\n+++\n{% note() %}\n*注*\n{% end %}\n\n{{ 無(a=1) }}{{ no() }}\n",
    )
    made = site.rendered()
    assert "<blockquote>\n<p><em>注</em></p>\n</blockquote>\n<p>{{ 無(a=1) }}{{ no() }}</p>" in made.html
    assert [(fault.line, fault.column) for fault in made.problems] == [(8, 13)]


def test_a_heading_keeps_its_id() -> None:
    assert expanded("## 節 {#id}\n語 #}") == ("## 節 {#id}\n語 #}", [])


MARKS = [*"{}<>%/*\"`'\\=().,[]#- \n", "a", "が", "end", "raw", "highlight", "ref", "{{<", ">}}", "{%", "%}"]
HOSTILE = st.lists(st.sampled_from(MARKS), max_size=60).map("".join)


@given(HOSTILE | st.text())
def test_any_text_can_be_read(text: str) -> None:
    for tags in (hugo_tags, zola_tags):
        pieces = tags(text)
        assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces if isinstance(piece, Tag))
        assert isinstance(fold(pieces, lambda call: call.inner or ""), str)


@given(st.text().filter(lambda text: "{{<" not in text and "{{%" not in text))
def test_a_text_without_tags_is_left_alone(text: str) -> None:
    assert hugo_tags(text) == [text]


@given(HOSTILE | st.text())
@settings(max_examples=60)
def test_any_body_can_be_rendered(body: str) -> None:
    page = page_of(body.encode(errors="ignore").decode())
    html = to_html(page)
    assert "publisher" not in html
    assert isinstance(expand(page, page.body), str)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "{{<",
            "{{</*",
            "{{< a ",
            '{{< a "',
            "{{< a `",
            "{{<a=",
            "{{< a >}}",
            "{{< /a >}}",
            "{{< a >}}x{{< /a >}}",
            "{{%",
        ),
        *(
            "{{ a(",
            "{% a() %}",
            '{{ a(b="',
            "{% raw %}",
            "{%/* a(",
            "{# ",
            "{{ a(b=[",
            "{% </a> %}",
            "{{{",
            "{% end %}",
        ),
    ],
)
def test_time_grows_with_the_text_only(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    start = time.process_time()
    for tags in (hugo_tags, zola_tags):
        fold(tags(text), lambda call: call.inner or "")
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    "unit", ['{{< ref "x" >}} ', "{{< box >}}x{{< /box >}} ", '{{< figure src="a" >}}\n', "{{< x{} >}} "]
)
def test_rendering_takes_time_by_the_texts_length_only(unit: str) -> None:
    body = "".join(unit.replace("{}", str(number)) for number in range(60_000 // len(unit)))
    start = time.process_time()
    assert to_html(page_of(body))
    assert time.process_time() - start < 60
