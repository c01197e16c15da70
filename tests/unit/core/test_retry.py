"""What follows from a refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.core.retry import FIRST_DELAY, GIVE_UP_AFTER, LONGEST_DELAY, Verdict, judge
from publisher.errors import Scope, TransportError
from publisher.model.mailing import DeliveryStatus

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def verdict(
    scope: Scope = Scope.RECIPIENT,
    *,
    permanent: bool = False,
    code: int | None = 451,
    undecided: bool = False,
    attempts: int = 1,
    age: timedelta = timedelta(0),
    losses: int = 0,
    connected: bool = True,
) -> Verdict:
    error = TransportError("言葉", scope=scope, permanent=permanent, code=code, undecided=undecided)
    return judge(error, attempts=attempts, first_attempt_at=NOW - age, now=NOW, losses=losses, connected=connected)


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
    found = verdict(Scope.SESSION, code=None, connected=False, losses=1)

    assert (found.status, found.pause) == (DeliveryStatus.PLANNED, True)


def test_a_connection_lost_in_the_middle_defers_its_one_mail() -> None:
    found = verdict(Scope.SESSION, code=None, losses=1)

    assert (found.status, found.pause) == (DeliveryStatus.DEFERRED, False)


def test_three_connections_lost_in_a_row_pause_the_issue() -> None:
    assert verdict(Scope.SESSION, code=None, losses=3).pause


def test_an_answer_that_never_came_is_unknown_and_not_tried_again() -> None:
    found = verdict(Scope.SESSION, code=None, undecided=True, losses=1)

    assert (found.status, found.due_at, found.pause) == (DeliveryStatus.UNKNOWN, None, False)
