"""Addresses and mailboxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import UsageError
from publisher.mail.address import Address, Mailbox, parse_address, parse_mailbox


@pytest.mark.parametrize(
    ("text", "email", "key", "is_ascii"),
    [
        ("taro@example.jp", "taro@example.jp", "taro@example.jp", True),
        (" Taro.Yamada@Example.JP ", "Taro.Yamada@example.jp", "taro.yamada@example.jp", True),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "taro@example.jp", True),
        ("taro@example。jp", "taro@example.jp", "taro@example.jp", True),
        ("　taro@example.jp　", "taro@example.jp", "taro@example.jp", True),
        ("taro+news@日本語.jp", "taro+news@xn--wgv71a119e.jp", "taro+news@xn--wgv71a119e.jp", True),
        ("太郎@example.jp", "太郎@example.jp", "太郎@example.jp", False),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp', '"a..b"@docomo.ne.jp', True),
        ('"a..b"@docomo.ne.jp', '"a..b"@docomo.ne.jp', '"a..b"@docomo.ne.jp', True),
        ("abc.@ezweb.ne.jp", '"abc."@ezweb.ne.jp', '"abc."@ezweb.ne.jp', True),
        (".Abc@au.com", '".Abc"@au.com', '".abc"@au.com', True),
    ],
)
def test_an_address_has_a_form_to_mail_and_a_key(text: str, email: str, key: str, is_ascii: bool) -> None:
    assert parse_address(text) == Address(email, key, is_ascii)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "taro",
        "taro@",
        "@example.jp",
        "taro@gmail",
        "taro..yamada@gmail.com",
        "a..b@docomo.ne.jp.example.com",
        "a..b@shop.au.com",
        "taro@exa mple.jp",
        "taro@example.jp\nBcc: all@example.jp",
        "taro\x00@example.jp",
        "taro\u202e@example.jp",
        "a@b@example.jp",
        "山田 <taro@example.jp>",
        "x" * 65 + "@example.jp",
    ],
)
def test_what_is_no_address_is_refused_with_reason_and_way_out(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert caught.value.hint
    assert "no address" in caught.value.message


@given(st.text())
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError:
        return
    assert parse_address(address.email) == address
    assert address.key == address.email.lower()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("taro@example.jp", ""),
        ("<taro@example.jp>", ""),
        ("山田太郎 <taro@example.jp>", "山田太郎"),
        ("週刊: 技術 <taro@example.jp>", "週刊: 技術"),
        ('"山田, 太郎" <taro@example.jp>', "山田, 太郎"),
        ('"Taro \\"T\\" <Yamada>" <taro@example.jp>', 'Taro "T" <Yamada>'),
        ("🗻富士 <taro@example.jp>", "🗻富士"),
        (f"{'山' * 200} <taro@example.jp>", "山" * 200),
    ],
)
def test_a_mailbox_has_a_name_and_an_address(text: str, name: str) -> None:
    assert parse_mailbox(text) == Mailbox(name, parse_address("taro@example.jp"))


@pytest.mark.parametrize(
    "text",
    [
        "山田\r\nBcc: x@example.jp <taro@example.jp>",
        "山田\x00 <taro@example.jp>",
        "山田\u202e <taro@example.jp>",
        "山田\u2028 <taro@example.jp>",
        "hanako@example.jp, 太郎 <taro@example.jp>",
        "太郎 <taro@example.jp> <hanako@example.jp>",
        "太郎 <taro>",
        "太郎 taro@example.jp>",
        f"{'山' * 201} <taro@example.jp>",
        f"{'山' * 10_000} <taro@example.jp>",
        "山\u200f田 <taro@example.jp>",
        "山\x85田 <taro@example.jp>",
        "山\ud83d田 <taro@example.jp>",
    ],
)
def test_a_mailbox_that_could_break_a_header_or_names_two_people_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_mailbox(text)
