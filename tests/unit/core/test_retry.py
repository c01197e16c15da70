"""What follows from a refusal."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.retry import (
    ANOTHER_SESSION,
    FIRST_DELAY,
    FIRST_STOP,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    SHORTEST_DELAY,
    Try,
    Verdict,
    is_trouble,
    judge,
)
from publisher.core.streak import NONE, Streak, troubled
from publisher.errors import Scope, TransportError
from publisher.model.bounce import BounceKind
from publisher.model.mailing import DeliveryStatus

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def refusal(
    scope: Scope = Scope.RECIPIENT,
    *,
    permanent: bool = False,
    code: int | None = 451,
    enhanced: str | None = None,
    undecided: bool = False,
    words: str = "言葉",
) -> TransportError:
    return TransportError(words, scope=scope, permanent=permanent, code=code, enhanced=enhanced, undecided=undecided)


def policy(words: str = "5.7.1 blocked") -> TransportError:
    return refusal(permanent=True, code=554, enhanced="5.7.1", words=words)


def attempt(
    number: int = 1,
    *,
    age: timedelta = timedelta(0),
    connected: bool = True,
    taken: int = 0,
    destination: str = "gmail.com",
    streak: Streak = NONE,
    stops: int = 0,
    jitter: float = 0.5,
    give_up: timedelta = GIVE_UP_AFTER,
) -> Try:
    return Try(number, NOW - age, NOW, connected, taken, destination, streak, stops, jitter, give_up)


def in_a_row(*destinations: str) -> Streak:
    found = NONE
    for destination in destinations:
        found = troubled(found, destination)
    return found


def delay(found: Verdict) -> timedelta:
    assert found.due_at is not None
    return found.due_at - NOW


def test_an_address_that_does_not_exist_fails_at_once_with_the_servers_words_and_is_a_hard_bounce() -> None:
    found = judge(refusal(permanent=True, code=550, enhanced="5.1.1"), attempt())

    assert found == Verdict(DeliveryStatus.FAILED, "言葉", bounce=BounceKind.HARD)


def test_a_full_mailbox_fails_and_is_a_soft_bounce() -> None:
    found = judge(refusal(permanent=True, code=552, enhanced="5.2.2", words="Mailbox full"), attempt())

    assert (found.status, found.bounce) == (DeliveryStatus.FAILED, BounceKind.SOFT)


def test_a_4xx_is_tried_again_later_and_later() -> None:
    delays = [delay(judge(refusal(), attempt(number))) for number in range(1, 9)]

    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delays == sorted(delays)
    assert delays[-1] <= LONGEST_DELAY


def test_those_put_off_in_one_minute_do_not_come_back_in_one() -> None:
    early, late = (delay(judge(refusal(), attempt(jitter=jitter))) for jitter in (0.0, 1.0))

    assert late - early > FIRST_DELAY / 3


def test_greylisting_is_tried_again_when_the_server_says_and_slows_nobody_down() -> None:
    found = judge(refusal(enhanced="4.7.1", words="4.7.1 Greylisted, try again in 120 seconds"), attempt())

    assert (found.status, found.throttle) == (DeliveryStatus.DEFERRED, False)
    assert timedelta(seconds=120) <= delay(found) <= timedelta(seconds=150)


def test_a_delay_that_is_named_is_heeded_within_bounds() -> None:
    soon = judge(refusal(words="try again in 1 second"), attempt())
    late = judge(refusal(words="try again in 999999 hours"), attempt())

    assert (delay(soon), delay(late)) == (SHORTEST_DELAY, LONGEST_DELAY)


def test_throttling_defers_and_says_that_we_were_too_fast() -> None:
    """listmonk #1802, #2273: 454 and 450 were losses for good there."""
    found = judge(refusal(code=454, words="Throttling failure: Maximum sending rate exceeded."), attempt())

    assert (found.status, found.throttle) == (DeliveryStatus.DEFERRED, True)


def test_after_three_days_it_is_given_up_and_counts_as_a_soft_bounce() -> None:
    found = judge(refusal(), attempt(20, age=GIVE_UP_AFTER))

    assert (found.status, found.bounce) == (DeliveryStatus.FAILED, BounceKind.SOFT)
    assert found.reason == "given up after 20 attempts in 72 hours: 言葉"


def test_how_long_it_is_tried_is_for_the_settings_to_say() -> None:
    found = judge(refusal(), attempt(1, age=timedelta(minutes=56), give_up=timedelta(hours=1)))

    assert found.reason == "given up after 1 attempt in 1 hour: 言葉"


@pytest.mark.parametrize("permanent", [True, False])
def test_a_refused_session_spends_nothing_and_is_nobodys_fault(permanent: bool) -> None:
    found = judge(refusal(Scope.SESSION, permanent=permanent, code=421), attempt(connected=False))

    assert (found.status, found.due_at, found.bounce, found.pause) == (DeliveryStatus.PLANNED, None, None, False)


def test_a_server_that_limits_mails_per_session_is_asked_for_another_session() -> None:
    """listmonk #1629 and #2313: closed after so many mails, with 421 or without a word."""
    said = judge(refusal(Scope.SESSION, code=421), attempt(taken=100))
    silent = judge(refusal(Scope.SESSION, code=None), attempt(taken=2500))

    for found in (said, silent):
        assert (found.status, found.due_at, found.pause) == (DeliveryStatus.PLANNED, None, False)


def test_a_mail_that_a_new_session_is_refused_at_waits_for_the_others_to_go() -> None:
    found = judge(refusal(Scope.SESSION, code=421), attempt())

    assert (found.status, found.throttle) == (DeliveryStatus.PLANNED, True)
    assert delay(found) == ANOTHER_SESSION


