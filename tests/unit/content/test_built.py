import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from publisher.content import ContentSource, Engine
from publisher.content.built import content_of

POST = "_posts/2024-01-05-記事.md"
SOURCE = "---\ntitle: 題\ncategories: [投資]\n---\n手元の文。\n"
PAGE = "_site/投資/2024/01/05/記事.html"


@pytest.fixture
def built(site: Any) -> Any:
    site.source = ContentSource.BUILT
    site.write("_config.yml", "permalink: date\n")
    site.write(POST, SOURCE)
    return site


def test_a_posts_content_is_its_built_pages(built: Any) -> None:
    built.write(
        PAGE,
        '<body><nav>案内</nav><div class="post-content"><p>出来た文。<a href="../a">文</a></p></div></body>',
    )
    found = built.rendered()
    assert found.html == ('<p>出来た文。<a href="https://example.com/%E6%8A%95%E8%B3%87/2024/01/a">文</a></p>')
    assert found.summary == "出来た文。文"
    assert found.problems == ()


def test_a_post_without_a_page_says_what_to_run(built: Any) -> None:
    found = built.rendered()
    (fault,) = found.problems
    assert (found.html, fault.code, fault.file) == ("", "no-built-page", POST)
    assert "/投資/2024/01/05/記事.html" in fault.message
    assert "run your engine first" in fault.message


def test_a_page_that_is_built_anew_is_read_anew(built: Any) -> None:
    built.write(PAGE, "<article>一</article>")
    assert built.html() == "一"
    built.write(PAGE, "<article>二</article>")
    assert built.html() == "二"
    (built.folder / PAGE).unlink()
    assert built.rendered().problems[0].code == "no-built-page"


@pytest.mark.parametrize(
    ("permalink", "file"),
    [
        ("/:title/", "_site/記事/index.html"),
        ("/:title", "_site/記事.html"),
        ("/:title", "_site/記事/index.html"),
        ("/:title.htm", "_site/記事.htm"),
        ("/か\u3099:title/", "_site/が記事/index.html"),
        ("/が:title/", "_site/か\u3099記事/index.html"),
    ],
)
def test_a_page_is_where_its_engine_writes_it(built: Any, permalink: str, file: str) -> None:
    built.permalink = permalink
    built.write(file, "<main>文</main>")
    assert built.html() == "文"


def test_the_engines_mark_in_the_page_ends_the_excerpt(built: Any) -> None:
    built.write("_config.yml", "permalink: date\nexcerpt_separator: <!--more-->\n")
    built.write(PAGE, "<article><p>前。</p><p>も前。</p><!--more--><p>後。</p></article>")
    found = built.rendered()
    assert (found.summary, found.html) == ("前。も前。", "<p>前。</p><p>も前。</p><p>後。</p>")


@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("cp932", '<meta charset="Shift_JIS">'),
        ("euc-jp", '<meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">'),
    ],
)
def test_a_page_in_another_charset_is_read(built: Any, charset: str, declared: str) -> None:
    built.write(PAGE, f"<html><head>{declared}</head><body><article>漢字</article></body></html>".encode(charset))
    assert built.html() == "漢字"


@pytest.mark.parametrize("declared", ["", '<meta charset="nothing">', '<?xml version="1.0" encoding="UTF-8"?>'])
def test_bytes_that_are_no_text_do_no_harm(built: Any, declared: str) -> None:
    built.write(PAGE, declared.encode() + b"<article>\xff\xfe \x00\x01" + "文".encode() + b"</article>")
    assert built.html().endswith("文")


def test_a_page_nested_without_end_is_refused(built: Any) -> None:
    built.write(PAGE, "<div>" * 100_000 + "文")
    assert built.rendered().problems[0].code == "broken-markup"


