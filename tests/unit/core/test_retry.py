"""What follows from a refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.core.retry import FIRST_DELAY, GIVE_UP_AFTER, LONGEST_DELAY, Try, Verdict, is_trouble, judge
from publisher.errors import Scope, TransportError
from publisher.model.mailing import DeliveryStatus

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def verdict(
    scope: Scope = Scope.RECIPIENT,
    *,
    permanent: bool = False,
    code: int | None = 451,
    enhanced: str | None = None,
    undecided: bool = False,
    attempts: int = 1,
    age: timedelta = timedelta(0),
    in_a_row: int = 0,
    connected: bool = True,
    taken: int = 0,
) -> Verdict:
    error = TransportError("言葉", scope=scope, permanent=permanent, code=code, enhanced=enhanced, undecided=undecided)
    this = Try(attempts, NOW - age, NOW, connected, taken, in_a_row)
    return judge(error, this)


def test_an_address_that_does_not_exist_fails_at_once_with_the_servers_words() -> None:
    found = verdict(permanent=True, code=550)

    assert (found.status, found.reason, found.pause) == (DeliveryStatus.FAILED, "言葉", False)


def test_a_4xx_is_tried_again_later_and_later() -> None:
    delays = [verdict(attempts=number).due_at for number in range(1, 9)]

    assert delays[0] == NOW + FIRST_DELAY
    assert delays[1] == NOW + 2 * FIRST_DELAY
    assert delays[-1] == NOW + LONGEST_DELAY


def test_after_three_days_it_is_given_up() -> None:
    found = verdict(attempts=20, age=GIVE_UP_AFTER)

    assert found.status is DeliveryStatus.FAILED
    assert "given up" in found.reason


@pytest.mark.parametrize("permanent", [True, False])
def test_a_refused_session_pauses_the_issue_and_spends_nothing(permanent: bool) -> None:
    found = verdict(Scope.SESSION, permanent=permanent, code=421)

    assert (found.status, found.pause, found.due_at) == (DeliveryStatus.PLANNED, True, None)


def test_a_server_that_is_down_is_a_refused_session() -> None:
    found = verdict(Scope.SESSION, code=None, connected=False, in_a_row=1)

    assert (found.status, found.pause) == (DeliveryStatus.PLANNED, True)


def test_a_connection_lost_in_the_middle_defers_its_one_mail() -> None:
    found = verdict(Scope.SESSION, code=None, in_a_row=1)

    assert (found.status, found.pause) == (DeliveryStatus.DEFERRED, False)


def test_three_connections_lost_in_a_row_pause_the_issue() -> None:
    assert verdict(Scope.SESSION, code=None, in_a_row=3).pause


def test_an_answer_that_never_came_is_unknown_and_not_tried_again() -> None:
    found = verdict(Scope.SESSION, code=None, undecided=True, in_a_row=1)

    assert (found.status, found.due_at, found.pause) == (DeliveryStatus.UNKNOWN, None, False)


def test_relay_denied_for_one_reader_after_another_pauses_before_it_fails_them_all() -> None:
    first = verdict(permanent=True, code=554, enhanced="5.7.1", in_a_row=1)
    third = verdict(permanent=True, code=554, enhanced="5.7.1", in_a_row=3)

    assert (first.status, first.pause) == (DeliveryStatus.FAILED, False)
    assert (third.status, third.pause) == (DeliveryStatus.PLANNED, True)


@pytest.mark.parametrize(
    ("scope", "code", "enhanced", "trouble"),
    [
        (Scope.SESSION, None, None, True),
        (Scope.RECIPIENT, 554, "5.7.1", True),
        (Scope.RECIPIENT, 550, "5.1.1", False),
        (Scope.RECIPIENT, 451, "4.7.1", False),
    ],
)
def test_what_may_be_no_fault_of_the_readers_is_counted(
    scope: Scope, code: int | None, enhanced: str | None, trouble: bool
) -> None:
    assert is_trouble(TransportError("x", scope=scope, permanent=False, code=code, enhanced=enhanced)) is trouble


def test_a_server_that_limits_mails_per_session_is_asked_for_another_session() -> None:
    closing = verdict(Scope.SESSION, code=421, taken=100)

    assert (closing.status, closing.pause) == (DeliveryStatus.PLANNED, False)
    assert verdict(Scope.SESSION, code=421, taken=0).pause
    assert verdict(Scope.SESSION, code=550, permanent=True, taken=100).pause
