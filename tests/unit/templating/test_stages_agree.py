"""Whatever a template sets, asks and repeats: two stages give what jinja2 gives in one."""

from pathlib import Path

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from publisher.errors import TemplateError
from publisher.templating import Later, Pending, Templates

MARKER = "later0123456789"
READERS = (
    {"name": "山田<b>", "email": "a@example.jp", "language": "ja"},
    {"name": "", "email": "b@example.jp", "language": "en"},
)
FACTS = {"title": "<号>", "posts": ["ja", "en"], "empty": []}

_name = st.sampled_from(["a", "b", "c"])
_leaf = _name | st.sampled_from(["subscriber.name", "subscriber.language", "'庭'", "title"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["~", "==", "or", "and"]), inner)
    return st.one_of(
        pair.map(lambda one: f"({' '.join(one)})"),
        inner.map(lambda one: f"({one} | string | upper)"),
        st.tuples(inner, inner, inner).map(lambda one: f"({one[0]} if {one[1]} else {one[2]})"),
    )


_value = st.recursive(_leaf, _grown, max_leaves=4)
_simple = _value.map("[{{{{ {0} }}}}]".format) | st.tuples(_name, _value).map(
    lambda one: f"{{% set {one[0]} = {one[1]} %}}"
)
_source = st.sampled_from(["posts", "subscriber.language", "empty"])


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(
        st.tuples(_value, body).map(lambda one: f"{{% if {one[0]} %}}{one[1]}{{% endif %}}"),
        st.tuples(_value, body, body).map(lambda one: f"{{% if {one[0]} %}}{one[1]}{{% else %}}{one[2]}{{% endif %}}"),
        st.tuples(_name, _source, body).map(lambda one: f"{{% for {one[0]} in {one[1]} %}}{one[2]}{{% endfor %}}"),
        st.tuples(_name, _value, body).map(lambda one: f"{{% with {one[0]} = {one[1]} %}}{one[2]}{{% endwith %}}"),
    )


_program = st.lists(st.recursive(_simple, _nested, max_leaves=8), min_size=1, max_size=4).map("".join)


def _at_once(source: str, reader: dict[str, str]) -> str:
    environment = SandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(source).render(FACTS, subscriber=reader)


def _in_two(folder: Path, source: str) -> list[str]:
    (folder / "agree.html.j2").write_text(source, encoding="utf-8")
    later = Later(MARKER, ("name", "email", "language"))
    pending = Pending(
        later.close(Templates(folder).begin("agree.html.j2", later, **FACTS)), MARKER, html=True, name="x"
    )
    return ["".join(pending.fill(reader)) for reader in READERS]


@pytest.mark.parametrize("examples", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_two_stages_give_what_one_gives_or_refuse(tmp_path: Path, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    @given(program=_program)
    def agree(program: str) -> None:
        source = "{% set a = 'A' %}{% set b = 'B' %}{% set c = '' %}" + program
        try:
            found = _in_two(tmp_path, source)
        except TemplateError:
            return
        assert found == [_at_once(source, reader) for reader in READERS]

    agree()


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in posts %}{% if subscriber.language == x %}{% set a = x %}{{ a }}{% endif %}{% endfor %}",
        "{% for c in subscriber.name %}{% for p in posts %}{% set c = p %}{{ c }}{% endfor %}{{ c }}{% endfor %}",
        "{% for c in subscriber.name %}{% with c = 1 %}{% set c = 2 %}{{ c }}{% endwith %}{{ c }}{% endfor %}",
        "{% set a = subscriber.name %}{% if a %}{% set a = '' %}{% if not a %}x{% endif %}{% endif %}{{ a }}",
        "{% for a in subscriber.language %}{% block k %}{{ a is defined }}{% endblock %}{% endfor %}",
    ],
)
def test_names_mean_what_they_mean_to_jinja(source: str, tmp_path: Path) -> None:
    assert _in_two(tmp_path, source) == [_at_once(source, reader) for reader in READERS]
