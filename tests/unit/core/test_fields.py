"""What is typed into a field becomes a value of its type, or an error that names the field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.fields import merged, parse, parse_all, written
from publisher.errors import UsageError
from publisher.model.field import Field, FieldType, FieldValue

CHOICES = ("無料", "Pro", "特別")
FIELDS = {one.value: Field(one.value, one, choices=CHOICES if one is FieldType.CHOICE else ()) for one in FieldType}


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("text", "  千代田商店 ", "千代田商店"),
        ("text", 12, "12"),
        ("text", "か\u3099", "が"),
        ("number", "12", 12),
        ("number", "１，２００．５", 1200.5),
        ("number", "-0", 0),
        ("number", 3.0, 3),
        ("number", "0.0000001", 1e-07),
        ("date", "2026-11-30", "2026-11-30"),
        ("date", "２０２６年１月５日", "2026-01-05"),
        ("date", "2026/1/5", "2026-01-05"),
        ("boolean", "はい", True),
        ("boolean", "OFF", False),
        ("boolean", 0, False),
        ("boolean", True, True),
        ("choice", "ｐｒｏ", "Pro"),
        ("choice", " 特別 ", "特別"),
        ("date", " ", None),
        ("choice", "", None),
        ("text", None, None),
    ],
)
def test_a_value_is_taken_as_people_write_it(name: str, typed: object, value: FieldValue | None) -> None:
    found = parse(typed, FIELDS[name])

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("text", "一行\n二行"),
        ("text", "あ" * 501),
        ("text", "gpj\u202eexe"),
        ("text", True),
        ("text", ["a"]),
        ("number", "1,2"),
        ("number", "1_000"),
        ("number", "0x10"),
        ("number", "nan"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", 10**15),
        ("number", 10**400),
        ("number", True),
        ("date", "2026-02-30"),
        ("date", "明日"),
        ("date", 20261130),
        ("boolean", "たぶん"),
        ("boolean", 2),
        ("choice", "標準"),
        ("choice", 1),
    ],
)
def test_what_is_no_value_of_its_type_is_refused_by_the_fields_name(name: str, typed: object) -> None:
    with pytest.raises(UsageError, match=f"field '{name}': "):
        parse(typed, FIELDS[name])


@given(st.sampled_from(sorted(FIELDS)), st.text() | st.integers() | st.floats() | st.booleans())
def test_a_value_written_down_is_read_as_the_same(name: str, typed: object) -> None:
    try:
        value = parse(typed, FIELDS[name])
    except UsageError:
        return

    assert parse(written(value), FIELDS[name]) == value
    assert parse(value, FIELDS[name]) == value


def test_names_that_the_settings_do_not_have_are_refused() -> None:
    assert parse_all({"number": "3", "text": ""}, FIELDS) == {"number": 3, "text": None}
    with pytest.raises(UsageError) as caught:
        parse_all({"会社": "x"}, FIELDS)
    assert caught.value.hint == "there are text, number, date, boolean, choice"


def test_changes_leave_the_other_values_as_they_were() -> None:
    assert merged(None, {"b": 1, "a": "x"}) == {"a": "x", "b": 1}
    assert merged({"a": "x", "b": 1}, {"a": None, "c": False}) == {"b": 1, "c": False}
    assert merged({"a": "x"}, {"a": None}) is None
