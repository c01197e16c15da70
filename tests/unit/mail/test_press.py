"""Letters as bytes."""

import re
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dkim_verifiers import by_dkimpy
from support.letters import (
    DATE,
    EXITS,
    FILLED,
    MESSAGE_ID,
    SENDER,
    SHEET,
    TO,
    by_rust,
    content,
    field_lines,
    field_names,
    parsed,
    printed,
)

from publisher.errors import UsageError
from publisher.mail.address import Mailbox, parse_mailbox
from publisher.mail.dkim import KeyType, Signer
from publisher.mail.dkim_keys import new_pem, read_key
from publisher.mail.dkim_records import dkim_record
from publisher.mail.filled import Filled
from publisher.mail.list_headers import Exits
from publisher.mail.press import Press, message_ids
from publisher.model.mailing import Picture
from publisher.struct import replace

PHOTO = Picture("0123456789abcdef@publisher.invalid", "image/png", "味噌の写真.png", b"\x89PNG\r\n\x1a\n" * 99)
LOGO = Picture("fedcba9876543210@publisher.invalid", "image/jpeg", "logo.jpg", b"\xff\xd8\xff")
EVIL = "山田\r\nBcc: x@example.jp\r\n\r\n<script>"


def test_a_letter_of_a_newsletter_has_these_fields_once() -> None:
    sheet = replace(SHEET, reply_to=parse_mailbox("編集部 <desk@example.jp>"))
    message = parsed(printed(sheet))

    assert message["From"].addresses[0].display_name == "週刊 技術"
    assert message["Reply-To"].addresses[0].addr_spec == "desk@example.jp"
    assert message["To"].addresses[0].display_name == "山田太郎"
    assert message["Subject"] == "第3号：500億ドルの真意"
    assert message["Date"].datetime == DATE
    assert message["Message-ID"] == MESSAGE_ID
    assert message["List-Unsubscribe"] == f"<{EXITS.post}>, <{EXITS.mailto}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"].endswith("<weekly.example.jp>")
    assert message["List-Owner"] == "<mailto:desk@example.jp>"
    assert message["List-Help"] == "<mailto:desk@example.jp?subject=help>"
    assert message["List-Archive"] == "<https://example.jp/>"
    assert message["List-Post"] == "NO"
    assert message["Feedback-ID"].startswith("weekly.12:weekly:lang.ja:")
    assert message["Content-Language"] == "ja"
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    assert len(message.keys()) == len({name.lower() for name in message}) == 17


def test_where_replies_go_to_the_sender_the_sender_owns_the_list() -> None:
    message = parsed(printed())

    assert message["Reply-To"] is None
    assert message["List-Owner"] == "<mailto:news@example.jp>"


def test_ways_out_stand_on_one_raw_line() -> None:
    assert f"List-Unsubscribe: <{EXITS.post}>, <{EXITS.mailto}>" in field_lines(printed())


def test_complaints_of_an_issue_that_knows_no_address_of_its_site_are_counted_by_its_sender() -> None:
    """One that was planned before migration 0002."""
    here = parsed(printed(replace(SHEET, archive_url="")))
    other = replace(SHEET, archive_url="", sender=parse_mailbox("news@other.example"))

    assert here["Feedback-ID"] != parsed(printed(other))["Feedback-ID"]
    assert "List-Archive" not in here


def test_a_mail_to_strangers_names_no_list_but_a_way_out() -> None:
    names = field_names(printed(replace(SHEET, list_name=None), exits=Exits(EXITS.mailto, None)))

    assert [name for name in names if name.startswith("List-")] == ["List-Unsubscribe"]


def test_a_mail_that_nobody_can_leave_has_no_way_out() -> None:
    assert not [name for name in field_names(printed(replace(SHEET, list_name=None), exits=None)) if "List" in name]


def test_what_only_some_mails_say_is_said_where_the_sheet_says_so() -> None:
    rare = {"Archived-At", "Auto-Submitted", "X-Publisher-Test"}
    sheet = replace(SHEET, page_url="https://example.jp/%E6%8A%95/", auto_submitted=True, test=True)
    message = parsed(printed(sheet))

    assert rare.isdisjoint(field_names(printed()))
    assert message["Archived-At"] == "<https://example.jp/%e6%8a%95/>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Publisher-Test"] == "yes"


