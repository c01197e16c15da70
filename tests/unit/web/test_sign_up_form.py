"""What a sign-up's form says, and when it came back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.door import newsletter

from publisher.model.newsletter import Frequency
from publisher.web.offer import Offer
from publisher.web.sign_up_form import Filled, Pressed, Source, faults, filled, pressed, refused

NOW = datetime(2026, 11, 24, 3, 0, 0, 900_000, tzinfo=UTC)
OFFER = Offer(
    (newsletter("weekly"), newsletter("daily")), ("庭", "台所"), (Frequency.DAILY, Frequency.WEEKLY), ("ja", "en")
)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, Pressed.UNKNOWN),
        (timedelta(seconds=-5), Pressed.UNKNOWN),
        (timedelta(seconds=0), Pressed.SOON),
        (timedelta(seconds=1.9), Pressed.SOON),
        (timedelta(seconds=2), Pressed.WELL),
        (timedelta(hours=23), Pressed.WELL),
        (timedelta(hours=25), Pressed.UNKNOWN),
    ],
)
def test_a_person_takes_two_seconds_and_no_day(before: timedelta | None, expected: Pressed) -> None:
    assert pressed(None if before is None else NOW - before, NOW) is expected


@given(st.lists(st.tuples(st.sampled_from(["email", "newsletter", "category", "stamp", "website", "x"]), st.text())))
def test_any_fields_make_a_form(pairs: list[tuple[str, str]]) -> None:
    form = filled(pairs)

    assert form.source is Source.SITE
    assert {*form.newsletters} == {value for name, value in pairs if name == "newsletter" and value}
    assert len(form.email) <= 321


def test_each_fault_stands_at_its_field() -> None:
    good = Filled("a@example.jp", ("weekly",), ("庭",), "weekly", "ja")
    bad = Filled("", ("weekly", "foreign"), ("庭", "嘘"), "hourly", "xx")

    assert not any(faults(good, OFFER, is_ours=True).values())
    assert faults(bad, OFFER, is_ours=True) == {
        "email": "missing",
        "newsletter": "choice",
        "category": "choice",
        "frequency": "choice",
        "language": "choice",
    }
    both = faults(Filled("a@@example.jp"), OFFER, is_ours=True)
    assert (both["email"], both["newsletter"]) == ("address", "newsletter")
    assert not any(faults(Filled("a@example.jp"), OFFER, is_ours=False).values())


def test_what_the_job_refuses_stands_at_its_field_too() -> None:
    assert refused("disposable")["email"] == "disposable"
    assert refused("category")["category"] == "choice"
