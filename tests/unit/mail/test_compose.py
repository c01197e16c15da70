"""Letters as bytes, read back by the standard library."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import strict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import UsageError
from publisher.mail.address import Mailbox, parse_address, parse_mailbox
from publisher.mail.compose import Letter, compose, message_id, unsubscribe_mailto
from publisher.mail.lines import one_line
from publisher.mail.slots import Filled
from publisher.struct import replace

SENDER = parse_mailbox("週刊 技術 <news@example.jp>")
TO = parse_mailbox("山田太郎 <taro@example.jp>")
LETTER = Letter(
    sender=SENDER,
    reply_to=None,
    to=TO,
    filled=Filled("第3号：500億ドルの真意", "<p>本文 {{ x }}</p>\n", "本文\n.\nFrom 山田\n"),
    message_id="<0123456789abcdef0123456789abcdef@example.jp>",
    date=datetime(2026, 1, 5, 0, 0, tzinfo=UTC),
    list_title="週刊 技術",
    list_name="weekly",
    unsubscribe_mailto="mailto:news@example.jp?subject=unsubscribe%20weekly&body=taro%40example.jp",
    language="ja",
)


def read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, _class=EmailMessage, policy=strict)


def header_lines(data: bytes) -> list[str]:
    return data.split(b"\r\n\r\n")[0].decode().split("\r\n")


def content(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def test_a_letter_has_all_its_headers_once() -> None:
    message = read(compose(replace(LETTER, reply_to=parse_mailbox("編集部 <desk@example.jp>"))))
    assert message["From"].addresses[0].display_name == "週刊 技術"
    assert message["Reply-To"].addresses[0].addr_spec == "desk@example.jp"
    assert message["To"].addresses[0].display_name == "山田太郎"
    assert message["Subject"] == "第3号：500億ドルの真意"
    assert message["Date"].datetime == LETTER.date
    assert message["Message-ID"] == LETTER.message_id
    assert message["List-Id"].endswith("<weekly.example.jp>")
    assert message["Content-Language"] == "ja"
    assert message["MIME-Version"] == "1.0"
    assert message["X-Publisher-Test"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert len(message.keys()) == len({name.lower() for name in message})


def test_text_comes_before_html_and_both_come_back() -> None:
    message = read(compose(LETTER))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(message, "plain") == "本文\r\n.\r\nFrom 山田\r\n"
    assert content(message, "html") == "<p>本文 {{ x }}</p>\r\n"


def test_list_unsubscribe_is_raw_on_one_line_however_long() -> None:
    mailto = unsubscribe_mailto("news@example.jp", "weekly", "山" * 60 + "@example.jp")
    lines = header_lines(compose(replace(LETTER, unsubscribe_mailto=mailto)))
    assert f"List-Unsubscribe: <{mailto}>" in lines
    assert len(mailto) > 300


def test_a_letter_without_a_list_has_no_list_id() -> None:
    message = read(compose(replace(LETTER, list_name=None)))
    assert message["List-Id"] is None
    assert message["List-Unsubscribe"] is not None


@pytest.mark.parametrize(("language", "mark"), [("ja", "[テスト] "), ("ja-JP", "[テスト] "), ("en", "[Test] ")])
def test_a_test_is_marked(language: str, mark: str) -> None:
    message = read(compose(replace(LETTER, test=True, language=language)))
    assert message["Subject"] == f"{mark}第3号：500億ドルの真意"
    assert message["X-Publisher-Test"] == "yes"


def test_a_mail_no_person_wrote_says_so() -> None:
    assert read(compose(replace(LETTER, auto_submitted=True)))["Auto-Submitted"] == "auto-generated"


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert compose(LETTER) == compose(LETTER)
    assert compose(LETTER) != compose(replace(LETTER, message_id="<1@example.jp>"))


def test_an_address_outside_ascii_stands_as_it_is() -> None:
    data = compose(replace(LETTER, to=parse_mailbox("山田 <太郎@example.jp>")))
    assert " <太郎@example.jp>" in header_lines(data)


def test_an_old_mobile_address_is_quoted() -> None:
    data = compose(replace(LETTER, to=parse_mailbox("山田 <a..b@docomo.ne.jp>")))
    assert ' <"a..b"@docomo.ne.jp>' in header_lines(data)
    assert read(data)["To"].addresses[0].username == "a..b"


@pytest.mark.parametrize(
    "hostile",
    [
        {"message_id": "<a@b>\r\nBcc: x@example.jp"},
        {"language": "ja\r\nBcc: x@example.jp"},
        {"unsubscribe_mailto": "mailto:a@b\nBcc: x@example.jp"},
        {"unsubscribe_mailto": "mailto:" + "a" * 990},
        {"list_name": "weekly>\r\nBcc: x@example.jp"},
        {"language": "日本語"},
    ],
)
def test_a_header_that_cannot_carry_its_value_is_refused(hostile: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        compose(replace(LETTER, **hostile))


def test_line_breaks_in_free_text_cannot_make_a_header() -> None:
    evil = "山田\r\nBcc: x@example.jp\r\n\r\n<script>"
    letter = replace(
        LETTER,
        sender=Mailbox(evil, SENDER.address),
        to=Mailbox(evil, TO.address),
        list_title=evil,
        filled=Filled(evil, "", ""),
    )
    names = [line.split(":")[0] for line in header_lines(compose(letter)) if not line.startswith(" ")]
    assert "Bcc" not in names
    assert names == [line.split(":")[0] for line in header_lines(compose(LETTER)) if not line.startswith(" ")]


PRINTABLE = st.text(st.characters(codec="utf-8")).map(one_line)


@settings(deadline=None)
@given(subject=st.text(), name=st.text(), title=st.text(), text=PRINTABLE, html=PRINTABLE)
def test_any_letter_is_read_back_as_written(subject: str, name: str, title: str, text: str, html: str) -> None:
    sender, to = Mailbox(name, SENDER.address), Mailbox(title, TO.address)
    data = compose(replace(LETTER, sender=sender, to=to, list_title=title, filled=Filled(subject, html, text)))
    message = read(data)
    assert message["Subject"] == one_line(subject)
    assert message["From"].addresses[0].addr_spec == "news@example.jp"
    assert display_name(data, "From") == one_line(name)
    assert display_name(data, "To") == one_line(title)
    assert content(message, "plain") == text
    assert content(message, "html") == html


@settings(deadline=None)
@given(subject=st.text(min_size=1), name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_every_line_is_short_7_bit_and_ends_in_crlf(subject: str, name: str) -> None:
    letter = replace(LETTER, to=Mailbox(name, TO.address), filled=Filled(subject * 20, "本" * 999, "文" * 999))
    data = compose(letter)
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    lines = data.decode().split("\r\n")
    assert max(map(len, lines)) <= 998
    for line in lines:
        if "=?" in line:
            assert len(line) <= 76
        for word in re.findall(r"=\?utf-8\?b\?[^?]*\?=", line):
            assert len(word) <= 75


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?x?=", "a  b", "Plain English", "x" * 200, "👨‍👩‍👧‍👦" * 12, "投資 分析　改"]
)
def test_awkward_subjects_come_back(subject: str) -> None:
    assert read(compose(replace(LETTER, filled=Filled(subject, "", ""))))["Subject"] == subject


def test_a_message_id_is_derived_and_tells_nothing() -> None:
    one = message_id(b"secret", "uid", "taro@example.jp", "example.jp")
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.jp>", one)
    assert one == message_id(b"secret", "uid", "taro@example.jp", "example.jp")
    others = {
        message_id(b"other", "uid", "taro@example.jp", "example.jp"),
        message_id(b"secret", "uid2", "taro@example.jp", "example.jp"),
        message_id(b"secret", "uid", "hanako@example.jp", "example.jp"),
    }
    assert one not in others
    assert len(others) == 3


def test_a_mailto_is_percent_encoded() -> None:
    mailto = unsubscribe_mailto('"a..b"@docomo.ne.jp', "weekly & 投資", parse_address("taro+x@example.jp").email)
    assert mailto == (
        "mailto:%22a..b%22@docomo.ne.jp?subject=unsubscribe%20weekly%20%26%20%E6%8A%95%E8%B3%87"
        "&body=taro%2Bx%40example.jp"
    )
    assert unsubscribe_mailto("n@example.jp", None, "a@b.jp").startswith("mailto:n@example.jp?subject=unsubscribe&")


def display_name(data: bytes, header: str) -> str:
    """The name in a mailbox header, adjacent encoded words joined (RFC 2047 section 6.2).

    By the older half of the standard library: policy.strict in Python 3.11 keeps the space between such words.
    """
    phrase = message_from_bytes(data)[header].rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase)))
