"""Mail printed for a person."""

import io
from pathlib import Path

import pytest

from publisher.errors import TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.console import ConsoleTransport

DATA = (
    b"From: =?utf-8?b?5oqV6LOH?= <news@example.jp>\r\nTo: <taro@example.jp>\r\n"
    b"Subject: =?utf-8?b?5oqV6LOH5YiG5p6Q?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5pys5paH\r\n"
)
ENVELOPE = Envelope("news@example.jp", "taro@example.jp", DATA)


def test_headers_and_text_are_printed_decoded() -> None:
    stream = io.StringIO()
    session = ConsoleTransport(stream).connect()
    assert session.send(ENVELOPE, lambda: None) == Reply(250, "printed")
    session.close()
    assert "From: 投資 <news@example.jp>\n" in stream.getvalue()
    assert "Subject: 投資分析\n" in stream.getvalue()
    assert "\n\n本文\n" in stream.getvalue()


def test_before_end_comes_before_the_first_byte() -> None:
    stream, seen = io.StringIO(), list[str]()
    ConsoleTransport(stream).connect().send(ENVELOPE, lambda: seen.append(stream.getvalue()))
    assert seen == [""]


def test_a_stream_that_takes_nothing_leaves_the_mail_undecided(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with (tmp_path / "out").open(encoding="utf-8") as read_only, pytest.raises(TransportError) as caught:
        ConsoleTransport(read_only).connect().send(ENVELOPE, lambda: None)
    assert caught.value.undecided
