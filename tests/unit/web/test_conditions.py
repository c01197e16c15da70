"""Conditions and ranges, by the tables of RFC 9110 sections 13 and 14."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.conditions import Asked, Part, Shown, Verdict, part, verdict
from publisher.web.dates import http_date

NOW = 2026
CHANGED = 1_795_000_000
SHOWN = Shown('"abc"', CHANGED, 100)
SAME, BEFORE, AFTER = http_date(CHANGED), http_date(CHANGED - 1), http_date(CHANGED + 1)


def comes_to(**asked: str) -> Verdict:
    return verdict(Asked(**asked), SHOWN, NOW)


@pytest.mark.parametrize(
    "text",
    [
        '"abc"',
        'W/"abc"',
        "*",
        " * ",
        '"x", "abc"',
        '"x","abc"',
        '"x" ,\t"abc"',
        ',, "abc",',
        '"abc", "abc"',
        '"", "abc"',
    ],
)
def test_a_tag_that_is_named_is_not_modified(text: str) -> None:
    assert comes_to(if_none_match=text) is Verdict.NOT_MODIFIED


@pytest.mark.parametrize(
    "text",
    ["", '"ab"', '"abcd"', '"ABC"', "abc", '"abc', 'abc"', 'w/"abc"', "W/*", '"x" "abc"', '"x""abc"', "'abc'", '"*"'],
)
def test_a_tag_that_is_not_named_is_sent(text: str) -> None:
    assert comes_to(if_none_match=text) is Verdict.SEND


def test_a_comma_within_a_tag_parts_nothing() -> None:
    assert verdict(Asked(if_none_match='"a,b"'), Shown('"a,b"', CHANGED, 1), NOW) is Verdict.NOT_MODIFIED
    assert verdict(Asked(if_none_match='"x,"abc",y"'), SHOWN, NOW) is Verdict.SEND


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (SAME, Verdict.NOT_MODIFIED),
        (AFTER, Verdict.NOT_MODIFIED),
        (BEFORE, Verdict.SEND),
        ("nonsense", Verdict.SEND),
        (f"{AFTER}, {AFTER}", Verdict.SEND),
        ("", Verdict.SEND),
    ],
)
def test_a_date_is_not_modified_from_that_of_the_file_on(since: str, expected: Verdict) -> None:
    assert comes_to(if_modified_since=since) is expected


def test_a_tag_counts_before_a_date() -> None:
    assert comes_to(if_none_match='"old"', if_modified_since=AFTER) is Verdict.SEND
    assert comes_to(if_none_match='"abc"', if_modified_since=BEFORE) is Verdict.NOT_MODIFIED


def test_a_date_that_lies_ahead_is_compared_with_nothing() -> None:
    assert verdict(Asked(if_modified_since=AFTER), Shown('"abc"', None, 1), NOW) is Verdict.SEND


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"if_match": '"abc"'}, Verdict.SEND),
        ({"if_match": "*"}, Verdict.SEND),
        ({"if_match": '"x"'}, Verdict.FAILED),
        ({"if_match": 'W/"abc"'}, Verdict.FAILED),
        ({"if_unmodified_since": SAME}, Verdict.SEND),
        ({"if_unmodified_since": BEFORE}, Verdict.FAILED),
        ({"if_unmodified_since": "nonsense"}, Verdict.SEND),
        ({"if_match": '"abc"', "if_unmodified_since": BEFORE}, Verdict.SEND),
        ({"if_match": '"x"', "if_none_match": '"abc"'}, Verdict.FAILED),
        ({"if_match": '"abc"', "if_none_match": '"abc"'}, Verdict.NOT_MODIFIED),
    ],
)
def test_what_must_hold_is_looked_at_first(asked: dict[str, str], expected: Verdict) -> None:
    assert comes_to(**asked) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes=0-9", Part(0, 10)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=90-", Part(90, 100)),
        ("bytes=90-99999999999999999999999", Part(90, 100)),
        ("bytes=-10", Part(90, 100)),
        ("bytes=-1000", Part(0, 100)),
        ("bytes=99-99", Part(99, 100)),
        ("Bytes= 5-6 ", Part(5, 7)),
    ],
)
def test_one_range_is_a_part(text: str, expected: Part) -> None:
    assert part(Asked(range=text), SHOWN, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "bytes", "bytes=", "bytes=-", "bytes=9-5", "bytes=a-b", "lines=0-5", "bytes=0-1,5-6", "bytes=0x0-9", "0-9"],
)
def test_no_range_or_several_are_the_whole(text: str) -> None:
    assert part(Asked(range=text), SHOWN, NOW) is None


@pytest.mark.parametrize("text", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + "9" * 5000 + "-"])
def test_a_range_behind_the_end_cannot_be_satisfied(text: str) -> None:
    with pytest.raises(ValueError, match=r"behind|no bytes"):
        part(Asked(range=text), SHOWN, NOW)


@pytest.mark.parametrize(
    ("version", "is_part"),
    [
        ('"abc"', True),
        (SAME, True),
        ('W/"abc"', False),
        ('"x"', False),
        (BEFORE, False),
        (AFTER, False),
        ("nonsense", False),
    ],
)
def test_a_part_of_another_version_is_the_whole(version: str, is_part: bool) -> None:
    found = part(Asked(range="bytes=0-9", if_range=version), SHOWN, NOW)

    assert found == (Part(0, 10) if is_part else None)


_HEADER = st.none() | st.text(st.characters(max_codepoint=255), max_size=60)


@given(st.builds(Asked, _HEADER, _HEADER, _HEADER, _HEADER, _HEADER, _HEADER), st.integers(0, 10**6))
def test_no_header_breaks_it_and_every_part_lies_inside(asked: Asked, length: int) -> None:
    shown = Shown('"abc"', CHANGED, length)

    assert verdict(asked, shown, NOW) in set(Verdict)
    try:
        found = part(asked, shown, NOW)
    except ValueError:
        return
    assert found is None or 0 <= found.start < found.stop <= length


@given(st.lists(st.text(st.characters(min_codepoint=0x23, max_codepoint=0x7E), max_size=8), max_size=6))
def test_a_list_of_tags_names_just_those_in_it(names: list[str]) -> None:
    text = ", ".join(f'"{name}"' for name in names)

    assert (comes_to(if_none_match=text) is Verdict.NOT_MODIFIED) == ("abc" in names)
