"""What a server means by a refusal for now."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.throttles import is_greylisting, is_throttle, named_delay
from publisher.errors import Scope, TransportError


def refusal(
    code: int | None, enhanced: str | None, words: str = "言葉", scope: Scope = Scope.RECIPIENT
) -> TransportError:
    return TransportError(words, scope=scope, permanent=bool(code and code >= 500), code=code, enhanced=enhanced)


@pytest.mark.parametrize(
    ("code", "enhanced", "words", "throttle"),
    [
        (421, None, "Too many connections", True),
        (421, "4.7.0", "[TSS04] Messages temporarily deferred", True),
        (450, "4.2.1", "The user you are trying to contact is receiving mail at a rate that", True),
        (450, None, "too much mail", True),
        (451, "4.3.2", "Please try again later", True),
        (451, "4.7.500", "Server busy", True),
        (452, "4.5.3", "Too many recipients", True),
        (454, None, "Throttling failure: Maximum sending rate exceeded.", True),
        (452, "4.2.2", "Mailbox full", False),
        (450, "4.1.1", "unverified address", False),
        (451, "4.7.1", "Greylisting in action, please come back later", False),
        (450, "4.2.0", "Recipient address rejected: Greylisted", False),
        (550, "5.7.1", "blocked", False),
        (None, None, "Connection reset by peer", False),
    ],
)
def test_what_says_that_we_are_too_fast(code: int | None, enhanced: str | None, words: str, throttle: bool) -> None:
    assert is_throttle(refusal(code, enhanced, words)) is throttle


@pytest.mark.parametrize(
    ("words", "delay"),
    [
        ("4.7.1 Greylisted, try again in 300 seconds", timedelta(minutes=5)),
        ("4.2.0 Greylisted for 5 minutes", timedelta(minutes=5)),
        ("Greylisting in action, please come back in 00:04:59", timedelta(seconds=299)),
        ("Try again after 1h", timedelta(hours=1)),
        ("please wait 90s", timedelta(seconds=90)),
        ("60秒後に再送してください", timedelta(minutes=1)),
        ("5分後に再送してください", timedelta(minutes=5)),
        ("4.7.1 Greylisted, see http://postgrey.schweikert.ch/help/example.jp.html", None),
        ("try again later", None),
        ("4.7.0 Too many messages from 192.0.2.7 in 2026", None),
        ("", None),
    ],
)
def test_a_delay_is_read_from_the_servers_words(words: str, delay: timedelta | None) -> None:
    assert named_delay(words) == delay


@pytest.mark.parametrize("words", ["Greylisted", "graylisting in action", "4.7.1 GREY-LISTED", "grey listing"])
def test_greylisting_is_known_by_its_words(words: str) -> None:
    assert is_greylisting(refusal(451, "4.7.1", words))
    assert not is_greylisting(refusal(550, "5.7.1", words))


@given(st.text(max_size=300))
def test_no_words_are_too_strange(words: str) -> None:
    delay = named_delay(words)

    assert delay is None or delay >= timedelta(0)
