"""Jekyll's and Eleventy's posts with templates in them; `acceptance/test_liquid_as_jekyll.py` compares with Jekyll."""

import subprocess
import sys
from typing import Any

import pytest

from publisher.content import Code, Engine

POST = "_posts/2024-01-05-記事.md"
HEADER = "---\ntitle: 題名\ntags: [本, AI]\nnumber: 012\n---\n"


def codes(site: Any, file: str = POST) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.code) for fault in site.rendered(file).problems]


def test_templates_come_before_the_markup(site: Any) -> None:
    site.write("_config.yml", "author: 編集部\n")
    site.write(POST, HEADER + "{% assign mark = '**' %}{{ mark }}{{ page.title }}{{ mark }}、{{ site.author }}\n")

    assert site.html() == "<p><strong>題名</strong>、編集部</p>\n"


def test_a_post_may_keep_its_braces(site: Any) -> None:
    site.write(POST, "---\ntitle: 題\nrender_with_liquid: false\n---\n`{{ x }}` {% y %}\n")

    assert site.html() == "<p><code>{{ x }}</code> {% y %}</p>\n"
    assert codes(site) == []


def test_a_post_without_templates_does_not_import_liquid() -> None:
    probe = (
        "import sys, publisher.content.dialects.jekyll, publisher.content.dialects.eleventy\n"
        "print('liquid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_addresses_are_this_sites_and_are_not_normalised(site: Any) -> None:
    site.url = "https://例え.example/b/"
    site.write(POST, HEADER + "{{ '図（１）.png' | absolute_url }} {{ '/a b' | relative_url }} {{ site.baseurl }}\n")

    html = site.html()

    assert "https://xn--r8jz45g.example/b/%E5%9B%B3%EF%BC%88%EF%BC%91%EF%BC%89.png" in html
    assert "/b/a%20b /b" in html


def test_links_to_posts_pages_and_files_are_theirs(site: Any) -> None:
    site.url = "https://example.com/b/"
    site.write("assets/図（１）.png", "x")
    site.write("docs/か\u3099いど.md", "---\ntitle: 案内\n---\n")
    site.write("_posts/2023-05-01-ハードカバー、本（１）.md", "---\ncategories: [読書]\n---\n")
    site.write(
        POST,
        "[一]({% post_url 2023-05-01-ハードカバー、本（１） %})"
        "[二]({% link _posts/2023-05-01-ハードカバー、本（１）.md %})"
        "[三]({% link docs/か\u3099いど.md %})![四]({% link /assets/図（１）.png %})\n",
    )

    html = site.html(POST)

    post = "https://example.com/b/%E8%AA%AD%E6%9B%B8/2023/05/01/%E3%83%8F%E3%83%BC%E3%83%89%E3%82%AB%E3%83%90%E3%83%BC"
    assert html.count(f'href="{post}-%E6%9C%AC-%EF%BC%91.html"') == 2
    assert 'href="https://example.com/b/docs/%E3%81%8B%E3%82%99%E3%81%84%E3%81%A9.html"' in html
    assert 'src="https://example.com/b/assets/%E5%9B%B3%EF%BC%88%EF%BC%91%EF%BC%89.png"' in html
    assert codes(site) == []


def test_what_is_not_there_is_told_at_its_place(site: Any) -> None:
    site.write(
        POST,
        HEADER + "本文\n{% include 無い.html %}\n  {% link a/無い.png %}{% post_url 2024-01-05-無い %}\n"
        "{% include_relative ../../秘密.txt %}{% link ../外.md %}\n",
    )

    missing = Code.MISSING_TARGET.value
    assert codes(site) == [(7, 1, missing), (8, 3, missing), (8, 22, missing), (9, 1, missing), (9, 36, missing)]


def test_includes_have_parameters_and_japanese_names(site: Any) -> None:
    site.write("_includes/囲み/箱.html", "<b>{{ include.文 }}{{ include.other }}</b>\n")
    body = "{% include 囲み/箱.html 文='「引用」' other=page.title %}{% include_cached 囲み/箱.html %}\n"
    site.write(POST, HEADER + body)

    assert site.html() == "<p><b>「引用」題名</b>\n<b></b></p>\n"


def test_an_include_is_read_from_where_the_configuration_says(site: Any) -> None:
    site.write("_config.yml", "includes_dir: _部品\n")
    site.write("_部品/a.html", "部品")
    site.write(POST, HEADER + "{% include a.html %}\n")

    assert site.html() == "<p>部品</p>\n"


def test_a_rendering_is_made_anew_when_what_it_looked_at_changes(site: Any) -> None:
    site.write("_includes/a.html", "前")
    site.write("_data/人.yml", "name: 太郎\n")
    site.write(POST, HEADER + "{% include a.html %}{{ site.data.人.name }}{% post_url 2023-05-01-b %}\n")
    first = site.html(POST)

    site.write("_includes/a.html", "後")
    second = site.html(POST)
    site.write("_data/人.yml", "name: 花子\n")
    third = site.html(POST)
    site.write("_posts/2023-05-01-b.md", "本文\n")
    fourth = site.html(POST)

    assert [first, second] == ["<p>前太郎</p>\n", "<p>後太郎</p>\n"]
    assert third == "<p>後花子</p>\n"
    assert fourth == "<p>後花子/2023/05/01/b.html</p>\n"


def test_a_post_that_asks_for_no_other_depends_on_no_other(site: Any) -> None:
    site.write("_posts/2023-05-01-b.md", "本文\n")
    site.write(POST, HEADER + "{{ page.title }}{{ page.date }}{{ site.title }}{% post_url 2023-05-01-b %}\n")

    assert {need.kind for need in site.rendered(POST).needs} == {"file", "post"}


def test_code_survives_in_lists_and_quotes_and_amid_a_sentence(site: Any) -> None:
    block = "{% highlight python %}\nx = '*_a_* `b` [c]: d | e'  # 注\n\ny = 2\n{% endhighlight %}"
    inner = block.replace("\n", "\n   ")
    site.write(POST, f"{block}\n後の*段落*\n\n1. 一\n\n   {inner}\n2. 二\n\n> {block}\n\n文中 {block} 文末\n")

    html = site.html()

    assert html.count("<pre") == html.count("</pre>") == 4
    assert html.count("*_a_* `b` [c]: d | e") == 4
    assert html.count("# 注") == 4
    assert "後の<em>段落</em>" in html
    assert html.count("<li>") == 2


def test_unknown_tags_and_filters_stay_in_sight_and_are_told(site: Any) -> None:
    site.write(
        POST,
        HEADER + "{% 図 a.png %}前{% callout 'x' %}**中**{% endcallout %}後{{ '値' | 謎 | upcase }}\n\n{% <b> %}\n",
    )

    html = site.html()

    assert "{% 図 a.png %}前{% callout 'x' %}<strong>中</strong>{% endcallout %}後値" in html
    assert "{% &lt;b&gt; %}" in html
    unknown = Code.LIQUID_NOT_RENDERED.value
    assert codes(site) == [(6, 1, unknown), (6, 15, unknown), (6, 37, unknown), (6, 63, unknown), (8, 1, unknown)]


def test_a_fault_in_an_included_file_is_told_where_the_post_includes_it(site: Any) -> None:
    site.write("_includes/a.html", "一\n二{% 謎 %}")
    site.write(POST, HEADER + "本文\n\n  {% include a.html %}{% include a.html %}\n")

    faults = site.rendered().problems

    assert [(fault.line, fault.column) for fault in faults] == [(8, 3), (8, 23)]
    assert "line 2 of what is included here" in faults[0].message


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ("一\n{% if page.title %}\n二\n", 8, 1),
        ("一\n二{% endfor %}\n", 8, 2),
        ("{{ page.title\n", 7, 1),
        ("一{% raw %}{{ x }}\n", 7, 2),
        ("{% comment %}\n", 7, 1),
        ("{% for x page.tags %}{% endfor %}\n", 7, 10),
        ("{% if a %}{% for x in y %}{% endif %}{% endfor %}\n", 7, 27),
        ("{% case %}{% endcase %}\n", 7, 1),
    ],
)
def test_broken_liquid_stays_as_it_is_and_is_told_at_its_place(site: Any, body: str, line: int, column: int) -> None:
    site.write(POST, HEADER + "{{ page.title }}\n" + body)

    assert codes(site) == [(line, column, Code.LIQUID_BROKEN.value)]
    assert "{{ page.title }}" in site.html()


