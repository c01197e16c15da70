"""Templates: overrides, strictness, escaping, hashes, dates."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import TemplateError
from publisher.templating import Later, Templates, format_date


def write(folder: Path, name: str, source: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    return Templates(tmp_path)


def test_an_override_replaces_one_packaged_file_and_leaves_the_others(tmp_path: Path, templates: Templates) -> None:
    write(tmp_path, "mail/ja/one_off.subject.j2", "号外：{{ post }}\n")
    assert templates.render("mail/ja/one_off.subject.j2", post="速報") == "号外：速報\n"
    assert templates.exists("mail/ja/digest.html.j2")


def test_without_overrides_the_packaged_templates_are_found() -> None:
    assert Templates(None).exists("mail/layout.html.j2")
    assert not Templates(None).exists("mail/ja/ない.html.j2")


def test_only_html_is_escaped(tmp_path: Path, templates: Templates) -> None:
    for name in ("a.html.j2", "a.txt.j2"):
        write(tmp_path, name, "{{ title }}")
    assert templates.render("a.html.j2", title="<投資>") == "&lt;投資&gt;"
    assert templates.render("a.txt.j2", title="<投資>") == "<投資>"


@given(st.text())
def test_text_comes_out_as_it_went_in(title: str) -> None:
    assert Templates(None).begin_text("{{ title }}", "subject", Later("m", ()), title=title) == title


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("一行目\n{% if %}", 2, "Expected"),
        ("一行目\n\n{{ 無い }}", 3, "無い"),
        ("{{ 1 / 0 }}", 1, "division"),
        ("{{ 'あ' + 1 }}", 1, "concatenate"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ range(10 ** 9) }}", 1, "Range"),
        ("a\n{{ boom() }}", 2, "投げた"),
    ],
)
def test_a_fault_names_template_line_and_reason(
    tmp_path: Path, templates: Templates, source: str, line: int, words: str
) -> None:
    def boom() -> str:
        raise LookupError("投げた")

    write(tmp_path, "mail/ja/x.txt.j2", source)
    with pytest.raises(TemplateError) as caught:
        templates.render("mail/ja/x.txt.j2", boom=boom)
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)
    assert caught.value.__cause__ is not None


def test_a_fault_in_an_included_file_names_that_file(tmp_path: Path, templates: Templates) -> None:
    write(tmp_path, "outer.txt.j2", '{% include "inner.txt.j2" %}')
    write(tmp_path, "inner.txt.j2", "\n{{ 無い }}")
    with pytest.raises(TemplateError) as caught:
        templates.render("outer.txt.j2")
    assert caught.value.line == 2
    assert caught.value.template.endswith("inner.txt.j2")


@pytest.mark.parametrize("name", ["無い.txt.j2", "../secret.txt.j2"])
def test_a_missing_template_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "secret.txt.j2", "秘密")
    write(tmp_path, "in/a.txt.j2", "")
    with pytest.raises(TemplateError) as caught:
        Templates(tmp_path / "in").render(name)
    assert caught.value.template == name


def test_a_template_that_is_not_utf8_is_a_template_error(tmp_path: Path, templates: Templates) -> None:
    (tmp_path / "a.txt.j2").write_bytes("投資".encode("cp932"))
    with pytest.raises(TemplateError):
        templates.render("a.txt.j2")
    with pytest.raises(TemplateError):
        templates.digest(["a.txt.j2"])


def test_the_digest_changes_with_what_is_extended_included_or_imported(tmp_path: Path, templates: Templates) -> None:
    write(tmp_path, "page.html.j2", '{% extends "base.html.j2" %}{% import "macros.html.j2" as m %}')
    write(tmp_path, "base.html.j2", '{% include "part.html.j2" ignore missing %}')
    write(tmp_path, "macros.html.j2", "")
    seen = {templates.digest(["page.html.j2"])}
    for name, source in (("part.html.j2", "部分"), ("macros.html.j2", "{# 別 #}"), ("base.html.j2", "土台")):
        write(tmp_path, name, source)
        seen.add(Templates(tmp_path).digest(["page.html.j2"]))
    assert len(seen) == 4
    assert templates.digest(["page.html.j2"]) == Templates(tmp_path).digest(["page.html.j2"])


def test_a_digest_that_cannot_be_known_is_refused(tmp_path: Path, templates: Templates) -> None:
    write(tmp_path, "a.txt.j2", "{% include which %}")
    with pytest.raises(TemplateError, match="variable"):
        templates.digest(["a.txt.j2"])
    with pytest.raises(TemplateError, match="no such template"):
        templates.digest(["b.txt.j2"])


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ja", "2026年1月5日"),
        ("ja-JP", "2026年1月5日"),
        ("en", "5 January 2026"),
        ("en-GB", "5 January 2026"),
        ("fr", "2026-01-05"),
    ],
)
def test_dates_are_written_as_the_language_has_it(language: str, written: str) -> None:
    assert format_date(date(2026, 1, 5), language) == written
    assert (
        Templates(None).begin_text("{{ d | date(l) }}", "x", Later("m", ()), d=date(2026, 1, 5), l=language) == written
    )
