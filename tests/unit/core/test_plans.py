"""What the hash of a plan stands for."""

import json
import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.plans import (
    Contents,
    Difference,
    Leeway,
    Part,
    differences,
    flat,
    is_hash,
    leeway,
    promise_of_hash,
    promise_of_json,
)
from publisher.errors import UsageError

KEYS = st.text("あいう冬庭a-:/ ", max_size=6)
PARTS = st.fixed_dictionaries({part: st.dictionaries(KEYS, st.text("0af", max_size=3), max_size=3) for part in Part})
CONTENTS = st.builds(Contents, PARTS, st.integers(0, 999_999))


def printed(whole: Contents) -> str:
    return json.dumps({"hash": whole.hash, "issues": [], "contents": whole.parts}, ensure_ascii=False)


def contents(readers: int = 3, **parts: dict[str, str]) -> Contents:
    return Contents({part: parts.get(part, {}) for part in Part}, readers)


@given(CONTENTS, CONTENTS)
def test_two_plans_differ_in_the_parts_that_differ_and_in_no_other(before: Contents, after: Contents) -> None:
    other = [part for part in Part if before.parts[part] != after.parts[part]]

    assert [one.part for one in differences(promise_of_hash(before.hash), after)] == other
    assert [one.part for one in differences(promise_of_json(printed(before), "plan.json"), after)] == other
    assert promise_of_hash(before.hash).readers == before.readers


@given(CONTENTS)
def test_the_order_in_which_posts_were_found_is_no_difference(whole: Contents) -> None:
    turned = Contents({part: dict(reversed(list(whole.parts[part].items()))) for part in reversed(Part)}, whole.readers)

    assert turned.hash == whole.hash


def test_a_file_tells_what_is_new_gone_and_changed() -> None:
    before = contents(posts={"冬の庭": "a", "味噌": "b", "棚": "c"})
    after = contents(posts={"冬の庭": "a", "味噌": "z", "雪": "d"})

    assert differences(promise_of_json(printed(before), "plan.json"), after) == [
        Difference(Part.POSTS, ("雪",), ("棚",), ("味噌",))
    ]
    assert differences(promise_of_hash(before.hash), after) == [Difference(Part.POSTS)]


@pytest.mark.parametrize("text", ["", "p-1", "冬", "p-zzzzzzzz-0-0-0-0-1", contents().hash + "0000000000", "[]", "{}"])
def test_what_is_no_plan_is_refused_with_the_way_to_one(text: str) -> None:
    assert not is_hash(text)
    for read in (promise_of_hash, partial(promise_of_json, name="plan.json")):
        with pytest.raises(UsageError) as caught:
            read(text)
        assert "publisher plan" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"hash": "p-', "plan.json:1:10: no whole plan: Unterminated string"),
        ('{"hash":\n"p-1"', "plan.json:2:6: no whole plan"),
        ("", "plan.json:1:1: no whole plan"),
        ('{"hash": "p-1"}', "plan.json is no plan"),
        ("[" * 100_000, "plan.json is no plan"),
    ],
)
def test_a_file_that_broke_off_is_named_with_the_place(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(told)}"):
        promise_of_json(text, "plan.json")


def test_a_file_that_was_edited_is_refused() -> None:
    edited = printed(contents(posts={"冬の庭": "a"})).replace('"a"', '"b"')

    with pytest.raises(UsageError, match="was changed"):
        promise_of_json(edited, "plan.json")


def test_settings_are_told_by_their_keys_and_never_by_what_they_say() -> None:
    keys = dict(flat({"site": {"title": "みどりの庭", "author": {"name": "三浦"}}, "languages": ["ja"]}))

    assert list(keys) == ["site.title", "site.author.name", "languages"]
    assert "みどり" not in str(keys)


@pytest.mark.parametrize(
    ("limit", "before", "after", "good"),
    [
        (Leeway(), 3, 13, True),
        (Leeway(), 3, 14, False),
        (Leeway(), 1000, 1100, True),
        (Leeway(), 1000, 899, False),
        (leeway("5%"), 100, 105, True),
        (leeway("5%"), 100, 106, False),
        (leeway("0"), 100, 100, True),
        (leeway("0"), 100, 101, False),
        (leeway("50"), 100, 51, True),
    ],
)
def test_readers_may_come_and_go_within_the_limit(limit: Leeway, before: int, after: int, good: bool) -> None:
    assert limit.allows(before, after) is good


@pytest.mark.parametrize("text", ["", "-5", "5 %", "半分", "1.5%"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no limit"):
        leeway(text)
