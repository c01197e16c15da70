"""The two stages: what a template says of a recipient waits, all else is rendered at once."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from publisher.errors import TemplateError
from publisher.templating import Later, Pending, Templates

MARKER = "later0123456789"
NAMES = ("name", "email", "language")
READER = {"name": "山田<b>", "email": "a@example.jp", "language": "ja"}
NOBODY = {"name": "", "email": "b@example.jp", "language": "en"}


class Stages:
    """A template of HTML in both its stages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, source: str, **variables: Any) -> str:
        (self.folder / "x.html.j2").write_text(source, encoding="utf-8")
        later = Later(MARKER, NAMES)
        return later.close(Templates(self.folder).begin("x.html.j2", later, **variables))

    def fill(self, source: str, reader: dict[str, str], **variables: Any) -> str:
        kept = self.begin(source, **variables)
        return "".join(Pending(kept, MARKER, html=True, name="x.html.j2").fill(reader))


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    return Stages(tmp_path)


@pytest.mark.parametrize(
    ("source", "named", "nameless"),
    [
        ("{{ subscriber.name }}様 {{ title }}", "山田&lt;b&gt;様 &lt;号&gt;", "様 &lt;号&gt;"),
        ("{% if subscriber.name %}{{ subscriber.name }}様{% else %}皆様{% endif %}", "山田&lt;b&gt;様", "皆様"),
        ("{{ subscriber.name | default('読者', true) | length }}", "5", "2"),
        ("{{ subscriber.name or title }}", "山田&lt;b&gt;", "&lt;号&gt;"),
        ("{{ 'A' if subscriber.language == 'ja' else 'B' }}", "A", "B"),
        ("{% set who = subscriber.name %}{{ who | upper }}!", "山田&lt;B&gt;!", "!"),
        ("{% for p in posts %}{% if p == subscriber.language %}[{{ p }}]{% endif %}{% endfor %}", "[ja]", "[en]"),
        (
            "{% for c in subscriber.email[:1] %}{{ loop.index }}{{ c }}{{ title }}{% endfor %}",
            "1a&lt;号&gt;",
            "1b&lt;号&gt;",
        ),
        ("{% if not subscriber.name %}x{% elif title %}y{% endif %}", "y", "x"),
        ("{% if none and none.x == subscriber.name %}A{% elif subscriber.name %}B{% endif %}", "B", ""),
        ("{% if title %}A{% elif subscriber.name %}B{% endif %}", "A", "A"),
        (
            "{{ subscriber.name is none }} {{ subscriber.email ~ '/' ~ (1 + 1) }}",
            "False a@example.jp/2",
            "False b@example.jp/2",
        ),
        ("{{ subscriber.email[0] }}{{ subscriber['email'][1:2] }}", "a@", "b@"),
        ("{% if subscriber.language in posts and posts | length > 1 %}in{% endif %}", "in", "in"),
        ("{{ markup if subscriber.name else '<i>' }}", "<i>", "&lt;i&gt;"),
        (
            "{% macro m(a) %}{{ a }}:{{ subscriber.name }}{% endmacro %}{{ m(title) }}",
            "&lt;号&gt;:山田&lt;b&gt;",
            "&lt;号&gt;:",
        ),
        ("{{ ('%s' | format(title)) if subscriber.name else -1 }}", "&lt;号&gt;", "-1"),
        ("{% set p = subscriber.name %}{% for p in posts %}{{ p }}{% endfor %}{{ p }}", "jaen山田&lt;b&gt;", "jaen"),
        ("{% set p = subscriber.name %}{% with p = 1 %}{{ p }}{% endwith %}{{ p }}", "1山田&lt;b&gt;", "1"),
        ("{% set a = subscriber.name %}{% macro m(a) %}{{ a }}{% endmacro %}{{ m('A') }}", "A", "A"),
        ("{% macro m() %}{% set a = subscriber.name %}{% endmacro %}{% set a = 1 %}{{ m() }}{{ a }}", "1", "1"),
        (
            "{% for c in subscriber.name[:1] %}{% for p in posts %}{{ loop.index }}{% endfor %}{{ c }}{% endfor %}",
            "12山",
            "",
        ),
        ("{% set x %}{{ subscriber.email }}{% endset %}{{ x }}", "a@example.jp", "b@example.jp"),
        (
            "{% if subscriber.name %}{% set a = subscriber.name %}{% else %}{% set a = '皆様' %}{% endif %}{{ a }}",
            "山田&lt;b&gt;",
            "皆様",
        ),
        ("{% set a = 1 %}{% if none %}{% set a = subscriber.name %}{% endif %}{{ a }}", "1", "1"),
        ("{% if title %}{% set a = subscriber.name %}{% else %}{% set a = 1 %}{% endif %}{{ a }}", "山田&lt;b&gt;", ""),
        ("{% set a = 1 %}{% for p in posts %}{% set a = subscriber.name %}{% endfor %}{{ a }}", "1", "1"),
        ("{% set a = subscriber.name %}{% block b %}{{ a }}{% endblock %}", "山田&lt;b&gt;", ""),
        ("{% with a = subscriber.name %}{% if a %}{{ a }}{% else %}-{% endif %}{% endwith %}", "山田&lt;b&gt;", "-"),
        ("{{ '%s/%s' % (subscriber.name, title) }}", "山田&lt;b&gt;/&lt;号&gt;", "/&lt;号&gt;"),
        ("{% set a, b = subscriber.email.split('@') %}{{ b }}{{ a }}", "example.jpa", "example.jpb"),
    ],
)
def test_conditions_filters_and_loops_wait_for_the_recipient(
    stages: Stages, source: str, named: str, nameless: str
) -> None:
    facts = {"title": "<号>", "posts": ["ja", "en"], "none": None, "markup": Markup("<i>")}
    assert stages.fill(source, READER, **facts) == named
    assert stages.fill(source, NOBODY, **facts) == nameless


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("\n{{ subscriber.password }}", "subscriber.password is not known; there are email, language, name"),
        ("\n{{ subscriber.name | nofilter }}", "nofilter"),
        ("\n{{ m(subscriber.name) }}", "a function or macro cannot take it"),
        ("\n{% if subscriber.name %}{% set x %}A{% endset %}{% endif %}", "set a text before"),
        (
            "\n{% filter upper %}{{ subscriber.name }}{% endfilter %}",
            "the filter upper cannot work on a passage with it",
        ),
        ("\n{% set x | upper %}{{ subscriber.name }}{% endset %}", "the filter upper cannot work on a passage"),
        ("\n{% set x %}{{ subscriber.name }}{% endset %}{% if x %}A{% endif %}", "can only be printed here"),
        ("\n{% set x %}{{ subscriber.name }}{% endset %}{{ x | length }}", "can only be printed here"),
        ("\n{% set ns = namespace() %}{% set ns.x = subscriber.name %}", "cannot be kept under such a name"),
        ("\n{{ subscriber['password'] }}", "subscriber.password is not known"),
        ("\n{% if subscriber.name %}{% macro m() %}A{% endmacro %}{% endif %}", "define and import before"),
        ("\n{% set subscriber = 1 %}", "cannot be given a value"),
        ("\n{% for p in posts if subscriber.name %}{% endfor %}", "write an if within the loop"),
        ("\n{{ thing or subscriber.name }}", "a object cannot stand beside subscriber"),
        ("\n{{ 無い or subscriber.name }}", "無い"),
        ("\n{% include subscriber.name %}", "cannot be used here"),
        ("\n{{ subscriber.name.__class__ }}", "unsafe"),
    ],
)
def test_what_cannot_wait_is_refused_at_its_line(stages: Stages, source: str, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        stages.fill(source, READER, posts=["ja"], thing=object())
    assert words in str(caught.value)
    assert caught.value.line in (2, 0)
    assert caught.value.line == 2 or words == "unsafe"


@pytest.mark.parametrize("altered", ["upper", "reverse", "replace('a', 'b')", "truncate(13, True, '')", "wordwrap(15)"])
def test_a_filter_over_a_place_is_found(stages: Stages, altered: str) -> None:
    with pytest.raises(ValueError, match="changed by a filter"):
        stages.begin(
            "{% macro m() %}{{ subscriber.name }}{% endmacro %}{{ m() | ALTERED }}".replace("ALTERED", altered)
        )


@pytest.mark.parametrize(
    "tag",
    [
        '<p {% if subscriber.name %}class="x"{% endif %}>',
        "<h{{ subscriber.name | length }}>",
        "<td {{ subscriber.name }}>",
    ],
)
def test_a_place_in_a_tag_but_in_no_value_is_found(stages: Stages, tag: str) -> None:
    later = Later(MARKER, NAMES)
    (stages.folder / "x.html.j2").write_text(tag, encoding="utf-8")
    begun = Templates(stages.folder).begin("x.html.j2", later)
    with pytest.raises(ValueError, match=r"subscriber\.name.* stands in a tag"):
        later.close(begun, html=True)


def test_a_place_in_a_value_or_between_tags_is_none_in_a_tag(stages: Stages) -> None:
    later = Later(MARKER, NAMES)
    source = (
        "<p title='>' class=\"{{ subscriber.name }}\">{% if subscriber.name %}</p><p>{% endif %} 1 < {{ title }} > 1"
    )
    (stages.folder / "x.html.j2").write_text(source, encoding="utf-8")
    assert later.close(Templates(stages.folder).begin("x.html.j2", later, title="号"), html=True).count("[") == 4


def test_what_a_file_is_given_of_a_reader_is_known_in_its_parent_and_in_what_it_includes(stages: Stages) -> None:
    (stages.folder / "parent.html.j2").write_text(
        "{% block a %}{% endblock %}|{% include 'part.html.j2' %}", encoding="utf-8"
    )
    (stages.folder / "part.html.j2").write_text("{{ who }}様", encoding="utf-8")
    source = (
        "{% extends 'parent.html.j2' %}{% set who = subscriber.name or '読者' %}{% block a %}{{ who }}{% endblock %}"
    )
    assert stages.fill(source, READER) == "山田&lt;b&gt;|山田&lt;b&gt;様"
    assert stages.fill(source, NOBODY) == "読者|読者様"


def test_an_included_file_cannot_decide_by_what_it_was_given_of_a_reader(stages: Stages) -> None:
    (stages.folder / "part.html.j2").write_text("\n{% if who %}様{% endif %}", encoding="utf-8")
    with pytest.raises(TemplateError, match="can only be printed here") as caught:
        stages.begin("{% set who = subscriber.name %}{% include 'part.html.j2' %}")
    assert (caught.value.template, caught.value.line) == ("part.html.j2", 2)


def test_an_imported_text_has_the_places_of_each_mail_it_stands_in(stages: Stages) -> None:
    (stages.folder / "w.j2").write_text("{% set greeting %}{{ subscriber.name }}様{% endset %}", encoding="utf-8")
    (stages.folder / "x.html.j2").write_text("{% import 'w.j2' as w %}{{ w.greeting }}", encoding="utf-8")
    templates = Templates(stages.folder)
    for marker in (MARKER, MARKER[::-1] + "later"):
        later = Later(marker, NAMES)
        assert later.close(templates.begin("x.html.j2", later)) == f"{marker}[[ subscriber.name ]]{marker}様"


def test_a_missing_include_is_told_at_the_line_that_asks_for_it(stages: Stages) -> None:
    with pytest.raises(TemplateError, match=r"there is no template mail/無い\.j2") as caught:
        stages.begin("\n\n{% include 'mail/無い.j2' %}")
    assert (caught.value.template, caught.value.line) == ("x.html.j2", 3)
    with pytest.raises(TemplateError, match=r"there is no template mail/無い\.j2") as caught:
        Templates(stages.folder).begin_text("{% include 'mail/無い.j2' %}", "weekly.subject", Later(MARKER, NAMES))
    assert (caught.value.template, caught.value.line) == ("weekly.subject", 1)


@pytest.mark.parametrize(
    "source",
    ["{{ '山田' | truncate(2) }}", "{% for p in posts %}" * 21 + "{% endfor %}" * 21, "{{ 1e400 ~ subscriber.name }}"],
)
def test_what_jinja_does_not_refuse_in_an_error_of_its_own_is_the_templates_fault(stages: Stages, source: str) -> None:
    with pytest.raises(TemplateError):
        stages.begin(source, posts=["ja"])


def test_a_condition_torn_apart_is_found(stages: Stages) -> None:
    kept = stages.begin("{% if subscriber.name %}<td>様</td>{% endif %}")
    with pytest.raises(TemplateError, match="torn apart"):
        Pending(kept.rpartition(MARKER + "[%")[0], MARKER, html=True, name="x")


def test_what_all_recipients_have_is_the_same_object(stages: Stages) -> None:
    kept = stages.begin("<p>" + "本文" * 1000 + "</p>{{ subscriber.name }}")
    pending = Pending(kept, MARKER, html=True, name="x")
    first, second = pending.fill(READER), pending.fill(NOBODY)
    assert first[0] is second[0]
    assert len(first[0]) > 2000


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_of_a_post_or_a_reader_becomes_template_code(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stages = Stages(tmp_path_factory.getbasetemp())
    reader = {**READER, "name": text}
    source = "{{ x | safe }}|{{ subscriber.name | safe }}|{{ (x if subscriber.name == x else '') | safe }}"
    shown = text.replace("\r\n", "\n").replace("\r", "\n")
    assert stages.fill(source, reader, x=text) == f"{shown}|{text}|{text}"
