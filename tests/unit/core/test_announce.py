"""When a hub is told, and what follows from its answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.announce import (
    FIRST_DELAY,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    Answer,
    Standing,
    Trial,
    claim,
    form,
    is_due,
    is_of_hub,
    is_reachable,
    judge,
    wait_of,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
WHAT = "https://hub.example.org/ 0123456789abcdef"


def claimed(before: Trial | None = None, *, what: str = WHAT, now: datetime = NOW) -> Trial:
    return claim(before, what, now, owner="host/1/2/0", lease=LEASE)


def answered(status: int | None, *, before: Trial | None = None, now: datetime = NOW, words: str = "") -> Trial:
    return judge(Answer(status, words), claimed(before, now=now), now)


def test_a_form_names_the_topic_under_both_words_that_hubs_look_for() -> None:
    assert form("https://niwa.example/feed.xml") == [
        ("hub.mode", "publish"),
        ("hub.url", "https://niwa.example/feed.xml"),
        ("hub.topic", "https://niwa.example/feed.xml"),
    ]


@pytest.mark.parametrize("status", [200, 202, 204, 207])
def test_every_2xx_is_done(status: int) -> None:
    found = answered(status, words="承りました")

    assert (found.standing, found.reason, found.owner) == (Standing.ANNOUNCED, "", "")
    assert not is_due(found, WHAT, NOW + timedelta(days=365))


@pytest.mark.parametrize("status", [301, 302, 303, 400, 401, 403, 404, 405, 410, 422])
def test_what_asking_again_does_not_change_is_refused_with_the_hubs_words(status: int) -> None:
    found = answered(status, words="知らないフィードです")

    assert found.standing is Standing.REFUSED
    assert found.reason == f"the hub answered {status}: 知らないフィードです"
    assert not is_due(found, WHAT, NOW + timedelta(days=365))


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 501, 502, 503, 504, 599, 999])
def test_everything_else_is_asked_again(status: int | None) -> None:
    found = answered(status, words="x")

    assert (found.standing, found.next_at) == (Standing.DEFERRED, NOW + FIRST_DELAY)
    assert not is_due(found, WHAT, NOW + FIRST_DELAY - timedelta(seconds=1))
    assert is_due(found, WHAT, NOW + FIRST_DELAY)


def test_a_hub_that_moved_says_where() -> None:
    found = judge(Answer(301, moved_to="https://new.example/"), claimed(), NOW)

    assert found.reason == "the hub answered 301: it has moved to https://new.example/"


@pytest.mark.parametrize(("status", "whole"), [(None, True), (429, True), (503, True), (500, False), (404, False)])
def test_a_hub_that_is_down_or_has_had_too_much_says_nothing_of_the_topic(status: int | None, whole: bool) -> None:
    assert is_of_hub(Answer(status)) is whole


def until_the_end(status: int) -> list[Trial]:
    trials = [answered(status)]
    while trials[-1].standing is Standing.DEFERRED:
        trials.append(answered(status, before=trials[-1], now=trials[-1].next_at))
    return trials


def test_it_waits_twice_as_long_each_time_up_to_six_hours_and_is_given_up_after_three_days() -> None:
    trials = until_the_end(500)

    waits = [one.next_at - one.at for one in trials[:-1]]
    assert waits[:4] == [FIRST_DELAY * 2**power for power in range(4)]
    assert waits[-1] == LONGEST_DELAY
    assert trials[-1].standing is Standing.GIVEN_UP
    assert trials[-1].reason == f"given up after {len(trials)} attempts: the hub answered 500"
    assert GIVE_UP_AFTER - LONGEST_DELAY < trials[-1].at - trials[0].at <= GIVE_UP_AFTER
    assert not is_due(trials[-1], WHAT, NOW + timedelta(days=365))


def test_other_bytes_and_another_hub_begin_anew() -> None:
    trials = until_the_end(500)

    for what in ("https://hub.example.org/ fedcba9876543210", "https://other.example/ 0123456789abcdef"):
        assert is_due(trials[-1], what, NOW)
        again = claimed(trials[3], what=what)
        assert (again.number, again.first_at) == (0, NOW)


def test_a_hub_that_asks_for_time_gets_it() -> None:
    later = judge(Answer(503, wait=timedelta(hours=1)), claimed(), NOW)
    sooner = judge(Answer(503, wait=timedelta(seconds=1)), claimed(), NOW)

    assert later.next_at == NOW + timedelta(hours=1)
    assert sooner.next_at == NOW + FIRST_DELAY


def test_a_claim_keeps_others_away_until_its_lease_ends_and_counts_as_no_attempt() -> None:
    before = answered(500)
    held = claimed(before, now=before.next_at)

    assert not is_due(held, WHAT, held.at + LEASE - timedelta(seconds=1))
    assert is_due(held, WHAT, held.at + LEASE)
    assert (held.number, held.first_at) == (before.number, before.first_at)
    assert claimed(held, now=held.next_at).number == before.number


@pytest.mark.parametrize("kept", [answered(500), claimed()])
def test_a_clock_that_had_been_wrong_by_years_stops_nothing(kept: Trial) -> None:
    assert is_due(kept, WHAT, NOW - timedelta(days=365))


def test_a_strangers_words_are_one_short_line_that_no_terminal_obeys() -> None:
    found = answered(400, words="だめ\x1b[2J\r\n\u202eです\x00 " + "長" * 1000)

    assert found.reason.startswith("the hub answered 400: だめ [2J です 長")
    assert found.reason.isprintable()
    assert len(found.reason) < 250


@given(st.text())
def test_no_words_break_a_line(words: str) -> None:
    assert answered(400, words=words).reason.isprintable()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 24 Nov 2026 03:05:00 GMT", 300),
        ("Mon, 23 Nov 2026 03:05:00 GMT", 0),
        ("9" * 400, 365 * 86400),
        ("Tue, 24 Nov 9999 03:05:00 GMT", 365 * 86400),
        (None, None),
        ("", None),
        ("-5", None),
        ("１２０", None),
        ("1.5", None),
        ("soon", None),
        ("Tue, 24 Nov 2026 03:05:00 -0000", None),
    ],
)
def test_what_retry_after_asks_for(header: str | None, seconds: int | None) -> None:
    assert wait_of(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_no_retry_after_asks_for_the_past_or_for_ever(text: str) -> None:
    assert timedelta(0) <= (wait_of(text, NOW) or timedelta(0)) <= timedelta(days=365)


@pytest.mark.parametrize(
    "url",
    [
        "https://your-site.invalid/", "http://localhost:4000/", "http://blog.localhost/", "http://127.0.0.1:8000/b/",
        "http://[::1]/", "http://192.168.1.5/", "http://10.0.0.1/", "http://nas/", "http://nas.local/", "http://nas.local./",
        "http://169.254.0.1/", "https:///",
    ],
)  # fmt: skip
def test_a_site_that_no_hub_can_reach_is_known(url: str) -> None:
    assert not is_reachable(url)


@pytest.mark.parametrize(
    "url", ["https://niwa.example/", "https://庭.example/b/", "http://1.1.1.1/", "http://[2606:4700::1111]/"]
)
def test_a_site_on_the_net_is_reachable(url: str) -> None:
    assert is_reachable(url)
