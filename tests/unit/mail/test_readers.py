"""Every letter is read back to what was written, by two readers that know nothing of each other."""

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.letters import FILLED, SHEET, TO, Read, by_rust, by_standard, parsed, printed

from publisher.core.lines import carriable, one_line
from publisher.errors import UsageError
from publisher.mail.address import Mailbox, parse_address, parse_mailbox
from publisher.mail.filled import Filled
from publisher.struct import replace

LINES = st.text(max_size=200)
BODIES = st.lists(st.text().map(carriable), max_size=4).map(tuple)
READERS = pytest.mark.parametrize("read", [by_standard, by_rust])


def crlf(text: str) -> str:
    return re.sub("\r\n|\r|\n", "\r\n", text)


def letter(subject: str, sender: str = "編集部", to: str = "山田太郎") -> bytes:
    sheet = replace(SHEET, sender=Mailbox(sender, SHEET.sender.address))
    return printed(sheet, to=Mailbox(to, TO.address), filled=replace(FILLED, subject=subject))


@settings(deadline=None)
@given(subject=LINES, sender=LINES, to=LINES, text=BODIES, html=BODIES)
def test_any_letter_is_read_back_as_written(
    subject: str, sender: str, to: str, text: tuple[str, ...], html: tuple[str, ...]
) -> None:
    sheet = replace(SHEET, sender=Mailbox(sender, SHEET.sender.address), list_title=to)
    data = printed(sheet, to=Mailbox(to, TO.address), filled=Filled(subject, html, text))

    written = Read(
        one_line(subject),
        (one_line(sender), "news@example.jp"),
        (one_line(to), "taro@example.jp"),
        crlf("".join(text)),
        crlf("".join(html)),
    )
    assert by_standard(data) == written
    assert by_rust(data) == written


@READERS
@pytest.mark.parametrize(
    "text",
    [
        "永和九年歳在癸丑暮春之初会于会稽山陰之蘭亭修禊事也" * 8,
        "👨‍👩‍👧‍👦🇯🇵👍🏽" * 12,
        "مرحبا بالعالم — שלום עולם",
        "=?utf-8?q?x?= =?utf-8?b?5bGx?=",
        "=?ISO-2022-JP?B?GyRCOzMbKEI=?=",
        "投資 分析　改  二つの空白",
        "x" * 200,
        "What a year of baking bread at home has taught us about time, about patience and about flour",
        'Yamada "T" \\ Taro, Jr. <boss@example.jp>; (friend): @home',
        "か\u3099き\u3099く\u3099け\u3099こ\u3099" * 9,
        "葛\U000e0100城市と𠮷野家",
        "...",
        "From here to there",
        ".",
    ],
)
def test_awkward_lines_are_read_back_as_subject_and_as_names(read: Callable[[bytes], Read], text: str) -> None:
    found = read(letter(text, text, text))

    assert (found.subject, found.sender[0], found.to[0]) == (text, text, text)


@READERS
@pytest.mark.parametrize(
    "body", [".\n..\n.x\n", "From 山田\nFrom me\n", "--\n", "本" * 5000, "\n\n\n", "  ends in blanks  \n\t", "=3D=\n"]
)
def test_awkward_bodies_are_read_back(read: Callable[[bytes], Read], body: str) -> None:
    found = read(printed(filled=Filled("題", (body,), (body,))))

    assert (found.text, found.html) == (crlf(body), crlf(body))


@settings(deadline=None)
@given(st.one_of(st.text(), st.emails(), st.builds("{}@{}.jp".format, st.text(min_size=1), st.text(min_size=1))))
def test_any_text_is_an_address_that_both_readers_know_or_is_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError:
        return
    data = printed(to=Mailbox("山田", address))

    assert parsed(data)["To"].addresses[0].addr_spec == address.email
    assert by_rust(data).to == ("山田", address.email)


@settings(deadline=None)
@given(st.text(), st.sampled_from(["taro@example.jp", "a..b@docomo.ne.jp", "太郎@example.jp"]))
def test_any_name_that_is_let_in_is_the_one_that_is_read(name: str, email: str) -> None:
    assume(name.strip())
    try:
        box = parse_mailbox(f"{name} <{email}>")
    except UsageError:
        return
    data = printed(to=box)

    assert by_standard(data).to[0] == by_rust(data).to[0] == box.name
