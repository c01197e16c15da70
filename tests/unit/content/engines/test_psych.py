"""Words without quotes, with what Psych 4 and Ruby 3.1 print of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.engines.psych import inspect, is_text, ruby_text
from publisher.content.values import Scalar, Value


def plain(text: str) -> Scalar:
    return Scalar(text, True, 1, 1)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        *(("no", "false"), ("Off", "false"), ("FALSE", "false"), ("yes", "true"), ("ON", "true"), ("y", "y")),
        *(("5", "5"), ("+5", "5"), ("-007", "-7"), ("010", "8"), ("09", "09"), ("0x1F", "31"), ("0b101", "5")),
        *(("1_000", "1000"), ("1,000", "1000"), ("0", "0"), ("00", "0"), ("-0", "0"), ("0x", "0x")),
        *(("1.10", "1.1"), ("-.5", "-0.5"), ("1.", "1.0"), (".", "."), ("1.5e+20", "1.5e+20"), ("1.0e+16", "1.0e+16")),
        *(("12:30", "45000"), ("1:02:03", "3723"), ("12:60", "12:60"), ("1.2.3", "1.2.3"), ("1e3", "1e3")),
        *(("2024-1-5", "2024-01-05"), ("2024-01-05", "2024-01-05"), ("投資", "投資"), ("C++", "C++")),
    ],
)
def test_a_plain_word_is_printed_as_ruby_does(text: str, printed: str) -> None:
    assert ruby_text(plain(text)) == printed
    assert ruby_text(Scalar(text, False, 1, 1)) == text


@pytest.mark.parametrize(
    ("text", "kind"), [("5", False), ("no", False), ("2024-01-05", False), ("五", True), ("1.2.3", True)]
)
def test_what_yaml_types_is_no_text(text: str, kind: bool) -> None:
    assert is_text(plain(text)) is kind
    assert is_text(Scalar(text, False, 1, 1))


def test_a_nested_value_is_inspected() -> None:
    nested: list[Value] = [
        plain("a"),
        [plain("5"), plain("~"), plain("no")],
        {"k": plain("投")},
        Scalar('#{x}"\\', False, 1, 1),
    ]
    assert inspect(nested) == '["a", [5, nil, false], {"k"=>"投"}, "\\#{x}\\"\\\\"]'


@given(st.one_of(st.text(), st.text("0123456789+-_,.:eExbon", max_size=60)))
def test_any_word_is_printed(text: str) -> None:
    assert isinstance(ruby_text(plain(text)), str)
    assert isinstance(inspect([plain(text)]), str)
