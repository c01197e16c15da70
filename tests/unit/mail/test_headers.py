"""Header fields as they are folded and encoded."""

import re
from base64 import b64decode
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.lines import one_line
from publisher.errors import UsageError
from publisher.mail.address import Address, Mailbox, parse_mailbox
from publisher.mail.headers import mailbox, parameter, raw, unstructured, with_phrase

FAMILY = "👨‍👩‍👧‍👦"
WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=")


def words(field: str) -> list[str]:
    """What the encoded words of a field hold, one by one."""
    return [b64decode(octets, validate=True).decode() for octets in WORD.findall(field)]


def well_folded(field: str) -> bool:
    lines = field.split("\r\n")
    widths = all(len(line) <= (76 if "=?" in line else 78) for line in lines)
    encoded = all(len(word.group()) <= 75 for word in WORD.finditer(field))
    return widths and encoded and all(line.startswith(" ") and line.strip() for line in lines[1:])


def test_an_english_subject_stands_as_it_is() -> None:
    assert unstructured("Subject", "The real meaning of $50 billion") == "Subject: The real meaning of $50 billion"


def test_a_long_english_subject_is_folded_at_spaces_and_not_encoded() -> None:
    text = "What a year of baking bread at home has taught us about time, about patience and about flour"

    field = unstructured("Subject", text)

    assert field.replace("\r\n", "") == f"Subject: {text}"
    assert [len(line) <= 78 for line in field.split("\r\n")] == [True, True]


@pytest.mark.parametrize("text", ["x" * 200, "a " + "x" * 80, "=?utf-8?q?x?=", "a  b"])
def test_ascii_that_would_be_read_otherwise_is_encoded(text: str) -> None:
    field = unstructured("Subject", text)

    assert "".join(words(field)) == text
    assert well_folded(field)


def test_a_subject_of_200_kanji_is_split_between_characters() -> None:
    text = "永和九年歳在癸丑暮春之初会于会稽山陰之蘭亭修禊事也" * 8

    field = unstructured("Subject", text[:200])

    assert "".join(words(field)) == text[:200]
    assert len(words(field)) == 14
    assert well_folded(field)


@pytest.mark.parametrize("cluster", [FAMILY, "🇯🇵", "👍🏽", "か\u3099", "e\u0301", "नि", "葛\U000e0100", "각"])
def test_no_word_ends_within_what_a_reader_takes_for_one_character(cluster: str) -> None:
    for shift in range(46):
        parts = words(unstructured("Subject", "x" * shift + cluster * 30))
        assert "".join(parts) == "x" * shift + cluster * 30
        assert all(part.strip("x").replace(cluster, "") == "" for part in parts)


def test_a_heap_of_marks_too_large_for_a_word_is_split_between_characters() -> None:
    text = "あ" + "\u3099" * 100

    assert "".join(words(unstructured("Subject", text))) == text
    assert well_folded(unstructured("Subject", text))


@given(st.sampled_from(["Subject", "X"]), st.text())
def test_any_text_comes_back_from_a_well_folded_field(name: str, text: str) -> None:
    field = unstructured(name, text)

    value = field.removeprefix(f"{name}:").replace("\r\n", "").strip(" ")
    assert field.isascii()
    assert well_folded(field)
    assert str(make_header(decode_header(value))) == one_line(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Taro Yamada <taro@example.jp>", "To: Taro Yamada <taro@example.jp>"),
        ('"Yamada, Taro" <taro@example.jp>', 'To: "Yamada, Taro" <taro@example.jp>'),
        ('"Taro \\"T\\" \\\\" <taro@example.jp>', 'To: "Taro \\"T\\" \\\\" <taro@example.jp>'),
        ("taro@example.jp", "To: <taro@example.jp>"),
        ("山田 <taro@example.jp>", "To: =?utf-8?b?5bGx55Sw?= <taro@example.jp>"),
        ("山田 <a..b@docomo.ne.jp>", 'To: =?utf-8?b?5bGx55Sw?= <"a..b"@docomo.ne.jp>'),
        (".taro.@ezweb.ne.jp", 'To: <".taro."@ezweb.ne.jp>'),
        ("太郎@日本語.jp", "To: <太郎@xn--wgv71a119e.jp>"),
    ],
)
def test_a_mailbox_is_written_as_rfc_5322_has_it(text: str, field: str) -> None:
    assert mailbox("To", parse_mailbox(text)) == field


def test_an_address_that_does_not_fit_beside_its_name_has_a_line_of_its_own() -> None:
    field = mailbox("To", parse_mailbox(f"山田太郎 <{'t' * 64}@example.jp>"))

    assert field == f"To: =?utf-8?b?5bGx55Sw5aSq6YOO?=\r\n <{'t' * 64}@example.jp>"


@pytest.mark.parametrize("email", ["a@b\r\nBcc: x@example.jp", "a\x00@b.jp", "a\u202e@b.jp"])
def test_controls_in_an_address_make_no_second_line(email: str) -> None:
    assert "\r\n" not in mailbox("To", Mailbox("", Address(email, email, False)))


@given(st.text(max_size=300))
def test_any_name_comes_back_from_a_well_folded_mailbox(name: str) -> None:
    field = with_phrase("To", name, "taro@example.jp")

    phrase, _, address = field.removeprefix("To:").replace("\r\n", "").rpartition(" ")
    phrase = phrase.strip(" ")
    text = re.sub(r"\\(.)", r"\1", phrase[1:-1]) if phrase.startswith('"') else str(make_header(decode_header(phrase)))
    assert address == "<taro@example.jp>"
    assert text == one_line(name)
    assert well_folded(field)


@pytest.mark.parametrize("value", ["", "日本語", "a\r\nBcc: x", "a\x00", "x" * 990, "\ud800"])
def test_what_cannot_stand_as_it_is_on_one_line_is_refused(value: str) -> None:
    if not value:
        assert raw("List-Help", value) == "List-Help: "
        return
    with pytest.raises(UsageError, match="List-Help cannot be"):
        raw("List-Help", value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("photo 1.png", ';\r\n filename="photo 1.png"'),
        ('a"b\\c.png', ';\r\n filename="a\\"b\\\\c.png"'),
        ("写真.png", ";\r\n filename*=utf-8''%E5%86%99%E7%9C%9F.png"),
        ("x\r\ny.png", ';\r\n filename="x y.png"'),
    ],
)
def test_a_parameter_is_written_by_rfc_2231_where_it_is_not_ascii(name: str, written: str) -> None:
    assert parameter("filename", name) == written


@given(st.text(max_size=120))
def test_no_line_of_a_parameter_is_long(name: str) -> None:
    field = f"Content-Disposition: inline{parameter('filename', name)}"

    assert field.isascii()
    assert max(map(len, field.split("\r\n"))) <= 78
