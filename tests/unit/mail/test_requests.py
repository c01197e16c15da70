"""Requests in the shapes of the programs that people write with: what each asks, and that machines ask nothing."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.request import Request
from publisher.mail.request_words import command_in, folded, is_yes
from publisher.mail.requests import read_request

CORPUS = Path(__file__).parents[2] / "corpus_requests"
INDEX: dict[str, dict[str, Any] | None] = json.loads((CORPUS / "index.json").read_text("utf-8"))
TOKEN = "d2Vla2x5OmhhbmFrb0BleGFtcGxlLmpw.Kq3v_8Zt-Xb5LwYc2NfRs7HdMgAe1Pj4Uo6Ti9BnQxE"


def told(found: Request | None, keys: set[str]) -> dict[str, Any] | None:
    """As the index says it."""
    if found is None:
        return None
    assert found.token in ("", TOKEN)
    said = {"kind": found.kind, "about": found.about, "token": bool(found.token), "named": found.named}
    return {key: value for key, value in {**said, "answers": bool(found.answers)}.items() if key in keys}


@pytest.mark.parametrize("name", sorted(INDEX))
def test_each_mail_asks_what_its_writer_meant(name: str) -> None:
    expected = INDEX[name]

    assert told(read_request((CORPUS / name).read_bytes()), set(expected or ())) == expected


def test_the_index_and_the_files_are_the_same() -> None:
    assert {path.name for path in CORPUS.glob("*.eml")} == set(INDEX)
    assert sum(expected is None for expected in INDEX.values()) >= 25


def mail(subject: str = "unsubscribe", body: str = "", *fields: str, sender: str = "hanako@example.jp") -> bytes:
    head = [f"From: {sender}", f"Subject: {subject}", *fields, "Content-Type: text/plain; charset=utf-8"]
    return ("\n".join(head) + "\n\n" + body).encode()


def test_who_asks_is_the_one_address_in_from() -> None:
    found = read_request(mail(sender='"花子, 山田" <Hanako@Example.jp>'))
    assert found is not None
    assert (found.sender, found.name) == ("Hanako@Example.jp", "花子, 山田")

    same = read_request(mail(sender="hanako@example.jp <hanako@example.jp>"))
    assert same is not None
    assert (same.sender, same.name) == ("hanako@example.jp", "")


def test_an_address_of_our_own_asks_nothing() -> None:
    assert read_request(mail(sender="Tayori@niwa.example"), {"tayori@niwa.example"}) is None


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-notified",
        "Precedence: junk",
        "X-Autorespond: yes",
        "List-Id: <a.example>",
        "Return-Path: < >",
        "Return-Path: <hanako@example.jp>\nReturn-Path: <>",
        "Feedback-ID: 3:weekly:ja:x",
        "X-Publisher-Delivery: abc",
    ],
)
def test_what_a_machine_sends_asks_nothing(field: str) -> None:
    assert read_request(mail("confirm " + TOKEN, "はい", field)) is None
    assert read_request(mail("confirm " + TOKEN, "はい", "Auto-Submitted: no", "Precedence: normal")) is not None


def test_language_and_evidence_are_kept() -> None:
    found = read_request(
        mail("subscribe", "よろしく。", "Message-ID: <a@example.jp>", "Date: Tue, 24 Nov 2026 21:03:11 +0900")
    )

    assert found is not None
    assert (found.message_id, found.date, found.japanese) == (
        "<a@example.jp>",
        "Tue, 24 Nov 2026 21:03:11 +0900",
        True,
    )
    english, unknown = read_request(mail("subscribe", "Thank you")), read_request(mail("subscribe"))
    assert english is not None
    assert unknown is not None
    assert (english.japanese, unknown.japanese) == (False, None)


@given(st.binary(max_size=3000))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    found = read_request(data)
    assert found is None or found.sender


@given(
    st.text(max_size=200),
    st.text(max_size=400),
    st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "utf-16", "nonsense", "rot13", ""]),
    st.sampled_from(["base64", "quoted-printable", "7bit", "x"]),
    st.sampled_from(["text/plain", "text/html", "multipart/alternative; boundary=b", "message/rfc822"]),
)
def test_no_words_and_no_encoding_make_it_fail(subject: str, body: str, charset: str, cte: str, kind: str) -> None:
    head = f"From: a@b.jp\nSubject: {subject}\nContent-Type: {kind}; charset={charset}\n"
    data = f"{head}Content-Transfer-Encoding: {cte}\n\n{body}".encode(errors="surrogatepass")
    found = read_request(data)
    assert found is None or len(found.lines) <= 200


@given(st.text(alphabet="登録配信停止解除購読退会のをにはお願いいたしますくださ希望 」「unsbcrie", max_size=60))
def test_any_line_is_one_command_or_none_however_often_it_is_folded(line: str) -> None:
    assert command_in(line) == command_in(folded(line))
    assert is_yes(line) == is_yes(folded(line))


@pytest.mark.parametrize(
    "data",
    [
        mail("unsubscribe " * 20000),
        mail("配信の" * 20000),
        mail("Re: " * 50000 + "unsubscribe"),
        mail("a", "on mon 1 " * 50000),
        mail("a", "配信をお願い" * 50000),
        mail("a", ("x" * 1990 + "\n") * 600),
        mail("a", "> \n" * 200000),
        mail("a", "<div class='" * 50000, "X: y").replace(b"text/plain", b"text/html"),
        mail("a", "", *(f"X-{n}: {'y' * 50}" for n in range(20000))),
        mail("a", "", "References: " + "<a@b.jp> " * 50000),
        mail(sender='"' * 50000 + "a@b.jp"),
        mail(sender="(" * 50000 + "a@b.jp"),
        b"From: a@b.jp\nSubject: " + b"=?utf-8?q?a?= " * 20000 + b"\n\n",
        b"From: a@b.jp\nSubject: " + b"=20%" * 20000 + b"\n\n",
        mail("confirm " + "a" * 50000 + "." + "b" * 43),
        mail("confirm " + "%20" * 400 + TOKEN),
        mail() + b"x" * (30 << 20),
    ],
    ids=range(17),
)
def test_a_hostile_mail_takes_no_time(data: bytes) -> None:
    start = time.process_time()
    read_request(data)

    assert time.process_time() - start < 2
