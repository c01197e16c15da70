"""Beside the real Jekyll: each snippet gives what Jekyll makes of it."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from publisher.content import Engine, Index, Rules, scan, survey
from publisher.content.dialects.jekyll import to_html
from publisher.content.render import read_source
from publisher.content.world import Page, World
from publisher.model.post import Post

CONFIG = """\
title: 投資ブログ
url: https://例え.example
baseurl: /b
timezone: Asia/Tokyo
author: {name: 編集部, email: a@example.com}
numbers: [3, 1, 2]
flag: yes
version: 1.10
time_like: 12:30
since: 2020-04-01
"""

PEOPLE = """\
- name: 太郎
  age: 30
  tags: [本, 味噌]
- name: 花子
  age: 4
  tags: [本]
- name: 次郎
  tags: []
"""

FILES = {
    "_config.yml": CONFIG,
    "_data/people.yml": PEOPLE,
    "_data/places/cities.json": '{"東京": {"人口": 1400, "率": 1.5}, "ok": true, "none": null}',
    "_data/rows.csv": "名,数\n一,1\n二,2\n",
    "_data/merged.yml": "base: &b {x: 1, y: no}\nchild:\n  <<: *b\n  y: 2\nat: 2024-01-05 10:00:00\n",
    "_includes/box.html": '<b class="{{ include.kind }}">{{ include.text }}{{ include.missing }}</b>',
    "_includes/outer.html": "({% include inner.html %}|{% include inner.html v=include.v %})",
    "_includes/inner.html": "{{ include.v }}",
    "_includes/assigns.html": "{% assign leaked = 'はい' %}{{ page.title }}",
    "_posts/part.txt": "相対 {{ page.title }}",
    "assets/図.png": "png",
    "about.md": "---\ntitle: 約\n---\n",
    "docs/index.html": "---\n---\n",
    "fixed.html": "---\npermalink: /固定/\n---\n",
    "_posts/2023-05-01-古い記事.md": "---\ntitle: 古い記事\ncategories: [投資分析, Market]\ntags: [AI]\nrating: 07\n---\n最初の段落。\n\n次。\n",
    "_posts/2024-02-01-ハードカバー、本.md": "---\ntags: [AI, 本]\ncategory: Market\nrating: 2\n---\n本文。\n",
}

HEADER = """\
---
title: "記事 {number}"
layout: null
categories: [雑記]
tags: [試し]
number: 012
ratio: 1.50
on_sale: on
day: 2024-01-31
moment: 2024-01-31 10:00:00
offset: 2024-01-31 10:00:00 -0500
list: [い, ろ, は]
nested: {{a: {{b: [1, 2]}}}}
empty_text: ""
nothing: ~
excerpt: 要約
---
"""

SNIPPETS = r"""
{{ site.title }}|{{ site.author.name }}|{{ site.numbers }}|{{ site.flag }}|{{ site.version }}|{{ site.time_like }}|{{ site.since }}
{{ page.title }}|{{ page.number }}|{{ page.ratio }}|{{ page.on_sale }}|{{ page.day }}|{{ page.moment }}|{{ page.offset }}
{{ page.url }}|{{ page.id }}|{{ page.slug }}|{{ page.path }}|{{ page.name }}|{{ page.collection }}|{{ page.date }}|{{ page.ext }}
{{ page.nested.a.b }}|{{ page.nested }}|{{ page.list | inspect }}|{{ page.nothing }}|{{ page.empty_text }}|{{ page.none.at.all }}
{{ page.categories }}|{{ page.tags | join: "、" }}|{{ page.draft }}|{{ jekyll.environment }}
{{ page.previous.title }}|{{ page.next.title }}
{% for p in site.posts %}{% if p.title contains "記事 " %}{% else %}{{ p.title }}:{{ p.url }}:{{ p.rating }}:{{ p.id }};{% endif %}{% endfor %}
{% for c in site.categories %}{% if c[0] != "雑記" %}{{ c[0] }}={{ c[1].size }};{% endif %}{% endfor %}{{ site.tags["AI"] | map: "title" | join: "/" }}
{% assign old = site.posts | where: "title", "古い記事" | first %}{{ old.excerpt }}|{{ old.date | date: "%Y年%-m月%-d日（%a）" }}|{{ old.categories | join: "," }}
{{ site.data.people[0].name }}|{{ site.data.people | map: "age" | compact | sort | join: "," }}|{{ site.data.people.size }}
{{ site.data.places.cities["東京"]["人口"] }}|{{ site.data["places"]["cities"].ok }}|{{ site.data["places"]["cities"]["東京"]["率"] }}
{% for r in site.data.rows %}{{ r["名"] }}-{{ r["数"] }};{% endfor %}|{{ site.data.merged.child.x }}{{ site.data.merged.child.y }}{{ site.data.merged.base.y }}|{{ site.data.merged.at }}
{{ site.data.people | where: "age", 4 | map: "name" }}|{{ site.data.people | where: "tags", "本" | map: "name" | join: "," }}|{{ site.data.people | where: "age", nil | map: "name" }}
{{ site.data.people | where_exp: "p", "p.age > 5" | map: "name" | join: "," }}|{{ site.data.people | where_exp: "p", "p.tags contains '味噌' or p.name == '花子'" | map: "name" | join: "," }}
{{ site.data.people | find: "name", "花子" | jsonify }}|{% assign f = site.data.people | find_exp: "p", "p.age == 4" %}{{ f.name }}
{% assign g = site.data.people | group_by: "age" %}{% for x in g %}{{ x.name }}:{{ x.size }}:{{ x.items[0].name }};{% endfor %}
{% assign g = site.data.people | group_by_exp: "p", "p.tags.size" %}{% for x in g %}{{ x.name }}:{{ x.size }};{% endfor %}
{{ site.data.people | sort: "age" | map: "name" | join: "," }}|{{ site.data.people | sort: "age", "last" | map: "name" | join: "," }}|{{ site.numbers | sort | join: "" }}|{{ "b,A,c" | split: "," | sort_natural | join: "" }}
{{ site.numbers | push: 9 | join: "" }}|{{ site.numbers | pop | join: "" }}|{{ site.numbers | shift: 2 | join: "" }}|{{ site.numbers | unshift: 0 | join: "" }}
{{ page.list | array_to_sentence_string }}|{{ page.list | array_to_sentence_string: "と" }}|{{ "a,b" | split: "," | array_to_sentence_string }}|{{ page.list | jsonify }}|{{ site.data.people | jsonify }}
{{ "a,b,,c,," | split: "," | size }}|{{ "a  b c" | split: " " | join: "/" }}|{{ "日本語" | split: "" | join: "/" }}|{{ "a,a,b" | split: "," | uniq | join: "" }}|{{ "a,b" | split: "," | concat: page.list | join: "" }}|{{ page.list | reverse | join: "" }}
{{ "x" | absolute_url }}|{{ "/x/y" | relative_url }}|{{ "" | absolute_url }}|{{ "" | relative_url }}|{{ "https://a.example/ä" | absolute_url }}|{{ "日本.html" | relative_url }}|{{ "/" | relative_url }}|{{ page.none | absolute_url }}|{{ "/a/index.html" | strip_index }}
{{ site.url }}|{{ site.baseurl }}|{{ "/a b?q=1&r=あ#い" | relative_url }}
{{ page.moment | date_to_xmlschema }}|{{ page.offset | date_to_rfc822 }}|{{ page.day | date_to_string }}|{{ page.day | date_to_long_string: "ordinal" }}|{{ page.day | date_to_long_string: "ordinal", "US" }}|{{ page.day | date_to_xmlschema }}
{{ page.moment | date: "%Y-%m-%d %-d %e %k|%l|%I %p %P %b %^b %B %A %a %j %U %W %V %G %u %w %y %C %H:%M:%S %z %:z %Z %s %% %F %T %R %D %c %x %X %r %n %t %10Y %-I %_m %03d %h %L %3N %Q" }}
{{ "2024-03-04" | date: "%d/%m" }}|{{ "March 4, 2024 5:06 PM" | date: "%F %T" }}|{{ 86400 | date: "%F" }}|{{ "86400" | date: "%F" }}|{{ "no date" | date: "%F" }}|{{ page.nothing | date: "%F" }}|{{ page.day | date: "" }}
{{ "<a href='x'>&amp;\"</a>" | escape }}|{{ "<a href='x'>&amp;\"</a>" | xml_escape }}|{{ "<&amp;&" | escape_once }}|{{ "a b/あ&?~*" | cgi_escape }}|{{ "a b/あ&?~[]" | uri_escape }}|{{ "a b&c" | url_encode }}|{{ "a%20b+c" | url_decode }}
{{ "日本語のテキスト and words" | number_of_words }}|{{ "日本語 and two" | number_of_words: "cjk" }}|{{ "日本語 and two" | number_of_words: "auto" }}|{{ "one two" | number_of_words: "auto" }}|{{ "カタカナ　ー、。ｱｲ" | number_of_words: "cjk" }}
{{ "Hello, 世界（１）_x.y" | slugify }}|{{ "Hello, 世界（１）_x.y" | slugify: "pretty" }}|{{ "Hello, 世界 X" | slugify: "ascii" }}|{{ "Çà é ß" | slugify: "latin" }}|{{ "A  b" | slugify: "raw" }}|{{ "A b" | slugify: "none" }}|{{ "か\u3099" | slugify }}
{{ "<p>a<script>x</script><!-- c -->b</p>" | strip_html }}|{{ " a  b\n c " | normalize_whitespace }}|[{{ "　全角　" | strip }}]|{{ "a\nb" | newline_to_br }}|{{ "ABC日" | downcase }}|{{ "éa b" | capitalize }}|{{ "aé" | upcase }}
{{ "日本語の長い文章です" | truncate: 5 }}|{{ "日本語" | truncate: 5 }}|{{ "日本語の長い文章" | truncate: 4, "…" }}|{{ "a b c d" | truncatewords: 2 }}|{{ "a b" | truncatewords: 2 }}|{{ "あ い う" | truncatewords: 1, "" }}
{{ "abcdef" | slice: 1, 3 }}|{{ "abcdef" | slice: -2, 2 }}|{{ "日本語" | slice: 1 }}|{{ page.list | slice: 1, 2 | join: "" }}|{{ "abc" | slice: 5 }}
{{ "aaa" | replace: "a", "b" }}|{{ "aaa" | replace_first: "a", "b" }}|{{ "aaa" | remove: "a" }}|{{ "aab" | remove_first: "a" }}|{{ "b" | append: "c" | prepend: "a" }}|{{ 5 | append: "円" }}|{{ true | append: "x" }}|{{ page.day | append: "!" }}
{{ 5 | plus: 2 }}|{{ "5" | minus: 2.5 }}|{{ 7 | times: "3" }}|{{ 7 | divided_by: 2 }}|{{ -7 | divided_by: 2 }}|{{ 7 | divided_by: 2.0 }}|{{ -7 | modulo: 3 }}|{{ 4.6 | ceil }}|{{ 4.6 | floor }}|{{ 4.5 | round }}|{{ 2.5 | round }}|{{ 4.567 | round: 2 }}|{{ -3 | abs }}|{{ 3 | at_least: 5 }}|{{ 3 | at_most: 2 }}|{{ "1.5" | plus: 1 }}|{{ "abc" | plus: 1 }}|{{ 0.1 | plus: 0.2 }}
{{ "12abc" | to_integer }}|{{ true | to_integer }}|{{ page.none | to_integer }}|{{ 3.9 | to_integer }}
{{ page.none | default: "なし" }}|{{ "" | default: "空" }}|{{ false | default: "偽" }}|{{ 0 | default: 1 }}|{{ page.list | size }}|{{ "日本" | size }}|{{ page.list.first }}{{ page.list.last }}{{ page.list[1] }}{{ page.list | first }}
{{ "\"Hi\" -- 'you' ... it's" | smartify }}|{{ "**太字** と *斜体*" | markdownify }}
{{ nil | inspect }}|{{ "a\"b<" | inspect }}|{{ 1.5 | inspect }}|{{ page.nested | inspect }}
{% assign a = "x" %}{% capture b %}[{{ a }}]{% endcapture %}{{ b }}{% increment n %}{% increment n %}{% decrement m %}{% cycle "い", "ろ" %}{% cycle "い", "ろ" %}
{% if page.number == 10 and page.on_sale %}はい{% elsif true %}二{% else %}いいえ{% endif %}{% unless page.none %}無{% endunless %}{% case page.number %}{% when 1, 10 %}十{% else %}他{% endcase %}
{% if page.list contains "い" %}有{% endif %}{% if page.title contains "記事" %}有{% endif %}{% if page.none == nil %}無{% endif %}{% if page.empty_text == "" %}空{% endif %}{% if page.list == empty %}x{% else %}非空{% endif %}{% if "" %}真{% endif %}{% if page.moment > page.date %}後{% endif %}
{% for i in (1..5) reversed %}{% if i == 2 %}{% break %}{% endif %}{% if i == 4 %}{% continue %}{% endif %}{{ i }}{{ forloop.index }}{{ forloop.last }} {% endfor %}{% for x in page.list limit:2 offset:1 %}{{ x }}{{ forloop.rindex0 }}{% else %}無{% endfor %}{% for x in page.none %}{% else %}無{% endfor %}
{% for x in page.nested %}{{ x[0] }}={{ x[1] }}{% endfor %}{% tablerow x in page.list cols:2 %}{{ x }}{% endtablerow %}
{% for i in (1..3) %}  {% assign z = i %}  {% endfor %}[{%- if true -%}  詰  {%- endif -%}]　{{- "全" -}}　終
{% raw %}{{ page.title }} {% include x %}{% endraw %}{% comment %}{{ x | nothing }}{% unknown %}{% comment %}y{% endcomment %}{% endcomment %}後
{% include box.html kind="k" text='引"用' %}{% include box.html text=page.title kind=site.data.people.first.name %}{% assign n = "inner" %}{% include {{ n }}.html v="変" %}
{% include outer.html v="継" %}{% include assigns.html %}{{ leaked }}{{ include.v }}{% include_relative part.txt %}
{% include inner.html v="a \"b\" c" %}{% include inner.html
   v="行"
%}
{% link about.md %}|{% link docs/index.html %}|{% link fixed.html %}|{% link _posts/2023-05-01-古い記事.md %}|{% link /assets/図.png %}
{% post_url 2023-05-01-古い記事 %}|{% post_url 2024-02-01-ハードカバー、本 %}|{% post_url /2023-05-01-古い記事 %}
{% assign x = page.title | split: " " | first %}{{ x }}{% assign y = page.list | join: "," | append: "。" %}{{ y }}{{ "a" | append: "b" | upcase | append: page.list[0] }}
{{ page["title"] }}{{ page[page.none] }}{{ "quoted" }}{{ 'single' }}{{ 12 }}{{ 1.50 }}{{ true }}{{ nil }}{{ (1..3) }}{{ }}{{ page.list.size }}{{ page.title.size }}
${{ secrets.TOKEN }}|{{ foo bar }}|{{ .Values.x }}|{{ include "x" . }}|{{ a | upcase b }}|{{ "a" "b" | upcase }}
{{ site.posts | sort: "date" | map: "title" | first }}|{{ site.posts | where: "rating", 7 | map: "title" }}|{{ site.posts | where_exp: "p", "p.rating == 7" | size }}
{{ site.data.places.cities["東京"]["率"] }}|{{ site.data.places.cities.none | inspect }}|{{ site.data.places.cities | jsonify }}|{{ site.data.nothing.here }}
{{ site.posts.first.title }}|{{ site.posts[1].title }}|{{ site.posts.last.title }}|{{ site.posts.size }}|{% for p in site.posts limit: 1 offset: 1 %}{{ p.title }}{% endfor %}
{% for a in page.list %}{% for b in site.numbers %}{{ forloop.parentloop.index }}{{ b }}{{ forloop.first }} {% endfor %}{% endfor %}{% for x in page.list limit: 1 %}{{ x }}{% endfor %}{% for x in page.list offset: continue %}{{ x }}{% endfor %}
{{ 3.0 }}|{{ 1.0 | times: 2 }}|{{ 10 | divided_by: 4.0 }}|{{ 1000000000000 | times: 1000000000000 }}|{{ "1_000" | plus: 1 }}|{{ 7 | modulo: 2.5 }}|{{ -2.5 | round }}|{{ 1234.5678 | round: -2 }}|{{ "3" | times: "a" }}
{{ "é<\u3042" | jsonify }}|{{ page.day | jsonify }}|{{ page.moment | jsonify }}|{{ page.nested | jsonify }}|{{ nil | jsonify }}|{{ 1.5 | jsonify }}|{{ true | jsonify }}
{% if 1 < 2 and 2 > 1 or false %}い{% endif %}{% if "a" < "b" %}ろ{% endif %}{% if page.number >= 10 %}は{% endif %}{% if page.none < 1 %}x{% else %}に{% endif %}{% if true or false and false %}ほ{% endif %}{% if page.list[5] %}x{% endif %}{% if page.none != 1 %}へ{% endif %}{% if page.ratio <> 1 %}と{% endif %}
{% case page.title %}{% when "x" or "記事 9" %}x{% when page.title %}同{% endcase %}{% unless true %}x{% else %}逆{% endunless %}{% if page.list.first == "い" %}初{% endif %}
{% assign parts = "2024/01/05" | split: "/" %}{{ parts[0] }}{{ parts.last }}{% assign k = "title" %}{{ page[k] }}{{ page.list[-1] }}{% assign n = page.number | plus: 1 %}{{ n }}
{% for p in site.posts %}{% if p.rating %}{{ p.date | date_to_xmlschema }}{{ p.date | date_to_string }}{{ p.previous.title | slice: 0, 2 }}{{ p.excerpt | strip_html | strip }}{% endif %}{% endfor %}
{% assign y = site.posts | group_by_exp: "p", "p.date | date: '%Y'" %}{% for g in y %}{{ g.name }}={{ g.items | size }};{% endfor %}{% assign c = site.posts | where_exp: "p", "p.categories contains 'Market'" %}{{ c | map: "title" | sort | join: "/" }}
{% assign c = site.posts | where: "categories", "Market" %}{{ c.size }}{% assign c = site.posts | where: "tags", "本" %}{{ c.size }}{% assign c = site.posts | sort: "title" | map: "title" | first %}{{ c }}
{% assign now = "2024-03-01" | date: "%s" | minus: 86400 %}{{ now | date: "%F" }}|{{ page.date | date: "%s" | plus: 0 }}
{{ "a,b;c" | replace: ",", ";" | split: ";" | join: " と " }}|{{ "x" | times: 3 }}|{{ "  " | strip | size }}|{{ "Straße İ ǆ" | upcase }}|{{ "ΑΣ" | downcase }}
{{ page.list | where_exp: "x", "x != 'ろ'" | join: "" }}|{{ page.nested | sort | inspect }}|{{ "b a" | split: " " | sort | first }}|{{ page.list | concat: site.numbers | compact | size }}
{%- comment -%} 消える {%- endcomment -%}  前{% raw %}  中  {% endraw %}  後
{{ "x" | date: "%Y" }}{{ "today" | slice: 0 }}{{ page.title | date: "%Y" }}{{ "2024-13-45" | date: "%F" }}{{ "10:30" | size }}
{% include inner.html v=page.list %}{% include inner.html v=3 %}{% include inner.html v=nothing.at.all %}{% include inner.html v=true %}{% for x in page.list %}{% include inner.html v=x %}{% endfor %}
{{ page.content | strip | truncate: 10 }}|{{ page.content | number_of_words }}
{{ "a\\b" }}|{{ "tab	x" }}|{{ "&<>" }}
{% assign list = "" | split: "" %}{% for i in (1..3) %}{% assign list = list | push: i %}{% endfor %}{{ list | join: "-" }}{{ list | jsonify }}{{ list | inspect }}{{ list }}
{% ifchanged %}a{% endifchanged %}{% ifchanged %}a{% endifchanged %}{% ifchanged %}b{% endifchanged %}
{{ site.static_files | map: "path" | join: "," }}|{{ site.related_posts | size }}|{{ site.collections | map: "label" | join: "," }}
"""


def snippets() -> list[str]:
    """One a line; a line that does not start with a brace or a `$` or a quote goes on with the one before."""
    return [part for part in re.split(r"\n(?=[{$\"])", SNIPPETS.strip("\n"))]


def write_site(folder: Path) -> None:
    posts = {
        f"_posts/2024-01-10-snippet-{number:03}.html": HEADER.format(number=number) + text + "\n"
        for number, text in enumerate(snippets())
    }
    for name, text in (FILES | posts).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def jekylls(folder: Path) -> dict[str, str]:
    executable = shutil.which("jekyll")
    assert executable, "Jekyll is not installed: run scripts/system-packages"
    done = subprocess.run([executable, "build", "--quiet"], cwd=folder, env=os.environ | {"JEKYLL_ENV": "production"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = (folder / "_site").rglob("snippet-*.html")
    return {page.stem: page.read_text(encoding="utf-8") for page in pages}


def ours(folder: Path) -> dict[str, str]:
    found = survey(folder, Engine.JEKYLL)
    rules = Rules(
        engine=Engine.JEKYLL,
        folder=folder,
        content=found.content,
        url=found.url or "",
        timezone=found.timezone or "UTC",
        permalink=found.permalink,
        exclude=("_site",),
        output=found.output,
        settings=found.settings,
    )
    with Index(folder.parent / "cache.db", "key") as index:
        scan(rules, index)
        posts: Sequence[Post] = tuple(index.posts())
    world = World(rules, lambda: posts)
    return {post.source[len("_posts/2024-01-10-") : -len(".html")]: rendered(post, world) for post in posts if "snippet" in post.source}


def rendered(post: Post, world: World) -> str:
    source = read_source(world.rules, post, {})
    assert source is not None
    return to_html(Page(post, source, world))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    folder = tmp_path_factory.mktemp("liquid") / "site"
    write_site(folder)
    return ours(folder), jekylls(folder)


def squeezed(text: str) -> str:
    return " ".join(text.split(" ")).strip("\n")


@pytest.mark.parametrize("number", range(len(snippets())), ids=lambda number: snippets()[number][:40])
def test_a_snippet_gives_what_jekyll_gives(both: tuple[dict[str, str], dict[str, str]], number: int) -> None:
    mine, theirs = both
    name = f"snippet-{number:03}"
    assert squeezed(mine[name]) == squeezed(theirs[name])
