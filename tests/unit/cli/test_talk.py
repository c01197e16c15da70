"""What commands say and ask."""

from datetime import UTC, datetime

import pytest

from publisher.cli.talk import moment
from publisher.errors import UsageError


@pytest.mark.parametrize("text", ["1969-12-31", "9999-12-31"])
def test_a_year_that_is_out_of_reach_is_told_with_the_first_and_the_last_that_are_not(text: str) -> None:
    with pytest.raises(UsageError, match=f"--until '{text}' is out of reach") as refusal:
        moment(text, lambda: "Asia/Tokyo", datetime(2026, 11, 23, tzinfo=UTC), "--until")

    assert refusal.value.hint == "write a year from 1970 to 9998"
