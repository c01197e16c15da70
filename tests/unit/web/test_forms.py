"""Forms as mail programs and browsers send them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.forms import fields, is_form

URLENCODED = "application/x-www-form-urlencoded"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def multipart(values: dict[str, str], boundary: str) -> bytes:
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    return f"{parts}--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (URLENCODED, b"List-Unsubscribe=One-Click"),
        (f"{URLENCODED}; charset=UTF-8", b"List-Unsubscribe=One-Click\r\n"),
        ("Application/X-WWW-Form-Urlencoded", b"List%2DUnsubscribe=One%2dClick"),
        ("multipart/form-data; boundary=xyz", multipart(ONE_CLICK, "xyz")),
        ('multipart/form-data;charset=utf-8; Boundary="x y:z"', multipart(ONE_CLICK, "x y:z")),
        # The example of RFC 8058 section 8.
        (
            "multipart/form-data; boundary=---FormBoundaryjWmhtjORrn",
            b"-----FormBoundaryjWmhtjORrn\r\n"
            b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            b"One-Click\r\n"
            b"-----FormBoundaryjWmhtjORrn--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b"a preamble\r\n--b \t\r\nContent-Type: text/plain\r\ncontent-disposition: FORM-DATA; name=List-Unsubscribe"
            b"\r\n\r\nOne-Click\r\n--b--",
        ),
    ],
)
def test_one_click_is_read_in_both_forms(type_: str, body: bytes) -> None:
    assert is_form(type_)
    assert fields(type_, body) == ONE_CLICK


@given(st.dictionaries(st.text("abcö名", min_size=1), st.text("xyz値=&;:' \t").map(str.strip), max_size=5))
def test_parts_are_read_back(values: dict[str, str]) -> None:
    assert fields("multipart/form-data; boundary=0123456789", multipart(values, "0123456789")) == values


@given(st.text(st.characters(codec="latin-1")), st.binary())
def test_nothing_that_is_sent_is_a_fault_of_ours(parameters: str, body: bytes) -> None:
    for type_ in (URLENCODED, "multipart/form-data; boundary=b", f"multipart/form-data;{parameters}"):
        for sent in (body, b"--b\r\n" + body, b'--b\r\nContent-Disposition: x; name="' + body):
            try:
                found = fields(type_, sent)
            except ValueError:
                continue
            assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize("type_", ["", "text/plain", "application/json", "multipart/mixed; boundary=x", "multipart"])
def test_other_bodies_are_no_forms(type_: str) -> None:
    assert not is_form(type_)


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("multipart/form-data", multipart(ONE_CLICK, "x")),
        ("multipart/form-data; boundary=x", multipart(ONE_CLICK, "x")[:-6]),
        ("multipart/form-data; boundary=x", b""),
        (URLENCODED, b"&".join([b"a=b"] * 21)),
    ],
)
def test_a_damaged_form_is_refused(type_: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"boundary|end|fields"):
        fields(type_, body)
