"""What templates were compiled to is kept, and is of no other template."""

from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
import pytest

from publisher.errors import TemplateError
from publisher.templating import Templates
from publisher.templating.compiled import Compiled, references


class Counting(jinja2.Environment):
    """Counts what it compiles."""

    compiled = 0

    def _compile(self, *given: Any) -> CodeType:
        self.compiled += 1
        return super()._compile(*given)


def opened(folder: Path, kept: Compiled) -> Counting:
    return Counting(loader=jinja2.FileSystemLoader(folder), bytecode_cache=kept)


def test_a_template_is_compiled_once_however_often_its_folder_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("こんにちは、{{ name }}", encoding="utf-8")
    kept = Compiled()
    first, second = opened(tmp_path, kept), opened(tmp_path, kept)

    assert first.get_template("a.j2").render(name="花子") == second.get_template("a.j2").render(name="花子")
    assert (first.compiled, second.compiled) == (1, 0)


def test_a_changed_template_and_one_of_another_folder_are_compiled_anew(tmp_path: Path) -> None:
    kept, said = Compiled(), []
    for folder, text in (("a", "朝"), ("a", "昼"), ("b", "昼")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "x.j2").write_text(text, encoding="utf-8")
        environment = opened(tmp_path / folder, kept)
        template = environment.get_template("x.j2")
        said.append((template.render(), environment.compiled, template.filename))

    assert said == [
        (text, 1, str(tmp_path / f"{folder}/x.j2")) for folder, text in (("a", "朝"), ("a", "昼"), ("b", "昼"))
    ]


def test_what_is_kept_does_not_grow_without_end(tmp_path: Path) -> None:
    kept = Compiled()
    for number in range(600):
        (tmp_path / "a.j2").write_text(f"{number}", encoding="utf-8")
        assert opened(tmp_path, kept).get_template("a.j2").render() == str(number)

    last = opened(tmp_path, kept)
    last.get_template("a.j2")
    assert (last.compiled, len(kept) <= 512) == (0, True)


def test_a_fault_is_told_at_its_line_each_time(tmp_path: Path) -> None:
    (tmp_path / "a.txt.j2").write_text("一行目\n{{ 無い }}", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(TemplateError) as caught:
            Templates(tmp_path).render("a.txt.j2")
        assert (caught.value.template, caught.value.line) == ("a.txt.j2", 2)


def test_a_reference_by_a_variable_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(TemplateError, match="write its name out"):
            references("a.j2", "{% include which %}")
