"""What names a delivery to other servers is read back as it was signed, and cannot be made by anybody else."""

import time
from base64 import b32encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.errors import UsageError
from publisher.mail import parse_address
from publisher.mail.verp import TOKEN_LENGTH, delivery_tokens, find_tokens, read_delivery_token, return_path

SECRET, OTHER = b"\x01" * 32, b"\x02" * 32
IDS = st.integers(min_value=0, max_value=2**40 - 1)
TOKEN = delivery_tokens(SECRET)(42)


@given(IDS, st.binary(min_size=16, max_size=64))
def test_a_token_is_read_back_in_any_case(delivery_id: int, secret: bytes) -> None:
    token = delivery_tokens(secret)(delivery_id)

    assert len(token) == TOKEN_LENGTH
    assert token.isalnum()
    assert token.islower()
    for relayed in (token, token.upper(), token.swapcase(), token.title()):
        assert read_delivery_token([OTHER, secret], relayed) == delivery_id


@given(st.integers(0, TOKEN_LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_other_letter_is_none(place: int, letter: str) -> None:
    forged = TOKEN[:place] + letter + TOKEN[place + 1 :]

    assert read_delivery_token([SECRET], forged) == (42 if forged == TOKEN else None)


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z2-7]{24}", fullmatch=True))
@example("ſ" * 24)
@example("K" * 24)
@example(TOKEN + "\n")
def test_what_we_did_not_make_is_none(text: str) -> None:
    assert read_delivery_token([SECRET], text) is None
    assert find_tokens([OTHER], text + TOKEN) is None


def test_a_token_of_another_ledger_is_none() -> None:
    assert read_delivery_token([OTHER], TOKEN) is None
    assert read_delivery_token([], TOKEN) is None


def test_a_token_is_the_same_at_each_attempt() -> None:
    assert delivery_tokens(SECRET)(42) == TOKEN
    assert delivery_tokens(SECRET)(43) != TOKEN


@pytest.mark.parametrize(
    "text",
    [
        f"bounces+{TOKEN}@example.jp",
        f"SRS0=aB3+=KL=example.jp=bounces+{TOKEN.upper()}@forwarder.example",
        f"prvs=1234abcdef=bounces+{TOKEN}@example.jp",
        f"Received: from a\r\nX-Publisher-Delivery: {TOKEN}\r\nSubject: 今週の投資分析\r\n",
        f"X-Other: {'a' * TOKEN_LENGTH}\nX-Publisher-Delivery:\n {TOKEN}\n",
    ],
)
def test_a_token_is_found_in_what_relays_make_of_an_address_and_in_headers(text: str) -> None:
    assert find_tokens([SECRET], text) == 42


def test_a_text_of_nothing_but_what_looks_like_tokens_is_given_up_soon() -> None:
    looks_alike = "\n".join(b32encode(number.to_bytes(15)).decode() for number in range(200_000))
    begun = time.perf_counter()

    assert find_tokens([SECRET], f"{looks_alike}\n{TOKEN}") is None
    assert time.perf_counter() - begun < 1


@given(IDS)
def test_the_return_path_carries_the_delivery(delivery_id: int) -> None:
    path = return_path(parse_address("bounces@example.jp"), delivery_tokens(SECRET)(delivery_id))

    assert path.endswith("@example.jp")
    assert find_tokens([SECRET], path.upper()) == delivery_id


@pytest.mark.parametrize("local", ["b" * 39, "三浦" * 6 + "bbb"])
def test_a_return_path_fills_64_octets_and_no_more(local: str) -> None:
    path = return_path(parse_address(f"{local}@example.jp"), TOKEN)

    assert len(path.partition("@")[0].encode()) == 64
    with pytest.raises(UsageError, match="too long") as caught:
        return_path(parse_address(f"b{local}@example.jp"), TOKEN)
    assert "39 octets" in str(caught.value.hint)


def test_a_quoted_return_path_cannot_carry_a_delivery() -> None:
    with pytest.raises(UsageError, match="quoted"):
        return_path(parse_address('"a..b"@docomo.ne.jp'), TOKEN)
