"""Bodies as base64."""

import re
from base64 import b64decode

from hypothesis import example, given
from hypothesis import strategies as st

from publisher.mail.encoding import Encoder, base64_lines

LONG = "半導体の来年を読む：500億ドルの真意。\n" * 100
PIECES = st.lists(st.sampled_from(["", "山田太郎", "Taro", "\r", "\n", "\r\n", "é", LONG, LONG[:-1], LONG + "\r"]))


def crlf(text: str) -> str:
    return re.sub("\r\n|\r|\n", "\r\n", text)


def read(encoded: bytes) -> str:
    """Line by line, as the poorest decoder does it, and as a whole, where nothing is filled up but the end."""
    assert encoded == b"" or encoded.endswith(b"\r\n")
    lines = encoded.split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 76 for line in lines)
    by_line = b"".join(b64decode(line, validate=True) for line in lines)
    assert by_line == b64decode(b"".join(lines), validate=True)
    return by_line.decode()


@given(st.binary(max_size=400))
def test_any_octets_come_back_in_lines_of_76(data: bytes) -> None:
    lines = base64_lines(data).split(b"\r\n")

    assert b64decode(b"".join(lines), validate=True) == data
    assert lines.pop() == b""
    assert all(len(line) == 76 for line in lines[:-1])


@example([["\r", "\n", "\n"]])
@given(st.lists(PIECES, min_size=1, max_size=6))
def test_pieces_are_encoded_as_their_whole_however_often_they_came_before(letters: list[list[str]]) -> None:
    encoder = Encoder()

    for pieces in letters:
        assert read(encoder.encode(pieces)) == crlf("".join(pieces))


@given(st.lists(st.text(), max_size=8))
def test_any_text_comes_back(pieces: list[str]) -> None:
    assert read(Encoder().encode(pieces)) == crlf("".join(pieces))


def test_a_long_piece_is_encoded_the_same_after_names_of_any_length() -> None:
    encoder = Encoder()

    for name in ("", "a", "ab", "abc", "山田太郎", "", "a", "ab"):
        assert read(encoder.encode((LONG, name, LONG))) == crlf(LONG + name + LONG)


def test_more_than_an_encoder_keeps_is_encoded_all_the_same() -> None:
    encoder = Encoder()
    others = [f"{n}:{LONG * 20}" for n in range(30)]

    for other in (*others, *others):
        assert read(encoder.encode((LONG, other))) == crlf(LONG + other)


def test_half_a_character_becomes_a_question_mark() -> None:
    assert read(Encoder().encode(("半分\ud83d", LONG + "\udc00"))) == crlf(f"半分?{LONG}?")


def test_an_empty_body_is_empty() -> None:
    assert Encoder().encode(()) == Encoder().encode(("", "")) == b""
