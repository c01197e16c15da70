"""HMACs of many texts, beside the standard library's."""

import hmac

import pytest

from publisher.core.mac import maker


@pytest.mark.parametrize("length", [0, 6, 32, 64, 65, 200])
def test_a_secret_of_any_length_gives_what_the_standard_gives(length: int) -> None:
    secret = b"\x5c" * length
    of = maker(secret, b"before\0")

    for text in ("", "taro@example.jp", "太郎@例え.jp", "x" * 500):
        assert of(text.encode()) == hmac.digest(secret, b"before\0" + text.encode(), "sha256").hex()
