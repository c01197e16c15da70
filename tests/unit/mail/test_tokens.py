"""Tokens let the reader leave, or the editor approve, what they were made for, and are good for nothing else."""

import hashlib
import re
import string
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer, URLSafeSerializer

from publisher.mail.tokens import (
    Approval,
    Expiring,
    Leave,
    Return,
    approval_token,
    confirm_token,
    leave_token,
    preferences_token,
    read_approval_token,
    read_confirm_token,
    read_leave_token,
    read_preferences_token,
    read_return_token,
    read_stamp,
    return_token,
    stamp,
)

SECRET, OTHER = b"\x01" * 32, b"\x02" * 32
NEWSLETTERS = st.none() | st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)
EMAILS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map("{}@example.jp".format)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
WEEKLY = leave_token(SECRET, "weekly", "hanako@example.jp")


@given(NEWSLETTERS, EMAILS)
def test_what_was_said_is_read_back(newsletter: str | None, email: str) -> None:
    token = leave_token(SECRET, newsletter, email)

    assert read_leave_token([SECRET], token) == Leave(newsletter, email)
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", token)
    assert token[-1] in string.ascii_letters + string.digits, "a link loses a dash at its end"


def test_a_mail_made_again_has_the_same_token_and_another_reader_has_another() -> None:
    others = [
        leave_token(SECRET, "weekly", "hanako@example.com"),
        leave_token(SECRET, "daily", "hanako@example.jp"),
        leave_token(SECRET, None, "hanako@example.jp"),
        leave_token(OTHER, "weekly", "hanako@example.jp"),
    ]

    assert leave_token(SECRET, "weekly", "hanako@example.jp") == WEEKLY
    assert len({WEEKLY, *others}) == 5


def test_a_quoted_address_with_a_colon_is_read_back() -> None:
    for email in ('"a:b"@example.jp', '"a..b."@docomo.ne.jp', "三浦@日本語.example"):
        assert read_leave_token([SECRET], leave_token(SECRET, None, email)) == Leave(None, email)


@given(st.data())
def test_no_change_of_a_token_lets_anybody_else_leave(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(WEEKLY) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.=%"))
    changed = WEEKLY[:place] + letter + WEEKLY[place + 1 :]

    assert read_leave_token([SECRET], changed) in (None, Leave("weekly", "hanako@example.jp"))
    if place < WEEKLY.index(".") and changed != WEEKLY:
        assert read_leave_token([SECRET], changed) is None


@given(st.text() | st.text("abcXYZ0189-_.=", max_size=2000) | st.characters().map(lambda one: WEEKLY + one))
def test_anything_else_is_no_token(text: str) -> None:
    read = read_leave_token([SECRET], text)

    # base64 is read whatever stands behind its end.
    assert read is None or text.startswith(WEEKLY)


@pytest.mark.parametrize(
    "text", ["\ud800", WEEKLY + "\ud800", "日本語.日本語", leave_token(SECRET, "weekly", "a" * 1000)]
)
def test_what_is_too_long_or_no_ascii_is_none(text: str) -> None:
    assert read_leave_token([SECRET], text) is None


@pytest.mark.parametrize("cut", range(0, len(WEEKLY), 7))
def test_a_token_that_was_cut_off_is_none(cut: int) -> None:
    assert read_leave_token([SECRET], WEEKLY[:cut]) is None


def test_what_was_signed_for_something_else_or_by_somebody_else_is_none() -> None:
    said = WEEKLY.partition(".")[0]
    foreign = [
        Signer(SECRET).sign(said).decode(),
        Signer(SECRET, key_derivation="hmac", digest_method=hashlib.sha256).sign(said).decode(),
        Signer(SECRET, salt=b"confirm", key_derivation="hmac", digest_method=hashlib.sha256).sign(said).decode(),
        str(URLSafeSerializer(SECRET).dumps("weekly:hanako@example.jp")),
        leave_token(OTHER, "weekly", "hanako@example.jp"),
    ]

    assert [read_leave_token([SECRET], token) for token in foreign] == [None] * 5


def test_a_token_by_an_old_secret_is_good_for_as_long_as_that_is_known() -> None:
    assert read_leave_token([OTHER, SECRET], WEEKLY) == Leave("weekly", "hanako@example.jp")
    assert read_leave_token([OTHER], WEEKLY) is None
    assert read_leave_token([], WEEKLY) is None


def test_the_longest_address_has_room_on_one_line_of_a_header() -> None:
    local, domain = "あ" * 21 + "a", ".".join(["d" * 61] * 3) + ".jp"
    email = f"{local}@{domain}"
    assert len(email.encode()) == 253

    token = leave_token(SECRET, "n" * 64, email)

    assert read_leave_token([SECRET], token) == Leave("n" * 64, email)
    assert len(f"List-Unsubscribe: <https://www.example.co.jp/newsletters/unsubscribe/{token}/one-click>,") < 600


@given(st.from_regex("[0-9a-f]{32}", fullmatch=True), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_an_approval_is_read_back_and_lets_nobody_leave(uid: str, moment: datetime) -> None:
    expires = moment.replace(microsecond=0, tzinfo=UTC)
    token = approval_token(SECRET, uid, expires)

    assert read_approval_token([OTHER, SECRET], token) == Approval(uid, expires)
    assert read_approval_token([OTHER], token) is None
    assert read_leave_token([SECRET], token) is None
    assert token[-1] in string.ascii_letters + string.digits


def test_a_way_out_approves_nothing() -> None:
    assert read_approval_token([SECRET], WEEKLY) is None
    assert read_approval_token([SECRET], "") is None
    assert read_approval_token([], WEEKLY) is None


MADE = {
    "leave": leave_token(SECRET, "weekly", "taro@example.jp"),
    "approve": approval_token(SECRET, "f" * 32, NOON),
    "confirm": confirm_token(SECRET, "f" * 32, NOON),
    "preferences": preferences_token(SECRET, "taro@example.jp", NOON),
    "return": return_token(SECRET, "weekly", "taro@example.jp", NOON),
    "stamp": stamp(SECRET, NOON),
}
READ: dict[str, Callable[[Sequence[bytes], str], object]] = {
    "leave": read_leave_token,
    "approve": read_approval_token,
    "confirm": read_confirm_token,
    "preferences": read_preferences_token,
    "return": read_return_token,
    "stamp": read_stamp,
}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("read", READ)
def test_a_token_is_good_for_what_it_was_made_for_and_nothing_else(made: str, read: str) -> None:
    assert (READ[read]([OTHER, SECRET], MADE[made]) is not None) == (made == read)
    assert READ[read]([OTHER], MADE[made]) is None


@pytest.mark.parametrize("read", READ)
@given(cut=st.integers(1, 60), text=st.text(max_size=80))
def test_what_is_cut_or_made_up_is_no_token(read: str, cut: int, text: str) -> None:
    assert READ[read]([SECRET], MADE[read][:-cut]) is None
    assert READ[read]([SECRET], text) is None
    assert READ[read]([SECRET], MADE[read] + text.strip()) is None or not text.strip()


def test_an_expiring_token_says_until_when_and_an_address_may_hold_a_colon() -> None:
    assert read_confirm_token([SECRET], MADE["confirm"]) == Expiring("f" * 32, NOON)
    assert read_stamp([SECRET], MADE["stamp"]) == NOON
    odd = '"a:b"@example.jp'
    assert read_return_token([SECRET], return_token(SECRET, "weekly", odd, NOON)) == Return("weekly", odd, NOON)