def test_an_output_that_fails_stays_alone_and_the_rest_is_rendered(site: Any) -> None:
    site.write(POST, HEADER + "{{ 1 | divided_by: 0 }}、{{ page.title }}、\\frac{{a}{b}}{{ '%ff' | url_decode }}\n")

    html = site.html()

    assert "{{ 1 | divided_by: 0 }}、題名、\\frac{{a}{b}}{{ '%ff' | url_decode }}" in html
    broken = Code.LIQUID_BROKEN.value
    assert codes(site) == [(6, 1, broken), (6, 47, broken), (6, 55, broken)]


def test_other_templates_in_code_give_what_they_give_in_jekyll_and_are_told(site: Any) -> None:
    site.write(POST, HEADER + '`${{ secrets.TOKEN }}` [{{ include "x" . }}] `{% raw %}{{ .Values }}{% endraw %}`\n')

    assert site.html() == "<p><code>$</code> [] <code>{{ .Values }}</code></p>\n"
    assert codes(site) == [(6, 25, Code.LIQUID_BROKEN.value)]


def test_the_present_is_the_newest_posts_moment(site: Any) -> None:
    site.write("_posts/2030-02-03-新.md", "---\ndate: 2030-02-03 04:05:06 +0900\n---\n")
    site.write(POST, HEADER + "{{ site.time }}|{{ 'now' | date: '%Y年%-m月%-d日' }}|{{ now }}|{{ today }}\n")

    assert site.html(POST) == "<p>2030-02-03 04:05:06 +0900|2030年2月3日||</p>\n"


