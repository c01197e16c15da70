"""Whether a server can be used."""

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.health import LONGEST_REST, WELL, failed, usable, worked
from publisher.errors import Scope, TransportError

DOWN = TransportError("Connection refused", scope=Scope.SESSION, permanent=False)
LOGIN = TransportError(
    "5.7.8 bad password",
    scope=Scope.SESSION,
    permanent=True,
    code=535,
    server="smtp://mail.midori.example:587",
    hint="look at mail.user",
)


def rests(count: int, jitter: float = 1.0) -> list[float]:
    health, found, now = WELL, [], 0.0
    for _ in range(count):
        health = failed(health, DOWN, now, jitter)
        found.append(health.until - now)
        now = health.until
    return found


def test_a_server_that_is_down_rests_twice_as_long_each_time_up_to_five_minutes() -> None:
    assert rests(12) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_one_mail_taken_and_all_is_forgotten() -> None:
    health = failed(failed(WELL, DOWN, 0, 0.5), DOWN, 2, 0.5)

    assert not usable(health, 2)
    assert usable(health, 5)
    assert worked(health) == WELL


def test_a_refused_login_is_a_persons_to_mend() -> None:
    health = failed(WELL, LOGIN, 0, 0.5)

    assert not usable(health, 1e12)
    assert (health.fault, health.reason) == (
        True,
        "smtp://mail.midori.example:587: 5.7.8 bad password; look at mail.user",
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_rest_is_never_longer_than_five_minutes_nor_none(jitters: list[float]) -> None:
    health, now = WELL, 0.0
    for jitter in jitters:
        health = failed(health, DOWN, now, jitter)
        assert 0.5 <= health.until - now <= LONGEST_REST + 1e-6
        now = health.until
