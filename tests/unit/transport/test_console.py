"""Mail printed for a person."""

import io
from pathlib import Path
from typing import TextIO

import pytest
from support.wire import Run

from publisher.errors import TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.struct import replace
from publisher.transport.console import ConsoleTransport

DATA = (
    b"From: =?utf-8?b?5oqV6LOH?= <news@example.jp>\r\nTo: <taro@example.jp>\r\n"
    b"Subject: =?utf-8?b?5oqV6LOH5YiG5p6Q?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5pys5paH\r\n"
)
ENVELOPE = Envelope("news@example.jp", "taro@example.jp", DATA)


async def sent(stream: TextIO) -> Reply:
    session = await ConsoleTransport(stream).connect()
    session.open(ENVELOPE)
    await session.body()
    session.finish(None)
    try:
        return await session.answer()
    finally:
        await session.close()


def test_headers_and_text_are_printed_decoded(run: Run) -> None:
    stream = io.StringIO()
    assert run(sent(stream)) == Reply(250, "printed")
    assert "From: 投資 <news@example.jp>\n" in stream.getvalue()
    assert "Subject: 投資分析\n" in stream.getvalue()
    assert "\n\n本文\n" in stream.getvalue()


def test_nothing_is_printed_before_the_end(run: Run) -> None:
    stream = io.StringIO()

    async def body_only() -> None:
        session = await ConsoleTransport(stream).connect()
        session.open(ENVELOPE)
        await session.body()
        await session.close()

    run(body_only())
    assert stream.getvalue() == ""


def test_what_was_opened_with_the_end_comes_next(run: Run) -> None:
    stream = io.StringIO()

    async def two() -> None:
        session = await ConsoleTransport(stream).connect()
        session.open(ENVELOPE)
        for following in (replace(ENVELOPE, data=DATA.replace(b"To: <taro", b"To: <hanako")), None):
            await session.body()
            session.finish(following)
            await session.answer()

    run(two())
    assert [line for line in stream.getvalue().splitlines() if line.startswith("To")] == [
        "To: taro@example.jp",
        "To: hanako@example.jp",
    ]


def test_a_stream_that_takes_nothing_leaves_the_mail_undecided(tmp_path: Path, run: Run) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with (tmp_path / "out").open(encoding="utf-8") as read_only, pytest.raises(TransportError) as caught:
        run(sent(read_only))
    assert caught.value.undecided
