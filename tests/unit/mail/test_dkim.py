"""Signatures, held against the programs that verify them elsewhere."""

import re
from base64 import encodebytes
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dkim_verifiers import Verify, by_dkimpy, by_opendkim, by_perl

from publisher.mail.address import parse_mailbox
from publisher.mail.dkim import KeyType, Signer
from publisher.mail.dkim_keys import new_pem, read_key
from publisher.mail.dkim_records import dkim_record
from publisher.mail.filled import Filled
from publisher.mail.list_headers import Exits
from publisher.mail.press import Press, Sheet

DOMAIN = "midori.example"
RSA, ED25519 = (read_key(new_pem(type_)) for type_ in (KeyType.RSA, KeyType.ED25519))
KEYS = [("pub202601r", RSA), ("pub202601e", ED25519)]
RECORDS = [dkim_record(DOMAIN, selector, key) for selector, key in KEYS]
BOTH = Signer(DOMAIN, KEYS)
ONLY_RSA = Signer(DOMAIN, KEYS[:1])

FIELDS = [
    b"From: =?utf-8?b?5LiJ5rWmIOOBv+OBqeOCig==?=\r\n <tayori@midori.example>",
    b"Reply-To: <midori@midori.example>",
    "To: 山田 太郎 <太郎@example.jp>".encode(),
    b"Subject: =?utf-8?b?44G/44Gp44KK44Gu5L6/44KK77ya5ZGz5Zmo44KS5LuV6L6844KA?=\r\n =?utf-8?b?5pel?=",
    b"Date: Tue, 06 Jan 2026 09:00:00 +0900",
    b"Message-ID: <0123456789abcdef@midori.example>",
    b"List-Id: =?utf-8?b?44G/44Gp44KK44Gu5L6/44KK?=\r\n <weekly.midori.example>",
    b"List-Unsubscribe: <https://midori.example/unsubscribe/MTIz>, <mailto:tayori@midori.example?subject=unsubscribe>",
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    b"List-Help: <mailto:midori@midori.example>",
    b"List-Owner: <mailto:midori@midori.example>",
    b"List-Archive: <https://midori.example/>",
    b"List-Post: NO",
    b"Archived-At: <https://midori.example/miso/>",
    b"Feedback-ID: 12:weekly:ja:midori",
    b"Auto-Submitted: auto-generated",
    b"Content-Language: ja",
    b"MIME-Version: 1.0",
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Transfer-Encoding: base64",
]
BODY = encodebytes("味噌を仕込む日：大豆1kg。\r\n".encode() * 50).replace(b"\n", b"\r\n")

VERIFIERS = pytest.mark.parametrize(
    ("verify", "signer"),
    [(by_dkimpy, BOTH), (by_opendkim, BOTH), (by_perl, ONLY_RSA)],
    ids=["dkimpy", "opendkim", "perl"],
)


def message(fields: list[bytes], body: bytes, signature: bytes) -> bytes:
    return signature + b"\r\n".join(fields) + b"\r\n\r\n" + body


def signed(signer: Signer) -> bytes:
    return message(FIELDS, BODY, signer.sign(FIELDS, BODY))


def every(signer: Signer, verdict: bool) -> list[bool]:
    return [verdict] * (2 if signer is BOTH else 1)


def tags(signature: bytes) -> dict[str, str]:
    value = re.sub(r"\s+", "", signature.decode().partition(":")[2])
    return dict(part.split("=", 1) for part in value.split(";"))


@VERIFIERS
def test_a_mail_is_verified_by_the_programs_that_others_use(verify: Verify, signer: Signer) -> None:
    assert verify(signed(signer), RECORDS) == every(signer, True)


@VERIFIERS
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BODY[40:60], BODY[40:59] + b"A" if BODY[59:60] != b"A" else BODY[40:59] + b"B"),
        (b"44G/44Gp", b"44G/44Gq"),
        (b"unsubscribe/MTIz", b"unsubscribe/MTI0"),
        (b"=One-Click", b"=One-Clicks"),
        (b"From: ", b"From: =?utf-8?b?5YG9?= <other@example.com>\r\nFrom: "),
        (b"Subject: ", b"Subject: other\r\nSubject: "),
        (b"List-Unsubscribe: ", b"List-Unsubscribe: <https://example.com/>\r\nList-Unsubscribe: "),
        (b"List-Unsubscribe-Post: ", b"List-Unsubscribe-Post: other\r\nList-Unsubscribe-Post: "),
        (b"MIME-Version: ", b"Cc: other@example.com\r\nMIME-Version: "),
        (b"Content-Type: ", b"Content-Type: text/html\r\nContent-Type: "),
        (b"List-Help: ", b"X-Help: "),
    ],
    ids=["body", "subject", "way-out", "post", "from", "subjects", "ways-out", "posts", "cc", "types", "gone"],
)
def test_a_mail_that_was_changed_on_the_way_is_not(verify: Verify, signer: Signer, old: bytes, new: bytes) -> None:
    changed = signed(signer).replace(old, new, 1)

    assert changed != signed(signer)
    assert verify(changed, RECORDS) == every(signer, False)