@pytest.mark.parametrize(("language", "mark"), [("ja", "[テスト] "), ("ja-JP", "[テスト] "), ("en", "[Test] ")])
def test_a_test_is_marked(language: str, mark: str) -> None:
    message = parsed(printed(replace(SHEET, test=True, language=language)))

    assert message["Subject"] == f"{mark}第3号：500億ドルの真意"


def test_text_comes_before_html_and_both_come_back() -> None:
    message = parsed(printed())

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(message, "plain") == "本文\r\n.\r\nFrom 山田\r\n"
    assert content(message, "html") == "<p>本文 {{ x }}</p>\r\n"


def test_pictures_travel_beside_the_text_and_are_named_by_it() -> None:
    data = printed(replace(SHEET, pictures=(PHOTO, LOGO)))
    message = parsed(data)
    assert message.get_content_type() == "multipart/related"
    body, *pictures = message.iter_parts()
    assert isinstance(body, EmailMessage)

    assert message.get_param("type") == body.get_content_type() == "multipart/alternative"
    assert content(message, "html") == "<p>本文 {{ x }}</p>\r\n"
    for part, picture in zip(pictures, (PHOTO, LOGO), strict=True):
        assert part["Content-ID"] == f"<{picture.cid}>"
        assert part.get_content_type() == picture.type
        assert part.get_content_disposition() == "inline"
        assert part.get_filename() == picture.name
        assert part.get_payload(decode=True) == picture.data


def test_a_signature_stands_before_all_that_it_signs() -> None:
    key = read_key(new_pem(KeyType.ED25519))
    signer = Signer("example.jp", [("s1", key)])
    sheet = replace(SHEET, pictures=(PHOTO,), auto_submitted=True)

    data = Press(sheet, signer).print(TO, FILLED, message_id=MESSAGE_ID, date=DATE, exits=EXITS)

    assert data.endswith(printed(sheet))
    assert field_names(data) == ["DKIM-Signature", *field_names(printed(sheet))]
    records = [dkim_record("example.jp", "s1", key)]
    assert by_dkimpy(data, records) == [True]
    assert by_dkimpy(data.replace(b"=One-Click", b"=Two-Click"), records) == [False]


def test_two_readers_agree_on_a_letter_with_pictures() -> None:
    data = printed(replace(SHEET, pictures=(PHOTO,)))

    assert by_rust(data) == by_rust(printed())
    assert data.isascii()


@pytest.mark.parametrize("pictures", [(), (PHOTO, LOGO)])
def test_the_same_letter_gives_the_same_bytes_from_any_press(pictures: tuple[Picture, ...]) -> None:
    sheet = replace(SHEET, pictures=pictures)
    press = Press(sheet, None)
    others = [Filled(f"第{n}号", ("<p>", "本" * 2000, str(n)), ("文",)) for n in range(3)]
    for other in others:
        press.print(TO, other, message_id="<1@example.jp>", date=DATE, exits=EXITS)

    again = [press.print(TO, one, message_id=MESSAGE_ID, date=DATE, exits=EXITS) for one in (FILLED, *others)]

    assert again == [printed(sheet, filled=one) for one in (FILLED, *others)]
    assert printed(sheet) != printed(sheet, message_id="<1@example.jp>")


def test_a_body_that_looks_like_a_boundary_ends_nothing() -> None:
    boundary = parsed(printed()).get_boundary()
    text = f"--{boundary}\r\n--{boundary}--\r\n"

    message = parsed(printed(filled=Filled("題", (text,), (text,))))

    assert content(message, "plain") == content(message, "html") == text


def test_an_address_outside_ascii_stands_as_it_is_and_all_else_is_7_bit() -> None:
    data = printed(to=parse_mailbox("山田 <太郎@example.jp>"))

    assert "To: =?utf-8?b?5bGx55Sw?= <太郎@example.jp>" in field_lines(data)
    assert data.replace("太郎".encode(), b"").isascii()


def test_a_sender_outside_ascii_stands_as_it_is() -> None:
    data = printed(replace(SHEET, sender=parse_mailbox("編集部 <編集@日本語.jp>")))

    assert "From: =?utf-8?b?57eo6ZuG6YOo?= <編集@xn--wgv71a119e.jp>" in field_lines(data)
    assert parsed(data)["List-Owner"] == "<mailto:%e7%b7%a8%e9%9b%86@xn--wgv71a119e.jp>"


