"""Liquid within its bounds, and its values; what posts make of it stands in `dialects/test_jekyll_dialect.py`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.content import Code, Engine, Rules
from publisher.content.front import Front
from publisher.content.liquid.data import BadData, key_of, value_of
from publisher.content.liquid.eleventy_environment import eleventy_environment
from publisher.content.liquid.eleventy_names import EleventyNames
from publisher.content.liquid.embeds import arguments
from publisher.content.liquid.javascript import js_typed
from publisher.content.liquid.jekyll_environment import jekyll_environment
from publisher.content.liquid.names import JekyllNames
from publisher.content.liquid.places import page_path
from publisher.content.liquid.rendering import render
from publisher.content.liquid.ruby import inspected, printed
from publisher.content.liquid.strftime import strftime
from publisher.content.liquid.tags import one_line
from publisher.content.liquid.typed import typed
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar
from publisher.content.world import Page, World
from publisher.model.post import Post

TOKYO = ZoneInfo("Asia/Tokyo")
FILES = {
    "_config.yml": "title: 題\n",
    "_includes/self.html": "{% if true %}{% include self.html %}{% endif %}",
    "_includes/a.html": "{% for i in (1..3) %}{% include b.html %}{% endfor %}",
    "_includes/b.html": "{% include a.html %}",
    "_includes/break.html": "{% break %}",
    "_data/deep.json": "[" * 100_000 + "]" * 100_000,
    "_data/bomb.yml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Engine], Page]:
    folder = tmp_path_factory.mktemp("liquid")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    posts = [a_post(f"_posts/2024-01-{day:02}-記事.md", day) for day in range(1, 20)]

    def made(body: str, engine: Engine = Engine.JEKYLL) -> Page:
        rules = Rules(engine, folder, ".", "https://example.com/b/", "Asia/Tokyo", None, ())
        fields = Fields()
        fields["title"] = Scalar("題名", True, 2, 1)
        fields["list"] = [Scalar("い", True, 3, 1), Scalar("2", True, 3, 5)]
        source = Source(posts[4].source, posts[4].source, Front(fields, body, 5), rules, TOKYO)
        return Page(posts[4], source, World(rules, lambda: posts))

    return made


def a_post(source: str, day: int) -> Post:
    path = f"/2024/01/{day:02}/記事.html"
    moment = datetime(2024, 1, day, tzinfo=UTC)
    return Post(
        source=source, path=path, url="https://example.com/b" + path, title=f"記事{day}", published=moment, digest="d"
    )


def rendered(page: Page) -> str | None:
    if page.world.rules.engine is Engine.ELEVENTY:
        return render(page, page.body, eleventy_environment(), EleventyNames(page))
    return render(page, page.body, jekyll_environment(), JekyllNames(page))


TENFOLD = '{% assign a = "xxxxxxxxxx" %}' + "{% assign a = a | append: a %}" * 14

HOSTILE = {
    "raw never closed": "{% raw %}" * 100_000,
    "comment never closed": "{% comment %}" * 100_000,
    "output never closed": "{{" * 500_000,
    "tag never closed": "{%" * 500_000,
    "too many tags": "{{a}}" * 200_000,
    "deep blocks": "{% if a %}" * 5_000 + "{% endif %}" * 5_000,
    "deep paths": "{{ " + "a[" * 20_000 + "b" + "]" * 20_000 + " }}",
    "deep conditions": "{% if " + "a and " * 5_000 + "b %}x{% endif %}",
    "deep parentheses": "{% if " + "(" * 5_000 + "b" + ")" * 5_000 + " %}x{% endif %}",
    "a text that doubles": TENFOLD + "{% assign a = a | append: a %}" * 30,
    "a text in each letter of itself": TENFOLD + '{{ a | replace: "x", a | size }}',
    "a list that doubles": '{% assign a = "a,b" | split: "," %}' + "{% assign a = a | concat: a %}" * 40,
    "a long glue": '{% assign a = "' + "x," * 100_000 + '" | split: "," %}{{ a | join: "' + "y" * 1_000 + '" | size }}',
    "a number that squares": "{% assign a = 99999999 %}" + "{% assign a = a | times: a %}" * 40 + "{{ a }}",
    "loops in loops": "{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}",
    "loop after loop": "{% for i in (1..99999) %}{% endfor %}" * 500,
    "a range to walk backwards": "{% for i in (1..1000000000000) reversed %}x{% endfor %}",
    "a range to join": '{% assign r = (1..1000000000) %}{{ r | join: "" }}',
    "a range in a table": "{% tablerow i in (1..1000000000) cols:2 %}x{% endtablerow %}",
    "a file in itself": "{% include self.html %}",
    "a file in another's": "{% include a.html %}",
    "a wide date": '{{ page.date | date: "' + "%999Y" * 5_000 + '" | size }}',
    "an alias bomb": "{{ site.data.bomb | jsonify | size }}",
    "an alias bomb in sight": "{{ site.data.bomb }}",
    "the site in Ruby": "{{ page | inspect }}",
    "a break out of nothing": "{% break %}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_template_runs_for_long_or_fills_the_memory(page: Any, body: str) -> None:
    made = page(body)
    started = time.process_time()

    assert rendered(made) is None
    assert time.process_time() - started < 8
    assert [fault.code for fault in made.problems] == [Code.LIQUID_BROKEN]


HARMLESS = {
    "{{ 1e400 | round }}": "0",
    "{{ site.data.deep | size }}": "0",
    "{{ '" + "<script" * 50_000 + "' | strip_html | size }}": "350000",
    "{% for i in (1..3) %}{{ i }}{% include break.html %}{% endfor %}": "1",
    "{%- comment -%}{% if %}{%- endcomment -%}　字": "　字",
    "{{}}{{-}}{{--}}{{ - }}": "",
    "{{ page.list.first }}{{ page.offset }}{{ page.limit }}{{ page.for.in }}": "い",
    "{% for p in site.posts limit: 2 %}{{ p.title }}{% endfor %}{{ site.posts.size }}": "記事19記事1819",
    "{{ page.previous.title }}{{ page.next.title }}{{ page.title | append: page.list }}": '記事4記事6題名["い", 2]',
    "{{ site.posts | sample | map: 'title' }}{{ site.posts | sample: 2 | size }}": "記事192",
    "{{ 'か\u3099' | slugify }}{{ '　a　' | strip }}": "か\u3099　a　",
    "{{ true | append: nil }}{{ page.none | append: 'x' }}": "truex",
}


@pytest.mark.parametrize(("body", "expected"), HARMLESS.items(), ids=range(len(HARMLESS)))
def test_what_is_odd_gives_what_ruby_would(page: Any, body: str, expected: str) -> None:
    assert rendered(page(body)) == expected


def test_a_post_is_told_a_hundred_faults_at_most(page: Any) -> None:
    made = page("{{ a " + "| b " * 5_000 + "}}")

    assert rendered(made) == ""
    assert len(made.problems) == 100


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "-",
        "if",
        "endif",
        "for",
        "in",
        "endfor",
        "assign",
        "capture",
        "endcapture",
        "case",
        "raw",
        "endraw",
        "comment",
        "endcomment",
        "include",
        "self.html",
        "a",
        "=",
        "==",
        "|",
        ":",
        ",",
        '"',
        "'",
        "1",
        "page",
        ".",
        "title",
        "site",
        "posts",
        "data",
        "bomb",
        "(1..3)",
        "where",
        "sort",
        "date",
        "first",
        "%Y",
        "日本",
        "、",
        "highlight",
        "endhighlight",
        "figure",
        "endfigure",
        "link",
        "x.md",
        "[",
        "]",
        "break",
        "split",
        "tablerow",
        "endtablerow",
        "cycle",
        "increment",
        "unless",
        "else",
        "when",
        "echo",
        "url_decode",
        "jsonify",
        "-9",
    ]
)
TEXTS = st.lists(PIECES | st.sampled_from([" ", "　", "\n"]) | st.text(max_size=3), max_size=40).map("".join)


@given(TEXTS, st.sampled_from([Engine.JEKYLL, Engine.ELEVENTY]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_template_gives_a_text_or_a_fault_and_twice_the_same(page: Any, body: str, engine: Engine) -> None:
    first, second = page(body, engine), page(body, engine)

    text = rendered(first)

    assert text == rendered(second)
    assert first.problems == second.problems
    assert text is not None or first.problems
    assert all(fault.line >= 5 and fault.column >= 1 for fault in first.problems)


TAGS = st.sampled_from(
    ["{{ %s }}", "{%% if %s %%}は{%% endif %%}", "{%% assign a = %s %%}{{ a }}", "{%% for x in %s %%}{%% endfor %%}"]
)
VALUES = st.sampled_from(
    [
        "page.title",
        "site.posts",
        "page.list",
        "(1..3)",
        "nil",
        "true",
        "-1.5",
        '"日本"',
        "site",
        "page",
        "site.data.bomb",
        "page.date",
    ]
)
FILTERS = st.sampled_from(sorted(jekyll_environment().filters))
ARGUMENTS = st.lists(VALUES, max_size=3).map(", ".join)


@given(TAGS, VALUES, st.lists(st.tuples(FILTERS, ARGUMENTS), max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_filter_takes_any_value(page: Any, tag: str, value: str, filters: list[tuple[str, str]]) -> None:
    text = "".join(f" | {name}: {arguments}" if arguments else f" | {name}" for name, arguments in filters)
    made = page(tag % (value + text))

    found = rendered(made)

    assert found is not None or made.problems


TEN = "Fri Jan 05 2024 10:00:00 GMT+0000 (Coordinated Universal Time)"


@pytest.mark.parametrize(
    ("text", "ruby", "javascript"),
    [
        ("1", "1", "1"),
        ("012", "10", "12"),
        ("08", "08", "8"),
        ("1_000", "1000", "1_000"),
        ("1,000", "1000", "1,000"),
        ("1.50", "1.5", "1.5"),
        ("2.0", "2.0", "2"),
        ("1e3", "1e3", "1000"),
        (".", ".", "."),
        ("yes", "true", "yes"),
        ("Off", "false", "Off"),
        ("true", "true", "true"),
        ("12:30", "45000", "12:30"),
        ("1:2:3.5", "1:2:3.5", "1:2:3.5"),
        ("0x1F", "31", "31"),
        ("-0b11", "-3", "-0b11"),
        ("~", "", ""),
        ("y", "y", "y"),
        ("１", "１", "１"),
        ("2024-1-5", "2024-01-05", "2024-1-5"),
        ("2024-02-30", "2024-02-30", "2024-02-30"),
        (
            "2024-01-05 10:00:00",
            "2024-01-05 19:00:00 +0900",
            TEN,
        ),
        (
            "2024-01-05T10:00:00Z",
            "2024-01-05 10:00:00 UTC",
            TEN,
        ),
        ("2024-01-05 10:00:00 -0500", "2024-01-05 10:00:00 -0500", "2024-01-05 10:00:00 -0500"),
        ("9" * 5000, "9" * 5000, "9" * 5000),
    ],
)
def test_words_are_what_ruby_and_javascript_make_of_them(text: str, ruby: str, javascript: str) -> None:
    assert printed(typed(Scalar(text, True, 1, 1), TOKYO)) == ruby
    assert printed(js_typed(Scalar(text, True, 1, 1))) == javascript
    assert printed(typed(Scalar(text, False, 1, 1), TOKYO)) == text


def test_half_a_surrogate_pair_does_not_reach_the_output() -> None:
    assert printed(typed(Scalar("あ\ud800", False, 1, 1), TOKYO)) == "あ?"
    assert printed(js_typed(Scalar("あ\ud800", False, 1, 1))) == "あ?"
    assert value_of('{"a": ["\\ud800"]}', ".json", TOKYO) == {"a": ["?"]}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("%Y年%-m月%-d日（%a）", "2024年1月5日（Fri）"),
        ("%e|%_m|%03d|%-I|%10A|%^b|%#p|%:z|%::z|%Z", " 5| 1|005|3|    Friday|JAN|pm|+09:00|+09:00:00|JST"),
        ("%s|%L|%3N|%N|%U|%V|%G|%u|%%|%Q|%", "1704436205|123|123|123456000|00|01|2024|5|%|%Q|%"),
    ],
)
def test_dates_are_written_as_ruby_writes_them(pattern: str, expected: str) -> None:
    assert strftime(datetime(2024, 1, 5, 15, 30, 5, 123456, TOKYO), pattern) == expected


def test_ruby_prints_values_its_own_way() -> None:
    value = {"a": [1.0, None, True, '日"#{x}\n'], "b": {}}

    assert inspected(value) == '{"a"=>[1.0, nil, true, "日\\"\\#{x}\\n"], "b"=>{}}'
    assert printed([1e20, ["a", None], 1.5e-7, float("inf")]) == "1.0e+20a1.5e-07Infinity"


def test_data_files_have_names_that_templates_can_write() -> None:
    assert [key_of(name) for name in ("都市 一覧", "a.b", "x-y!")] == ["都市_一覧", "ab", "x-y"]


def test_a_configuration_may_be_toml() -> None:
    found = value_of('"題" = "名"\nat = 2024-01-05T10:00:00Z\nday = 2024-01-05\nn = [1.5, true]\n', ".toml", TOKYO)

    assert isinstance(found, dict)
    assert [printed(value) for value in found.values()] == ["名", "2024-01-05 10:00:00 UTC", "2024-01-05", "1.5true"]


@pytest.mark.parametrize("text", ["a: [", "*x", "\x00", "a: " + "[" * 5000])
def test_a_data_file_that_is_broken_says_so(text: str) -> None:
    with pytest.raises(BadData):
        value_of(text, ".yml", TOKYO)


@pytest.mark.parametrize(
    ("file", "style", "permalink", "path"),
    [
        ("about.md", "date", None, "/about.html"),
        ("about.md", "pretty", None, "/about/"),
        ("docs/index.html", "none", None, "/docs/"),
        ("docs/か.md", "/:title/", None, "/docs/か/"),
        ("a.txt", "pretty", None, "/a.txt"),
        ("a.md", "date", "/:path/固定:output_ext", "/固定.html"),
        ("_本/一.md", "date", None, "/本/一.html"),
    ],
)
def test_pages_are_where_jekyll_puts_them(file: str, style: str, permalink: str | None, path: str) -> None:
    fields = Fields()
    if permalink:
        fields["permalink"] = Scalar(permalink, True, 1, 1)

    assert page_path(file, fields, style) == path


def test_arguments_are_read_in_every_plugins_way() -> None:
    assert arguments('src="/a b.png" alt:"代替" w=3 "一", 二 https://e.example/x') == (
        {"src": "/a b.png", "alt": "代替", "w": "3"},
        ["一", "二", "https://e.example/x"],
    )


@given(st.text().map(lambda text: text.encode(errors="ignore").decode()))
def test_html_in_one_line_says_the_same(text: str) -> None:
    from html import escape, unescape

    html = f"<pre>{escape(text)}</pre>"
    line = one_line(html)

    assert "\n" not in line
    assert unescape(line) == unescape(html)


def test_the_environments_hold_nothing_of_a_site(page: Any, tmp_path: Path) -> None:
    rendered(page("{% assign secret = page.title %}"))
    other = page("{{ secret }}{{ site.title }}")
    rules = Rules(Engine.JEKYLL, tmp_path, ".", "https://other.example/", "UTC", None, ())
    elsewhere = Page(other.post, other.source, World(rules, tuple))

    assert rendered(elsewhere) == ""
