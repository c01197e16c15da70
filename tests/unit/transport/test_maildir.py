"""Mail into a Maildir."""

import mailbox
from pathlib import Path

import pytest
from support.wire import Run

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope, Reply
from publisher.transport.maildir import MaildirTransport

DATA = "Message-ID: <1@example.jp>\r\nSubject: x\r\n\r\n投資\r\n.点\r\n".encode()
ENVELOPE = Envelope("news@example.jp", "taro@example.jp", DATA)


async def sent(folder: Path, *envelopes: Envelope) -> list[Reply]:
    session = await MaildirTransport(folder).connect()
    replies = []
    session.open(envelopes[0])
    for following in (*envelopes[1:], None):
        await session.body()
        session.finish(following)
        replies.append(await session.answer())
    await session.close()
    return replies


def letter(data: bytes) -> Envelope:
    return Envelope("", "taro@example.jp", data)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_mail_is_read_back_by_the_standard_library(tmp_path: Path, run: Run) -> None:
    (reply,) = run(sent(tmp_path / "便り", ENVELOPE))
    (message,) = mailbox.Maildir(tmp_path / "便り", create=False)
    assert message["Message-ID"] == "<1@example.jp>"
    assert message.get_payload(decode=True) == "投資\n.点\n".encode()
    assert reply.code == 250


def test_all_is_written_before_the_end_and_nothing_shows_until_its_answer(tmp_path: Path, run: Run) -> None:
    async def steps() -> list[list[str]]:
        session = await MaildirTransport(tmp_path).connect()
        seen = []
        session.open(ENVELOPE)
        await session.body()
        seen.append([path.parent.name for path in files(tmp_path)])
        session.finish(letter(b"\r\n2\r\n"))
        seen.append([path.parent.name for path in files(tmp_path)])
        await session.answer()
        seen.append([path.parent.name for path in files(tmp_path)])
        await session.body()
        seen.append([path.parent.name for path in files(tmp_path)])
        return seen

    assert run(steps()) == [["tmp"], ["tmp"], ["new"], ["new", "tmp"]]


def test_closed_before_the_end_nothing_is_left(tmp_path: Path, run: Run) -> None:
    async def body_only() -> None:
        session = await MaildirTransport(tmp_path).connect()
        session.open(ENVELOPE)
        await session.body()
        await session.close()

    run(body_only())
    assert files(tmp_path) == []


def test_a_retry_replaces_and_does_not_double(tmp_path: Path, run: Run) -> None:
    run(sent(tmp_path, *(letter(data) for data in (DATA, DATA + b"again\r\n", DATA.replace(b"<1@", b"<2@")))))
    assert len(files(tmp_path)) == 2
    assert len([path for path in files(tmp_path) if b"again" in path.read_bytes()]) == 1


def test_mails_without_a_message_id_are_told_apart_by_their_bytes(tmp_path: Path, run: Run) -> None:
    run(sent(tmp_path, *(letter(data) for data in (b"\r\n1\r\n", b"\r\n2\r\n", b"\r\n1\r\n"))))
    assert len(files(tmp_path)) == 2


def test_a_folder_that_cannot_be_made_is_about_the_session(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("邪魔", encoding="utf-8")
    with pytest.raises(TransportError) as caught:
        run(sent(tmp_path / "file", ENVELOPE))
    assert (caught.value.scope, caught.value.permanent, caught.value.undecided) == (Scope.SESSION, False, False)
    assert caught.value.hint


@pytest.mark.parametrize("lost", ["tmp", "new"])
def test_a_folder_that_is_lost_in_between_is_about_the_session(tmp_path: Path, run: Run, lost: str) -> None:
    async def lose() -> None:
        session = await MaildirTransport(tmp_path).connect()
        (tmp_path / lost).rmdir()
        session.open(ENVELOPE)
        await session.body()
        session.finish(None)
        await session.answer()

    with pytest.raises(TransportError) as caught:
        run(lose())
    assert (caught.value.scope, caught.value.undecided) == (Scope.SESSION, False)