@pytest.mark.parametrize("local", ["a..b", ".a", "a.", "a...b."])
@pytest.mark.parametrize("domain", ["docomo.ne.jp", "ezweb.ne.jp", "au.com"])
def test_an_old_mobile_address_is_quoted_and_read_by_both(local: str, domain: str) -> None:
    data = printed(to=parse_mailbox(f"山田 <{local}@{domain}>"))

    assert f'To: =?utf-8?b?5bGx55Sw?= <"{local}"@{domain}>' in field_lines(data)
    assert parsed(data)["To"].addresses[0].username == local
    assert by_rust(data).to[1].replace('"', "") == f"{local}@{domain}"


@pytest.mark.parametrize(
    "hostile",
    [
        {"language": "ja\r\nBcc: x@example.jp"},
        {"language": "日本語"},
        {"list_name": "weekly>\r\nBcc: x@example.jp"},
        {"issue": "12\r\nBcc: x@example.jp"},
        {"archive_url": "https://example.jp/\r\nBcc: x@example.jp"},
        {"page_url": "https://example.jp/>, <https://evil.example/"},
        {"pictures": (replace(PHOTO, cid="a@b>\r\nBcc: x"),)},
        {"pictures": (replace(PHOTO, type="image/png\r\nBcc: x"),)},
    ],
)
def test_a_sheet_that_a_header_cannot_carry_is_refused(hostile: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Press(replace(SHEET, **hostile), None)


@pytest.mark.parametrize("evil", ["<a@b>\r\nBcc: x@example.jp", "<山@b>", "<" + "a" * 990 + "@b>"])
def test_a_message_id_that_a_header_cannot_carry_is_refused(evil: str) -> None:
    with pytest.raises(UsageError):
        printed(message_id=evil)


@pytest.mark.parametrize("evil", [EVIL, EVIL.replace("\r", ""), EVIL.replace("\n", ""), EVIL.replace("\r\n", "\u2028")])
def test_line_breaks_in_free_text_make_no_field(evil: str) -> None:
    sheet = replace(
        SHEET,
        sender=Mailbox(evil, SENDER.address),
        reply_to=Mailbox(evil, SENDER.address),
        list_title=evil,
        pictures=(replace(PHOTO, name=evil),),
    )
    data = printed(sheet, to=Mailbox(evil, TO.address), filled=replace(FILLED, subject=evil))
    plain = printed(replace(SHEET, reply_to=SENDER, pictures=(PHOTO,)))

    assert field_names(data) == field_names(plain)
    assert b"Bcc:" not in data.replace(b"<script>", b"").split(b"\r\n\r\n", 1)[1]
    assert parsed(data)["Bcc"] is None


@given(
    subject=st.text(min_size=1),
    name=st.text(min_size=1, max_size=200),
    title=st.text(max_size=200),
    picture=st.text(max_size=100),
)
def test_every_line_is_short_7_bit_and_ends_in_crlf(subject: str, name: str, title: str, picture: str) -> None:
    sheet = replace(SHEET, list_title=title, pictures=(replace(PHOTO, name=picture),))
    data = printed(sheet, to=Mailbox(name, TO.address), filled=Filled(subject * 20, ("本" * 999,), ("文" * 999,)))

    assert data.isascii()
    assert b"\x00" not in data
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    lines = data.decode().split("\r\n")
    assert max(map(len, lines)) <= 998
    assert not [line for line in lines if "=?" in line and len(line) > 76]
    assert not [word for word in re.findall(r"=\?utf-8\?b\?[^?]*\?=", data.decode()) if len(word) > 75]
    assert not [line for line in field_lines(data) if not line.strip()]


def test_a_message_id_is_derived_and_tells_nothing() -> None:
    one = message_ids(b"secret", "uid", "example.jp")("taro@example.jp")

    assert re.fullmatch(r"<[0-9a-f]{32}@example\.jp>", one)
    assert one == message_ids(b"secret", "uid", "example.jp")("taro@example.jp")
    others = {
        message_ids(b"other", "uid", "example.jp")("taro@example.jp"),
        message_ids(b"secret", "uid2", "example.jp")("taro@example.jp"),
        message_ids(b"secret", "uid", "example.jp")("hanako@example.jp"),
    }
    assert one not in others
    assert len(others) == 3


def test_an_address_longer_than_a_line_is_left_out_of_the_header() -> None:
    fits, too_long = (replace(SHEET, page_url="https://example.jp/" + "a" * length) for length in (964, 965))

    assert len(parsed(printed(fits))["Archived-At"]) == 985
    assert parsed(printed(too_long))["Archived-At"] is None
