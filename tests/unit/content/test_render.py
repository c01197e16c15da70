import time
from typing import Any

import pytest

from publisher.content import Engine, Renderer, scan
from publisher.content.renderings import rendering

POST = "_posts/2024-01-05-記事.md"


def test_a_post_becomes_html_that_readers_show(site: Any) -> None:
    site.write(
        POST,
        "---\ntitle: 題\n---\n# 見出し\n\n| 甲 | 乙 |\n|---|--:|\n| 1 | ~~2~~ |\n\n```python\na < b\n```\n\n"
        "本文[^1]と<ruby>漢<rt>かん</rt></ruby>。\n\n- [x] 済\n\n[^1]: 脚注\n",
    )
    html = site.html()
    assert '<h1 id="見出し">見出し</h1>' in html
    assert "<td>1</td>" in html
    assert '<td style="text-align: right"><s>2</s></td>' in html
    assert '<pre><code class="language-python">a &lt; b' in html
    assert "<ruby>漢<rt>かん</rt></ruby>" in html
    assert "<li>☑ 済</li>" in html
    assert 'href="https://example.com/2024/01/05/%E8%A8%98%E4%BA%8B.html#fn:1"' in html
    assert '<li id="fn:1">' in html


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


def test_an_html_post_is_not_markdown(site: Any) -> None:
    site.write("_posts/2024-01-05-a.html", "---\ntitle: 題\n---\n<p>*星*</p>\n")
    assert site.html() == "<p>*星*</p>\n"


def test_a_rendering_comes_from_the_index_and_a_changed_file_gives_none(site: Any) -> None:
    def rendered(index: Any, post: Any) -> str | None:
        made = Renderer(site.rules, index, lambda: [post]).render(post)
        return made.html if made else None

    site.write(POST, "一\n")
    with site.index() as index:
        scan(site.rules, index)
        (post,) = index.posts()
        site.write(POST, "二\n")
        assert rendered(index, post) is None
        site.write(POST, "一\n")
        assert rendered(index, post) == "<p>一</p>\n"
        (site.folder / POST).unlink()
        assert rendered(index, post) == "<p>一</p>\n"


@pytest.mark.parametrize("engine", [Engine.PLAIN, Engine.HUGO, Engine.ZOLA])
def test_the_engines_mark_ends_the_summary_and_leaves_no_trace(site: Any, engine: Engine) -> None:
    site.engine = engine
    folder = "" if engine is Engine.PLAIN else "content/posts/"
    more = "<!-- more -->" if engine is Engine.ZOLA else "<!--more-->"
    fence = "+++" if engine is Engine.ZOLA else "---"
    date = "date = 2024-01-05" if engine is Engine.ZOLA else "date: 2024-01-05"
    body = f"`{more}` の例。\n\n```html\n{more}\n```\n\n二段目。\n\n{more}\n\n続き。\n"
    site.write(f"{folder}a.md", f"{fence}\n{date}\n{fence}\n{body}")
    found = site.rendered()
    assert found.summary == f"{more} の例。 {more} 二段目。"
    assert "publisher:more" not in found.html
    assert found.html.count("&lt;!--") == 2
    assert "続き" in found.html


def test_the_headers_own_summary_comes_first(site: Any) -> None:
    site.write(POST, "---\nexcerpt: 要旨\n---\n本文。\n")
    assert site.rendered().summary == "要旨"


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "深い文",
        "<p>" + "".join(f"<b a={number}>" for number in range(100)) + "</p>" + "<p>深い文</p>" * 20_000,
        "深い文" + "&" * 300_000,
    ],
)
def test_html_that_no_parser_could_bear_keeps_its_text_and_is_told(site: Any, body: str) -> None:
    site.write("_posts/2024-01-05-a.html", f"---\ntitle: 題\n---\n{body}\n")
    started = time.process_time()
    found = site.rendered()
    assert time.process_time() - started < 10
    assert "深い文" in found.html
    assert [(fault.code, fault.line) for fault in found.problems] == [("broken-markup", 4)]


def test_renderings_made_by_several_processes_are_the_same(site: Any) -> None:
    """Among them are posts that list the others, which only the process with the index can make."""
    for number in range(40):
        listing = "{% for post in site.posts %}{{ post.title }}、{% endfor %}" if number % 5 == 0 else "**本文**です。"
        site.write(f"_posts/2024-01-{number % 28 + 1:02}-{number}.md", f"---\ntitle: 題{number}\n---\n{listing}\n")
    done: list[str] = []
    with site.index() as index:
        scan(site.rules, index)
        renderer = Renderer(site.rules, index, index.posts)
        alone = {post.source: made[0] for post in index.posts() if (made := renderer.made(post))}
        renderer = Renderer(site.rules, index, index.posts)
        renderer.prepare(index.posts(), lambda: done.append("meanwhile"))
        kept = {post.source: rendering(index, post.digest, post.url) for post in index.posts()}
        made_here = {post.source: renderer.render(post) for post in index.posts()}
    assert done == ["meanwhile"]
    assert made_here == alone
    assert {source for source, made in kept.items() if made == alone[source]} >= {
        source for source in alone if "本文" in alone[source].html
    }