@VERIFIERS
def test_what_servers_do_to_a_mail_breaks_no_signature(verify: Verify, signer: Signer) -> None:
    refolded = signed(signer).replace(b">, <mailto", b">,\r\n\t<mailto").replace(b"List-Post: NO", b"list-post:  NO ")
    traced = b"Return-Path: <a@b.example>\r\nReceived: from a by b;\r\n Tue, 6 Jan 2026 09:00:01 +0900\r\n" + refolded
    scored = traced.replace(b"MIME-Version", b"X-Spam-Status: No\r\nMIME-Version", 1) + b"\r\n\r\n"

    assert verify(scored, RECORDS) == every(signer, True)
    assert len(scored) > len(signed(signer)) + 100


@VERIFIERS
def test_another_key_in_dns_verifies_nothing(verify: Verify, signer: Signer) -> None:
    others = [dkim_record(DOMAIN, name, read_key(new_pem(key.type))) for name, key in KEYS]

    assert verify(signed(signer), others) == every(signer, False)


@VERIFIERS
@pytest.mark.parametrize("to", ["山田 太郎 <taro@example.jp>", "a..b@docomo.ne.jp", "太郎 <太郎@example.jp>"])
def test_a_letter_off_the_press_is_verified(verify: Verify, signer: Signer, to: str) -> None:
    sheet = Sheet(
        sender=parse_mailbox(f"三浦 みどり <tayori@{DOMAIN}>"),
        reply_to=None,
        list_title="みどりの便り",
        list_name="weekly",
        language="ja",
        issue="12",
        archive_url=f"https://{DOMAIN}/",
        page_url=None,
        auto_submitted=True,
    )
    filled = Filled("味噌を仕込む日：大豆1kg" * 5, ("<p>味噌を仕込む。</p>\n" * 900,), ("味噌を仕込む。\n" * 900,))
    exits = Exits(f"mailto:tayori@{DOMAIN}?subject=unsubscribe", f"https://{DOMAIN}/unsubscribe/{'a' * 200}")
    date = datetime(2026, 1, 6, tzinfo=UTC)

    letter = Press(sheet, signer).print(parse_mailbox(to), filled, message_id=f"<1@{DOMAIN}>", date=date, exits=exits)

    assert verify(letter, RECORDS) == every(signer, True)
    assert verify(letter.replace(b"/unsubscribe/a", b"/unsubscribe/b"), RECORDS) == every(signer, False)


BLANK = st.sampled_from([b" ", b"  ", b"\t", b" \t ", b"\r\n ", b"\r\n\t", b" \r\n  "])
WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1).map(str.encode)
VALUE = st.lists(st.tuples(BLANK, WORD), min_size=1).map(lambda pairs: b"".join(b"".join(pair) for pair in pairs))
NAME = st.sampled_from(
    [b"To", b"SUBJECT", b"Subject", b"cc", b"List-Id", b"List-Unsubscribe", b"References", b"X-Test", b"Received"]
)
LINE = st.one_of(
    st.binary(max_size=80).map(lambda line: re.sub(rb"[\r\n]", b"", line)),
    st.text().map(lambda text: re.sub(rb"[\r\n]", b"", text.encode("utf-8", "replace"))),
    st.sampled_from([b"", b" ", b"From here", b".", b"..", b"a \t"]),
)


@given(
    st.lists(st.tuples(NAME, VALUE).map(lambda pair: pair[0] + b":" + pair[1])),
    st.lists(LINE).map(b"\r\n".join),
    st.sampled_from([b"", b"\r\n", b"\r\n\r\n\r\n"]),
)
def test_any_header_and_body_is_verified(fields: list[bytes], body: bytes, end: bytes) -> None:
    header = [FIELDS[0], *fields, FIELDS[4]]

    whole = message(header, body + end, BOTH.sign(header, body + end))

    assert by_dkimpy(whole, RECORDS) == [True, True]


