"""`fields` in the settings: each has a type, and its name can stand in a template."""

from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.model.field import Field, FieldType


def test_fields_are_read_with_their_types_labels_and_choices(tmp_path: Path) -> None:
    text = (
        "fields:\n  company: {label: 会社名}\n  vip: {type: boolean}\n  plan: {type: choice, choices: [無料, 特別]}\n"
    )
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")

    assert load_config(None, {}, tmp_path).settings.fields == {
        "company": Field("company", FieldType.TEXT, "会社名"),
        "vip": Field("vip", FieldType.BOOLEAN, "vip"),
        "plan": Field("plan", FieldType.CHOICE, "plan", ("無料", "特別")),
    }


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("first-name: {}", "fields.first-name: 'first-name' may hold up to 32 of the letters a to z"),
        ("会社: {}", "may hold up to 32 of the letters"),
        ("plan: {type: choice}", "fields.plan: choices and 'type: choice' go together"),
        ("plan: {choices: [a]}", "fields.plan: choices and 'type: choice' go together"),
        ("plan: {type: choice, choices: [Pro, ｐｒｏ]}", "fields.plan.choices: has the same choice twice"),
        ("plan: {type: colour}", "fields.plan.type: must be"),
        ("plan: {typ: text}", "did you mean 'type'?"),
    ],
)
def test_a_field_that_cannot_be_is_told_with_its_place(tmp_path: Path, field: str, told: str) -> None:
    (tmp_path / "config.yaml").write_text(f"fields:\n  {field}\n", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(None, {}, tmp_path)
    assert told in caught.value.told()
    assert "config.yaml:2:" in caught.value.told()