def test_what_feeds_cannot_show_is_linked_and_pictures_are_shown(site: Any) -> None:
    site.write(
        POST,
        HEADER + "{% youtube _a_b-C %} {% gist 利用者/1 %}{% gist me/123abc %}\n{% tweet 12 %}\n\n"
        '{% figure src="/図.png" alt="*図*" caption="説明*文*" %}\n\n{% image /a.jpg "代替" %}\n\n'
        '{% figure caption: "説" %}\n![b](b.png)\n{% endfigure %}\n{% seo %}{% feed_meta %}\n',
    )

    html = site.html()

    assert '<a href="https://www.youtube.com/watch?v=_a_b-C">https://www.youtube.com/watch?v=_a_b-C</a>' in html
    assert 'href="https://gist.github.com/me/123abc"' in html
    assert 'href="https://twitter.com/i/status/12"' in html
    assert '<img src="https://example.com/%E5%9B%B3.png" alt="*図*"><figcaption>説明*文*</figcaption>' in html
    assert '<img src="https://example.com/a.jpg" alt="代替">' in html
    assert '<img src="https://example.com/2024/01/05/b.png" alt="b">' in html
    assert "<figcaption>説</figcaption></figure>" in html
    assert [code for _, _, code in codes(site)] == [Code.LIQUID_NOT_RENDERED.value]


def test_a_data_file_that_cannot_be_read_is_told(site: Any) -> None:
    site.write("_data/壊.yml", "a: [")
    site.write(POST, HEADER + "本文\n{{ site.data.壊.a }}|{{ site.data.無.a }}\n")

    assert site.html() == "<p>本文\n|</p>\n"
    assert [code for _, _, code in codes(site)] == [Code.MISSING_TARGET.value]


