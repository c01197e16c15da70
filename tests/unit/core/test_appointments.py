"""Moments that a person names by the clock on the wall."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.core.appointments import Appointment, appointed, in_words
from publisher.errors import UsageError

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "instant", "note"),
    [
        ("2026-12-01T09:00", "Asia/Tokyo", "2026-12-01T00:00", ""),
        ("2026-12-01 09:00", "Asia/Tokyo", "2026-12-01T00:00", ""),
        ("2026-12-01T09:00+01:00", "Asia/Tokyo", "2026-12-01T08:00", ""),
        (
            "2026-03-29T02:30",
            "Europe/Berlin",
            "2026-03-29T01:30",
            "the clocks skip 02:30 on that day: 03:30 CEST is taken",
        ),
        (
            "2026-10-25T02:30",
            "Europe/Berlin",
            "2026-10-25T00:30",
            "02:30 comes twice on that day: the first, CEST, is taken",
        ),
        ("2026-10-25T02:30+01:00", "Europe/Berlin", "2026-10-25T01:30", ""),
    ],
)
def test_a_time_is_the_newsletters_and_a_change_of_clocks_is_told(
    text: str, zone: str, instant: str, note: str
) -> None:
    assert appointed(text, zone, NOW) == Appointment(datetime.fromisoformat(instant).replace(tzinfo=UTC), note)


@pytest.mark.parametrize(
    "text", ["明日", "", "2026-12-01", "09:00", "2026-02-30T09:00", "9999-12-31T23:59", "0001-01-01T00:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no time"):
        appointed(text, "Asia/Tokyo", NOW)


def test_the_past_and_this_very_moment_are_refused_with_the_time_it_is() -> None:
    for text in ("2026-03-01T11:59", "2026-03-01T12:00"):
        with pytest.raises(UsageError, match="not to come") as refused:
            appointed(text, "Asia/Tokyo", NOW)
        assert "2026-03-01 12:00 JST" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (timedelta(seconds=3), "1 minute"),
        (timedelta(minutes=61), "1 hour and 1 minute"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=2, hours=3, minutes=9), "2 days and 3 hours"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_delay_is_told_no_finer_than_one_needs(delay: timedelta, words: str) -> None:
    assert in_words(delay) == words