def test_each_key_signs_with_a_field_of_its_own_in_the_settings_order() -> None:
    signatures = re.split(rb"\r\n(?=\S)", BOTH.sign(FIELDS, BODY).removesuffix(b"\r\n"))

    found = [tags(signature) for signature in signatures]
    assert [(one["a"], one["d"], one["s"], one["c"]) for one in found] == [
        ("rsa-sha256", DOMAIN, "pub202601r", "relaxed/simple"),
        ("ed25519-sha256", DOMAIN, "pub202601e", "relaxed/simple"),
    ]


def test_all_that_a_mail_says_is_signed_and_most_of_it_cannot_be_said_twice() -> None:
    signed_names = tags(ONLY_RSA.sign([*FIELDS, b"Return-Path: <>", b"Received: x", b"X-A: b"], BODY))["h"].split(":")

    for field in FIELDS:
        assert field.partition(b":")[0].decode().lower() in signed_names
    assert {"return-path", "received", "x-a"}.isdisjoint(signed_names)
    twice = {name for name in signed_names if signed_names.count(name) == 2}
    assert {"from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post"} <= twice


def test_a_field_that_a_mail_lacks_is_sealed_too() -> None:
    fields = [field for field in FIELDS if not field.startswith((b"Reply-To", b"List-Unsubscribe"))]
    whole = message(fields, BODY, BOTH.sign(fields, BODY))

    assert by_dkimpy(whole, RECORDS) == [True, True]
    assert by_dkimpy(whole.replace(b"To: ", b"Reply-To: a@b.example\r\nTo: ", 1), RECORDS) == [False, False]


def test_signatures_are_folded_ascii_and_say_when_the_mail_was_dated() -> None:
    signature = BOTH.sign(FIELDS, BODY)

    assert signature.isascii()
    assert signature.endswith(b"\r\n")
    lines = signature.removesuffix(b"\r\n").split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert all(line.startswith((b"DKIM-Signature: ", b" ")) for line in lines)
    assert signature.count(b"t=1767657600;") == 2


@pytest.mark.parametrize(
    ("date", "stamp"),
    [
        (b"Tue, 06 Jan 2026 00:00:00 +0000", "1767657600"),
        (b"Tue, 06 Jan 2026 00:00:00 -0000", "1767657600"),
        (b"Mon, 05 Jan 2026 16:00:00 -0800", "1767657600"),
    ],
)
def test_the_moment_of_a_signature_is_in_no_zone(date: bytes, stamp: str) -> None:
    assert tags(ONLY_RSA.sign([FIELDS[0], b"Date: " + date], BODY))["t"] == stamp


def test_the_same_mail_has_the_same_signature_also_from_many_threads() -> None:
    letters = [[*FIELDS[:2], f"To: reader{number}@example.jp".encode(), *FIELDS[3:]] for number in range(40)]
    alone = [BOTH.sign(letter, BODY) for letter in letters]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda letter: Signer(DOMAIN, KEYS).sign(letter, BODY), letters))

    assert together == alone
    assert len(set(alone)) == 40


@pytest.mark.parametrize("missing", [0, 4])
def test_a_mail_without_sender_or_date_is_not_signed(missing: int) -> None:
    with pytest.raises(ValueError, match="From or Date"):
        BOTH.sign(FIELDS[:missing] + FIELDS[missing + 1 :], BODY)


def test_a_key_shows_nothing_of_itself() -> None:
    pem = new_pem(KeyType.RSA)

    shown = repr(read_key(pem)) + str(read_key(pem)) + repr(Signer(DOMAIN, [("s", read_key(pem))]))

    assert "PRIVATE" not in shown.upper().replace("RSAPRIVATEKEY", "")
    assert not any(line in shown for line in pem.decode().splitlines())


def test_a_record_comes_in_one_piece_and_in_strings_that_dns_can_carry() -> None:
    rsa, ed25519 = RECORDS

    assert rsa.name == "pub202601r._domainkey.midori.example"
    strings = re.findall('"([^"]*)"', rsa.zone)
    assert "".join(strings) == rsa.value
    assert [len(string) for string in strings[:-1]] == [255]
    assert rsa.zone.startswith("pub202601r._domainkey.midori.example. IN TXT ( ")
    assert re.fullmatch("v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", ed25519.value), "32 bytes (RFC 8463 section 4)"
