"""What is said of a message to a server that can do this and that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope
from publisher.transport.features import Features, read_features
from publisher.transport.letter import dot_stuffed, letter, original_recipient, xtext

DATA = b"Subject: x\r\n\r\ntext\r\n"
JAPANESE = "Subject: x\r\n\r\n本文\r\n".encode()
EVERYTHING = Features(pipelining=True, size=0, eight_bit=True, utf8=True, dsn=True)


def commands(envelope: Envelope, features: Features) -> tuple[str, str]:
    found = letter(envelope, features)
    return found.mail.decode(), found.rcpt.decode()


def refusal(envelope: Envelope, features: Features = EVERYTHING) -> TransportError:
    with pytest.raises(TransportError) as caught:
        letter(envelope, features)
    return caught.value


def test_a_server_without_extensions_is_told_the_addresses_only() -> None:
    found = commands(Envelope("news@example.jp", "taro@example.jp", JAPANESE, envid="abc"), Features())
    assert found == ("MAIL FROM:<news@example.jp>\r\n", "RCPT TO:<taro@example.jp>\r\n")


def test_every_extension_has_its_parameter() -> None:
    found = commands(Envelope("news@example.jp", "太郎@example.jp", JAPANESE, utf8=True, envid="d=1+2"), EVERYTHING)
    assert found == (
        "MAIL FROM:<news@example.jp> SIZE=22 SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=d+3D1+2B2\r\n",
        "RCPT TO:<太郎@example.jp> NOTIFY=FAILURE ORCPT=utf-8;\\x{592A}\\x{90CE}@example.jp\r\n",
    )


def test_eight_bit_is_declared_where_there_are_eight() -> None:
    assert "BODY" not in commands(Envelope("", "taro@example.jp", DATA), EVERYTHING)[0]
    assert commands(Envelope("", "taro@example.jp", JAPANESE), EVERYTHING)[0].endswith(" BODY=8BITMIME\r\n")


def test_reports_are_asked_for_only_where_a_delivery_has_a_name() -> None:
    mail, rcpt = commands(Envelope("", "taro@example.jp", DATA), EVERYTHING)
    assert "RET" not in mail
    assert rcpt == "RCPT TO:<taro@example.jp>\r\n"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("taro@example.jp", "rfc822;taro@example.jp"),
        ("taro+a=b@example.jp", "rfc822;taro+2Ba+3Db@example.jp"),
        ('"a b"@docomo.ne.jp', 'rfc822;"a+20b"@docomo.ne.jp'),
        ("太郎+a@example.jp", "utf-8;\\x{592A}\\x{90CE}\\x{2B}a@example.jp"),
    ],
)
def test_the_original_recipient_is_spelt_by_its_standard(address: str, expected: str) -> None:
    assert original_recipient(address) == expected


@given(st.text(st.characters(max_codepoint=127)))
def test_xtext_can_be_undone(text: str) -> None:
    spelt = xtext(text)
    assert all("!" <= c <= "~" and c != "=" for c in spelt)
    first, *rest = spelt.split("+")
    assert first + "".join(chr(int(part[:2], 16)) + part[2:] for part in rest) == text


@pytest.mark.parametrize(
    ("size", "taken"), [(None, True), (0, True), (len(DATA), True), (len(DATA) - 1, False)], ids=str
)
def test_what_is_larger_than_the_servers_bound_is_refused_here(size: int | None, taken: bool) -> None:
    envelope = Envelope("news@example.jp", "taro@example.jp", DATA)
    if taken:
        assert letter(envelope, Features(size=size)).text == DATA
        return
    error = refusal(envelope, Features(size=size))
    assert (error.scope, error.permanent, error.code, error.undecided) == (Scope.MESSAGE, True, 552, False)
    assert error.hint


@pytest.mark.parametrize(
    ("recipient", "utf8", "features"),
    [
        ("太郎@example.jp", False, EVERYTHING),
        ("太郎@example.jp", True, Features()),
        ("a\r\nRCPT TO:<b>", False, EVERYTHING),
        ("a\0@example.jp", True, EVERYTHING),
        ("\udc80@example.jp", True, EVERYTHING),
    ],
)
def test_an_address_that_cannot_be_said_is_about_the_recipient(recipient: str, utf8: bool, features: Features) -> None:
    error = refusal(Envelope("news@example.jp", recipient, DATA, utf8=utf8), features)
    assert (error.scope, error.permanent, error.code, error.undecided) == (Scope.RECIPIENT, True, None, False)


@pytest.mark.parametrize(
    ("sender", "utf8", "features"),
    [
        ("札@example.jp", True, Features()),
        ("札@example.jp", False, EVERYTHING),
        ("a\r\nRSET", False, EVERYTHING),
    ],
)
def test_a_sender_that_cannot_be_said_is_refused_for_all_and_nobodys_mail_fails(
    sender: str, utf8: bool, features: Features
) -> None:
    error = refusal(Envelope(sender, "taro@example.jp", DATA, utf8=utf8), features)
    assert (error.scope, error.permanent) == (Scope.SESSION, True)
    assert "mail.return_path" in (error.hint or "")


@given(st.lists(st.sampled_from([b".", b"\r\n", "投".encode(), b"a", b"x." * 120])).map(b"".join))
def test_dot_stuffing_can_be_undone_and_never_ends_a_message(data: bytes) -> None:
    stuffed = dot_stuffed(data)
    assert b"\r\n.\r\n" not in b"\r\n" + stuffed
    assert stuffed.endswith(b"\r\n") or not data
    undone = (b"\r\n" + stuffed).replace(b"\r\n.", b"\r\n")[2:]
    assert undone.removesuffix(b"\r\n") == data.removesuffix(b"\r\n")


def test_features_are_read_in_any_case_and_an_odd_size_is_no_bound() -> None:
    offered = (
        b"hi",
        b"Pipelining",
        b"size 35882577",
        b"8BITMIME",
        b"AUTH=LOGIN",
        b"AUTH plain LOGIN",
        b"",
        b"DSN",
        b"SMTPUTF8",
    )
    text = b"\r\n".join(offered) + b"\r"
    assert read_features(text) == Features(True, 35882577, True, True, True, False, ("LOGIN", "PLAIN"))
    for odd in (b"SIZE", b"SIZE many", b"SIZE -1", b"SIZE " + b"9" * 5000, b"SIZE 0"):
        assert read_features(b"hi\n" + odd).size == 0
    assert read_features(b"PIPELINING STARTTLS") == Features()
