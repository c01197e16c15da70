from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import scan
from publisher.content.links import absolute_value
from publisher.content.markdown import make_safe, to_html

POST = "_posts/2024-01-05-記事.md"
BASE = "https://example.com/blog/2024/01/05/x.html"


def test_markdown_becomes_html_with_tables_and_strikethrough(site: Any) -> None:
    site.write(
        POST, "---\ntitle: 題\n---\n# 見出し\n\n| 甲 | 乙 |\n|---|---|\n| 1 | ~~2~~ |\n\n```python\na < b\n```\n"
    )
    html = site.html()
    assert "<h1>見出し</h1>" in html
    assert "<td>1</td>" in html
    assert "<s>2</s>" in html
    assert '<code class="language-python">a &lt; b' in html


def test_every_address_is_absolute(site: Any) -> None:
    site.url = "https://example.com/blog/"
    site.write(
        POST,
        "[上](../a.html) [根](/b/) [節](#sec) [外](https://例.jp/資料) [手紙](mailto:a@example.com)\n"
        '![図](図/一.png)\n\n<img srcset="a.png 1x, /b.png 2x" src="c.png">'
        '<video poster="p.png" src="v.mp4"></video>\n',
    )
    html = site.html()
    assert 'href="https://example.com/blog/2024/01/a.html"' in html
    assert 'href="https://example.com/b/"' in html
    assert 'href="https://example.com/blog/2024/01/05/%E8%A8%98%E4%BA%8B.html#sec"' in html
    assert 'href="https://xn--fsq.jp/%E8%B3%87%E6%96%99"' in html
    assert 'href="mailto:a@example.com"' in html
    assert 'src="https://example.com/blog/2024/01/05/%E5%9B%B3/%E4%B8%80.png"' in html
    assert 'srcset="https://example.com/blog/2024/01/05/a.png 1x, https://example.com/b.png 2x"' in html
    assert 'poster="https://example.com/blog/2024/01/05/p.png"' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '<a href="java&#10;script:alert(1)">x</a>',
        '<img srcset="javascript:alert(1) 1x">',
        "<iframe src=//evil.example></iframe>",
        '<svg><a href="javascript:alert(1)">x</a></svg>',
    ],
)
def test_nothing_that_runs_survives(hostile: str) -> None:
    html = make_safe(to_html(f"本文 {hostile}\n\n{hostile}\n"), BASE)
    assert "本文" in html
    assert not any(word in html.lower() for word in ("<script", "onerror=", '="javascript:', "<iframe"))


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


def test_raw_html_and_ruby_are_kept() -> None:
    assert make_safe(to_html("<ruby>漢<rt>かん</rt></ruby>"), BASE) == "<p><ruby>漢<rt>かん</rt></ruby></p>\n"


def test_an_entity_cannot_smuggle_a_control_character() -> None:
    assert "\x0c" not in make_safe(to_html("a&#12;b"), BASE)


def test_an_html_post_is_not_markdown(site: Any) -> None:
    site.write("_posts/2024-01-05-a.html", "---\ntitle: 題\n---\n<p>*星*</p>\n")
    assert site.html() == "<p>*星*</p>\n"


def test_a_rendering_comes_from_the_index_and_a_changed_file_gives_none(site: Any) -> None:
    site.write(POST, "一\n")
    with site.index() as index:
        (post,) = scan(site.rules, index).posts
        site.write(POST, "二\n")
        assert render(site.rules, post, index) is None
        site.write(POST, "一\n")
        assert render(site.rules, post, index) == "<p>一</p>\n"
        (site.folder / POST).unlink()
        assert render(site.rules, post, index) == "<p>一</p>\n"


def test_a_broken_address_is_dropped() -> None:
    assert absolute_value("href", "http://[bad", BASE) is None


@given(st.sampled_from(["href", "src", "srcset", "poster"]), st.text())
def test_any_address_becomes_ascii_or_nothing(name: str, value: str) -> None:
    found = absolute_value(name, value.encode(errors="ignore").decode(), BASE)
    assert found is None or found.isascii()


@given(st.text())
def test_any_text_can_be_rendered(text: str) -> None:
    html = make_safe(to_html(text.encode(errors="ignore").decode()), BASE)
    assert "<script" not in html