@pytest.mark.parametrize(
    ("page", "content"),
    [
        ('<article><div itemprop="text articleBody">甲</div></article>', "甲"),
        ('<main><div class="x e-content y"><p>甲</p></div></main>', "<p>甲</p>"),
        ('<div class="prose"><p>甲</p></div><div class="prose"><p>乙</p></div>', "<p>甲</p>"),
        ("<article><header><h1>題</h1><p>日付</p></header><p>甲</p><footer>脚</footer></article>", "<p>甲</p>"),
        (
            "<main><h1> 題 </h1><h1>別</h1><nav>a</nav><p>甲</p><aside>注</aside></main>",
            "<h1>別</h1><p>甲</p><aside>注</aside>",
        ),
        ("<body><header>頭</header><p>甲</p><aside>脇</aside><footer>脚</footer></body>", "<p>甲</p>"),
        ("<article>甲 &lt;b&gt;<!-- 注 -->乙</article>", "甲 &lt;b&gt;<!-- 注 -->乙"),
        ('<article><h2 id="a">節<a class="anchor" href="#a">#</a></h2></article>', '<h2 id="a">節</h2>'),
        ('<article><h2><a href="/x">節</a></h2></article>', '<h2><a href="/x">節</a></h2>'),
        (
            '<article><div class="toc"><ul></ul></div><nav id="TableOfContents"></nav>甲<script>x</script></article>',
            "甲",
        ),
        ('<article><td class="rouge-gutter gl">1</td><pre>x</pre></article>', "<pre>x</pre>"),
        ("", ""),
        ("<!-- -->", ""),
        ("文だけ", "文だけ"),
    ],
)
def test_the_frame_around_a_post_is_left_out(page: str, content: str) -> None:
    assert content_of(page, "題") == content


def test_deep_pages_keep_their_text() -> None:
    assert "文" in content_of("<article>" + "<p><span>" * 120 + "文</article>", "題")


LAYOUT = """\
<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>{{ page.title }}</title></head><body>
<header class="site-header"><nav>案内</nav></header>
<main class="page-content"><article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting">
<header class="post-header"><h1 class="post-title p-name" itemprop="name headline">{{ page.title }}</h1></header>
<div class="post-content e-content" itemprop="articleBody">{{ content }}</div>
</article></main><footer class="site-footer">脚</footer></body></html>
"""
BODY = """\
本文[^1]と**「重要」**な点。

## 見出し（一）

```ruby
puts "値"
```

![図](/図 一.png)

[^1]: 脚注
"""


def test_what_jekyll_builds_is_read(built: Any) -> None:
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    built.write("_layouts/post.html", LAYOUT)
    built.write(POST, f"---\nlayout: post\ntitle: 題\ncategories: [投資]\n---\n{BODY}")
    run = [executable, "build", "--disable-disk-cache", "--quiet"]
    subprocess.run(run, cwd=built.folder, check=True, capture_output=True)
    assert Path(built.folder, PAGE).is_file()
    found = built.rendered()
    assert found.problems == ()
    assert found.summary == "本文と「重要」な点。"
    assert '<h2 id="見出し一">見出し（一）</h2>' in found.html
    assert "案内" not in found.html
    assert "<h1" not in found.html
    assert "puts" in found.html
    assert "%E8%A8%98%E4%BA%8B.html#fn:1" in found.html


def test_what_hugo_builds_is_read(site: Any) -> None:
    site.source, site.engine = ContentSource.BUILT, Engine.HUGO
    site.write("hugo.toml", 'baseURL = "https://example.com/"\n')
    site.write("content/posts/記事.md", "---\ntitle: 題\ndate: 2024-01-05\n---\n手元の文。\n")
    page = (
        '<main><article><header><h1>題</h1><time datetime="2024-01-05">一月五日</time></header>'
        '<p>本文<sup id="fnref:1"><a href="#fn:1" class="footnote-ref" role="doc-noteref">1</a></sup>。</p>'
        '<div class="highlight"><pre tabindex="0" style="color:#f8f8f2;background-color:#272822">'
        '<code class="language-go"><span style="color:#66d9ef">func</span></code></pre></div></article></main>'
    )
    site.write("public/posts/記事/index.html", page)
    found = site.rendered()
    assert found.summary == "本文。"
    assert "一月五日" not in found.html
    assert '<span style="color: #66d9ef">func</span>' in found.html
    assert 'href="https://example.com/posts/%E8%A8%98%E4%BA%8B/#fn:1"' in found.html


def test_an_article_that_the_post_quotes_is_not_taken_for_the_post() -> None:
    # As Hugo's own new theme lays pages out: no article, no class.
    text = "<p>長い本文の初めです。</p><article>引用</article><p>終わり。</p>"
    page = f"<main><h1>題</h1><time>2026年1月5日</time>{text}</main>"
    assert content_of(page, "題") == text


def test_an_article_below_a_short_line_is_the_post() -> None:
    page = "<main><h1>題</h1><p>1月5日</p><article><p>本文はこちらです。</p></article><p>関連する記事</p></main>"
    assert content_of(page, "題") == "<p>本文はこちらです。</p>"


def test_a_time_in_the_posts_own_text_stays() -> None:
    assert content_of("<article><time>1月5日</time><p><time>九時</time>に始める。</p></article>", "題") == (
        "<p><time>九時</time>に始める。</p>"
    )