def test_a_collections_documents_have_their_fields_and_addresses(site: Any) -> None:
    site.write("_config.yml", "collections: {本: {output: true}}\npermalink: pretty\n")
    site.write("_本/一巻.md", "---\ntitle: 上巻\nprice: 1_000\n---\n中身\n")
    site.write("_本/二巻.md", "---\ntitle: 下巻\npermalink: /下/\n---\n")
    site.write(POST, HEADER + "{% for b in site.本 %}{{ b.title }}{{ b.url }}{{ b.price | plus: 1 }};{% endfor %}\n")

    assert site.html() == "<p>上巻/本/一巻/1001;下巻/下/1;</p>\n"


@pytest.fixture
def eleventy(site: Any) -> Any:
    site.engine = Engine.ELEVENTY
    site.url = "https://example.com/b/"
    site.write("_data/site.json", '{"name": "サイト", "list": [1, 2.5]}')
    site.write("_includes/部品.liquid", "［{{ title }}{{ v }}］")
    site.write("2024-02-05-二.md", "---\ntitle: 二\ntags: [posts]\n---\n")
    return site


def eleventys(site: Any, body: str, header: str = "") -> str:
    own = f"title: 題名\ntags: [posts, 本]\nn: 012\nyes: yes\nd: 2024-01-05\n{header}"
    site.write("2024-01-05-記事.md", f"---\n{own}---\n{body}")
    return str(site.html("2024-01-05-記事.md"))


def test_eleventys_variables_are_the_cascades(eleventy: Any) -> None:
    body = (
        "{{ title }}|{{ n }}|{{ yes }}|{{ site.name }}|{{ site.list | join: '-' }}|{{ d | date: '%-m月' }}|{{ 無 }}\n"
    )

    assert eleventys(eleventy, body) == "<p>題名|12|yes|サイト|1-2.5|1月|</p>\n"


def test_eleventys_page_and_collections_are_there(eleventy: Any) -> None:
    body = (
        "{{ page.url }}|{{ page.fileSlug }}|{{ page.filePathStem }}|{{ page.date }}\n"
        "{% for p in collections.posts %}{{ p.data.title }}{{ p.url }};{% endfor %}{{ collections['本'].size }}\n"
        "{% assign next = collections.posts | getNextCollectionItem: page %}{{ next.url }}|{{ '/a/' | url }}\n"
    )

    assert eleventys(eleventy, body).splitlines() == [
        "<p>/2024-01-05-記事/|記事|/記事|Fri Jan 05 2024 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "題名/2024-01-05-記事/;二/2024-02-05-二/;1",
        "/2024-02-05-二/|/b/a/</p>",
    ]


def test_eleventys_includes_see_the_variables_and_its_partials_do_not(eleventy: Any) -> None:
    body = (
        "{% include '部品', v: '一' %}{% render '部品.liquid', v: '二' %}{{ 5 | divided_by: 2 }}{{ 2.0 | times: 1 }}\n"
    )

    assert eleventys(eleventy, body) == "<p>［題名一］［二］2.52</p>\n"


def test_what_is_nunjucks_alone_or_the_sites_own_is_told_and_stays(eleventy: Any) -> None:
    html = eleventys(eleventy, "{% set a = 1 %}{{ d | date('yyyy') }}{% image 'a.png', '図' %}{{ title }}\n")

    assert html == "<p>{% set a = 1 %}{{ d | date('yyyy') }}{% image 'a.png', '図' %}題名</p>\n"
    assert [code for _, _, code in codes(eleventy, "2024-01-05-記事.md")] == [
        Code.LIQUID_NOT_RENDERED.value,
        Code.LIQUID_BROKEN.value,
        Code.LIQUID_NOT_RENDERED.value,
    ]


@pytest.mark.parametrize("header", ["templateEngineOverride: md\n", "templateEngineOverride: false\n"])
def test_eleventys_front_matter_can_turn_templates_off(eleventy: Any, header: str) -> None:
    assert eleventys(eleventy, "{{ title }}\n", header) == "<p>{{ title }}</p>\n"


def test_eleventys_configuration_can_turn_templates_off(eleventy: Any) -> None:
    eleventy.write("eleventy.config.js", "export default { markdownTemplateEngine: false };\n")

    assert eleventys(eleventy, "{{ title }}\n") == "<p>{{ title }}</p>\n"