def test_a_mail_that_connections_break_at_does_not_go_round_for_ever() -> None:
    broken = refusal(Scope.SESSION, code=None, words="Connection reset by peer")

    first, fifth = judge(broken, attempt()), judge(broken, attempt(5))
    last = judge(broken, attempt(30, age=GIVE_UP_AFTER))

    assert (first.status, delay(first)) == (DeliveryStatus.DEFERRED, ANOTHER_SESSION)
    assert delay(fifth) == 16 * ANOTHER_SESSION
    assert (last.status, last.bounce) == (DeliveryStatus.FAILED, None), "and says nothing of its reader"


def test_an_answer_that_never_came_is_unknown_and_not_tried_again() -> None:
    found = judge(refusal(Scope.SESSION, code=None, undecided=True), attempt())

    assert (found.status, found.due_at, found.pause) == (DeliveryStatus.UNKNOWN, None, False)


def test_three_sessions_that_never_answer_pause_before_all_is_unknown() -> None:
    silent = refusal(Scope.SESSION, code=None, undecided=True)
    streak = in_a_row("gmail.com", "gmail.com", "gmail.com")

    assert is_trouble(silent, 0)
    assert judge(silent, attempt(streak=streak)).pause


def test_a_server_that_goes_down_under_twenty_connections_is_one_event() -> None:
    assert not is_trouble(refusal(Scope.SESSION, code=None, undecided=True), 50)


def test_a_refusal_by_policy_fails_the_one_and_is_not_its_readers_fault() -> None:
    found = judge(policy(), attempt(streak=in_a_row("gmail.com")))

    assert found == Verdict(DeliveryStatus.FAILED, "5.7.1 blocked", bounce=BounceKind.POLICY)


def test_the_third_refusal_by_policy_in_a_row_stops_the_destination_and_fails_nobody() -> None:
    found = judge(policy(), attempt(streak=in_a_row("gmail.com", "gmail.com", "gmail.com")))

    assert (found.status, found.stop_destination, found.pause) == (DeliveryStatus.PLANNED, True, False)
    assert delay(found) == FIRST_STOP
    assert found.bounce is None


def test_a_destination_that_was_stopped_is_stopped_for_longer_by_the_first_refusal() -> None:
    found = judge(policy(), attempt(streak=in_a_row("gmail.com"), stops=2))

    assert (found.stop_destination, delay(found)) == (True, 4 * FIRST_STOP)


def test_a_destination_that_refuses_for_three_days_fails_its_readers_so_that_the_issue_ends() -> None:
    found = judge(policy(), attempt(streak=in_a_row("gmail.com"), stops=7))

    assert (found.status, found.bounce) == (DeliveryStatus.FAILED, BounceKind.POLICY)


def test_refusals_by_one_destination_after_another_pause_before_everybody_fails() -> None:
    found = judge(policy(), attempt(streak=in_a_row("gmail.com", "docomo.ne.jp", "gmail.com")))

    assert (found.status, found.pause, found.stop_destination) == (DeliveryStatus.PLANNED, True, False)


@pytest.mark.parametrize("enhanced", ["5.7.1", None])
def test_relay_denied_for_one_reader_after_another_pauses_whatever_its_code(enhanced: str | None) -> None:
    denied = refusal(permanent=True, code=554, enhanced=enhanced, words="Relay access denied")

    first = judge(denied, attempt(streak=in_a_row("gmail.com")))
    third = judge(denied, attempt(streak=in_a_row("gmail.com", "gmail.com", "gmail.com")))

    assert (first.status, first.pause) == (DeliveryStatus.FAILED, False)
    assert (third.status, third.pause) == (DeliveryStatus.PLANNED, True)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (policy(), True),
        (refusal(permanent=True, code=550, words="Relaying denied"), True),
        (refusal(permanent=True, code=550, enhanced="5.1.1"), False),
        (refusal(code=451, enhanced="4.7.1"), False),
        (refusal(Scope.SESSION, code=None), False),
        (refusal(Scope.SESSION, permanent=True, code=535, enhanced="5.7.8"), False),
    ],
)
def test_what_may_be_no_fault_of_the_readers_is_counted(error: TransportError, trouble: bool) -> None:
    assert is_trouble(error, 0) is trouble


@given(
    st.builds(
        refusal,
        st.sampled_from(Scope),
        permanent=st.booleans(),
        code=st.one_of(st.none(), st.integers(400, 599)),
        enhanced=st.one_of(st.none(), st.from_regex(r"[45]\.[0-7]\.[0-9]{1,2}", fullmatch=True)),
        undecided=st.booleans(),
        words=st.text(max_size=40),
    ),
    st.integers(1, 10_000),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.booleans(),
    st.integers(0, 3),
    st.lists(st.sampled_from(("gmail.com", "au.com")), max_size=5),
    st.integers(0, 50),
    st.floats(0, 1),
)
def test_every_refusal_has_a_verdict_that_holds_together(
    error: TransportError,
    number: int,
    age: timedelta,
    connected: bool,
    taken: int,
    row: list[str],
    stops: int,
    jitter: float,
) -> None:
    found = judge(
        error,
        attempt(number, age=age, connected=connected, taken=taken, streak=in_a_row(*row), stops=stops, jitter=jitter),
    )

    assert (found.status is DeliveryStatus.UNKNOWN) == error.undecided
    of_a_reader = found.status is DeliveryStatus.FAILED and error.scope is not Scope.SESSION
    assert (found.bounce is not None) == of_a_reader
    if found.status is DeliveryStatus.DEFERRED:
        assert timedelta(0) < delay(found) <= LONGEST_DELAY
        assert age + delay(found) <= GIVE_UP_AFTER
    if found.stop_destination:
        assert found.status is DeliveryStatus.PLANNED
        assert delay(found) > timedelta(0)
