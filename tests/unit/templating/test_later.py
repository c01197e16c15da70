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
        ("\n{% if subscriber.name %}{% set x = 1 %}{% endif %}", "set a value before"),
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


@pytest.mark.parametrize("altered", ["upper", "truncate(13, True, '')", "wordwrap(15)"])
def test_a_filter_over_a_place_is_found(stages: Stages, altered: str) -> None:
    with pytest.raises(ValueError, match="changed by a filter"):
        stages.begin("{% filter ALTERED %}{{ subscriber.name }}{% endfilter %}".replace("ALTERED", altered))


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
